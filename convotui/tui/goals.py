"""Which goal a person chose, and how sets of goals are edited: plain data, no widgets."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

from convotui.dialog import Goal, GoalSet, display_line
from convotui.dialog.library import load_goals
from convotui.dialog.saving import goals_text
from convotui.errors import UsageError
from convotui.paths import get_paths

_SLUG_LENGTH = 32


@dataclass(frozen=True)
class GoalChoice:
    """What the model's next replies are to pursue.

    Attributes:
        goal: None lets it speak freely.
        always: the goal stays; otherwise it holds for one reply.
    """

    goal: Goal | None = None
    always: bool = False

    @property
    def line(self) -> str:
        """The choice in words, safe to show: ``free``, ``once: ask-pets``, ``always: ask-pets``."""
        if self.goal is None:
            return "free"
        return f"{'always' if self.always else 'once'}: {display_line(self.goal.id)}"


def spoken(text: str, goals: GoalSet | None) -> Goal:
    """Make a goal of a person's words; the id of a goal in the set means that goal."""
    text = " ".join(text.split())
    return goals[text] if goals and text in goals else Goal(id=text, text=text)


def follow(choice: GoalChoice, before: GoalSet, after: GoalSet) -> GoalChoice:
    """Carry a choice over from one set to another.

    A goal of the old set is looked up in the new one and given up if it is not there; a goal that
    was written for the occasion stays.
    """
    if choice.goal is None or choice.goal.id not in before:
        return choice
    if choice.goal.id in after:
        return replace(choice, goal=after[choice.goal.id])
    return GoalChoice()


def with_goal(goals: GoalSet, goal: Goal, place: int | None = None) -> GoalSet:
    """Add a goal, at the end unless a place is given."""
    at = len(goals) if place is None else place
    return replace(goals, goals=(*goals.goals[:at], goal, *goals.goals[at:]))


def with_changed(goals: GoalSet, goal_id: str, goal: Goal) -> GoalSet:
    """Put a goal where another one is."""
    return replace(goals, goals=tuple(goal if g.id == goal_id else g for g in goals))


def without(goals: GoalSet, goal_id: str) -> GoalSet:
    """Take a goal out."""
    return replace(goals, goals=tuple(goal for goal in goals if goal.id != goal_id))


def with_moved(goals: GoalSet, goal_id: str, by: int) -> GoalSet:
    """Move a goal up (-1) or down (1); at an end it stays where it is."""
    place = place_of(goals, goal_id)
    target = max(0, min(len(goals) - 1, place + by))
    return with_goal(without(goals, goal_id), goals[goal_id], target)


def place_of(goals: GoalSet, goal_id: str) -> int:
    """Say at which place, from 0, a goal stands.

    Raises:
        ValueError: it is not in the set.
    """
    return [goal.id for goal in goals].index(goal_id)


def matching(goals: GoalSet, words: str) -> list[Goal]:
    """List the goals in whose id or text every word occurs, whatever its case."""
    wanted = words.lower().split()
    return [
        goal for goal in goals if all(word in f"{goal.id} {goal.text}".lower() for word in wanted)
    ]


def propose_id(text: str, taken: Collection[str]) -> str:
    """Make an id of a goal's text: ``Ask about pets.`` gives ``ask-about-pets``."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    slug = ""
    for word in re.findall(r"[a-z0-9]+", plain.replace("'", "")):
        if len(slug) + 1 + len(word) > _SLUG_LENGTH:
            break
        slug = f"{slug}-{word}" if slug else word
    slug = slug or "goal"
    number = 2
    proposed = slug
    while proposed in taken:
        proposed = f"{slug}-{number}"
        number += 1
    return proposed


def own_file(name: str) -> Path:
    """Say where the person's own set of that name is, or would be."""
    return get_paths().libraries("goals")[0] / f"{name}.toml"


def changed_elsewhere(goals: GoalSet) -> bool:
    """Say whether the person's own file of that name holds something else than these goals."""
    path = own_file(goals.name)
    if not path.exists():
        return False
    try:
        return load_goals(path) != goals
    except UsageError:
        return True


def file_text(goals: GoalSet) -> str:
    """Give what an editor is to open: the person's own file as it is, else the set in TOML."""
    path = own_file(goals.name)
    if path.exists():
        try:
            return path.read_text(encoding="utf-8-sig")
        except (OSError, ValueError) as error:
            shown = display_line(str(path))
            raise UsageError(f"{shown} cannot be read as text: {error}.") from None
    return goals_text(goals)
