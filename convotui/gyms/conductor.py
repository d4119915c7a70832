"""Controls of a running play: what anyone may command, and what the play asks (torch-free)."""

from __future__ import annotations

import math
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

SAFETY_SECONDS = 0.25
"""A wait looks up this often, for a tick that can raise without anyone's telling."""


@dataclass(frozen=True)
class Person:
    """A person who speaks for one side of a dialog.

    Attributes:
        speaker: 0 or 1; the other side goes on by itself.
        since: number of the command that brought the person in.
    """

    speaker: int
    since: int


class Conductor:
    """Commands to one play, from any thread; an episode is its index in the play.

    The play follows them at its next tick. A dialog that is over takes no more commands.
    """

    def __init__(
        self,
        changed: threading.Condition | None = None,
        busy: Callable[[], bool] | None = None,
    ) -> None:
        """Begin without any command.

        Args:
            changed: guards this and is notified at every command; given where a waiting play
                has to wake for something else too.
            busy: says, under ``changed``, whether the play's tick has something to see to.
        """
        self._changed = changed or threading.Condition()
        self._busy = busy or _idle
        self._commands = 0
        self._paused = False
        self._stepping = False
        self._pace: float | None = None
        self._dropped: set[int] = set()
        self._persons: dict[int, Person] = {}
        self._lines: dict[int, deque[str]] = {}

    # --- commands -------------------------------------------------------------------------

    def pause(self) -> None:
        """Stop at the next tick, inside a turn."""
        with self._changed:
            self._paused = True
            self._tell()

    def resume(self) -> None:
        """Go on without stopping."""
        with self._changed:
            self._paused = self._stepping = False
            self._tell()

    def step(self) -> None:
        """Go on to the end of the next round of turns, or of the one under way, and stop there."""
        with self._changed:
            self._paused, self._stepping = False, True
            self._tell()

    def pace(self, turns_per_second: float | None) -> None:
        """Play at most so many turns a second, of all dialogs together; None for full speed.

        Raises:
            ValueError: it is not a number above 0.
        """
        check_pace(turns_per_second)
        with self._changed:
            self._pace = turns_per_second
            self._tell()

    def drop(self, episode: int) -> None:
        """Let a dialog end here, or not begin."""
        with self._changed:
            self._dropped.add(episode)
            self._forget(episode)
            self._tell()

    def take_over(self, episode: int, speaker: int) -> None:
        """Let a person speak for one side of a dialog; one who has the other side changes over.

        A reply that is being made for this side is not said.

        Raises:
            ValueError: there is no such speaker.
        """
        check_speaker(speaker)
        with self._changed:
            known = self._persons.get(episode)
            if known is None or known.speaker != speaker:
                self._forget(episode)
                self._persons[episode] = Person(speaker, self._commands)
                self._tell()

    def hand_back(self, episode: int) -> None:
        """Let the dialog go on by itself; lines that have not become turns are forgotten."""
        with self._changed:
            self._forget(episode)
            self._tell()

    def say(self, episode: int, text: str) -> None:
        """Give a person's next line; it is ignored where no person has taken over.

        Raises:
            ValueError: the text is empty.
        """
        check_line(text)
        with self._changed:
            if episode in self._persons:
                self._lines.setdefault(episode, deque()).append(text)
                self._tell()

    # --- what the play asks ---------------------------------------------------------------

    @property
    def commands(self) -> int:
        """How many commands there have been."""
        return self._commands

    @property
    def paused(self) -> bool:
        """Whether the play is to stand still."""
        return self._paused

    @property
    def dropped(self) -> frozenset[int]:
        """Episodes that are to leave."""
        with self._changed:
            return frozenset(self._dropped)

    @property
    def taken_over(self) -> frozenset[int]:
        """Episodes in which a person speaks."""
        with self._changed:
            return frozenset(self._persons)

    def person(self, episode: int) -> Person | None:
        """Find who speaks in an episode beside the models."""
        with self._changed:
            return self._persons.get(episode)

    def take_line(self, episode: int) -> str | None:
        """Take the next line of a person, None where none has been typed."""
        with self._changed:
            lines = self._lines.get(episode)
            return lines.popleft() if lines else None

    def seconds_for(self, turns: int) -> float:
        """How long so many turns should take at least."""
        pace = self._pace
        return turns / pace if pace else 0.0

    def end_round(self) -> None:
        """Say that a round is complete: a step stops here."""
        with self._changed:
            if self._stepping:
                self._paused, self._stepping = True, False

    def wait(self, commands: int, seconds: float = math.inf) -> None:
        """Stand still, using no CPU, until there is something to do or the time is over.

        Args:
            commands: how many have been followed; one more ends the wait.
            seconds: the longest wait; none is longer than ``SAFETY_SECONDS``.
        """
        with self._changed:
            self._changed.wait_for(
                lambda: self._commands != commands or self._busy(), min(seconds, SAFETY_SECONDS)
            )

    def _tell(self) -> None:
        self._commands += 1
        self._changed.notify_all()

    def _forget(self, episode: int) -> None:
        self._persons.pop(episode, None)
        self._lines.pop(episode, None)


def check_pace(turns_per_second: float | None) -> None:
    """Check a pace.

    Raises:
        ValueError: it is neither None nor a number above 0.
    """
    if turns_per_second is None:
        return
    if not (turns_per_second > 0 and math.isfinite(turns_per_second)):
        raise ValueError("'turns_per_second': expected a number above 0, or None for full speed")


def check_speaker(speaker: int) -> None:
    """Check a side of a dialog.

    Raises:
        ValueError: it is neither 0 nor 1.
    """
    if speaker not in (0, 1):
        raise ValueError(f"speaker must be 0 or 1, not {speaker}")


def check_line(text: str) -> None:
    """Check a person's line.

    Raises:
        ValueError: it is empty.
    """
    if not text.strip():
        raise ValueError("say something: the text is empty")


def _idle() -> bool:
    return False
