"""A person's numbers for exchanges of a training: asked for on stderr, read from stdin."""

from __future__ import annotations

import io
import os
import select
import signal
import sys

from convotui.cli.output import note
from convotui.dialog import Dialog
from convotui.engine.training_rules import judgement
from convotui.rewards import newest_exchange

_SIDES = ("opener", "partner")


class InputEnded(Exception):  # noqa: N818 - not an error, but what a person may do
    """There are no more lines on stdin."""


class Rater:
    """Asks for one number after the other, while it is open in a ``with`` block.

    A signal whose handler raises nothing does not end a wait for a line. So the numbers of
    signals go to a pipe too, for as long as this is open: none is missed that comes just before.
    """

    def __init__(self) -> None:
        """Begin with nothing read."""
        self._read = b""
        self._stopped = False

    def __enter__(self) -> Rater:
        """Listen to signals; main thread only."""
        self._signals, self._end = os.pipe()
        os.set_blocking(self._end, False)
        self._before = signal.set_wakeup_fd(self._end, warn_on_full_buffer=False)
        return self

    def __exit__(self, *error: object) -> None:
        """Leave signals to others."""
        signal.set_wakeup_fd(self._before)
        os.close(self._signals)
        os.close(self._end)

    def ask(self, dialog: Dialog) -> float | None:
        """Show a dialog's newest exchange with its goal, and ask until there is a number.

        Returns:
            The reward: that of a rating 1-5, any other number itself. None: Ctrl-C or SIGTERM
            came instead.

        Raises:
            InputEnded: before there was a number.
        """
        opener, partner = newest_exchange(dialog)
        if opener is not None and opener.goal is not None:
            note(f"goal: {opener.goal}")
        for turn in (opener, partner):
            if turn is not None:
                note(f"{_SIDES[turn.speaker]}: {turn.text}")
        note("rating 1-5, or any other number as the reward:")
        while True:
            line = self._line()
            if line is None:
                return None
            value = judgement(line)
            if value is not None:
                return value
            note("That is no number: type a rating such as 4, or a reward such as 0.25.")

    def _line(self) -> str | None:
        """Read a line, waiting for it without being deaf to signals."""
        while b"\n" not in self._read:
            more = self._more()
            if more is None:
                return None
            if not more and not self._read:
                raise InputEnded
            self._read += more or b"\n"
        line, _, self._read = self._read.partition(b"\n")
        return line.decode("utf-8", errors="replace")

    def _more(self) -> bytes | None:
        """Read what there is on stdin, nothing at its end; None if a signal asks to stop."""
        try:
            stdin = sys.stdin.fileno()
        except io.UnsupportedOperation:
            return sys.stdin.buffer.readline()
        while not self._stopped:
            ready, _, _ = select.select([stdin, self._signals], [], [])
            if self._signals in ready:
                came = {*os.read(self._signals, 512)}
                self._stopped = bool(came & {signal.SIGINT, signal.SIGTERM})
            elif stdin in ready:
                return os.read(stdin, 4096)
        return None
