"""Keys typed ahead wait for what an earlier key opens, so that none reaches the wrong place.

Textual hands a key to whatever has the focus when the key is read. Typed quickly, or sent by
a script, the letters after a key that opens a text field would still go to the list behind it,
where letters are commands.
"""

from __future__ import annotations

from collections import deque
from typing import Any

from textual import events
from textual.app import App
from textual.message_pump import MessagePump
from textual.timer import Timer
from textual.widgets import Input, TextArea

REFRESHES = 2
"""How many times the screen is brought up to date before the next key: a field that was opened
has the focus by then."""
PATIENCE = 0.5
"""Seconds after which the next key goes on whatever became of the one before."""

Typed = events.Key | events.Paste


class TypeAhead:
    """Lets one key that may change the focus through at a time."""

    def __init__(self, app: App[Any]) -> None:
        """Begin with nothing typed."""
        self._app = app
        self._waiting: deque[Typed] = deque()
        self._round = 0
        self._busy = False
        self._field: MessagePump | None = None
        self._patience: Timer | None = None

    def holds(self, event: Typed) -> bool:
        """Keep an event for later if an earlier one is still at work."""
        if self._busy:
            self._waiting.append(event)
            return True
        field, self._field = self._field, None
        if field is None or self._is_text(event):
            return False
        # Letters wait in the field's queue; a key bound above it must not overtake them.
        self._busy = self._wait_for([field], refreshes=0)
        if self._busy:
            self._waiting.appendleft(event)
        return self._busy

    def begin(self, event: Typed) -> MessagePump | None:
        """Take note that an event is handled now; give what this returns to ``sent`` afterwards.

        Returns:
            What the event goes to; None where the next one need not wait for it.
        """
        focused = self._app.focused
        if self._is_text(event):
            self._field = focused
            return None
        self._busy = True
        return focused or self._app.screen

    def sent(self, target: MessagePump) -> None:
        """Wait until the event has passed through its target and all that is around it."""
        path: list[MessagePump] = [target]
        while path[-1] is not self._app and path[-1]._parent is not None:
            path.append(path[-1]._parent)
        if not self._wait_for(path, REFRESHES):
            self._open()

    def _is_text(self, event: Typed) -> bool:
        """Say whether an event is put into the field that has the focus, and nothing else."""
        if not isinstance(self._app.focused, Input | TextArea):
            return False
        return isinstance(event, events.Paste) or event.is_printable

    def _wait_for(self, path: list[MessagePump], refreshes: int) -> bool:
        """Open again once what is in these queues now has been handled, one after the other."""
        self._round += 1
        self._patience = self._app.set_timer(PATIENCE, self._open)
        return path[0].call_later(self._pass, path[1:], refreshes, self._round)

    def _pass(self, path: list[MessagePump], refreshes: int, number: int) -> None:
        while path:
            # What is put into a queue now comes after the key, which went through it before.
            if path.pop(0).call_later(self._pass, path, refreshes, number):
                return
        self._refreshed(refreshes, number)

    def _refreshed(self, left: int, number: int) -> None:
        if number != self._round:
            return
        if left == 0 or not self._app.call_after_refresh(self._refreshed, left - 1, number):
            self._open()

    def _open(self) -> None:
        if self._patience is not None:
            self._patience.stop()
            self._patience = None
        self._round += 1
        self._busy = False
        if self._waiting:
            # In its turn: what follows it must not overtake it.
            self._busy = True
            self._app.call_next(self._next)

    async def _next(self) -> None:
        self._busy = False
        if self._waiting:
            await self._app.on_event(self._waiting.popleft())
            if not self._busy and self._waiting:
                self._busy = True
                self._app.call_next(self._next)
