"""``convotui runs``: what was trained, played and imported, and how it ended."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from convotui.cli.output import line, note, table
from convotui.cli.run_tables import (
    dialogs_learned,
    dialogs_planned,
    flattened,
    gain_rows,
    problem_of,
    result,
    score_rows,
)
from convotui.dialog import display_line
from convotui.engine.training_rules import resuming, went_wrong
from convotui.errors import ConvoTUIError, UsageError
from convotui.paths import get_paths
from convotui.policies.learned import KIND, has_checkpoint
from convotui.runs import Run, delete_run, find_run, list_runs
from convotui.store import Store

app = typer.Typer(help="List, show and delete runs.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="The run's name, as 'convotui runs list' shows.")]
Row = tuple[str, str, str, str, str, str]


@app.command("list")
def list_all_runs() -> None:
    """List trainings, self-plays and imports, oldest first."""
    rows: list[Row] = []
    damaged: list[str] = []
    for run in list_runs():
        try:
            rows.append(_training_row(run))
        except ConvoTUIError as problem:
            damaged.append(str(problem))
            rows.append((run.name, "-", "damaged", "-", "-", "-"))
    with Store(get_paths().database) as store:
        rows += [_stored_row(run) for run in store.runs()]
    rows.sort(key=lambda row: row[3])
    table([("NAME", "KIND", "STATUS", "STARTED", "DIALOGS", "RETURN"), *rows])
    for sentence in damaged:
        note(sentence)


@app.command()
def show(name: Name) -> None:
    """Show what a run was to do, how it ended and what came of it."""
    stored = _find_stored(name)
    if stored is not None:
        _show_stored(stored)
    else:
        _show_training(find_run(name))


@app.command()
def delete(
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete a run: a training with all it learned, or a self-play or import with its dialogs."""
    stored = _find_stored(name)
    if stored is None:
        find_run(name)
    what = "all it learned" if stored is None else f"its {stored['dialogs']} dialogs"
    if not yes and not _agreed(f"Delete the run {display_line(name)} with {what}?"):
        note("Nothing was deleted.")
        return
    if stored is None:
        delete_run(name)
        note(f"The run {name} is deleted.")
        return
    with Store(get_paths().database) as store:
        dialogs = store.delete_run(name)
    note(f"The run {name} is deleted; {dialogs} dialogs went with it.")


def _find_stored(name: str) -> dict[str, Any] | None:
    """Find a self-play or an import."""
    with Store(get_paths().database) as store:
        return next((run for run in store.runs() if run["id"] == name), None)


def _agreed(question: str) -> bool:
    if not sys.stdin.isatty():
        raise UsageError("Nobody can be asked here whether to delete it: add --yes.")
    return typer.confirm(question, err=True)


def _training_row(run: Run) -> Row:
    state = run.state
    learned = dialogs_learned(run)
    planned = dialogs_planned(run)
    return (
        run.name,
        str(state.get("kind")),
        str(state.get("status")),
        _time(state.get("created")),
        str(learned) if planned in (None, learned) else f"{learned} of {planned}",
        result(state.get("summary")),
    )


def _stored_row(run: Mapping[str, Any]) -> Row:
    planned, stored = run["config"].get("episodes"), run["dialogs"]
    count = str(stored) if planned in (None, stored) else f"{stored} of {planned}"
    return (run["id"], run["kind"], run["status"], _time(run["started"]), count, "-")


def _show_training(run: Run) -> None:
    state, config = run.state, run.config
    rows = [("name", run.name)]
    rows += [(key, str(state.get(key))) for key in ("kind", "status")]
    rows += [("started", _time(state.get("created"))), ("ended", _time(state.get("ended")))]
    if problem := problem_of(state):
        rows.append(("problem", problem))
    rows += [("folder", str(run.path)), ("learned from", f"{dialogs_learned(run)} dialogs")]
    table([*rows, *flattened(config)])
    scores = score_rows(run)
    if scores:
        line("")
        table([("STAGE", "DIALOGS", "POLICY", "RETURN", "95 % INTERVAL", "IN"), *scores])
    gains = gain_rows(state.get("summary"))
    if gains:
        line("")
        table([("MORE THAN", "RETURN", "95 % INTERVAL", "IN"), *gains])
    _say_what_next(run, state)


def _say_what_next(run: Run, state: Mapping[str, Any]) -> None:
    if state.get("kind") != KIND:
        return
    if has_checkpoint(run, "best") or has_checkpoint(run, "last"):
        note(f"'convotui selfplay --policy run:{run.name}' plays it.")
    unfinished = state.get("status") in ("interrupted", "cancelled", "failed")
    if unfinished and not went_wrong(problem_of(state)):
        note(f"'{resuming(run.name, str(run.config.get('reward', '')))}' goes on with it.")


def _show_stored(run: Mapping[str, Any]) -> None:
    rows = [("name", run["id"]), ("kind", run["kind"]), ("status", run["status"])]
    rows += [("started", _time(run["started"])), ("ended", _time(run["ended"]))]
    rows += [("dialogs", str(run["dialogs"])), *flattened(run["config"])]
    summary = run["summary"] or {}
    rows += [(f"summary.{key}", json.dumps(value)) for key, value in summary.items()]
    table(rows)
    note(f"'convotui data list --run {display_line(run['id'])}' lists its dialogs.")


def _time(iso: object) -> str:
    return str(iso)[:19] if iso else "-"
