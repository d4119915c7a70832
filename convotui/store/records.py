"""The SQLite store: every turn, rating and correction is on disk when the call returns."""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from convotui.dialog import Candidate, Dialog, Turn
from convotui.dialog.text import whole
from convotui.errors import StoreError
from convotui.store.database import Database


@dataclass(frozen=True)
class DialogRow:
    """A stored dialog in lists.

    Attributes:
        key: the store's own handle; ids may repeat between runs, keys never do.
        run: the run that made it, None for a chat.
        started: ISO time, UTC.
    """

    key: int
    id: str
    run: str | None
    model: str | None
    turns: int
    started: str


class Store:
    """Dialogs, ratings, corrections and runs in one SQLite file (WAL).

    May be used from several threads; calls take turns. ``synchronous=FULL`` and one
    transaction a call: what was returned from survives ``kill -9`` and power loss.

    Raises (any method):
        StoreError: the database is locked, read-only, full or damaged.
    """

    def __init__(self, path: Path | str) -> None:
        """Open the database, creating and migrating it as needed.

        Args:
            path: its file; ``:memory:`` keeps nothing.
        """
        self.path = path
        self._database = Database(path)

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    def __enter__(self) -> Store:
        """Use the store in a ``with`` block."""
        return self

    def __exit__(self, *error: object) -> None:
        """Close it at the end of the block."""
        self.close()

    def add_dialog(self, dialog: Dialog, run: str | None = None) -> int:
        """Store a dialog with whatever turns and ratings it has, and return its key."""
        with self._database.writing() as db:
            key = _insert(
                db,
                "dialogs",
                id=dialog.id,
                run=run,
                seed=dialog.seed,
                model=dialog.model,
                version=dialog.version,
                personas=json.dumps(dialog.personas),
                meta=json.dumps(dict(dialog.meta)),
                started=_now(),
            )
            for position, turn in enumerate(dialog.turns):
                self._put_turn(db, key, position, turn)
            if dialog.rating is not None or dialog.return_ is not None:
                _judge(db, key, None, None, dialog.rating, dialog.return_)
            return key

    def import_dialogs(self, run: str, dialogs: Sequence[Dialog]) -> str:
        """Store dialogs from elsewhere, all of them or none, and return their run's id."""
        with self._database.writing():
            name = self.start_run(run, "import", {"dialogs": len(dialogs)})
            for dialog in dialogs:
                self.add_dialog(dialog, name)
            self.end_run(name, "done", {"dialogs": len(dialogs)})
            return name

    def add_turns(self, turns: Sequence[tuple[int, int, Turn]]) -> None:
        """Store turns as (dialog key, position, turn), all of them or none."""
        with self._database.writing() as db:
            for key, position, turn in turns:
                self._put_turn(db, key, position, turn)

    def add_candidate(
        self, dialog: int, position: int, candidate: Candidate, *, goal: str | None = None
    ) -> None:
        """Add a candidate to a turn and choose it.

        A human candidate is recorded as the correction of the model's that stood there, also
        when another correction stood there in between. With ``goal`` the turn gets that goal.
        """
        with self._database.writing() as db:
            turn, chosen = self._turn(db, dialog, position)
            row = db.execute("SELECT max(number) FROM candidates WHERE turn = ?", (turn,))
            number = row.fetchone()[0] + 1
            _put_candidate(db, turn, number, candidate)
            _choose(db, turn, number)
            if goal is not None:
                db.execute("UPDATE turns SET goal = ? WHERE key = ?", (whole(goal), turn))
            replaced = _replaced(db, turn, chosen)
            if candidate.source == "human" and replaced is not None:
                _correct(db, turn, number, replaced)

    def choose(self, dialog: int, position: int, number: int) -> None:
        """Choose another candidate of a turn."""
        with self._database.writing() as db:
            turn, _ = self._turn(db, dialog, position)
            row = db.execute(
                "SELECT 1 FROM candidates WHERE turn = ? AND number = ?", (turn, number)
            ).fetchone()
            if row is None:
                raise StoreError(f"Turn {position} has no candidate {number}.")
            _choose(db, turn, number)

    def rate(
        self, dialog: int, position: int | None, rating: int | None, reward: float | None
    ) -> None:
        """Record a judgement of a turn, or of the whole dialog where position is None.

        Raises:
            ValueError: the rating is not 1 to 5, or the reward is not finite.
        """
        with self._database.writing() as db:
            turn, candidate = (None, None)
            if position is not None:
                turn, candidate = self._turn(db, dialog, position)
            _judge(db, dialog, turn, candidate, rating, reward)

    def start_run(self, run: str, kind: str, config: Mapping[str, Any]) -> str:
        """Record a run and return its id: the name given, with a number where it is taken."""
        with self._database.writing() as db:
            run = whole(run)
            name, number = run, 1
            while db.execute("SELECT 1 FROM runs WHERE id = ?", (name,)).fetchone():
                number += 1
                name = f"{run}-{number}"
            _insert(
                db,
                "runs",
                id=name,
                kind=kind,
                config=json.dumps(dict(config)),
                status="running",
                started=_now(),
            )
            return name

    def end_run(self, run: str, status: str, summary: Mapping[str, Any]) -> None:
        """Record how a run ended: ``done``, ``failed`` or ``cancelled``."""
        with self._database.writing() as db:
            db.execute(
                "UPDATE runs SET status = ?, summary = ?, ended = ? WHERE id = ?",
                (status, json.dumps(dict(summary)), _now(), run),
            )

    def runs(self) -> list[dict[str, Any]]:
        """List runs, oldest first, with their config and summary."""
        with self._database.reading() as db:
            rows = db.execute(
                "SELECT id, kind, status, started, ended, config, summary "
                "FROM runs ORDER BY started, id"
            ).fetchall()
        names = ("id", "kind", "status", "started", "ended")
        return [
            {
                **dict(zip(names, row[:5], strict=True)),
                "config": json.loads(row[5]),
                "summary": json.loads(row[6]) if row[6] else None,
            }
            for row in rows
        ]

    def list_dialogs(self, run: str | None = None) -> list[DialogRow]:
        """List dialogs in the order they were stored, all or those of a run."""
        with self._database.reading() as db:
            rows = db.execute(
                "SELECT d.key, d.id, d.run, d.model, count(t.key), d.started FROM dialogs d "
                "LEFT JOIN turns t ON t.dialog = d.key WHERE ?1 IS NULL OR d.run = ?1 "
                "GROUP BY d.key ORDER BY d.key",
                (run if run is None else whole(run),),
            ).fetchall()
        return [DialogRow(*row) for row in rows]

    def load(self, key: int) -> Dialog:
        """Load a dialog as it is now: chosen candidates, newest ratings.

        A reward counts for the candidate it was given to. Where that is no longer chosen, its
        rating still shows on the turn, but without a reward.

        Raises:
            StoreError: there is no dialog with this key.
        """
        with self._database.reading() as db:
            head = db.execute(
                "SELECT id, personas, seed, model, version, meta FROM dialogs WHERE key = ?", (key,)
            ).fetchone()
            if head is None:
                raise StoreError(f"There is no dialog {key} in the database.")
            turns = db.execute(
                "SELECT key, speaker, goal, chosen FROM turns WHERE dialog = ? ORDER BY position",
                (key,),
            ).fetchall()
            judged = db.execute(
                "SELECT turn, candidate, rating, reward FROM ratings WHERE dialog = ? ORDER BY key",
                (key,),
            ).fetchall()
            offered = db.execute(
                "SELECT c.turn, c.text, c.source, c.seed, c.version FROM candidates c "
                "JOIN turns t ON t.key = c.turn WHERE t.dialog = ? ORDER BY c.turn, c.number",
                (key,),
            ).fetchall()
        newest = {turn: (rating, None) for turn, _, rating, _ in judged}
        exact = {(turn, number): both for turn, number, *both in judged}
        candidates: dict[int, list[Candidate]] = {}
        for turn, *fields in offered:
            candidates.setdefault(turn, []).append(Candidate(*fields))
        first, second = json.loads(head[1])
        rating, reward = exact.get((None, None), (None, None))
        return Dialog(
            id=head[0],
            personas=(tuple(first), tuple(second)),
            turns=tuple(
                Turn(
                    speaker,
                    tuple(candidates[k]),
                    chosen,
                    goal,
                    *exact.get((k, chosen), newest.get(k, (None, None))),
                )
                for k, speaker, goal, chosen in turns
            ),
            seed=head[2],
            model=head[3],
            version=head[4],
            rating=rating,
            return_=reward,
            meta=json.loads(head[5]),
        )

    def check(self) -> str:
        """Run SQLite's integrity check; ``ok`` when all is well."""
        with self._database.reading() as db:
            return str(db.execute("PRAGMA quick_check").fetchone()[0])

    def _put_turn(self, db: sqlite3.Connection, dialog: int, position: int, turn: Turn) -> None:
        key = _insert(
            db,
            "turns",
            dialog=dialog,
            position=position,
            speaker=turn.speaker,
            goal=turn.goal,
            chosen=turn.chosen,
            said=_now(),
        )
        for number, candidate in enumerate(turn.candidates):
            _put_candidate(db, key, number, candidate)
        if turn.replaced is not None:
            _correct(db, key, turn.chosen, turn.replaced)
        if turn.rating is not None or turn.reward is not None:
            # A rating without its reward was given to a candidate that has been replaced.
            judged = turn.chosen if turn.reward is not None else None
            _judge(db, dialog, key, judged, turn.rating, turn.reward)

    def _turn(self, db: sqlite3.Connection, dialog: int, position: int) -> tuple[int, int]:
        row = db.execute(
            "SELECT key, chosen FROM turns WHERE dialog = ? AND position = ?", (dialog, position)
        ).fetchone()
        if row is None:
            raise StoreError(f"Dialog {dialog} has no turn {position} in the database.")
        return int(row[0]), int(row[1])


