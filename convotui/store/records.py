"""The SQLite store: every turn, rating and correction is on disk when the call returns."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from convotui.dialog import Candidate, Dialog, Turn, display_line
from convotui.dialog.text import whole
from convotui.errors import StoreError
from convotui.store import rows
from convotui.store.database import Database
from convotui.store.reading import DialogRow, read_dialog, read_rows
from convotui.store.rows import insert
from convotui.store.working import Working

__all__ = ["DialogRow", "Store"]


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
        self._working = Working(path)

    def close(self) -> None:
        """Close the database; a run begun through it and not ended counts as interrupted."""
        self._database.close()
        self._working.close()

    def __enter__(self) -> Store:
        """Use the store in a ``with`` block."""
        return self

    def __exit__(self, *error: object) -> None:
        """Close it at the end of the block."""
        self.close()

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Commit the calls made inside together, or none of them."""
        with self._database.writing():
            yield

    def add_dialog(self, dialog: Dialog, run: str | None = None) -> int:
        """Store a dialog with whatever turns and ratings it has, and return its key."""
        with self._database.writing() as db:
            return rows.put_dialog(db, dialog, run)

    def import_dialogs(self, run: str, dialogs: Sequence[Dialog]) -> str:
        """Store dialogs from elsewhere, all of them or none, and return their run's id."""
        with self._database.writing() as db:
            name = rows.put_run(db, run, "import", {"dialogs": len(dialogs)})
            for dialog in dialogs:
                self.add_dialog(dialog, name)
            self.end_run(name, "done", {"dialogs": len(dialogs)})
            return name

    def unused_id(self, stem: str) -> str:
        """Find an id that no dialog has: the stem with a number behind it."""
        stem, number = whole(stem), 1
        with self._database.reading() as db:
            while db.execute("SELECT 1 FROM dialogs WHERE id = ?", (f"{stem}{number}",)).fetchone():
                number += 1
        return f"{stem}{number}"

    def copy_turns(self, source: int, target: int, turns: int) -> None:
        """Copy the first turns of a dialog to one without turns, with all they have.

        Args:
            source: key of the dialog that they are copied from, which stays as it is.
            target: key of the other one.
            turns: how many; every candidate, judgement and correction comes along.
        """
        with self._database.writing() as db:
            rows.copy_turns(db, source, target, turns)

    def update_dialog(
        self,
        key: int,
        *,
        personas: tuple[tuple[str, ...], tuple[str, ...]] | None = None,
        meta: Mapping[str, Any] | None = None,
        model: str | None = None,
        version: str | None = None,
    ) -> None:
        """Replace a dialog's personas, its meta (all of it), the model that speaks in it.

        Raises:
            StoreError: there is no dialog with this key.
        """
        with self._database.writing() as db:
            if personas is not None:
                rows.update_dialog(db, key, "personas", json.dumps(personas))
            if meta is not None:
                rows.update_dialog(db, key, "meta", json.dumps(dict(meta)))
            if model is not None:
                rows.update_dialog(db, key, "model", model)
            if version is not None:
                rows.update_dialog(db, key, "version", version)

    def delete_dialog(self, key: int) -> None:
        """Leave a dialog out of lists; all of it is kept, and it can still be loaded.

        Raises:
            StoreError: there is no dialog with this key.
        """
        with self._database.writing() as db:
            rows.update_dialog(db, key, "deleted", rows.now())

    def restore_dialog(self, key: int) -> None:
        """List a deleted dialog again.

        Raises:
            StoreError: there is no dialog with this key.
        """
        with self._database.writing() as db:
            rows.update_dialog(db, key, "deleted", None)

    def add_turns(self, turns: Sequence[tuple[int, int, Turn]]) -> None:
        """Store turns as (dialog key, position, turn), all of them or none."""
        with self._database.writing() as db:
            for key, position, turn in turns:
                rows.put_turn(db, key, position, turn)

    def remove_last(self, dialog: int, position: int) -> None:
        """Take the last turn out of a dialog; ``put_back`` brings it back with all it has.

        Raises:
            StoreError: there is no turn at this position, or it is not the last one.
        """
        with self._database.writing() as db:
            turn, _, _ = rows.find_turn(db, dialog, position)
            if position != rows.next_position(db, dialog) - 1:
                raise StoreError(
                    f"Turn {position} of dialog {dialog} cannot be taken out: it is not the last."
                )
            rows.take_out(db, dialog, turn)

    def put_back(self, dialog: int, position: int) -> None:
        """Bring the turn that was last taken out from this position back to it.

        Raises:
            StoreError: no turn was taken out there, or its place is not the next one.
        """
        with self._database.writing() as db:
            if position != rows.next_position(db, dialog) or not rows.bring_back(
                db, dialog, position
            ):
                raise StoreError(f"Dialog {dialog} has no turn {position} to put back.")

    def exclude(self, dialog: int, position: int, excluded: bool) -> None:
        """Leave a turn out of training, or take it in again."""
        with self._database.writing() as db:
            turn, _, _ = rows.find_turn(db, dialog, position)
            db.execute("UPDATE turns SET excluded = ? WHERE key = ?", (int(excluded), turn))

    def add_candidate(
        self, dialog: int, position: int, candidate: Candidate, *, goal: str | None = None
    ) -> None:
        """Add a candidate to a turn and choose it.

        A human candidate is recorded as the correction of the model's that stood there, also
        when another correction stood there in between. ``goal`` is what it was made under, and
        becomes the turn's; None is the goal that the turn has.
        """
        with self._database.writing() as db:
            turn, chosen, present = rows.find_turn(db, dialog, position)
            row = db.execute("SELECT max(number) FROM candidates WHERE turn = ?", (turn,))
            number = row.fetchone()[0] + 1
            rows.put_candidate(db, turn, number, candidate, present if goal is None else goal)
            rows.choose(db, turn, number)
            replaced = rows.replaced(db, turn, chosen)
            if candidate.source == "human" and replaced is not None:
                rows.correct(db, turn, number, replaced)

    def choose(self, dialog: int, position: int, number: int) -> None:
        """Choose another candidate of a turn, which gets the goal that one was made under."""
        with self._database.writing() as db:
            turn, _, _ = rows.find_turn(db, dialog, position)
            if not rows.choose(db, turn, number):
                raise StoreError(f"Turn {position} has no candidate {number}.")

    def rate(
        self, dialog: int, position: int | None, rating: int | None, reward: float | None
    ) -> int:
        """Record a judgement of a turn, or of the whole dialog where position is None.

        Args:
            dialog: its key.
            position: of the turn.
            rating: 1-5.
            reward: any finite number. Neither rating nor reward: what was judged no longer is.

        Returns:
            The judgement's key.

        Raises:
            ValueError: the rating is not 1 to 5, or the reward is not finite.
        """
        with self._database.writing() as db:
            turn, candidate = (None, None)
            if position is not None:
                turn, candidate, _ = rows.find_turn(db, dialog, position)
            return rows.judge(db, dialog, turn, candidate, rating, reward)

    def own_rating(self, dialog: int, position: int) -> int | None:
        """Rating that was given to the chosen candidate of a turn, not to one it replaced."""
        with self._database.reading() as db:
            turn, chosen, _ = rows.find_turn(db, dialog, position)
            row = db.execute(
                "SELECT rating FROM ratings WHERE turn = ? AND candidate = ? "
                "AND dialog = ? AND withdrawn IS NULL ORDER BY key DESC LIMIT 1",
                (turn, chosen, dialog),
            ).fetchone()
        return None if row is None else row[0]

    def withdraw(self, judgement: int) -> None:
        """Take a judgement back: it is kept, but the one before it counts again."""
        self._withdraw(judgement, rows.now())

    def reinstate(self, judgement: int) -> None:
        """Let a judgement that was taken back count again."""
        self._withdraw(judgement, None)

    def _withdraw(self, judgement: int, when: str | None) -> None:
        with self._database.writing() as db:
            query = "UPDATE ratings SET withdrawn = ? WHERE key = ?"
            if db.execute(query, (when, judgement)).rowcount == 0:
                raise StoreError(f"There is no judgement {judgement} in the database.")

    def start_run(self, run: str, kind: str, config: Mapping[str, Any]) -> str:
        """Record a run and return its id: the name given, with a number where it is taken.

        Until ``end_run``, or until this store is closed or its process dies, the run counts as
        being worked on.
        """
        with self._database.writing() as db:
            name = rows.put_run(db, run, kind, config)
            self._working.begin(name)
            return name

    def end_run(self, run: str, status: str, summary: Mapping[str, Any]) -> None:
        """Record how a run ended: ``done``, ``failed`` or ``cancelled``."""
        with self._database.writing() as db:
            db.execute(
                "UPDATE runs SET status = ?, summary = ?, ended = ? WHERE id = ?",
                (status, json.dumps(dict(summary)), rows.now(), run),
            )
        self._working.end(run)

    def delete_run(self, run: str) -> int:
        """Delete a run and, as ``delete_dialog`` does, its dialogs; return how many of those.

        Raises:
            StoreError: there is no such run, or it is being worked on.
        """
        shown = display_line(run)
        with self._database.writing() as db:
            known = {row["id"]: row["status"] for row in rows.read_runs(db)}
            if run not in known:
                raise StoreError(f"There is no run {shown} in the database.")
            if known[run] == "running" and self._working.is_held(run):
                raise StoreError(f"The run {shown} is being played now: wait for it, or stop it.")
            dialogs = rows.drop_run(db, run)
        self._working.forget(run)
        return dialogs

    def runs(self) -> list[dict[str, Any]]:
        """List runs, oldest first, with config, summary and how many dialogs they have.

        One that is recorded as running while nobody works on it was interrupted.
        """
        with self._database.reading() as db:
            found = rows.read_runs(db)
        if any(self._was_left(run) for run in found):
            # Read again: one of them may have ended between the two looks.
            with self._database.reading() as db:
                found = rows.read_runs(db)
        return [{**run, "status": "interrupted"} if self._was_left(run) else run for run in found]

    def _was_left(self, run: Mapping[str, Any]) -> bool:
        return run["status"] == "running" and not self._working.is_held(run["id"])

    def list_dialogs(self, run: str | None = None, *, words: str | None = None) -> list[DialogRow]:
        """List dialogs in the order they were stored, without deleted ones.

        Args:
            run: only the dialogs of this run.
            words: only dialogs that have each of these words, or parts of words, in their
                title, their personas' names or what was said; capitals count as small letters.
        """
        with self._database.reading() as db:
            return read_rows(db, run if run is None else whole(run), words)

    def load(self, key: int) -> Dialog:
        """Load a dialog as it is now: chosen candidates, newest ratings.

        A reward counts for the candidate it was given to. Where that is no longer chosen, its
        rating still shows on the turn, but without a reward.

        Raises:
            StoreError: there is no dialog with this key.
        """
        with self._database.reading() as db:
            return read_dialog(db, key)

    def keep(self, name: str, text: str | None) -> None:
        """Keep a text, such as a draft or a preference, under a name; None removes it."""
        with self._database.writing() as db:
            db.execute("DELETE FROM kept WHERE name = ?", (whole(name),))
            if text is not None:
                insert(db, "kept", name=name, text=text)

    def kept(self, name: str) -> str | None:
        """Read a text that was kept under a name."""
        with self._database.reading() as db:
            row = db.execute("SELECT text FROM kept WHERE name = ?", (whole(name),)).fetchone()
        return None if row is None else row[0]

    def check(self) -> str:
        """Run SQLite's integrity check; ``ok`` when all is well."""
        with self._database.reading() as db:
            return str(db.execute("PRAGMA quick_check").fetchone()[0])
