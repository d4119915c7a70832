"""The policy protocol, and policies by the names used on the command line."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Protocol

from convotui.dialog import Dialog, Goal, GoalSet, display_line
from convotui.errors import UsageError
from convotui.policies.basic import FixedGoal, NoGoal, NoRepeat, RandomGoal
from convotui.policies.learned import find_learned

_KINDS = "none, random, no-repeat, goal:ID, run:NAME or module:thing"


class Policy(Protocol):
    """Chooses the goal of the next reply in each of several dialogs."""

    def choose(self, dialogs: Sequence[Dialog], seeds: Sequence[int]) -> list[Goal | None]:
        """Choose one goal, or None, per dialog.

        Args:
            dialogs: as they are before the reply.
            seeds: one per dialog; a choice may depend on nothing else that is random.
        """
        ...


def make_policy(spec: str, goals: GoalSet) -> Policy:
    """Make the policy a person named.

    Args:
        spec: ``none``, ``random``, ``no-repeat``, ``goal:ID``, ``run:NAME`` for what a run has
            learned (``run:NAME@last`` for its last checkpoint in place of its best), or
            ``module:thing``, where ``thing(goals)`` returns a policy.
        goals: the action space.

    Raises:
        UsageError: the name is not known, the goal is not in the set, the run is not there or
            learned on other goals, or the thing cannot be imported or makes no policy.
        ConvoTUIError: the run's files are damaged.
    """
    simple: dict[str, Policy] = {
        "none": NoGoal(),
        "random": RandomGoal(goals),
        "no-repeat": NoRepeat(goals),
    }
    if spec in simple:
        return simple[spec]
    kind, _, name = spec.partition(":")
    if kind == "goal":
        if name not in goals:
            raise UsageError(
                f"The goal set {goals.name} has no goal '{display_line(name)}': "
                f"'convotui goals show {goals.name}' lists them."
            )
        return FixedGoal(goals[name])
    if kind == "run":
        return find_learned(name, goals)
    if kind and name:
        return _imported(kind, name, goals)
    raise UsageError(f"'{display_line(spec)}' is not a policy: use {_KINDS}.")


def _imported(module: str, name: str, goals: GoalSet) -> Policy:
    try:
        policy: Policy = getattr(import_module(module), name)(goals)
        if not callable(getattr(policy, "choose", None)):
            raise TypeError("what it makes has no method choose")
    except (Exception, SystemExit) as error:  # an operator's own code may raise what it likes
        reason = f"{type(error).__name__}: {error}".rstrip(".")
        raise UsageError(
            f"The policy {display_line(module)}:{display_line(name)} cannot be made "
            f"({display_line(reason)}): use {_KINDS}."
        ) from error
    return policy
