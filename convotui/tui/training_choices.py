"""What there is to pick from for a training."""

from __future__ import annotations

from collections.abc import Sequence

from convotui.dialog import load_goals
from convotui.learning.plan import SIDES
from convotui.rewards.composition import GOAL_MET, MANUAL, PERSONA_RANK
from convotui.tui.overlays.ask import Choice
from convotui.tui.play_choices import choices_of

REWARDS = (
    Choice(f"{GOAL_MET}=1", GOAL_MET, "the partner's answer shows that the goal was met"),
    Choice(f"{PERSONA_RANK}=1", PERSONA_RANK, "the partner's persona shows in what it says"),
    Choice(f"{GOAL_MET}=1,{PERSONA_RANK}=1", "both", "the sum of the two"),
    Choice(f"{MANUAL}=1", MANUAL, "you rate every exchange"),
)
STATES = {
    "partner": "what the partner has said",
    "both": "what both have said",
}


def training_choices(field: str, goals: str) -> tuple[str, Sequence[Choice], list[str]]:
    """List what a field of the form may be.

    Args:
        field: its name.
        goals: the goal set that the form names.

    Returns:
        A question, the choices, and a sentence about each file that cannot be read.

    Raises:
        UsageError: a goal set of the libraries cannot be read.
    """
    if field == "reward":
        return "What is a good exchange?", REWARDS, []
    if field == "state":
        states = [Choice(side, side, STATES.get(side, "")) for side in SIDES]
        return "Whose words does the policy look at?", states, []
    return choices_of(field, load_goals("everyday") if field == "goals" else load_goals(goals))
