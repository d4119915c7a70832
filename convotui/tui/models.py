"""The model that is live in the app, and the one on its way there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from convotui.engine.api import (
    ENDINGS,
    Event,
    JobCancelled,
    JobDone,
    JobFailed,
    LoadModel,
    ModelReady,
    PullModel,
)

if TYPE_CHECKING:
    from convotui.tui.app import ConvoApp


class Models:
    """Loads and fetches models.

    Attributes:
        live: the model that speaks, None before one is loaded.
        problem: why the last one could not be loaded.
    """

    def __init__(self, app: ConvoApp, first: LoadModel) -> None:
        """Take the app whose model it is, and how models are loaded."""
        self._app, self._request = app, first
        self._under_way: int | None = None
        self._begun = False
        self.live: ModelReady | None = None
        self.problem = ""

    @property
    def wanted(self) -> str:
        """Reference of the model that is live, else of the one that was asked for."""
        return self.live.name if self.live else self._request.model

    @property
    def words(self) -> str:
        """What the status line says."""
        if self.live is not None:
            return f"{Path(self.live.name).name}@{self.live.version}"
        return "no model (F9: Load another model)" if self.problem else "model not loaded yet"

    def begin(self) -> None:
        """Load the first model, once; who asks for a reply before that waits behind it."""
        if not self._begun:
            self._begun = True
            self._submit(self._request)

    def load(self, name: str) -> None:
        """Load another model in the way the first one was."""
        self.load_as(replace(self._request, model=name))

    def load_as(self, request: LoadModel) -> None:
        """Load a model in a way of its own."""
        self._begun = True
        self._submit(request)

    def pull(self, name: str) -> None:
        """Fetch and convert a model without loading it."""
        if self.live is not None:
            self.stop()  # what is loading first is needed to talk at all
        self._under_way = self._app.submit(
            PullModel(name), f"fetching {name}", self._on_pull, long=True
        )

    def stop(self) -> None:
        """Call off what is under way; the live model stays."""
        if self._under_way is not None:
            self._app.cancel(self._under_way)

    def notice(self, event: Event) -> None:
        """Take note of a model that has become live, before anyone else hears of it."""
        if isinstance(event, ModelReady):
            self.live, self.problem = event, ""

    def _submit(self, request: LoadModel) -> None:
        self.stop()
        self.problem = ""
        self._under_way = self._app.submit(request, "loading the model", self._on_load)

    def _on_load(self, event: Event) -> None:
        self._ended(event)
        if isinstance(event, ModelReady):
            self._app.each_mode("model_ready")
        elif isinstance(event, JobFailed):
            self.problem = event.message
            self._app.tell(event.message, bad=True)
            self._app.each_mode("model_failed")
        elif isinstance(event, JobCancelled) and self.live is None and self._under_way is None:
            self.problem = "Loading the model was stopped."
            self._app.each_mode("model_failed")

    def _on_pull(self, event: Event) -> None:
        self._ended(event)
        if isinstance(event, JobDone):
            self._app.tell("It is here: choose it with 'Load another model'.")

    def _ended(self, event: Event) -> None:
        if isinstance(event, ENDINGS) and event.job == self._under_way:
            self._under_way = None
