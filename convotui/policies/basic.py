"""The policies that learn nothing: baselines for those that do."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from convotui.dialog import Dialog, Goal, GoalSet


@dataclass(frozen=True)
class NoGoal:
    """Free talk: never gives a goal."""

    def choose(self, dialogs: Sequence[Dialog], seeds: Sequence[int]) -> list[Goal | None]:
        """Give no goal to any dialog."""
        return [None for _ in dialogs]


@dataclass(frozen=True)
class FixedGoal:
    """Gives the same goal every time."""

    goal: Goal

    def choose(self, dialogs: Sequence[Dialog], seeds: Sequence[int]) -> list[Goal | None]:
        """Give the goal to every dialog."""
        return [self.goal for _ in dialogs]


@dataclass(frozen=True)
class RandomGoal:
    """Draws uniformly from all goals, each time anew."""

    goals: GoalSet

    def choose(self, dialogs: Sequence[Dialog], seeds: Sequence[int]) -> list[Goal | None]:
        """Draw a goal for every dialog from its own seed."""
        return [random.Random(seed).choice(self.goals.goals) for seed in seeds]


@dataclass(frozen=True)
class NoRepeat:
    """Draws uniformly from the goals not yet used in the dialog; starts over when none is left."""

    goals: GoalSet

    def choose(self, dialogs: Sequence[Dialog], seeds: Sequence[int]) -> list[Goal | None]:
        """Draw a goal for every dialog from its own seed."""
        return [
            random.Random(seed).choice(self._unused(dialog))
            for dialog, seed in zip(dialogs, seeds, strict=True)
        ]

    def _unused(self, dialog: Dialog) -> tuple[Goal, ...]:
        used = [turn.goal for turn in dialog.turns]
        rounds = min(used.count(goal.id) for goal in self.goals)
        return tuple(goal for goal in self.goals if used.count(goal.id) == rounds)
