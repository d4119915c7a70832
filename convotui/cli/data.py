"""``convotui data``: stored dialogs in and out of files."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from convotui.cli.output import block, json_line, line, note, table
from convotui.dialog import Turn, dialog_to_record, display_line
from convotui.errors import UsageError
from convotui.paths import get_paths
from convotui.store import Store, read_dialogs, write_dialogs

app = typer.Typer(help="List, show, export and import dialogs.", no_args_is_help=True)
_SPEAKERS = "AB"
Run = Annotated[str | None, typer.Option(help="Only the dialogs of this run.")]


@app.command("list")
def list_dialogs(run: Run = None) -> None:
    """List the stored dialogs."""
    with Store(get_paths().database) as store:
        rows = store.list_dialogs(run)
    table(
        [("KEY", "TURNS", "MODEL", "STARTED", "RUN", "ID")]
        + [
            (str(r.key), str(r.turns), r.model or "-", r.started[:19], r.run or "-", r.id)
            for r in rows
        ]
    )


@app.command()
def show(
    key: Annotated[int, typer.Argument(help="The dialog's key, as 'convotui data list' shows.")],
) -> None:
    """Show a stored dialog: both personas, then every turn with what was thought of it."""
    with Store(get_paths().database) as store:
        if key not in {row.key for row in store.list_dialogs()}:
            raise _no_dialog(key)
        dialog = store.load(key)
    for letter, facts in zip(_SPEAKERS, dialog.personas, strict=True):
        line(f"persona {letter}{'' if facts else ': none'}")
        for fact in facts:
            _indented(fact)
    for number, turn in enumerate(dialog.turns):
        line(f"{number} {_SPEAKERS[turn.speaker]}: {turn.text}")
        # On lines of their own, which no text can imitate: it is shown on one line.
        if turn.goal is not None:
            _indented(f"goal: {turn.goal}")
        _indented(_judged(turn))
    whole = _judgement(dialog.rating, dialog.return_, "return")
    if whole:
        line(f"dialog: {', '.join(whole)}")


@app.command()
def export(
    out: Annotated[
        Path | None, typer.Option(help="File to write (JSON Lines); stdout without it.")
    ] = None,
    run: Run = None,
    dialog: Annotated[
        list[int] | None, typer.Option(help="Only the dialog with this key; may be repeated.")
    ] = None,
) -> None:
    """Export dialogs as JSON Lines, one a line, with every candidate and rating."""
    with Store(get_paths().database) as store:
        keys = [row.key for row in store.list_dialogs(run)]
        if run is not None and not keys:
            raise UsageError(f"There is no run '{display_line(run)}' with dialogs.")
        missing = sorted(set(dialog or ()) - set(keys))
        if missing:
            raise _no_dialog(missing[0])
        wanted = [key for key in keys if not dialog or key in dialog]
        dialogs = (store.load(key) for key in wanted)
        if out is None:
            for found in dialogs:
                json_line(dialog_to_record(found))
        else:
            note(f"{write_dialogs(out, dialogs)} dialogs written to {out}.")


@app.command("import")
def import_dialogs(
    file: Annotated[Path, typer.Argument(help="JSON Lines, plain or .gz.")],
) -> None:
    """Import dialogs, in our schema or the shape of published data sets; all or none."""
    dialogs = list(read_dialogs(file))
    with Store(get_paths().database) as store:
        run = store.import_dialogs(_run_name(file), dialogs)
    note(f"{len(dialogs)} dialogs imported as run {run}.")


def _no_dialog(key: int) -> UsageError:
    return UsageError(f"There is no dialog {key}: 'convotui data list' shows them.")


def _indented(text: str) -> None:
    if text:
        block(f"  {display_line(text)}")


def _judged(turn: Turn) -> str:
    parts = _judgement(turn.rating, turn.reward, "reward")
    if len(turn.candidates) > 1:
        parts.append(f"{len(turn.candidates)} candidates")
    return ", ".join(parts)


def _judgement(rating: int | None, number: float | None, name: str) -> list[str]:
    found = [("rating", rating), (name, number)]
    return [f"{what} {value}" for what, value in found if value is not None]


def _run_name(file: Path) -> str:
    """Name a run after a file, in characters that are safe to print and to type."""
    stem = re.sub(r"[^\w-]+", "-", file.name.split(".")[0], flags=re.ASCII).strip("-")
    return f"import-{stem[:64] or 'file'}"
