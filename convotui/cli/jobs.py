"""Running engine jobs from a command: start, follow, cancel on Ctrl-C."""

from __future__ import annotations

import queue
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from convotui.cli.output import ProgressBar
from convotui.engine.api import (
    Engine,
    Event,
    JobCancelled,
    JobDone,
    JobFailed,
    JobProgress,
    ModelReady,
    Request,
)
from convotui.engine.start import REAL, start
from convotui.errors import Cancelled, ConvoTUIError
from convotui.store import Store


class JobError(ConvoTUIError):
    """A job failed; carries the exit code its failure asks for."""

    def __init__(self, failed: JobFailed) -> None:
        """Take message and exit code from the event."""
        super().__init__(failed.message)
        self.exit_code = failed.exit_code


class Runner:
    """Submits jobs to an engine and follows each to its end."""

    def __init__(self, store: Store, engine: str = REAL) -> None:
        """Start the engine.

        Args:
            store: where dialogs and runs are kept.
            engine: dotted name of the engine.
        """
        self.store = store
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self.engine: Engine = start(self._events.put, store, engine=engine)
        self.model: ModelReady | None = None
        self.bar = ProgressBar()

    def run(self, request: Request, on_event: Callable[[Event], None] | None = None) -> JobDone:
        """Run a job to its end, showing its progress on stderr.

        Ctrl-C cancels the job and waits for it to end; a second one does not wait.

        Raises:
            JobError: the job failed.
            Cancelled: it was cancelled.
        """
        job = self.engine.submit(request)
        self.bar = bar = ProgressBar()
        with _first_interrupt(lambda: self.engine.cancel(job)) as interrupted:
            try:
                ending = self._next(job, bar, on_event)
            finally:
                bar.close()
        if isinstance(ending, JobFailed):
            raise JobError(ending)
        # A job that could not be stopped in time, such as loading, was still called off.
        if interrupted.is_set() or isinstance(ending, JobCancelled):
            raise Cancelled(ending.summary)
        return ending

    def _next(
        self, job: int, bar: ProgressBar, on_event: Callable[[Event], None] | None
    ) -> JobDone | JobFailed | JobCancelled:
        """Handle events up to the next ending of the job and return that."""
        while True:
            event = self._events.get()
            if event.job != job:
                continue
            if isinstance(event, JobProgress):
                bar.show(event)
            elif isinstance(event, ModelReady):
                self.model = event
            if isinstance(event, JobDone | JobFailed | JobCancelled):
                return event
            if on_event:
                on_event(event)


@contextmanager
def _first_interrupt(cancel: Callable[[], None]) -> Iterator[threading.Event]:
    """Have the first Ctrl-C or SIGTERM call ``cancel``; the next one interrupts as usual.

    Nothing is raised by the first one, so that no event is lost and no line is cut in half.

    Yields:
        Set once that has happened.
    """
    seen = threading.Event()

    def first(signum: int, frame: object) -> None:
        restore()
        seen.set()
        cancel()

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    for number in before:
        signal.signal(number, first)
    try:
        yield seen
    finally:
        restore()


@contextmanager
def running(store: Store, engine: str = REAL) -> Iterator[Runner]:
    """Start an engine for the length of a ``with`` block."""
    runner = Runner(store, engine)
    try:
        yield runner
    finally:
        runner.engine.close()
