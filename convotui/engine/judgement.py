"""What a person thinks of a whole dialog when it is over."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from convotui.dialog import Dialog
from convotui.dialog.text import whole
from convotui.rewards import manual_reward


@dataclass(frozen=True)
class Judgement:
    """The form at the end of a dialog.

    Attributes:
        outcome: how it ended, in a word or a sentence.
        goal_reached: whether what it was about was reached, if that was asked.
        rating: 1-5.
        reward: the dialog's return where it does not follow from the rating.
        note: anything else.
    """

    outcome: str = ""
    goal_reached: bool | None = None
    rating: int | None = None
    reward: float | None = None
    note: str = ""

    @property
    def value(self) -> float | None:
        """The dialog's return: the reward given, else the one that follows from the rating.

        Raises:
            ValueError: the rating is not 1 to 5.
        """
        return self.reward if self.reward is not None else reward_of(self.rating)


def reward_of(rating: int | None) -> float | None:
    """Map a rating to its reward, and none to none.

    Raises:
        ValueError: the rating is not 1 to 5.
    """
    return None if rating is None else manual_reward(rating)


def with_judgement(dialog: Dialog, judgement: Judgement) -> Dialog:
    """Keep what a judgement says beside its numbers in the dialog's meta."""
    said = {
        "outcome": whole(judgement.outcome),
        "goal_reached": judgement.goal_reached,
        "note": whole(judgement.note),
    }
    meta: dict[str, Any] = dict(dialog.meta)
    meta.pop("judgement", None)
    if said != {"outcome": "", "goal_reached": None, "note": ""}:
        meta["judgement"] = said
    return replace(dialog, meta=meta)


def judgement_of(dialog: Dialog) -> Judgement:
    """Read a dialog's judgement back; a return that follows from the rating is no reward."""
    rating, reward = dialog.rating, dialog.return_
    numbers = Judgement(rating=rating, reward=None if reward == reward_of(rating) else reward)
    match dialog.meta.get("judgement"):
        # An imported dialog may have anything here; what is not as expected counts as absent.
        case {
            "outcome": str(outcome),
            "goal_reached": bool() | None as reached,
            "note": str(note),
        }:
            return replace(numbers, outcome=outcome, goal_reached=reached, note=note)
    return numbers
