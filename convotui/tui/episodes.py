"""One dialog of a self-play run, as a screen shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from convotui.dialog import Dialog
from convotui.rewards.manual import manual_reward

SIDES = ("A", "B")
TIMES = " × "


class State(Enum):
    """What an episode is doing: its symbol and its word."""

    PLAYING = ("▶", "playing")
    WAITING = ("‖", "waiting for you")
    DONE = ("✓", "done")
    DROPPED = ("✗", "dropped")
    CUT = ("■", "stopped")

    @property
    def symbol(self) -> str:
        """One character."""
        return self.value[0]

    @property
    def word(self) -> str:
        """What it means."""
        return self.value[1]


@dataclass
class Episode:
    """One dialog of a run.

    Attributes:
        index: its index in the plan.
        names: of the personas, opener first.
        dialog: None until it is loaded, for one of an earlier run.
        key: in the store; None before its first turn is stored.
        count: how many turns it has.
        rated: the rating of the whole dialog, while the dialog is not loaded.
        taken: the side a person speaks for.
        wanted: that side's turn is the next one.
        draft: what the person has typed and not said.
        unsaid: what the person said that has not become a turn yet.
        leaving: it was asked to be dropped.
    """

    index: int
    names: tuple[str, str]
    dialog: Dialog | None = None
    key: int | None = None
    state: State = State.PLAYING
    count: int = 0
    rated: int | None = None
    finished: bool = False
    taken: int | None = None
    wanted: bool = False
    draft: str = ""
    unsaid: str = ""
    leaving: bool = False

    @property
    def number(self) -> str:
        """What people call it; the first one is ``#1``."""
        return f"#{self.index + 1}"

    @property
    def active(self) -> bool:
        """Whether it may get more turns."""
        return self.state in (State.PLAYING, State.WAITING)

    @property
    def stars(self) -> str:
        """Its rating, else the mean (ø) of its turns' ratings, else nothing."""
        rating = self.dialog.rating if self.dialog is not None else self.rated
        if rating is not None:
            return f"★{rating}"
        rated = (
            [turn.rating for turn in self.dialog.turns if turn.rating]
            if self.dialog is not None
            else []
        )
        return f"ø★{sum(rated) / len(rated):.1f}" if rated else ""

    def show(self, dialog: Dialog) -> None:
        """Take the dialog as it is now."""
        self.dialog, self.count = dialog, len(dialog)

    def grow(self, dialog: Dialog) -> None:
        """Take the dialog as it was played on; judgements that it does not know of stay."""
        known = self.dialog
        if known is not None:
            turns = (*known.turns, *dialog.turns[len(known) :])
            dialog = replace(dialog, turns=turns, rating=known.rating, return_=known.return_)
        self.show(dialog)

    def rate(self, position: int | None, rating: int | None) -> float | None:
        """Show a judgement of a turn, or of the dialog, and return its reward."""
        reward = None if rating is None else manual_reward(rating)
        if self.dialog is not None and position is None:
            self.dialog = replace(self.dialog, rating=rating, return_=reward)
        elif self.dialog is not None and position is not None:
            turn = replace(self.dialog.turns[position], rating=rating, reward=reward)
            self.dialog = self.dialog.with_turn(position, turn)
        return reward

    def say(self, text: str) -> None:
        """Note that the person's turn was given away to be played."""
        self.draft, self.unsaid, self.wanted = "", text, False
        self.state = State.PLAYING

    def refuse(self, text: str) -> None:
        """Take back what was too long to be said: it is a draft again, and the turn is wanted."""
        self.unsaid, self.draft = "", text + (f" {self.draft}" if self.draft else "")
        if self.taken is not None:
            self.wanted, self.state = True, State.WAITING

    def hand_back(self) -> None:
        """Nobody speaks for a side any more; words that came too late are a draft again."""
        self.taken, self.wanted = None, False
        self.draft, self.unsaid = self.unsaid or self.draft, ""
        if self.state is State.WAITING:
            self.state = State.PLAYING


def persona_names(meta: Mapping[str, Any]) -> tuple[str, str]:
    """Name the two personas of a dialog; the sides' letters where it does not say."""
    names = meta.get("persona_names")
    if not isinstance(names, list | tuple) or len(names) != 2:
        return SIDES
    first, second = (str(n) if n else side for n, side in zip(names, SIDES, strict=True))
    return first, second


def as_text(dialog: Dialog) -> str:
    """Write a dialog as lines of text, a speaker's letter before each."""
    return "\n".join(f"{SIDES[turn.speaker]}: {turn.text}" for turn in dialog.turns)
