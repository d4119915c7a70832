"""Stored dialogs read back: whole ones, and rows of lists."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from convotui.dialog import Candidate, Dialog, Turn
from convotui.store.rows import no_dialog


@dataclass(frozen=True)
class DialogRow:
    """A stored dialog in lists.

    Attributes:
        key: the store's own handle; ids may repeat between runs, keys never do.
        run: the run that made it, None for a chat.
        started: ISO time, UTC.
        title: what a person called it.
        personas: names of both personas, where they are known.
        last: text of the last turn; empty without turns.
        rating: of the whole dialog.
        changed: ISO time of the last turn, of the start where there is none or it was copied.
        branched_from: key of the dialog that its first turns were copied from.
    """

    key: int
    id: str
    run: str | None
    model: str | None
    turns: int
    started: str
    title: str | None
    personas: tuple[str | None, str | None] | None
    last: str
    rating: int | None
    changed: str
    branched_from: int | None


def read_dialog(db: sqlite3.Connection, key: int) -> Dialog:
    """Read a dialog: chosen candidates, newest judgements.

    Raises:
        StoreError: there is no dialog with this key.
    """
    head = db.execute(
        "SELECT id, personas, seed, model, version, meta FROM dialogs WHERE key = ?", (key,)
    ).fetchone()
    if head is None:
        raise no_dialog(key)
    turns = db.execute(
        "SELECT key, speaker, goal, chosen, excluded FROM turns "
        "WHERE dialog = ? AND removed_from IS NULL ORDER BY position",
        (key,),
    ).fetchall()
    judged = db.execute(
        "SELECT turn, candidate, rating, reward FROM ratings "
        "WHERE dialog = ? AND withdrawn IS NULL ORDER BY key",
        (key,),
    ).fetchall()
    offered = db.execute(
        "SELECT c.turn, c.text, c.source, c.seed, c.version FROM candidates c "
        "JOIN turns t ON t.key = c.turn WHERE t.dialog = ? AND t.removed_from IS NULL "
        "ORDER BY c.turn, c.number",
        (key,),
    ).fetchall()
    newest = {turn: (rating, None) for turn, _, rating, _ in judged}
    exact = {(turn, number): both for turn, number, *both in judged}
    candidates: dict[int, list[Candidate]] = {}
    for turn, *fields in offered:
        candidates.setdefault(turn, []).append(Candidate(*fields))
    said = []
    for turn, speaker, goal, chosen, excluded in turns:
        rating, reward = exact.get((turn, chosen), newest.get(turn, (None, None)))
        offers = tuple(candidates[turn])
        said.append(Turn(speaker, offers, chosen, goal, rating, reward, bool(excluded)))
    first, second = json.loads(head[1])
    rating, reward = exact.get((None, None), (None, None))
    return Dialog(
        id=head[0],
        personas=(tuple(first), tuple(second)),
        turns=tuple(said),
        seed=head[2],
        model=head[3],
        version=head[4],
        rating=rating,
        return_=reward,
        meta=json.loads(head[5]),
    )


def read_rows(db: sqlite3.Connection, run: str | None, words: str | None) -> list[DialogRow]:
    """List dialogs that are not deleted, in the order they were stored.

    Args:
        db: inside a transaction.
        run: only those of this run.
        words: only those with every one of these words in title, persona names or texts.
    """
    heads = db.execute(
        "SELECT d.key, d.id, d.run, d.model, (SELECT count(*) FROM turns "
        "WHERE dialog = d.key AND removed_from IS NULL), d.started, "
        "d.meta, coalesce(c.text, ''), (SELECT rating FROM ratings WHERE dialog = d.key "
        "AND turn IS NULL AND withdrawn IS NULL ORDER BY key DESC LIMIT 1), "
        "max(coalesce(t.said, ''), d.started) FROM dialogs d "
        "LEFT JOIN turns t ON t.key = (SELECT key FROM turns WHERE dialog = d.key "
        "AND removed_from IS NULL ORDER BY position DESC LIMIT 1) "
        "LEFT JOIN candidates c ON c.turn = t.key AND c.number = t.chosen "
        "WHERE d.deleted IS NULL AND (?1 IS NULL OR d.run = ?1) ORDER BY d.key",
        (run,),
    ).fetchall()
    rows = []
    for head in heads:
        meta = json.loads(head[6])
        found = (_title(meta), _names(meta), *head[7:], _origin(db, meta))
        rows.append(DialogRow(*head[:6], *found))
    wanted = (words or "").casefold().split()
    if not wanted:
        return rows
    said = _said(db)
    return [row for row in rows if _has(row, said.get(row.key, []), wanted)]


def _said(db: sqlite3.Connection) -> dict[int, list[str]]:
    said: dict[int, list[str]] = {}
    for dialog, text in db.execute(
        "SELECT t.dialog, c.text FROM turns t "
        "JOIN candidates c ON c.turn = t.key AND c.number = t.chosen WHERE t.removed_from IS NULL"
    ):
        said.setdefault(dialog, []).append(text)
    return said


def _has(row: DialogRow, said: list[str], words: list[str]) -> bool:
    names = [name or "" for name in row.personas or ()]
    text = "\n".join([row.title or "", *names, *said]).casefold()
    return all(word in text for word in words)


def _title(meta: Mapping[str, Any]) -> str | None:
    # Meta of an imported dialog may hold anything under any name.
    title = meta.get("title")
    return title if isinstance(title, str) and title else None


def _names(meta: Mapping[str, Any]) -> tuple[str | None, str | None] | None:
    match meta.get("persona_names"):
        case [str() | None as first, str() | None as second]:
            return first, second
    return None


def _origin(db: sqlite3.Connection, meta: Mapping[str, Any]) -> int | None:
    match meta.get("branched_from"):
        case {"id": str(name), "key": int(key)} if 0 < key < 2**63:
            # An imported dialog names its origin by its key in another database.
            row = db.execute("SELECT id FROM dialogs WHERE key = ?", (key,)).fetchone()
            return key if row == (name,) else None
    return None
