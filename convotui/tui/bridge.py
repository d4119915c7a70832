"""Between the engine's thread and the app's: events are gathered, thinned and handed over."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from convotui.engine.api import (
    ENDINGS,
    Engine,
    Event,
    JobProgress,
    JobStarted,
    PlayPaused,
    PlayResumed,
    ReplyText,
    Request,
)
from convotui.tui.clock import clock


class Mailbox:
    """Keeps events until the app has time for them, and wakes it once a batch."""

    def __init__(self, wake: Callable[[], object]) -> None:
        """Take what tells the app that something is there; it is called in any thread."""
        self._wake = wake
        self._lock = threading.Lock()
        self._waiting: list[Event] = []
        self._woken = False

    def put(self, event: Event) -> None:
        """Take an event; any thread."""
        with self._lock:
            self._waiting.append(event)
            wake, self._woken = not self._woken, True
        if wake:
            self._wake()

    def take(self) -> list[Event]:
        """Return what has gathered, without what later events make needless.

        An empty list means that the next event wakes the app again.
        """
        with self._lock:
            taken, self._waiting = self._waiting, []
            self._woken = bool(taken)
        return thinned(taken)


def thinned(events: Iterable[Event]) -> list[Event]:
    """Keep only the newest progress and the newest text of each job; all else stays."""
    kept: list[Event] = []
    seen: set[tuple[int, type[Event]]] = set()
    for event in reversed(list(events)):
        if isinstance(event, JobProgress | ReplyText):
            mark = (event.job, type(event))
            if mark in seen:
                continue
            seen.add(mark)
        kept.append(event)
    kept.reverse()
    return kept


@dataclass
class Work:
    """A job as the app sees it.

    Attributes:
        title: what it is, for people.
        long: whether it runs on by itself, so that leaving it deserves a question.
        progress: the newest one.
        running: whether the engine has begun it.
        stopping: whether it was asked to end.
        paused: whether it stands still.
    """

    job: int
    title: str
    long: bool
    on_event: Callable[[Event], None]
    progress: JobProgress | None = None
    running: bool = False
    stopping: bool = False
    paused: bool = False


class Desk:
    """The jobs under way, in the app's thread: who asked for what, and how far it is."""

    def __init__(self, engine: Engine) -> None:
        """Take the engine that works on them."""
        self.engine = engine
        self.work: dict[int, Work] = {}

    def submit(
        self, request: Request, title: str, on_event: Callable[[Event], None], *, long: bool = False
    ) -> int:
        """Queue a job; its events go to ``on_event``."""
        job = self.engine.submit(request)
        self.work[job] = Work(job, title, long, on_event)
        return job

    def cancel(self, job: int) -> None:
        """Ask a job to end."""
        if job in self.work:
            self.work[job].stopping = True
            self.engine.cancel(job)

    def handle(self, event: Event) -> Work | None:
        """Pass an event to who asked for the job, and return the job unless it is unknown."""
        work = self.work.get(event.job)
        if work is None:
            return None
        if isinstance(event, JobStarted):
            work.running = True
        elif isinstance(event, JobProgress):
            work.progress = event
        elif isinstance(event, PlayPaused | PlayResumed):
            work.paused = isinstance(event, PlayPaused)
        elif isinstance(event, ENDINGS):
            del self.work[event.job]
        work.on_event(event)
        return work

    @property
    def shown(self) -> Work | None:
        """The job the status line tells of: a long one first, else the first that runs."""
        running = [work for work in self.work.values() if work.running]
        return next((w for w in running if w.long), running[0] if running else None)

    @property
    def long(self) -> list[Work]:
        """The jobs that run on by themselves."""
        return [work for work in self.work.values() if work.long]


def job_words(work: Work | None) -> str:
    """Say in a few words what a job is doing and how far it is."""
    if work is None:
        return ""
    progress = work.progress
    words = work.title if progress is None or work.long else progress.stage
    if work.stopping:
        return f"{words}: stopping…"
    parts = [words]
    if work.paused:
        parts.append("paused")
    if progress and progress.total:
        parts.append(f"{100 * progress.done / progress.total:.0f} %")
    if progress and progress.eta is not None and not work.paused:
        parts.append(clock(progress.eta))
    return " ".join(parts)
