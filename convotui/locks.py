"""Files that a process holds while it works; one that is killed lets go of them by itself."""

from __future__ import annotations

import time
from pathlib import Path
from typing import BinaryIO

LOOK_SECONDS = 0.25
"""Who looks whether a file is held has it for an instant; taking it outlasts that."""


def take(path: Path) -> BinaryIO | None:
    """Take a file, which is made if need be, until what is returned is closed.

    Returns:
        None: another holds it, be it in this process.

    Raises:
        OSError: it cannot be made or locked.
    """
    import fcntl

    file = path.open("ab")
    deadline = time.monotonic() + LOOK_SECONDS
    try:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return file
            except BlockingIOError:
                if time.monotonic() > deadline:
                    file.close()
                    return None
                time.sleep(0.01)
    except BaseException:
        file.close()
        raise


def is_held(path: Path) -> bool:
    """Say whether somebody holds a file; one that is not there nobody does.

    Raises:
        OSError: it cannot be looked at.
    """
    import fcntl

    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False
