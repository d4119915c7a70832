"""A job's view of the engine: ticks, progress and events."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from convotui.engine.api import Event, JobProgress, Listener, Request
from convotui.errors import Cancelled

PROGRESS_SECONDS = 0.1


@dataclass
class Job:
    """A queued or running request."""

    number: int
    request: Request
    cancelled: threading.Event = field(default_factory=threading.Event)


class JobContext:
    """What a job's code may do while it runs."""

    def __init__(self, job: Job, listener: Listener, serve: Callable[[], None] | None) -> None:
        """Take what the engine gives.

        Args:
            job: the running job.
            listener: gets its events.
            serve: runs a waiting short job, None where nothing may run inside this one.
        """
        self.job = job
        self._listener = listener
        self._serve = serve
        self._started = time.monotonic()
        self._last = -PROGRESS_SECONDS
        self._stage = ""

    def tick(self) -> None:
        """Let others in; call it at every token column and training micro-step.

        Raises:
            Cancelled: the job was asked to end.
        """
        if self.job.cancelled.is_set():
            raise Cancelled
        if self._serve:
            self._serve()

    def publish(self, event: Event) -> None:
        """Send an event."""
        self._listener(event)

    def progress(self, stage: str, done: float = 0, total: float | None = None) -> None:
        """Say how far the job is; calls closer than 0.1 s are left out, new stages never.

        Args:
            stage: what is being done.
            done: units done.
            total: units in all.

        Raises:
            Cancelled: the job was asked to end.
        """
        if self.job.cancelled.is_set():
            raise Cancelled
        now = time.monotonic()
        last_one = total is not None and done >= total
        if stage == self._stage and now - self._last < PROGRESS_SECONDS and not last_one:
            return
        if stage != self._stage:
            self._started, self._stage = now, stage
        self._last = now
        spent = now - self._started
        eta = spent / done * (total - done) if total and done and spent > 1 else None
        self.publish(JobProgress(self.job.number, stage, done, total, eta))
