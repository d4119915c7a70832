"""What there is to pick from for a self-play: personas, policies, goal sets, runs, sides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from convotui.dialog import GoalSet, list_goal_sets
from convotui.errors import ConvoTUIError
from convotui.gyms.plan import RANDOM
from convotui.policies.learned import KIND, has_checkpoint
from convotui.runs import list_runs
from convotui.tui.episodes import SIDES, Episode
from convotui.tui.overlays.ask import Choice
from convotui.tui.overlays.persona_library import readable_personas

POLICIES = (
    Choice("none", "none", "free talk, no goals"),
    Choice("random", "random", "any goal of the set, each time anew"),
    Choice("no-repeat", "no-repeat", "a goal not used in the dialog yet"),
)


def choices_of(field: str, goals: GoalSet) -> tuple[str, Sequence[Choice], list[str]]:
    """List what a field of the start form may be.

    Args:
        field: its name.
        goals: the goal set that the form names.

    Returns:
        A question, the choices, and a sentence about each file that cannot be read.

    Raises:
        UsageError: a goal set of the libraries cannot be read.
    """
    if field == "policy":
        fixed = [Choice(f"goal:{goal.id}", f"goal:{goal.id}", goal.text) for goal in goals]
        learned, problems = learned_choices()
        return "How are A's goals chosen?", [*POLICIES, *learned, *fixed], problems
    if field == "goals":
        sets = [
            Choice(goal_set.name, goal_set.name, f"{len(goal_set)} goals {goal_set.description}")
            for goal_set in list_goal_sets()
        ]
        return "Which goal set?", sets, []
    personas, problems = readable_personas()
    known = [Choice(p.name, p.name, p.facts[0]) for p in personas]
    drawn = Choice(RANDOM, RANDOM, "another one in each dialog")
    return "Which persona?", [drawn, *known], problems


def learned_choices() -> tuple[list[Choice], list[str]]:
    """List the policies that trainings have learned, newest first.

    Returns:
        The choices, and a sentence about each run that cannot be read.
    """
    choices, problems = [], []
    for run in reversed(list_runs()):
        try:
            state = run.state
            if state.get("kind") != KIND or state.get("status") == "running":
                continue
            if has_checkpoint(run, "best") or has_checkpoint(run, "last"):
                name = f"run:{run.name}"
                words = f"{state.get('status')} · learned on the goals {run.config.get('goals')}"
                choices.append(Choice(name, name, words))
        except ConvoTUIError as problem:
            problems.append(str(problem))
    return choices, problems


def run_choices(runs: Iterable[Mapping[str, Any]]) -> list[Choice]:
    """List runs, newest first."""
    return [
        Choice(run["id"], run["id"], f"{run['status']} · {_made(run)}")
        for run in reversed(list(runs))
    ]


def side_choices(episode: Episode) -> list[Choice]:
    """List the two sides of an episode."""
    words = ("opens", "answers")
    return [
        Choice(str(side), f"{SIDES[side].lower()}  {episode.names[side]}", words[side])
        for side in (0, 1)
    ]


def _made(run: Mapping[str, Any]) -> str:
    summary = run["summary"] or {}
    counts = [f"{summary[name]} {name}" for name in ("episodes", "turns") if name in summary]
    return ", ".join(counts) or "no summary"
