"""Rows of dialogs, turns, candidates and judgements, put and found inside a transaction."""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from convotui.dialog import Candidate, Dialog, Turn
from convotui.dialog.text import whole
from convotui.errors import StoreError


def now() -> str:
    """Write the present time as ISO, UTC."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def insert(db: sqlite3.Connection, table: str, **values: Any) -> int:
    """Insert a row of these columns and return its key."""
    names = ", ".join(values)
    marks = ", ".join("?" for _ in values)
    row = [whole(value) if isinstance(value, str) else value for value in values.values()]
    # Names come from the calls of this room, never from data.
    cursor = db.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", row)  # noqa: S608
    return cursor.lastrowid or 0


def update_dialog(db: sqlite3.Connection, key: int, column: str, value: str | None) -> None:
    """Change a column of a dialog.

    Raises:
        StoreError: there is no dialog with this key.
    """
    # The column's name comes from the calls of this room, never from data.
    query = f"UPDATE dialogs SET {column} = ? WHERE key = ?"  # noqa: S608
    text = value if value is None else whole(value)
    if db.execute(query, (text, key)).rowcount == 0:
        raise no_dialog(key)


def no_dialog(key: int) -> StoreError:
    """Say that there is no such dialog."""
    return StoreError(f"There is no dialog {key} in the database.")


def put_dialog(db: sqlite3.Connection, dialog: Dialog, run: str | None) -> int:
    """Store a dialog with its turns and judgements, and return its key."""
    key = insert(
        db,
        "dialogs",
        id=dialog.id,
        run=run,
        seed=dialog.seed,
        model=dialog.model,
        version=dialog.version,
        personas=json.dumps(dialog.personas),
        meta=json.dumps(dict(dialog.meta)),
        started=now(),
    )
    for position, turn in enumerate(dialog.turns):
        put_turn(db, key, position, turn)
    if dialog.rating is not None or dialog.return_ is not None:
        judge(db, key, None, None, dialog.rating, dialog.return_)
    return key


def put_turn(db: sqlite3.Connection, dialog: int, position: int, turn: Turn) -> None:
    """Store a turn with its candidates, its correction and its judgement."""
    key = insert(
        db,
        "turns",
        dialog=dialog,
        position=position,
        speaker=turn.speaker,
        goal=turn.goal,
        chosen=turn.chosen,
        said=now(),
        excluded=int(turn.excluded),
    )
    for number, candidate in enumerate(turn.candidates):
        put_candidate(db, key, number, candidate, turn.goal)
    if turn.replaced is not None:
        correct(db, key, turn.chosen, turn.replaced)
    if turn.rating is not None or turn.reward is not None:
        # A rating without its reward was given to a candidate that has been replaced.
        judged = turn.chosen if turn.reward is not None else None
        judge(db, dialog, key, judged, turn.rating, turn.reward)


def put_candidate(
    db: sqlite3.Connection, turn: int, number: int, candidate: Candidate, goal: str | None
) -> None:
    """Store a candidate of a turn with the goal it was made under."""
    insert(
        db,
        "candidates",
        turn=turn,
        number=number,
        text=candidate.text,
        source=candidate.source,
        seed=candidate.seed,
        version=candidate.version,
        made=now(),
        goal=goal,
    )


def find_turn(db: sqlite3.Connection, dialog: int, position: int) -> tuple[int, int, str | None]:
    """Find the key of a turn that was not taken out, its chosen candidate and its goal.

    Raises:
        StoreError: the dialog has no such turn.
    """
    row = db.execute(
        "SELECT key, chosen, goal FROM turns "
        "WHERE dialog = ? AND position = ? AND removed_from IS NULL",
        (dialog, position),
    ).fetchone()
    if row is None:
        raise StoreError(f"Dialog {dialog} has no turn {position} in the database.")
    return row[0], row[1], row[2]


def next_position(db: sqlite3.Connection, dialog: int) -> int:
    """Position of the turn that would come next."""
    row = db.execute(
        "SELECT max(position) FROM turns WHERE dialog = ? AND removed_from IS NULL", (dialog,)
    ).fetchone()
    return 0 if row[0] is None else int(row[0]) + 1


def take_out(db: sqlite3.Connection, dialog: int, turn: int) -> None:
    """Take a turn out of its dialog without losing anything of it."""
    db.execute(
        "UPDATE turns SET removed_from = position, position = "
        "(SELECT min(0, min(position)) - 1 FROM turns WHERE dialog = ?) WHERE key = ?",
        (dialog, turn),
    )


def bring_back(db: sqlite3.Connection, dialog: int, position: int) -> bool:
    """Bring back the turn that was last taken out from a position; say whether there is one."""
    done = db.execute(
        "UPDATE turns SET position = removed_from, removed_from = NULL WHERE key = "
        "(SELECT key FROM turns WHERE dialog = ? AND removed_from = ? ORDER BY position LIMIT 1)",
        (dialog, position),
    )
    return done.rowcount > 0


def choose(db: sqlite3.Connection, turn: int, number: int) -> bool:
    """Choose a candidate, with the goal it was made under, and say whether there is one."""
    row = db.execute(
        "SELECT goal FROM candidates WHERE turn = ? AND number = ?", (turn, number)
    ).fetchone()
    if row is not None:
        db.execute("UPDATE turns SET chosen = ?, goal = ? WHERE key = ?", (number, row[0], turn))
    return row is not None


def replaced(db: sqlite3.Connection, turn: int, chosen: int) -> int | None:
    """Number of the model's candidate that a correction made now replaces."""
    source = db.execute(
        "SELECT source FROM candidates WHERE turn = ? AND number = ?", (turn, chosen)
    ).fetchone()[0]
    if source == "model":
        return chosen
    row = db.execute(
        "SELECT replaced FROM corrections WHERE turn = ? ORDER BY key DESC LIMIT 1", (turn,)
    ).fetchone()
    return None if row is None else int(row[0])


