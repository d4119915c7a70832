"""A text that was written and could not be used: kept in a file, so that it is not lost."""

from __future__ import annotations

import os

from convotui.dialog import display_line
from convotui.errors import ConvoTUIError
from convotui.paths import get_paths


def keep_rejected(text: str, name: str) -> str:
    """Write a text into the state folder and return the sentence that says where.

    Raises:
        ConvoTUIError: it cannot be written there.
    """
    path = get_paths().state / name
    work = path.with_name(f".{name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            work.write_bytes(text.encode("utf-8", "surrogatepass"))
            os.replace(work, path)
        finally:
            work.unlink(missing_ok=True)
    except OSError as error:
        shown = display_line(str(path))
        raise ConvoTUIError(f"{shown} cannot be written: {error.strerror}.") from error
    return f"Your text is in {path}."
