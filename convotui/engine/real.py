"""The engine with real models: one thread, one long job at a time, short jobs in its ticks."""

from __future__ import annotations

import itertools
import logging
import threading
from typing import TYPE_CHECKING

from convotui.dialog import display_line
from convotui.engine.api import (
    Event,
    JobCancelled,
    JobDone,
    JobFailed,
    JobStarted,
    Listener,
    LoadModel,
    MakeReply,
    PlayDialogs,
    PullModel,
    Request,
)
from convotui.engine.jobs import Job, JobContext
from convotui.errors import Cancelled, ConvoTUIError
from convotui.store import Store

if TYPE_CHECKING:
    from convotui.decoders.decoder import Decoder

log = logging.getLogger(__name__)


class RealEngine:
    """Owns the models; see ``convotui.engine.api.Engine``."""

    def __init__(self, listener: Listener, store: Store) -> None:
        """Start the thread.

        Args:
            listener: gets every event, see ``convotui.engine.api.Listener``.
            store: where self-play and sessions are kept.
        """
        self.store = store
        self.decoder: Decoder | None = None
        self._listener = listener
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
        with self._changed:
            closing = self._closing
            if not closing:
                self._pending.append(job)
                self._changed.notify()
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
        for found in waiting:
            self._publish(JobCancelled(found.number))

    def close(self, timeout: float = 2.0) -> bool:
        """Cancel everything and wait for the thread; say whether it ended in time."""
        with self._changed:
            self._closing = True
            waiting, self._pending = self._pending, []
            for job in self._running:
                job.cancelled.set()
            self._changed.notify()
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
        open_to_others = isinstance(job.request, PlayDialogs)
        serve = self._serve_short if open_to_others else None
        context = JobContext(job, self._publish, serve)
        self._publish(JobStarted(job.number))
        ending: Event
        try:
            ending = JobDone(job.number, self._dispatch(job.request, context))
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

    def _dispatch(self, request: Request, context: JobContext) -> dict[str, object]:
        # Imported here, in the engine's thread, because it brings torch in.
        from convotui.engine import work

        if isinstance(request, PullModel):
            return work.pull_model(request, context)
        if isinstance(request, LoadModel):
            self.decoder = work.load_model(request, context)
            return {"model": self.decoder.name, "version": self.decoder.version}
        if self.decoder is None:
            raise ConvoTUIError("No model is loaded yet: load one first.")
        if isinstance(request, MakeReply):
            return work.make_reply(request, context, self.decoder)
        return work.play_dialogs(request, context, self.decoder, self.store)

    def _publish(self, event: Event) -> None:
        try:
            self._listener(event)
        except Exception:
            # A front end that is going away must not take the engine with it.
            log.exception("the listener failed on %r", type(event).__name__)
