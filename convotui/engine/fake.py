"""An engine without models, for screen tests and demonstrations: same protocol, canned talk."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from convotui.decoders.prompts import prompt_for
from convotui.decoders.sources import SMOLLM2
from convotui.dialog import Candidate
from convotui.engine.api import (
    Command,
    CountTokens,
    InspectPrompt,
    Listener,
    LoadModel,
    MakeReply,
    ModelReady,
    PullModel,
    ReplyReady,
    ReplyText,
    Request,
    TrainPolicy,
)
from convotui.engine.canned import CannedDecoder, line_for
from convotui.engine.canned_training import train_policy
from convotui.engine.inspecting import count_tokens, inspect_prompt
from convotui.engine.jobs import NO_MODEL, JobContext, JobQueue
from convotui.engine.playing import play_dialogs
from convotui.errors import ConvoTUIError
from convotui.store import Store

if TYPE_CHECKING:
    from convotui.decoders.decoder import Decoder

HOLD_SECONDS = 0.01
"""How often a held job looks whether it was cancelled."""


@dataclass
class FakeEngine:
    """Runs canned jobs step by step, scheduled as the real ones are.

    Attributes:
        listener: gets every event, see ``convotui.engine.api.Listener``.
        store: where self-play is kept.
        step_seconds: how long a step takes (a word of a reply, a turn of a self-play, an
            exchange of a training); it uses no CPU.
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
        self._loaded = LoadModel()
        self._queue = JobQueue(self.listener, self._perform)

    def submit(self, request: Request) -> int:
        """Queue a job and return its number."""
        return self._queue.submit(request)

    def cancel(self, job: int) -> None:
        """Ask a job to end at its next step; one that is still waiting ends at once."""
        self._queue.cancel(job)

    def steer(self, job: int, command: Command) -> None:
        """Command a self-play or training; any other job is left alone."""
        self._queue.steer(job, command)

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
        canned = self._decoder(self.model, context)
        if isinstance(request, MakeReply):
            return self._reply(request, context, canned)
        if isinstance(request, TrainPolicy):
            return train_policy(request, context, canned, self._loaded, lambda: self._tick(context))
        # What the jobs below use of a decoder, this one has.
        decoder = cast("Decoder", canned)
        if isinstance(request, InspectPrompt):
            return inspect_prompt(request, context, decoder)
        if isinstance(request, CountTokens):
            return count_tokens(request, context, decoder)
        return play_dialogs(request, context, decoder, self.store, lambda: self._tick(context))

    def _decoder(self, model: str, context: JobContext) -> CannedDecoder:
        dtype = self._loaded.dtype
        return CannedDecoder(
            model,
            lambda: context.job.cancelled.wait(self.step_seconds),
            dtype="float32" if dtype == "auto" else dtype,
        )

    def _step(self, context: JobContext) -> None:
        """Take a step's time, then let short jobs in.

        Raises:
            Cancelled: the job was asked to end.
        """
        context.job.cancelled.wait(self.step_seconds)
        self._tick(context)

    def _tick(self, context: JobContext) -> None:
        """Wait while the engine is held, then let short jobs in.

        Raises:
            Cancelled: the job was asked to end.
        """
        while True:
            while not self.hold.is_set() and not context.job.cancelled.is_set():
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
        self.model, self._loaded = name, request
        decoder = self._decoder(name, context)
        context.publish(
            ModelReady(
                context.job.number,
                name=decoder.name,
                version=decoder.version,
                device=decoder.device,
                dtype=decoder.dtype,
                form=decoder.form.name,
                context_length=decoder.context_length,
            )
        )
        return {"model": name, "version": "base"}

    def _reply(
        self, request: MakeReply, context: JobContext, decoder: CannedDecoder
    ) -> dict[str, object]:
        job = context.job.number
        goal = request.goal.text if request.goal else None
        prompt = prompt_for(request.dialog, request.speaker, goal, request.goal_texts)
        encoded = decoder.encode(prompt, request.sampling.max_new_tokens)
        texts = [line_for(seed) for seed in request.seeds]
        words = [text.split(" ") for text in texts]
        steps = max((len(row) for row in words), default=0) + 1
        for count in range(1, steps):
            self._step(context)
            context.publish(ReplyText(job, tuple(" ".join(row[:count]) for row in words)))
        candidates = tuple(
            Candidate(text, "model", seed, decoder.version)
            for text, seed in zip(texts, request.seeds, strict=True)
        )
        self._step(context)
        tokens = sum(len(row) for row in words)
        stop = "context" if encoded.dropped_turns else "eos"
        # Not the time it really took: a screen that shows the rate shows the same every time.
        seconds = steps * self.step_seconds
        ready = ReplyReady(
            job, candidates, (stop,) * len(texts), encoded.dropped_turns, seconds, tokens
        )
        context.publish(ready)
        return {"tokens": tokens}


def _resolve(model: str) -> str:
    """Name the model that a reference stands for."""
    return SMOLLM2 if model == "auto" else model
