"""Which runs are worked on now: each holds a file beside the database while it lasts."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from convotui import locks
from convotui.dialog import display_line
from convotui.errors import StoreError

FOLDER = "running"


class Working:
    """The runs that a store works on, and a look at those of other processes.

    Raises (any method):
        StoreError: the folder of the files cannot be used.
    """

    def __init__(self, database: Path | str) -> None:
        """Take the database's file; nobody else sees the runs of one that keeps nothing."""
        self._database = None if str(database) == ":memory:" else Path(database).absolute()
        self._mine: dict[str, BinaryIO | None] = {}
        self._lock = threading.Lock()

    def begin(self, run: str) -> None:
        """Work on a run from now on.

        Raises:
            StoreError: another process works on it.
        """
        with self._lock, self._errors():
            path = self._path(run)
            if run in self._mine:
                return
            file = None
            if path is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
                file = locks.take(path)
                if file is None:
                    raise StoreError(
                        f"Another process works on the run {display_line(run)}: wait for it."
                    )
            self._mine[run] = file

    def end(self, run: str) -> None:
        """Work on a run no longer; one that was never begun is left alone."""
        with self._lock, self._errors():
            self._let_go(run)

    def is_held(self, run: str) -> bool:
        """Say whether anybody works on a run."""
        with self._lock, self._errors():
            path = self._path(run)
            return run in self._mine or (path is not None and locks.is_held(path))

    def forget(self, run: str) -> None:
        """Remove what a process that was killed in a run left of it."""
        with self._lock, self._errors():
            path = self._path(run)
            if path is not None:
                path.unlink(missing_ok=True)

    def close(self) -> None:
        """Work on nothing any longer."""
        with self._lock, self._errors():
            for run in list(self._mine):
                self._let_go(run)

    def _let_go(self, run: str) -> None:
        file = self._mine.pop(run, None)
        if file is not None:
            with file:
                Path(file.name).unlink(missing_ok=True)

    def _path(self, run: str) -> Path | None:
        if self._database is None:
            return None
        # A run may be called anything, and several databases may lie in one folder.
        named = f"{self._database.name}/{run}".encode()
        digest = hashlib.blake2b(named, digest_size=8).hexdigest()
        return self._database.parent / FOLDER / f"{digest}.lock"

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            shown = display_line(str(self._database and self._database.parent / FOLDER))
            raise StoreError(f"The folder {shown} cannot be used: {error.strerror}.") from error
