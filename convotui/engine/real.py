"""The engine with real models: what its jobs do; when they run is up to ``JobQueue``."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

from convotui.decoders.layers import before_layers
from convotui.engine.api import (
    Command,
    CountTokens,
    InspectPrompt,
    Listener,
    LoadModel,
    MakeReply,
    PullModel,
    Request,
    TrainPolicy,
)
from convotui.engine.inspecting import count_tokens, inspect_prompt
from convotui.engine.jobs import NO_MODEL, JobContext, JobQueue
from convotui.errors import ConvoTUIError
from convotui.store import Store

if TYPE_CHECKING:
    from convotui.decoders.decoder import Decoder


class RealEngine:
    """Owns the models; see ``convotui.engine.api.Engine``."""

    def __init__(self, listener: Listener, store: Store) -> None:
        """Start the thread.

        Args:
            listener: gets every event, see ``convotui.engine.api.Listener``.
            store: where self-play and sessions are kept.
        """
        self.store = store
        self.decoder: Decoder | None = None
        self._loaded = LoadModel()
        self._queue = JobQueue(listener, self._perform)

    def submit(self, request: Request) -> int:
        """Queue a job and return its number."""
        return self._queue.submit(request)

    def cancel(self, job: int) -> None:
        """Ask a job to end; one that is still waiting ends at once."""
        self._queue.cancel(job)

    def steer(self, job: int, command: Command) -> None:
        """Command a self-play; any other job is left alone."""
        self._queue.steer(job, command)

    def close(self, timeout: float = 2.0) -> bool:
        """Cancel everything and wait for the thread; say whether it ended in time."""
        return self._queue.close(timeout)

    def _perform(self, request: Request, context: JobContext) -> dict[str, object]:
        if isinstance(request, LoadModel):
            return self._load(request, context)
        # Imported here, in the engine's thread, because it brings torch in.
        from convotui.engine import work

        if isinstance(request, PullModel):
            return work.pull_model(request, context)
        if self.decoder is None:
            raise ConvoTUIError(NO_MODEL)
        if isinstance(request, MakeReply):
            return work.make_reply(request, context, self.decoder)
        if isinstance(request, InspectPrompt):
            return inspect_prompt(request, context, self.decoder)
        if isinstance(request, CountTokens):
            return count_tokens(request, context, self.decoder)
        if isinstance(request, TrainPolicy):
            # Reinforcement learning libraries are for those who train.
            from convotui.engine.training import train

            return train(request, context, self.decoder, self._loaded)
        return work.play(request, context, self.decoder, self.store)

    def _load(self, request: LoadModel, context: JobContext) -> dict[str, object]:
        # A model brings some 300,000 objects that stay. Looking through them again and again
        # would hold up the screen for tenths of a second each time (benchmarks/ui.py).
        gc.unfreeze()
        gc.disable()
        try:
            from convotui.engine import work

            decoder = work.load_model(request, context)
            before_layers(decoder.model, self._queue.check)
            another, self.decoder = self.decoder is not None, decoder
            self._loaded = request
            if another:
                gc.collect()
        finally:
            gc.freeze()
            gc.enable()
        return {"model": decoder.name, "version": decoder.version}