def _insert(db: sqlite3.Connection, table: str, **values: Any) -> int:
    names = ", ".join(values)
    marks = ", ".join("?" for _ in values)
    row = [whole(value) if isinstance(value, str) else value for value in values.values()]
    # Names come from the calls above, never from data.
    cursor = db.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", row)  # noqa: S608
    return cursor.lastrowid or 0


def _put_candidate(db: sqlite3.Connection, turn: int, number: int, candidate: Candidate) -> None:
    _insert(
        db,
        "candidates",
        turn=turn,
        number=number,
        text=candidate.text,
        source=candidate.source,
        seed=candidate.seed,
        version=candidate.version,
        made=_now(),
    )


def _replaced(db: sqlite3.Connection, turn: int, chosen: int) -> int | None:
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


def _correct(db: sqlite3.Connection, turn: int, corrected: int, replaced: int) -> None:
    _insert(db, "corrections", turn=turn, corrected=corrected, replaced=replaced, given=_now())


def _choose(db: sqlite3.Connection, turn: int, number: int) -> None:
    db.execute("UPDATE turns SET chosen = ? WHERE key = ?", (number, turn))


def _judge(
    db: sqlite3.Connection,
    dialog: int,
    turn: int | None,
    candidate: int | None,
    rating: int | None,
    reward: float | None,
) -> None:
    # A dialog with such a judgement could be stored, but never loaded or exported again.
    if rating is not None and not 1 <= rating <= 5:
        raise ValueError(f"a rating is 1 to 5, not {rating}")
    if reward is not None and not math.isfinite(reward):
        raise ValueError(f"a reward is a finite number, not {reward}")
    _insert(
        db,
        "ratings",
        dialog=dialog,
        turn=turn,
        candidate=candidate,
        rating=rating,
        reward=reward,
        given=_now(),
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