def correct(db: sqlite3.Connection, turn: int, corrected: int, replaced: int) -> None:
    """Record which candidate a person put in place of which."""
    insert(db, "corrections", turn=turn, corrected=corrected, replaced=replaced, given=now())


def judge(
    db: sqlite3.Connection,
    dialog: int,
    turn: int | None,
    candidate: int | None,
    rating: int | None,
    reward: float | None,
) -> int:
    """Record a judgement and return its key.

    Raises:
        ValueError: the rating is not 1 to 5, or the reward is not finite.
    """
    # A dialog with such a judgement could be stored, but never loaded or exported again.
    if rating is not None and not 1 <= rating <= 5:
        raise ValueError(f"a rating is 1 to 5, not {rating}")
    if reward is not None and not math.isfinite(reward):
        raise ValueError(f"a reward is a finite number, not {reward}")
    return insert(
        db,
        "ratings",
        dialog=dialog,
        turn=turn,
        candidate=candidate,
        rating=rating,
        reward=reward,
        given=now(),
    )


def copy_turns(db: sqlite3.Connection, source: int, target: int, turns: int) -> None:
    """Copy the first turns of a dialog to another: all candidates, judgements and corrections."""
    rows = db.execute(
        "SELECT key, position, speaker, goal, chosen, said, excluded FROM turns "
        "WHERE dialog = ? AND removed_from IS NULL AND position < ? ORDER BY position",
        (source, turns),
    ).fetchall()
    names = ("position", "speaker", "goal", "chosen", "said", "excluded")
    for old, *values in rows:
        new = insert(db, "turns", dialog=target, **dict(zip(names, values, strict=True)))
        db.execute(
            "INSERT INTO candidates (turn, number, text, source, seed, version, made, goal) "
            "SELECT ?, number, text, source, seed, version, made, goal FROM candidates "
            "WHERE turn = ?",
            (new, old),
        )
        db.execute(
            "INSERT INTO ratings (dialog, turn, candidate, rating, reward, given) "
            "SELECT ?, ?, candidate, rating, reward, given FROM ratings "
            "WHERE turn = ? AND withdrawn IS NULL ORDER BY key",
            (target, new, old),
        )
        db.execute(
            "INSERT INTO corrections (turn, corrected, replaced, given) "
            "SELECT ?, corrected, replaced, given FROM corrections WHERE turn = ? ORDER BY key",
            (new, old),
        )


def put_run(db: sqlite3.Connection, run: str, kind: str, config: Mapping[str, Any]) -> str:
    """Store a run as running and return its id: the name, with a number where it is taken."""
    run = whole(run)
    name, number = run, 1
    while db.execute("SELECT 1 FROM runs WHERE id = ?", (name,)).fetchone():
        number += 1
        name = f"{run}-{number}"
    settings = json.dumps(dict(config))
    insert(db, "runs", id=name, kind=kind, config=settings, status="running", started=now())
    return name


def read_runs(db: sqlite3.Connection) -> list[dict[str, Any]]:
    """List runs as they are recorded, oldest first, each with the number of its dialogs."""
    found = db.execute(
        "SELECT id, kind, status, started, ended, (SELECT count(*) FROM dialogs "
        "WHERE run = runs.id AND deleted IS NULL), config, summary "
        "FROM runs ORDER BY started, id"
    ).fetchall()
    names = ("id", "kind", "status", "started", "ended", "dialogs")
    return [
        {
            **dict(zip(names, row[:6], strict=True)),
            "config": json.loads(row[6]),
            "summary": json.loads(row[7]) if row[7] else None,
        }
        for row in found
    ]


def drop_run(db: sqlite3.Connection, run: str) -> int:
    """Remove a run, mark its dialogs as deleted, and return how many were not deleted yet."""
    marked = db.execute(
        "UPDATE dialogs SET deleted = ? WHERE run = ? AND deleted IS NULL", (now(), run)
    ).rowcount
    db.execute("UPDATE dialogs SET run = NULL WHERE run = ?", (run,))
    db.execute("DELETE FROM runs WHERE id = ?", (run,))
    return marked
