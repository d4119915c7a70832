"""Stored dialogs for the library: which there are, their text, and files of others."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from convotui.dialog import Dialog, display, display_line
from convotui.store import DialogRow, Store, read_dialogs

CHATS, SELF_PLAY, IMPORTED = "chats", "self-play", "imported"
_KINDS = {"selfplay": SELF_PLAY, "import": IMPORTED}


def find_dialogs(store: Store, words: str = "") -> list[tuple[DialogRow, str]]:
    """List dialogs with their kind, the one that changed last first.

    Args:
        store: where they are.
        words: only those that have each of these words.
    """
    kinds = {run["id"]: _KINDS.get(run["kind"], CHATS) for run in store.runs()}
    rows = store.list_dialogs(words=words)
    rows.sort(key=lambda row: (row.changed, row.key), reverse=True)
    return [(row, kinds.get(row.run or "", CHATS)) for row in rows]


def names_of(dialog: Dialog) -> tuple[str, str]:
    """Name both speakers: after their personas, as A and B where that does not tell them apart."""
    # Meta of an imported dialog may hold anything under any name.
    match dialog.meta.get("persona_names"):
        case [str() | None as first, str() | None as second] if first != second:
            return first or "A", second or "B"
    return "A", "B"


def as_text(dialog: Dialog) -> str:
    """Write a dialog as text, a turn a line."""
    names = [display_line(name) for name in names_of(dialog)]
    return "\n".join(f"{names[turn.speaker]}: {display(turn.text)}" for turn in dialog.turns)


def entitle(store: Store, key: int, title: str | None) -> None:
    """Give a dialog a title, or take its title away."""
    meta = {name: value for name, value in store.load(key).meta.items() if name != "title"}
    store.update_dialog(key, meta={**meta, "title": title} if title else meta)


def hide(store: Store, keys: Sequence[int], hidden: bool) -> None:
    """Delete dialogs so that they can be brought back, or bring them back; all or none."""
    with store.at_once():
        for key in keys:
            (store.delete_dialog if hidden else store.restore_dialog)(key)


def import_file(store: Store, path: Path) -> list[int]:
    """Store the dialogs of a file, all or none, and return their keys.

    Raises:
        UsageError: the file cannot be read, or is not one of dialogs.
        StoreError: they cannot be stored.
    """
    stem = re.sub(r"[^\w-]+", "-", path.name.split(".")[0], flags=re.ASCII).strip("-")
    run = store.import_dialogs(f"import-{stem[:64] or 'file'}", list(read_dialogs(path)))
    return [row.key for row in store.list_dialogs(run)]
