"""The one scheduler of all engines, and a job's view of it: ticks, progress and events."""

from __future__ import annotations

import itertools
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from convotui.dialog import display_line
from convotui.engine.api import (
    Command,
    Event,
    JobCancelled,
    JobDone,
    JobFailed,
    JobProgress,
    JobStarted,
    Listener,
    PlayDialogs,
    PullModel,
    Request,
    TrainPolicy,
)
from convotui.engine.commands import Reward
from convotui.errors import Cancelled, ConvoTUIError
from convotui.gyms.conductor import Conductor
from convotui.learning.asking import Questions

log = logging.getLogger(__name__)

PROGRESS_SECONDS = 0.1
NO_MODEL = "No model is loaded yet: load one first."


@dataclass
class Job:
    """A queued or running request.

    Attributes:
        conductor: passes commands on to a self-play, None for any other job.
        questions: passes answers on to a training, None for any other job.
    """

    number: int
    request: Request
    cancelled: threading.Event = field(default_factory=threading.Event)
    conductor: Conductor | None = None
    questions: Questions | None = None


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
        self._stopped = self._started
        self._last = -PROGRESS_SECONDS
        self._stage = ""
        self._untold: tuple[str, float, float | None, float] | None = None

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

    def stop_clock(self) -> None:
        """Stand still: the time until ``start_clock`` is not counted as work.

        Progress that was left out for coming too soon is told now, as no more may come.
        """
        if self._untold is not None:
            self._tell(*self._untold)
        self._stopped = time.monotonic()

    def start_clock(self) -> None:
        """Go on with the work."""
        self._started += time.monotonic() - self._stopped

    def progress(
        self, stage: str, done: float = 0, total: float | None = None, *, before: float = 0
    ) -> None:
        """Say how far the job is; calls closer than 0.1 s are left out, new stages never.

        Args:
            stage: what is being done.
            done: units done.
            total: units in all.
            before: units that had been done when the stage began, by an earlier job.

        Raises:
            Cancelled: the job was asked to end.
        """
        if self.job.cancelled.is_set():
            raise Cancelled
        now = time.monotonic()
        last_one = total is not None and done >= total
        if stage == self._stage and now - self._last < PROGRESS_SECONDS and not last_one:
            self._untold = (stage, done, total, before)
            return
        if stage != self._stage:
            self._started, self._stage = now, stage
        self._tell(stage, done, total, before)

    def _tell(self, stage: str, done: float, total: float | None, before: float) -> None:
        self._untold = None
        self._last = time.monotonic()
        spent = self._last - self._started
        own = done - before
        eta = spent / own * (total - done) if total and own > 0 and spent > 1 else None
        self.publish(JobProgress(self.job.number, stage, done, total, eta))


Perform = Callable[[Request, JobContext], dict[str, object]]
"""Does what a request asks and returns the summary of its ``JobDone``."""


