"""A policy that a run has learned, by name; what it chooses with needs a model (torch-free)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from convotui.dialog import Dialog, Goal, GoalSet, display_line
from convotui.errors import ConvoTUIError, UsageError
from convotui.runs import CHECKPOINTS, GOALS, Run, find_run

Which = Literal["best", "last"]
KIND = "train-policy"
"""Of the runs that learn policies."""


@dataclass(frozen=True)
class LearnedGoal:
    """Gives the goals that a run has learned to give, once it is bound to a model.

    Attributes:
        run: the run's name.
        which: ``best`` in its validation, or ``last``.
    """

    run: str
    which: Which = "best"

    @property
    def name(self) -> str:
        """What it is called on the command line."""
        return f"run:{self.run}" if self.which == "best" else f"run:{self.run}@{self.which}"

    def choose(self, dialogs: Sequence[Dialog], seeds: Sequence[int]) -> list[Goal | None]:
        """Choose nothing: that takes what the run has learned, and a model to see dialogs with.

        Raises:
            ConvoTUIError: always.
        """
        raise ConvoTUIError(
            f"The policy {self.name} needs a model to see dialogs with: "
            f"'convotui selfplay --policy {self.name}' binds it to one."
        )


def find_learned(spec: str, goals: GoalSet) -> LearnedGoal:
    """Find what a run has learned.

    Args:
        spec: the run's name, perhaps with ``@best`` or ``@last`` behind it; without, it is the
            best checkpoint, or the last where none was found to be the best.
        goals: the action space, which must be the one that the run learned on.

    Raises:
        UsageError: there is no such run, it learns no policy or has learned nothing yet, or it
            learned on other goals.
        ConvoTUIError: its files are damaged.
    """
    name, at, wanted = spec.partition("@")
    run = find_training(name)
    if at and wanted not in get_args(Which):
        raise UsageError(
            f"'{display_line(wanted)}' is no checkpoint of a run: use run:{name}@best or @last."
        )
    found: list[Which] = [w for w in get_args(Which) if has_checkpoint(run, w)]
    if not found or (at and wanted not in found):
        other = f" (run:{name}@{found[0]} is there)" if found else ""
        raise UsageError(
            f"The run {name} has no {wanted + ' ' if at else ''}checkpoint{other}: "
            f"'convotui train-policy --name {name} --resume' goes on with it."
        )
    which: Which = "last" if wanted == "last" else found[0]
    check_goals(run, goals)
    return LearnedGoal(name, which)


def find_training(name: str) -> Run:
    """Find a run that learns a policy.

    Raises:
        UsageError: there is none of that name, or it learns something else.
        ConvoTUIError: its files are damaged.
    """
    run = find_run(name)
    if run.state.get("kind") != KIND:
        raise UsageError(
            f"The run {name} learns no policy: 'convotui runs list' shows which do ({KIND})."
        )
    return run


def has_checkpoint(run: Run, which: Which) -> bool:
    """Say whether a run has saved anything of that kind."""
    return any((run.path / CHECKPOINTS).glob(f"{which}-*"))


def check_goals(run: Run, goals: GoalSet) -> None:
    """Check that goals are those a run learned on: its actions are numbered by them.

    Raises:
        UsageError: they are others, or the run has not said yet which it learns on.
        ConvoTUIError: the run's file of them is damaged.
    """
    record = run.read_json(GOALS)
    if record is None:
        raise UsageError(f"The run {run.name} has no {GOALS}: it has learned nothing yet.")
    name, learned = _read(run, record)
    if learned == [(goal.id, goal.text) for goal in goals]:
        return
    if goals.name == name:
        raise UsageError(
            f"The goal set {name} is not what it was when the run {run.name} learned on it: "
            f"bring back its {len(learned)} goals, or train anew."
        )
    raise UsageError(
        f"The run {run.name} learned on the goal set {display_line(name)}, not on {goals.name}: "
        f"add '--goals {display_line(str(run.config.get('goals', name)))}'."
    )


def _read(run: Run, record: Any) -> tuple[str, list[tuple[str, str]]]:
    try:
        return str(record["name"]), [(goal["id"], goal["text"]) for goal in record["goals"]]
    except (KeyError, TypeError):
        raise ConvoTUIError(
            f"{run.path / GOALS} is damaged: it should hold a name and goals with id and text."
        ) from None
