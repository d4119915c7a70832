"""What a play tells of its rounds, and of what happens around them (torch-free)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from convotui.decoders.prompts import PromptTooLongError
from convotui.dialog import Dialog


class Played(NamedTuple):
    """A dialog that has just got one more turn.

    Attributes:
        episode: its index in the plan.
        dialog: as it is now.
        finished: whether that was its last turn.
    """

    episode: int
    dialog: Dialog
    finished: bool


class Watcher(Protocol):
    """Told at once of what happens around a play's rounds, in the thread of the play."""

    def started(self, episode: int, dialog: Dialog) -> None:
        """A dialog is about to get its first turn."""
        ...

    def wanted(self, episode: int, dialog: Dialog, speaker: int) -> None:
        """A person has to say the dialog's next turn; told once for each."""
        ...

    def said(self, played: Played) -> None:
        """A person's line has become a turn."""
        ...

    def refused(self, episode: int, line: str, error: PromptTooLongError) -> None:
        """A person's line is too long for a model to reply to; the turn is still wanted."""
        ...

    def dropped(self, episode: int, dialog: Dialog) -> None:
        """A dialog has left before its end."""
        ...

    def paused(self) -> None:
        """The play stands still."""
        ...

    def resumed(self) -> None:
        """The play goes on."""
        ...


@dataclass
class Heard:
    """Watches where nobody does: keeps what people say until it can be yielded."""

    turns: list[Played] = field(default_factory=list)

    def started(self, episode: int, dialog: Dialog) -> None:
        """Leave it untold."""

    def wanted(self, episode: int, dialog: Dialog, speaker: int) -> None:
        """Leave it untold."""

    def said(self, played: Played) -> None:
        """Keep the turn."""
        self.turns.append(played)

    def refused(self, episode: int, line: str, error: PromptTooLongError) -> None:
        """Let the play fail: nobody could shorten the line."""
        raise error

    def dropped(self, episode: int, dialog: Dialog) -> None:
        """Leave it untold."""

    def paused(self) -> None:
        """Leave it untold."""

    def resumed(self) -> None:
        """Leave it untold."""
