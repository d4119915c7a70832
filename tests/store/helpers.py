"""What the store's tests share: dialogs to keep, and a look at the file without it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from convotui.dialog import Candidate, Dialog, Turn
from tests.dialog.active import active_in

REPLY = Candidate("i like rain.", "model", seed=7, version="base")
OTHER = Candidate("rain is wet.", "model", seed=8, version="v0001")
FIXED = Candidate("i love rain, do you?", "human")


def small_dialog(name: str = "d1") -> Dialog:
    """Make a dialog of two turns, the second one a model's."""
    return Dialog(
        name,
        personas=(("i sing.",), ("i farm.", "i love rain.")),
        turns=(Turn.say(0, "hello!", goal="ask-pets"), Turn(1, (REPLY,))),
        seed=3,
        model="tiny",
        version="base",
        meta={"goal_set": "everyday"},
    )


def rows(path: Path, query: str) -> list[tuple[Any, ...]]:
    """Ask the database file directly."""
    with closing(sqlite3.connect(path)) as db:
        return db.execute(query).fetchall()


def is_sentence(message: str) -> bool:
    """Say whether a message is one plain sentence that a terminal can show."""
    return message.endswith(".") and "\n" not in message and not active_in(message)