class JobQueue:
    """One thread, one long job at a time, short jobs in its ticks.

    The methods are those of ``convotui.engine.api.Engine``.
    """

    def __init__(self, listener: Listener, perform: Perform) -> None:
        """Start the thread.

        Args:
            listener: gets every event, see ``convotui.engine.api.Listener``.
            perform: what a job does; called in the thread, and again inside its own
                ``context.tick()`` for a short job.
        """
        self._listener = listener
        self._perform = perform
        self._numbers = itertools.count(1)
        self._pending: list[Job] = []
        self._running: list[Job] = []
        self._changed = threading.Condition()
        self._closing = False
        self._thread = threading.Thread(target=self._loop, name="engine", daemon=True)
        self._thread.start()

    def submit(self, request: Request) -> int:
        """Queue a job and return its number."""
        job = Job(next(self._numbers), request)
        if isinstance(request, PlayDialogs):
            job.conductor = Conductor(self._changed, busy=lambda: self._is_wanted(job))
        if isinstance(request, TrainPolicy):
            job.questions = Questions(self._changed, busy=lambda: self._is_wanted(job))
        with self._changed:
            closing = self._closing
            if not closing:
                self._pending.append(job)
                self._changed.notify_all()
        if closing:
            self._publish(JobCancelled(job.number))
        return job.number

    def cancel(self, job: int) -> None:
        """Ask a job to end; one that is still waiting ends at once."""
        with self._changed:
            waiting = [j for j in self._pending if j.number == job]
            self._pending = [j for j in self._pending if j.number != job]
            for running in self._running:
                if running.number == job:
                    running.cancelled.set()
            self._changed.notify_all()
        for found in waiting:
            self._publish(JobCancelled(found.number))

    def check(self) -> None:
        """Look, from inside the job that runs now, whether it was asked to end.

        Raises:
            Cancelled: it was.
        """
        running = self._running
        if running and running[-1].cancelled.is_set():
            raise Cancelled

    def steer(self, job: int, command: Command) -> None:
        """Command a job that takes commands, waiting or running."""
        with self._changed:
            for known in (*self._pending, *self._running):
                if known.number != job:
                    continue
                if isinstance(command, Reward):
                    if known.questions:
                        command.answer(known.questions)
                elif known.conductor:
                    command.steer(known.conductor)

    def close(self, timeout: float = 2.0) -> bool:
        """Cancel everything and wait for the thread; say whether it ended in time."""
        with self._changed:
            self._closing = True
            waiting, self._pending = self._pending, []
            for job in self._running:
                job.cancelled.set()
            self._changed.notify_all()
        for job in waiting:
            self._publish(JobCancelled(job.number))
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _loop(self) -> None:
        while True:
            with self._changed:
                while not self._pending and not self._closing:
                    self._changed.wait()
                if self._closing:
                    return
                job = self._take(self._pending[0])
            self._run(job)

    def _take(self, job: Job) -> Job:
        self._pending.remove(job)
        self._running.append(job)
        return job

    def _is_wanted(self, job: Job) -> bool:
        """Say whether a job that stands still should tick: ``_changed`` is held."""
        return job.cancelled.is_set() or any(j.request.short for j in self._pending)

    def _serve_short(self) -> None:
        """Run the short jobs that are waiting, inside the tick of a long one."""
        while True:
            with self._changed:
                short = next((j for j in self._pending if j.request.short), None)
                if short is None or self._closing:
                    return
                self._take(short)
            self._run(short)

    def _run(self, job: Job) -> None:
        """Run a job to one of its endings; the engine lives on whatever happens in it."""
        # Nothing runs inside a short job, nor while the model itself is being replaced.
        open_to_others = isinstance(job.request, PlayDialogs | PullModel | TrainPolicy)
        serve = self._serve_short if open_to_others else None
        context = JobContext(job, self._publish, serve)
        self._publish(JobStarted(job.number))
        ending: Event
        try:
            ending = JobDone(job.number, self._perform(job.request, context))
        except Cancelled as stop:
            ending = JobCancelled(job.number, stop.summary)
        except ConvoTUIError as error:
            log.info("job %d failed", job.number, exc_info=error)
            ending = JobFailed(job.number, str(error), error.exit_code)
        except ValueError as error:
            log.warning("job %d failed", job.number, exc_info=error)
            ending = JobFailed(job.number, display_line(str(error)))
        except Exception as error:
            log.exception("job %d failed", job.number)
            reason = display_line(f"{type(error).__name__}: {error}")[:300]
            ending = JobFailed(
                job.number,
                f"Something unexpected went wrong ({reason}); 'convotui locate' shows where "
                "the log is.",
            )
        with self._changed:
            self._running.remove(job)
        self._publish(ending)

    def _publish(self, event: Event) -> None:
        try:
            self._listener(event)
        except Exception:
            # A front end that is going away must not take the engine with it.
            log.exception("the listener failed on %r", type(event).__name__)
