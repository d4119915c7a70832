"""The SQLite file: opened with WAL, used one thread at a time, its errors put into sentences."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from convotui.dialog import display_line
from convotui.errors import StoreError
from convotui.store.migrations import migrate

BUSY_SECONDS = 5.0


class Database:
    """One connection that several threads take turns with.

    Raises (any method):
        StoreError: the file is locked, read-only, full, damaged or another program's.
    """

    def __init__(self, path: Path | str) -> None:
        """Open the file, creating and migrating it as needed.

        Args:
            path: the file; ``:memory:`` keeps nothing.
        """
        self.path = path
        self._lock = threading.RLock()
        with self._errors():
            try:
                if isinstance(path, Path):
                    path.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise StoreError(
                    f"The folder {display_line(str(Path(path).parent))} cannot be made: "
                    f"{error.strerror}."
                ) from None
            self.connection = sqlite3.connect(
                path, timeout=BUSY_SECONDS, check_same_thread=False, isolation_level=None
            )
            try:
                self.connection.execute("PRAGMA foreign_keys = ON")
                self.connection.execute("PRAGMA synchronous = FULL")
                migrate(self.connection, display_line(str(path)))
                _use_wal(self.connection)
            except BaseException:
                self.connection.close()
                raise

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self.connection.close()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Commit what is done inside, or nothing of it; an inner one joins the outer."""
        with self._lock, self._errors():
            nested: bool = self.connection.in_transaction
            if nested:
                yield self.connection
                return
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield self.connection
                self.connection.execute("COMMIT")
            finally:
                # Still open only if something went wrong inside or in the commit.
                if self.connection.in_transaction:
                    self.connection.execute("ROLLBACK")

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """See one state of the database throughout; inside ``writing``, what was written so far."""
        with self._lock, self._errors():
            nested: bool = self.connection.in_transaction
            if nested:
                yield self.connection
                return
            self.connection.execute("BEGIN")
            try:
                yield self.connection
            finally:
                self.connection.execute("COMMIT")

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OverflowError) as error:
            # Overflow: a whole number of more than the 64 bits that SQLite keeps.
            raise StoreError(_explain(error, self.path)) from error


def _use_wal(db: sqlite3.Connection) -> None:
    # SQLite answers "locked" at once, without its usual wait, where two programs make a new
    # file WAL in the same moment.
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            db.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)


def _explain(error: Exception, path: Path | str) -> str:
    shown = display_line(str(path))
    text = str(error).lower()
    if "locked" in text or "busy" in text:
        return f"The database {shown} is locked by another program: close that, then try again."
    if "readonly" in text or "read-only" in text:
        return (
            f"The database {shown} is read-only: give yourself write access, or set CONVOTUI_HOME."
        )
    if "not a database" in text or "malformed" in text:
        return f"{shown} is damaged or not a database of ConvoTUI: move it away, or restore a copy."
    if "full" in text:
        return f"The disk is full, so nothing more can be written to {shown}: free some space."
    if "unable to open" in text:
        return f"The database {shown} cannot be opened: check the folder's permissions."
    return f"The database {shown} reports: {display_line(str(error))}."
