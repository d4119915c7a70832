"""A talk on a scripted host: requests are kept, and the test says what the model answers."""

from __future__ import annotations

from collections.abc import Callable

from convotui.decoders.sampling import Sampling
from convotui.dialog import Candidate, load_goals, load_persona
from convotui.engine.api import (
    Event,
    JobCancelled,
    JobDone,
    MakeReply,
    ModelReady,
    ReplyReady,
    Request,
)
from convotui.store import Store
from convotui.tui.talk import Talk

MODEL = ModelReady(1, "smollm2", "base", "cpu", "float32", "chat", 2048)


class ScriptedHost:
    """Keeps what a talk asked for and said."""

    def __init__(self, store: Store, *, begin: bool = True) -> None:
        self.requests: dict[int, tuple[MakeReply, Callable[[Event], None]]] = {}
        self.cancelled: list[int] = []
        self.said: list[str] = []
        self.drafts: list[str] = []
        self.talk = Talk(store, self, load_goals("everyday"), Sampling())
        if begin:
            self.talk.begin(load_persona("baker"), load_persona("night-nurse"), seed=1)
            self.talk.model_ready(MODEL)

    def submit(self, request: Request, title: str, on_event: Callable[[Event], None]) -> int:
        assert isinstance(request, MakeReply)
        job = len(self.requests) + 1
        self.requests[job] = (request, on_event)
        return job

    def cancel(self, job: int) -> None:
        self.cancelled.append(job)

    def changed(self) -> None:
        pass

    def growing(self) -> None:
        pass

    def drafted(self, text: str) -> None:
        self.drafts.append(text)

    def flash(self, text: str, *, bad: bool = False) -> None:
        self.said.append(text)

    def tell(self, text: str, *, bad: bool = False) -> None:
        self.said.append(text)

    # --- what the test has the model do -----------------------------------------------------

    @property
    def request(self) -> MakeReply:
        """What was asked for last."""
        return self.requests[len(self.requests)][0]

    def event(self, event: Event) -> None:
        """Pass an event to whoever asked for its job."""
        self.requests[event.job][1](event)

    def answer(self, *texts: str, job: int | None = None) -> None:
        """Answer a request, else the last one, with these candidates."""
        number = len(self.requests) if job is None else job
        seeds = self.requests[number][0].seeds
        made = tuple(
            Candidate(text, "model", seed, "base") for text, seed in zip(texts, seeds, strict=True)
        )
        self.event(ReplyReady(number, made, ("eos",) * len(made)))
        self.event(JobDone(number))

    def end_cancelled(self, job: int) -> None:
        """End a job as cancelled."""
        self.event(JobCancelled(job))

    @property
    def texts(self) -> list[str]:
        """What was said so far."""
        return [turn.text for turn in self.talk.dialog.turns]
