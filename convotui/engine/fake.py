"""An engine without models, for screen tests and demonstrations: same protocol, canned talk."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from convotui.dialog import Candidate, GoalSet, Persona, Turn
from convotui.engine.api import (
    Event,
    JobCancelled,
    JobDone,
    JobFailed,
    JobProgress,
    JobStarted,
    Listener,
    LoadModel,
    MakeReply,
    ModelReady,
    PlayDialogs,
    ReplyReady,
    ReplyText,
    Request,
    TurnPlayed,
)
from convotui.engine.session import Session
from convotui.gyms.plan import new_dialogs
from convotui.store import Store

LINES = (
    "i work nights at the harbour, mostly with ropes.",
    "that sounds lovely, do you do it often?",
    "my sister has two cats and a very old parrot.",
    "i would rather cook at home than eat out.",
)


@dataclass
class FakeEngine:
    """Runs jobs step by step in a thread; ``step_seconds`` paces it without using the CPU.

    Attributes:
        fail_with: a message; the next job fails with it.
        hold: while cleared, jobs wait before their next step.
    """

    listener: Listener
    store: Store
    step_seconds: float = 0.0
    fail_with: str | None = None
    hold: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        """Set up an idle engine."""
        self.hold.set()
        self._numbers = itertools.count(1)
        self._cancelled: dict[int, threading.Event] = {}
        self._turns: list[threading.Thread] = []

    def submit(self, request: Request) -> int:
        """Run a job in a thread of its own, after those before it."""
        number = next(self._numbers)
        self._cancelled[number] = threading.Event()
        before = self._turns[-1] if self._turns else None
        if request.short:
            before = None
        thread = threading.Thread(target=self._run, args=(number, request, before), daemon=True)
        self._turns.append(thread)
        thread.start()
        return number

    def cancel(self, job: int) -> None:
        """Ask a job to end at its next step."""
        self._cancelled[job].set()

    def open_session(
        self,
        *,
        seed: int,
        model: str,
        version: str,
        personas: tuple[Persona | None, Persona | None] = (None, None),
        goals: GoalSet | None = None,
        meta: Mapping[str, Any] | None = None,
    ) -> Session:
        """Begin a stored dialog that a person takes part in."""
        return Session(
            self.store,
            seed=seed,
            model=model,
            version=version,
            personas=personas,
            goals=goals,
            meta=meta,
        )

    def close(self, timeout: float = 2.0) -> bool:
        """Cancel everything and wait."""
        for flag in self._cancelled.values():
            flag.set()
        self.hold.set()
        for thread in self._turns:
            thread.join(timeout)
        return not any(thread.is_alive() for thread in self._turns)

    def _run(self, job: int, request: Request, before: threading.Thread | None) -> None:
        if before:
            before.join()
        self.listener(JobStarted(job))
        if self.fail_with:
            message, self.fail_with = self.fail_with, None
            self.listener(JobFailed(job, message))
            return
        for event in self._events(job, request):
            self.hold.wait()
            if self._cancelled[job].wait(self.step_seconds):
                self.listener(JobCancelled(job))
                return
            self.listener(event)
        self.listener(JobDone(job))

    def _events(self, job: int, request: Request) -> Iterator[Event]:
        if isinstance(request, LoadModel):
            yield JobProgress(job, f"loading {request.model}")
            yield ModelReady(job, request.model, "base", "cpu", "float32", "chat", 2048)
        elif isinstance(request, MakeReply):
            yield from self._reply(job, request)
        elif isinstance(request, PlayDialogs):
            yield from self._play(job, request)

    def _reply(self, job: int, request: MakeReply) -> Iterator[Event]:
        texts = [LINES[seed % len(LINES)] for seed in request.seeds]
        words = [text.split(" ") for text in texts]
        for count in range(1, max(len(row) for row in words) + 1):
            yield ReplyText(job, tuple(" ".join(row[:count]) for row in words))
        candidates = tuple(
            Candidate(text, "model", seed, "base")
            for text, seed in zip(texts, request.seeds, strict=True)
        )
        yield ReplyReady(job, candidates, tuple("eos" for _ in texts))

    def _play(self, job: int, request: PlayDialogs) -> Iterator[Event]:
        plan = request.plan
        dialogs = new_dialogs(plan, "fake", "base")
        run = self.store.start_run("selfplay-fake", "selfplay", plan.record())
        keys = [self.store.add_dialog(dialog, run) for dialog in dialogs]
        for position in range(plan.turns):
            for episode, dialog in enumerate(dialogs):
                text = LINES[(episode + position) % len(LINES)]
                turn = Turn(position % 2, (Candidate(text, "model", position, "base"),))
                self.store.add_turns([(keys[episode], position, turn)])
                dialogs[episode] = dialog.add(turn)
                last = position == plan.turns - 1
                yield TurnPlayed(job, episode, keys[episode], dialogs[episode], last)
            done = (position + 1) * plan.episodes
            yield JobProgress(job, "playing", done, plan.turns * plan.episodes)
        self.store.end_run(run, "done", {"run": run, "episodes": plan.episodes})
