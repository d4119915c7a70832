"""An engine without models, for screen tests and demonstrations: same protocol, canned talk."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from convotui.decoders.sources import SMOLLM2
from convotui.dialog import Candidate, Turn
from convotui.engine.api import (
    Listener,
    LoadModel,
    MakeReply,
    ModelReady,
    PlayDialogs,
    PullModel,
    ReplyReady,
    ReplyText,
    Request,
    TurnPlayed,
)
from convotui.engine.jobs import NO_MODEL, JobContext, JobQueue
from convotui.errors import Cancelled, ConvoTUIError
from convotui.gyms.plan import new_dialogs
from convotui.store import Store

HOLD_SECONDS = 0.01
"""How often a held job looks whether it was cancelled."""
LINES = (
    "i work nights at the harbour, mostly with ropes.",
    "that sounds lovely, do you do it often?",
    "my sister has two cats and a very old parrot.",
    "i would rather cook at home than eat out.",
)


@dataclass
class FakeEngine:
    """Runs canned jobs step by step, scheduled as the real ones are.

    Attributes:
        listener: gets every event, see ``convotui.engine.api.Listener``.
        store: where self-play is kept.
        step_seconds: how long a step takes; it uses no CPU.
        fail_with: a message; the next job that starts fails with it.
        hold: while cleared, jobs wait before their next step, and no short job begins
            inside a long one.
        model: name of the live model, None before one is loaded.
    """

    listener: Listener
    store: Store
    step_seconds: float = 0.0
    fail_with: str | None = None
    hold: threading.Event = field(default_factory=threading.Event)
    model: str | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        """Start the thread."""
        self.hold.set()
        self._queue = JobQueue(self.listener, self._perform)

    def submit(self, request: Request) -> int:
        """Queue a job and return its number."""
        return self._queue.submit(request)

    def cancel(self, job: int) -> None:
        """Ask a job to end at its next step; one that is still waiting ends at once."""
        self._queue.cancel(job)

    def close(self, timeout: float = 2.0) -> bool:
        """Cancel everything and wait for the thread; say whether it ended in time."""
        return self._queue.close(timeout)

    def _perform(self, request: Request, context: JobContext) -> dict[str, object]:
        if self.fail_with:
            message, self.fail_with = self.fail_with, None
            raise ConvoTUIError(message)
        if isinstance(request, PullModel):
            return self._pull(request, context)
        if isinstance(request, LoadModel):
            return self._load(request, context)
        if self.model is None:
            raise ConvoTUIError(NO_MODEL)
        if isinstance(request, MakeReply):
            return self._reply(request, context)
        return self._play(request, context)

    def _step(self, context: JobContext) -> None:
        """Take a step's time, then let short jobs in.

        Raises:
            Cancelled: the job was asked to end.
        """
        cancelled = context.job.cancelled
        cancelled.wait(self.step_seconds)
        while True:
            while not self.hold.is_set() and not cancelled.is_set():
                self.hold.wait(HOLD_SECONDS)
            context.tick()
            # The jobs that ran in the tick took their time: it may be held again.
            if self.hold.is_set():
                return

    def _pull(self, request: PullModel, context: JobContext) -> dict[str, object]:
        name = _resolve(request.model)
        self._step(context)
        context.progress(f"downloading {name}")
        return {"model": name, "folder": request.folder or name}

    def _load(self, request: LoadModel, context: JobContext) -> dict[str, object]:
        name = _resolve(request.model)
        self._step(context)
        context.progress(f"loading {name}")
        self._step(context)
        self.model = name
        context.publish(
            ModelReady(context.job.number, name, "base", "cpu", "float32", "chat", 2048)
        )
        return {"model": name, "version": "base"}

    def _reply(self, request: MakeReply, context: JobContext) -> dict[str, object]:
        job = context.job.number
        texts = [LINES[seed % len(LINES)] for seed in request.seeds]
        words = [text.split(" ") for text in texts]
        for count in range(1, max(len(row) for row in words) + 1):
            self._step(context)
            context.publish(ReplyText(job, tuple(" ".join(row[:count]) for row in words)))
        candidates = tuple(
            Candidate(text, "model", seed, "base")
            for text, seed in zip(texts, request.seeds, strict=True)
        )
        self._step(context)
        context.publish(ReplyReady(job, candidates, tuple("eos" for _ in texts)))
        return {"tokens": sum(len(row) for row in words)}

    def _play(self, request: PlayDialogs, context: JobContext) -> dict[str, object]:
        plan = request.plan
        total = plan.turns * plan.episodes
        dialogs = new_dialogs(plan, "fake", "base")
        run = self.store.start_run("selfplay-fake", "selfplay", plan.record())
        summary: dict[str, object] = {"run": run, "episodes": 0, "turns": 0, "seconds": 0.0}
        keys: list[int] = []
        try:
            for position in range(plan.turns):
                last = position == plan.turns - 1
                for episode, dialog in enumerate(dialogs):
                    self._step(context)
                    text = LINES[(episode + position) % len(LINES)]
                    turn = Turn(position % 2, (Candidate(text, "model", position, "base"),))
                    dialogs[episode] = dialog.add(turn)
                    if position == 0:
                        keys.append(self.store.add_dialog(dialogs[episode], run))
                    else:
                        self.store.add_turns([(keys[episode], position, turn)])
                    done = position * plan.episodes + episode + 1
                    summary |= {"turns": done, "episodes": episode + 1 if last else 0}
                    context.publish(
                        TurnPlayed(
                            context.job.number, episode, keys[episode], dialogs[episode], last
                        )
                    )
                    context.progress("playing", done, total)
        except Cancelled as stop:
            stop.summary = summary
            self.store.end_run(run, "cancelled", summary)
            raise
        except BaseException:
            self.store.end_run(run, "failed", summary)
            raise
        self.store.end_run(run, "done", summary)
        return summary


def _resolve(model: str) -> str:
    """Name the model that a reference stands for."""
    return SMOLLM2 if model == "auto" else model
