"""Trainings of before, read from the folders of their runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from convotui.dialog import dialog_from_record
from convotui.engine.api import LoadModel
from convotui.errors import ConvoTUIError, UsageError
from convotui.evaluation.scores import score_from
from convotui.learning.history import point_from
from convotui.learning.plan import PolicyPlan, plan_from
from convotui.policies.learned import KIND
from convotui.runs import GOALS, METRICS, SCORES, STATE, Run, list_runs
from convotui.tui.trainings import Model, Phase, Training, held_out_partners

PHASES = {
    "running": Phase.ELSEWHERE,
    "done": Phase.DONE,
    "cancelled": Phase.STOPPED,
    "interrupted": Phase.INTERRUPTED,
    "failed": Phase.FAILED,
}


def read_training(run: Run) -> Training:
    """Read a run of before.

    A folder that is damaged makes a training that says so.
    """
    try:
        return _read(run)
    except (ConvoTUIError, KeyError, TypeError, ValueError) as error:
        problem = str(error) if isinstance(error, ConvoTUIError) else _damage(run, error)
        return Training(
            run.name, PolicyPlan(), Phase.DAMAGED, problem=problem, folder=str(run.path)
        )


def _damage(run: Run, error: Exception) -> str:
    return f"{run.path} is damaged ({type(error).__name__}: {error})."


def _read(run: Run) -> Training:
    state = run.state
    plan, model = plan_of(run.config)
    training = Training(
        run.name,
        plan,
        PHASES.get(str(state.get("status")), Phase.INTERRUPTED),
        model=model,
        points=[point_from(line) for line in run.lines(METRICS)],
        created=str(state.get("created") or ""),
        folder=str(run.path),
        partners=held_out_partners(plan),
    )
    if isinstance(state.get("summary"), Mapping):
        training.summary = state["summary"]
        training.problem = str(training.summary.get("message") or "")
    lines = run.lines(SCORES)
    training.scores = [
        (line["stage"], int(line["episodes"]), score_from(line["score"])) for line in lines
    ]
    if lines and lines[-1].get("dialog"):
        dialog = dialog_from_record(lines[-1]["dialog"])
        training._show(dialog, f"{training.scores[-1][2].policy}, {training.scores[-1][0]}")
    training.goals = _goals(training, run)
    return training


def plan_of(config: Mapping[str, Any]) -> tuple[PolicyPlan, Model]:
    """Read the config of a run: its plan, and its model.

    Raises:
        UsageError: naming a key that is no setting.
    """
    settings = dict(config)
    model = settings.pop("model", None)
    named = model if isinstance(model, Mapping) else {}
    keys = ("name", "version", "dtype", "prompt_format")
    return plan_from(settings), Model(*(str(named.get(key, "")) for key in keys))


def loading_of(config: Mapping[str, Any]) -> LoadModel:
    """Find in the config of a run how its model is loaded.

    Raises:
        UsageError: it does not name a model.
    """
    table = config.get("model")
    named = table if isinstance(table, Mapping) else {}
    kinds = {field.name: type(field.default) for field in fields(LoadModel)}
    given = {key: named[key] for key, kind in kinds.items() if type(named.get(key)) is kind}
    model = given.get("model", named.get("name"))
    if not isinstance(model, str) or not model:
        raise UsageError("The run does not say which model it was trained with: begin another one.")
    return LoadModel(**{**given, "model": model})


def _goals(training: Training, run: Run) -> tuple[str, ...]:
    """List the goals there were; where the run does not say, those that were given."""
    record = run.read_json(GOALS)
    if record is not None:
        return tuple(str(goal["id"]) for goal in record["goals"])
    given = [point.goals for point in training.points]
    given += [score.goals for _, _, score in training.scores]
    return tuple(dict.fromkeys(name for counts in given for name in counts))


def read_trainings(known: Mapping[str, Training]) -> dict[str, Training]:
    """Read the runs there are, newest first; any thread.

    Args:
        known: those read before, by name; one that has ended and is the same is not read again.
    """
    found = {}
    for run in reversed(list_runs()):
        state = run.read_json(STATE) or {}
        if not isinstance(state, dict) or state.get("kind") != KIND:
            continue
        old = known.get(run.name)
        same = old is not None and old.created == state.get("created")
        if old is not None and same and old.phase is Phase.DONE and state.get("status") == "done":
            found[run.name] = old
        else:
            found[run.name] = read_training(run)
    return found
