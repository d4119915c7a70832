"""Goals that a dialog knows: those in its meta, which its turns may name, and a set in use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from convotui.dialog import Dialog, GoalSet


def goal_texts(dialog: Dialog, goals: GoalSet) -> dict[str, str]:
    """Texts of the goals of a dialog and of a set, by id.

    Where they differ the set's counts, unless a turn was said under the dialog's.
    """
    known = _known(dialog)
    said = {turn.goal for turn in dialog.turns} & known.keys()
    return {**known, **{goal.id: goal.text for goal in goals if goal.id not in said}}


def with_goal(dialog: Dialog, goals: GoalSet, goal: str | None) -> Dialog:
    """Keep the text of a goal with the dialog; one that was written on the spot is its text."""
    if goal is None or goal not in goals:
        return dialog
    texts = {**_known(dialog), goal: goal_texts(dialog, goals)[goal]}
    return replace(dialog, meta={**dialog.meta, "goals": texts})


def _known(dialog: Dialog) -> dict[str, str]:
    goals = dialog.meta.get("goals")
    # An imported dialog may have anything here.
    items = goals.items() if isinstance(goals, Mapping) else ()
    return {goal: text for goal, text in items if isinstance(text, str)}
