"""An engine without models, for screen tests and demonstrations: same protocol, canned talk."""

from __future__ import annotations

import itertools
import logging
import threading
from dataclasses import dataclass, field

from convotui.dialog import Candidate, Turn
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
from convotui.errors import Cancelled, ConvoTUIError
from convotui.gyms.plan import new_dialogs
from convotui.store import Store

log = logging.getLogger(__name__)

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
        fail_with: a message; the next job that starts fails with it.
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
        self._lock = threading.Lock()
        self._closed = False
        self._waiting: set[int] = set()
        self._cancelled: dict[int, threading.Event] = {}
        self._threads: list[threading.Thread] = []
        self._last_long: threading.Thread | None = None

    def submit(self, request: Request) -> int:
        """Run a job in a thread of its own: a short one at once, a long one after the others."""
        with self._lock:
            number = next(self._numbers)
            self._cancelled[number] = threading.Event()
            closed = self._closed
            if not closed:
                self._waiting.add(number)
                before = None if request.short else self._last_long
                thread = threading.Thread(target=self._run, args=(number, request, before))
                thread.daemon = True
                self._threads.append(thread)
                if not request.short:
                    self._last_long = thread
                thread.start()
        if closed:
            self._publish(JobCancelled(number))
        return number

    def cancel(self, job: int) -> None:
        """Ask a job to end at its next step; one that is still waiting ends at once."""
        with self._lock:
            waiting = job in self._waiting
            self._waiting.discard(job)
            if job in self._cancelled:
                self._cancelled[job].set()
        if waiting:
            self._publish(JobCancelled(job))

    def close(self, timeout: float = 2.0) -> bool:
        """Cancel everything and wait."""
        with self._lock:
            self._closed = True
        for job in list(self._cancelled):
            self.cancel(job)
        self.hold.set()
        for thread in self._threads:
            thread.join(timeout)
        return not any(thread.is_alive() for thread in self._threads)

    def _run(self, job: int, request: Request, before: threading.Thread | None) -> None:
        if before:
            before.join()
        with self._lock:
            if job not in self._waiting:
                return
            self._waiting.remove(job)
        self._publish(JobStarted(job))
        try:
            if self.fail_with:
                message, self.fail_with = self.fail_with, None
                raise ConvoTUIError(message)
            summary = self._perform(job, request)
        except Cancelled as stop:
            self._publish(JobCancelled(job, stop.summary))
        except ConvoTUIError as error:
            self._publish(JobFailed(job, str(error), error.exit_code))
        else:
            self._publish(JobDone(job, summary))

    def _publish(self, event: Event) -> None:
        try:
            self.listener(event)
        except Exception:
            # As in the real engine: a front end that is going away takes no job with it.
            log.exception("the listener failed on %r", type(event).__name__)

    def _step(self, event: Event) -> None:
        """Publish the next event of a job, or end the job if it was cancelled."""
        self.hold.wait()
        if self._cancelled[event.job].wait(self.step_seconds):
            raise Cancelled
        self._publish(event)

    def _perform(self, job: int, request: Request) -> dict[str, object]:
        if isinstance(request, PlayDialogs):
            return self._play(job, request)
        if isinstance(request, MakeReply):
            return self._reply(job, request)
        if isinstance(request, LoadModel):
            self._step(JobProgress(job, f"loading {request.model}"))
            self._step(ModelReady(job, request.model, "base", "cpu", "float32", "chat", 2048))
            return {"model": request.model, "version": "base"}
        self._step(JobProgress(job, f"downloading {request.model}"))
        return {"model": request.model, "folder": request.folder or request.model}

    def _reply(self, job: int, request: MakeReply) -> dict[str, object]:
        texts = [LINES[seed % len(LINES)] for seed in request.seeds]
        words = [text.split(" ") for text in texts]
        for count in range(1, max(len(row) for row in words) + 1):
            self._step(ReplyText(job, tuple(" ".join(row[:count]) for row in words)))
        candidates = tuple(
            Candidate(text, "model", seed, "base")
            for text, seed in zip(texts, request.seeds, strict=True)
        )
        self._step(ReplyReady(job, candidates, tuple("eos" for _ in texts)))
        return {"tokens": sum(len(row) for row in words)}

    def _play(self, job: int, request: PlayDialogs) -> dict[str, object]:
        plan = request.plan
        dialogs = new_dialogs(plan, "fake", "base")
        run = self.store.start_run("selfplay-fake", "selfplay", plan.record())
        summary: dict[str, object] = {"run": run, "episodes": 0, "turns": 0, "seconds": 0.0}
        try:
            keys: list[int] = []
            for position in range(plan.turns):
                last = position == plan.turns - 1
                for episode, dialog in enumerate(dialogs):
                    text = LINES[(episode + position) % len(LINES)]
                    turn = Turn(position % 2, (Candidate(text, "model", position, "base"),))
                    dialogs[episode] = dialog.add(turn)
                    if position == 0:
                        keys.append(self.store.add_dialog(dialogs[episode], run))
                    else:
                        self.store.add_turns([(keys[episode], position, turn)])
                    summary["turns"] = position * plan.episodes + episode + 1
                    summary["episodes"] = episode + 1 if last else 0
                    played = TurnPlayed(job, episode, keys[episode], dialogs[episode], last)
                    self._step(played)
                done = (position + 1) * plan.episodes
                self._step(JobProgress(job, "playing", done, plan.turns * plan.episodes))
        except Cancelled as stop:
            self.store.end_run(run, "cancelled", summary)
            stop.summary = summary
            raise
        self.store.end_run(run, "done", summary)
        return summary
