"""A run's folder: config, logs, how it ended, and who works on it now (torch-free)."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
import time
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Literal

from convotui import locks
from convotui.errors import ConvoTUIError, UsageError
from convotui.paths import get_paths

Status = Literal["running", "done", "failed", "cancelled", "interrupted"]
CONFIG, STATE, LOCK, GOALS = "config.toml", "run.json", ".lock", "goals.json"
METRICS, SCORES, CHECKPOINTS = "metrics.jsonl", "scores.jsonl", "checkpoints"
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


@dataclass(frozen=True)
class Run:
    """A training run on disk.

    Attributes:
        name: what commands call it.
        path: its folder.
    """

    name: str
    path: Path

    @property
    def state(self) -> dict[str, Any]:
        """How it stands: kind, status, when it was created and ended, summary, message.

        A run that says it is running while no process works on it was interrupted.

        Raises:
            ConvoTUIError: the file with it is damaged.
        """
        state = self._state()
        if state.get("status") == "running" and not self.is_held():
            # Read again: it may have ended between the two looks.
            state = self._state()
            if state.get("status") == "running":
                state["status"] = "interrupted"
        return state

    @property
    def config(self) -> dict[str, Any]:
        """Its resolved settings.

        Raises:
            ConvoTUIError: the file is not there or damaged.
        """
        try:
            return tomllib.loads((self.path / CONFIG).read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError) as error:
            raise _unreadable(self.path / CONFIG, error) from None

    def set_state(self, **values: Any) -> None:
        """Change what ``state`` says; ``ended`` follows from the status."""
        state = {**self._state(), **values}
        if "status" in values:
            state["ended"] = None if values["status"] == "running" else _now()
        self.write_json(STATE, state)

    def write_json(self, file: str, value: Any) -> None:
        """Write a file whole: a reader sees the old one or the new one."""
        self.write_text(file, json.dumps(value, indent=1))

    def write_text(self, file: str, text: str) -> None:
        """Write a file whole: a reader sees the old one or the new one."""
        with _readable(self.path):
            handle, name = tempfile.mkstemp(prefix=f".{file}-", dir=self.path)
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as out:
                    out.write(text)
                    out.flush()
                    os.fsync(out.fileno())
                Path(name).chmod(0o644)
                os.replace(name, self.path / file)
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise

    def read_json(self, file: str) -> Any:
        """Read a file, None where there is none.

        Raises:
            ConvoTUIError: it is damaged.
        """
        try:
            return json.loads((self.path / file).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, RecursionError) as error:
            raise _unreadable(self.path / file, error) from None

    def append(self, file: str, *records: Mapping[str, Any]) -> None:
        """Add lines to a log; they are on disk when the call returns.

        A last line that a crash cut short is taken away first.
        """
        with _readable(self.path), (self.path / file).open("a+b") as out:
            _drop_cut_line(out)
            out.write(_text(records).encode())
            out.flush()
            os.fsync(out.fileno())

    def replace_lines(self, file: str, records: Sequence[Mapping[str, Any]]) -> None:
        """Write a log anew; a reader sees the old one or the new one."""
        self.write_text(file, _text(records))

    def lines(self, file: str) -> list[dict[str, Any]]:
        """Read a log; a last line cut short by a crash is left out.

        Raises:
            ConvoTUIError: another line is damaged.
        """
        try:
            data = (self.path / file).read_bytes()
            return [json.loads(line) for line in data[: data.rfind(b"\n") + 1].splitlines()]
        except FileNotFoundError:
            return []
        except (OSError, ValueError, RecursionError) as error:
            raise _unreadable(self.path / file, error) from None

    def is_held(self) -> bool:
        """Say whether a process works on the run now."""
        with _readable(self.path):
            return locks.is_held(self.path / LOCK)

    @contextmanager
    def holding(self) -> Iterator[None]:
        """Keep other processes from working on the run; a killed one lets go by itself.

        Raises:
            ConvoTUIError: another process works on it.
        """
        with _readable(self.path):
            lock = locks.take(self.path / LOCK)
        if lock is None:
            raise ConvoTUIError(
                f"Another process works on the run {self.name} now: wait for it, or stop it."
            )
        with lock:
            yield

    def _state(self) -> dict[str, Any]:
        state = self.read_json(STATE)
        if state is not None and not isinstance(state, dict):
            raise _unreadable(self.path / STATE, ValueError("expected a table"))
        return state or {}


def create_run(name: str, kind: str, config: Mapping[str, Any]) -> Run:
    """Make the folder of a new run, whole or not at all.

    Args:
        name: small letters, digits, dots, hyphens and underscores.
        kind: such as ``train-policy``.
        config: its resolved settings, as TOML values.

    Raises:
        UsageError: the name cannot be one, or is taken.
        ConvoTUIError: the folder cannot be written.
    """
    import tomlkit

    check_new_name(name)
    path = _path_of(name)
    with _readable(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=path.parent))
    try:
        run = Run(name, aside)
        run.write_text(CONFIG, tomlkit.dumps(dict(config)))
        state = {"name": name, "kind": kind, "status": "running", "created": _now(), "ended": None}
        run.write_json(STATE, {**state, "summary": None})
        with _readable(path):
            aside.chmod(0o755)
            # Fails where another process has just made a folder of this name with something in it.
            os.rename(aside, path)  # noqa: PTH104
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise
    return Run(name, path)


def check_new_name(name: str) -> None:
    """Check that a new run can have a name.

    Raises:
        UsageError: it cannot be one, or is taken.
    """
    if _path_of(name).exists():
        raise UsageError(
            f"There is a run called {name} already: give another name; --resume goes on with it."
        )


def find_run(name: str) -> Run:
    """Find a run by its name.

    Raises:
        UsageError: there is none.
    """
    shown = name if _NAME.fullmatch(name) else ascii(name)
    if not _NAME.fullmatch(name) or not (_path_of(name) / STATE).is_file():
        raise UsageError(f"There is no run called {shown}: 'convotui runs list' shows them.")
    return Run(name, _path_of(name))


def list_runs() -> list[Run]:
    """List the runs, oldest first; damaged ones come before all others."""
    folder = _root()
    with _readable(folder):
        found = [
            Run(path.name, path)
            for path in (folder.iterdir() if folder.is_dir() else ())
            if _NAME.fullmatch(path.name) and (path / STATE).is_file()
        ]
    return sorted(found, key=lambda run: (_created(run), run.name))


def delete_run(name: str) -> None:
    """Delete a run with all that is in its folder.

    Raises:
        UsageError: there is none.
        ConvoTUIError: a process works on it, or it cannot be removed.
    """
    run = find_run(name)
    with run.holding(), _readable(run.path):
        # Out of the list at once and whole, however long the rest takes.
        aside = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=run.path.parent))
        os.replace(run.path, aside / name)
    with _readable(aside):
        shutil.rmtree(aside)


def unused_name(stem: str) -> str:
    """Find a name that no run has: the stem, with a number behind it where it is taken."""
    name, number = stem, 1
    while _path_of(name).exists():
        number += 1
        name = f"{stem}-{number}"
    return name


def _root() -> Path:
    return get_paths().data / "runs"


def _path_of(name: str) -> Path:
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"{name!a} cannot be the name of a run: use at most 64 small letters, digits, dots, "
            "hyphens and underscores, a letter or digit first."
        )
    return _root() / name


def _text(records: Iterable[Mapping[str, Any]]) -> str:
    return "".join(json.dumps(dict(record)) + "\n" for record in records)


def _drop_cut_line(log: BinaryIO) -> None:
    end = log.seek(0, os.SEEK_END)
    log.seek(max(0, end - 1))
    if log.read(1) not in (b"", b"\n"):
        log.seek(0)
        log.truncate(log.read().rfind(b"\n") + 1)


def _created(run: Run) -> str:
    # What is wrong with a damaged run is said by whoever reads it.
    try:
        return str((run.read_json(STATE) or {}).get("created"))
    except (ConvoTUIError, AttributeError):
        return ""


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Say what went wrong with a folder in a sentence."""
    try:
        yield
    except OSError as error:
        raise ConvoTUIError(f"{path} cannot be used: {error.strerror or error}.") from error


def _unreadable(path: Path, error: Exception) -> ConvoTUIError:
    reason = getattr(error, "strerror", None) or " ".join(str(error).split()).rstrip(".")
    return ConvoTUIError(f"{path} cannot be read: {reason}.")


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime()) + "Z"
