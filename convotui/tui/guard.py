"""Keeping native libraries off the screen: what they write to stderr goes to the log."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def stderr_guard(log_path: Path) -> Iterator[None]:
    """Send file descriptor 2 to a log; enter this before the app is made.

    Textual draws on ``sys.__stderr__``, which meanwhile is a copy of the terminal. So is
    ``sys.stderr``, that a traceback of the app itself still reaches a person.

    Args:
        log_path: appended to; where it cannot be opened, what would go there is dropped.
    """
    former, former_original = sys.stderr, sys.__stderr__
    _flush(former)
    log = _open_log(log_path)
    terminal = open(  # noqa: SIM115 - it outlives this statement
        os.dup(2),
        "w",
        buffering=1,
        encoding=getattr(former_original, "encoding", None) or "utf-8",
        errors="backslashreplace",
    )
    os.dup2(log, 2)
    os.close(log)
    sys.stderr = terminal
    sys.__stderr__ = terminal  # type: ignore[misc]
    try:
        yield
    finally:
        # Whoever kept the former stream meant the log, as long as the app was running.
        _flush(former)
        _flush(terminal)
        os.dup2(terminal.fileno(), 2)
        sys.stderr = former
        sys.__stderr__ = former_original  # type: ignore[misc]
        with suppress(OSError):
            terminal.close()


def _open_log(path: Path) -> int:
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, flags, 0o600)
    except OSError:
        return os.open(os.devnull, os.O_WRONLY)


def _flush(stream: object) -> None:
    # A terminal that has gone is no reason to fail on the way out.
    with suppress(OSError, ValueError):
        getattr(stream, "flush", lambda: None)()
