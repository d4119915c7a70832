"""Writing a text in the person's own editor."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from textual.app import App, SuspendNotSupported

from convotui.dialog import display_line
from convotui.errors import ConvoTUIError

FALLBACKS = ("nano", "vi", "vim")


def edit_text(app: App[Any], text: str, suffix: str = ".txt") -> str | None:
    """Let a person edit a text in $VISUAL or $EDITOR; the app waits meanwhile.

    Args:
        app: steps aside while the editor has the terminal.
        text: what to begin with.
        suffix: of the file, by which editors choose their colours.

    Returns:
        The new text, None when it is still the same.

    Raises:
        ConvoTUIError: there is no editor, it failed, or the terminal cannot be handed over.
            What was typed by then is kept in a file that the sentence names.
    """
    words = _editor()
    before = text.encode("utf-8", "surrogatepass")
    path = _new_file(before, suffix)
    try:
        code = _run(app, [*words, str(path)])
        if code:
            kept = f": what it had saved is in {_shown(path)}" if _typed(path, before) else ""
            raise ConvoTUIError(
                f"The editor '{display_line(words[0])}' ended with code {code}, so the text was "
                f"left as it is{kept}."
            )
        after = _read(path)
    except BaseException:
        if not _typed(path, before):
            _remove(path)
        raise
    _remove(path)
    if after is None:
        return None
    # Most editors end a file with a line break, which nobody typed.
    if not text.endswith("\n"):
        after = after.removesuffix("\n").removesuffix("\r")
    return None if after == text else after


def _editor() -> list[str]:
    for name in ("VISUAL", "EDITOR"):
        value = os.environ.get(name, "").strip()
        if not value:
            continue
        try:
            words = shlex.split(value)
        except ValueError:
            words = []
        if not words or shutil.which(words[0]) is None:
            raise ConvoTUIError(
                f"There is no editor '{display_line(value)}': set {name} to the command of one."
            )
        return words
    for name in FALLBACKS:
        if shutil.which(name):
            return [name]
    raise ConvoTUIError("There is no editor: set VISUAL or EDITOR to the command of one.")


def _run(app: App[Any], words: list[str]) -> int:
    problem: OSError | None = None
    code = 0
    try:
        with app.suspend(), _no_interrupt():
            # An error must not leave this block: Textual would not take the terminal back.
            try:
                # Our own stderr may be guarded from native libraries; the editor's is not.
                code = subprocess.run(words, stderr=_stderr()).returncode
            except OSError as error:
                problem = error
    except SuspendNotSupported:
        raise ConvoTUIError(
            "The editor cannot be opened: this terminal cannot be handed over to another program."
        ) from None
    if problem is not None:
        raise ConvoTUIError(
            f"The editor '{display_line(words[0])}' cannot be started: {problem.strerror}."
        )
    return code


def _stderr() -> int | None:
    try:
        return sys.__stderr__.fileno() if sys.__stderr__ else None
    except (OSError, ValueError):
        return None


@contextmanager
def _no_interrupt() -> Iterator[None]:
    """Leave Ctrl-C to the editor, which shares the terminal with us."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    # A handler, not SIG_IGN: the editor would inherit that.
    former = signal.signal(signal.SIGINT, lambda signum, frame: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, former)


def _new_file(content: bytes, suffix: str) -> Path:
    try:
        # In a folder of its own, since editors leave backups beside a file.
        path = Path(tempfile.mkdtemp(prefix="convotui-")) / f"text{suffix}"
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
    except OSError as error:
        raise ConvoTUIError(
            f"The editor cannot be opened: no temporary file can be written ({error.strerror})."
        ) from None
    return path


def _read(path: Path) -> str | None:
    try:
        return path.read_bytes().decode("utf-8", "surrogatepass")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConvoTUIError(
            f"What the editor wrote cannot be read: {error.strerror}; it is in {_shown(path)}."
        ) from None
    except UnicodeDecodeError:
        raise ConvoTUIError(
            f"What the editor wrote is not UTF-8, so the text was left as it is: what was typed "
            f"is in {_shown(path)}."
        ) from None


def _typed(path: Path, before: bytes) -> bool:
    """Say whether the file holds something that was typed, as far as can be known."""
    try:
        return path.read_bytes() != before
    except FileNotFoundError:
        return False
    except OSError:
        return True


def _remove(path: Path) -> None:
    shutil.rmtree(path.parent, ignore_errors=True)


def _shown(path: Path) -> str:
    return display_line(str(path))
