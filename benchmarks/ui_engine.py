"""The real engine, noting when it was asked for something and when it said something."""

from __future__ import annotations

import time

from convotui.engine.api import Event, Listener, Request
from convotui.engine.real import RealEngine
from convotui.store import Store


class WatchedEngine(RealEngine):
    """Behaves as the engine of every front end.

    Attributes:
        seen: what happened: when, what, and to which job.
    """

    def __init__(self, listener: Listener, store: Store) -> None:
        """Start the thread; the listener gets every event after it was noted."""
        self.seen: list[tuple[float, str, int]] = []

        def note(event: Event) -> None:
            self._note(type(event).__name__, event.job)
            listener(event)

        super().__init__(note, store)

    def submit(self, request: Request) -> int:
        """Queue a job."""
        job = super().submit(request)
        self._note("submit", job)
        return job

    def cancel(self, job: int) -> None:
        """Ask a job to end."""
        self._note("cancel", job)
        super().cancel(job)

    def _note(self, what: str, job: int) -> None:
        self.seen.append((time.monotonic(), what, job))
