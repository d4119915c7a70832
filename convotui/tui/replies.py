"""A reply under way in a chat: asked for, growing, stopped or ready."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from convotui.dialog import Goal
from convotui.engine.api import (
    Event,
    JobCancelled,
    JobFailed,
    MakeReply,
    ReplyReady,
    ReplyText,
    Request,
)
from convotui.errors import ConvoTUIError

Kind = Literal["reply", "candidate", "draft"]


class Host(Protocol):
    """What a talk needs of the screen it is on."""

    def submit(self, request: Request, title: str, on_event: Callable[[Event], None]) -> int:
        """Queue a job."""
        ...

    def cancel(self, job: int) -> None:
        """Ask a job to end."""
        ...

    def changed(self) -> None:
        """Show the dialog as it is now."""
        ...

    def growing(self) -> None:
        """Show the reply under way."""
        ...

    def drafted(self, text: str) -> None:
        """Put what the model wrote for the person before them."""
        ...

    def flash(self, text: str, *, bad: bool = False) -> None:
        """Say something in passing."""
        ...

    def tell(self, text: str, *, bad: bool = False) -> None:
        """Say something that matters."""
        ...


@dataclass
class Pending:
    """A reply under way.

    Attributes:
        kind: a new turn, one more candidate of an old one, or a draft of the person's turn.
        position: of the turn it will be, or is another candidate of.
        texts: the candidates so far.
    """

    job: int
    kind: Kind
    position: int
    speaker: int
    goal: Goal | None
    texts: tuple[str, ...] = ()
    stopping: bool = False


class Replies:
    """Has the engine make one reply at a time.

    Attributes:
        pending: the reply under way.
    """

    def __init__(self, host: Host, take: Callable[[Pending, ReplyReady], None]) -> None:
        """Take what shows a reply as it grows, and what it is given to when it is whole."""
        self._host, self._take = host, take
        self.pending: Pending | None = None

    def ask(self, request: MakeReply, kind: Kind, position: int) -> None:
        """Ask for a reply.

        Args:
            request: what the engine is asked.
            kind: what the reply is for.
            position: of the turn it is for.
        """
        job = self._host.submit(request, "replying", self._on_event)
        self.pending = Pending(job, kind, position, request.speaker, request.goal)
        self._host.growing()

    def stop(self) -> bool:
        """Call the reply under way off; say whether there was one."""
        if self.pending is None:
            return False
        if not self.pending.stopping:
            self.pending.stopping = True
            self._host.cancel(self.pending.job)
        return True

    def leave(self) -> None:
        """Call it off; nobody waits for its end, as another dialog comes."""
        self.stop()
        self.pending = None

    def _on_event(self, event: Event) -> None:
        pending = self.pending
        if pending is None or pending.job != event.job:
            return
        if isinstance(event, ReplyText):
            pending.texts = event.texts
            self._host.growing()
        elif isinstance(event, ReplyReady):
            self.pending = None
            try:
                self._take(pending, event)
            except ConvoTUIError as problem:
                self._host.tell(f"{problem} The reply was not kept: ctrl+r asks again.", bad=True)
                self._host.changed()
        elif isinstance(event, JobFailed | JobCancelled):
            self.pending = None
            if isinstance(event, JobFailed):
                self._host.tell(event.message, bad=True)
            else:
                self._host.flash("stopped; ctrl+r asks again")
            self._host.changed()
