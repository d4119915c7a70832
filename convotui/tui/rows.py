"""What a list says of a stored dialog."""

from __future__ import annotations

from datetime import datetime

from rich.cells import cell_len
from textual.content import Content

from convotui.dialog import display_line
from convotui.store import DialogRow

MOST = 500
"""Characters of a text that are looked at; more never fit on a line."""
TIMES = "\u00d7"


def personas_of(row: DialogRow) -> str:
    """Name the personas, as far as there are any."""
    names = [name for name in row.personas or () if name]
    return f" {TIMES} ".join(names) or "no personas"


def title_of(row: DialogRow) -> str:
    """Call a dialog by its title, else by who speaks in it."""
    return display_line((row.title or personas_of(row))[:MOST])


def detail_of(row: DialogRow) -> str:
    """Say what the title leaves open, and what was said last."""
    model = (row.model or "").rstrip("/").rpartition("/")[2]
    parts = [personas_of(row) if row.title else "", model, row.last or "nothing said yet"]
    return display_line(" · ".join(part[:MOST] for part in parts if part))


def notes_of(row: DialogRow, is_open: bool) -> list[str]:
    """Say what is special about a dialog: that it is open, a branch, or part of a run."""
    notes = ["● open"] if is_open else []
    if row.branched_from is not None:
        notes.append(f"branch of #{row.branched_from}")
    return [*notes, display_line(row.run)] if row.run else notes


def when(time: str, now: datetime) -> str:
    """Write an ISO time for people: the hour today, else the day, as the clock here has it."""
    there = datetime.fromisoformat(time).astimezone(now.tzinfo)
    if there.date() == now.date():
        return f"{there:%H:%M}"
    return f"{there.day} {there:%b}" if there.year == now.year else f"{there:%Y-%m-%d}"


def facts_of(row: DialogRow, room: int, now: datetime) -> str:
    """Write rating, length and time, or as much of it as there is room for."""
    stars = f"★{row.rating}" if row.rating is not None else ""
    turns = f"{row.turns} {'turn' if row.turns == 1 else 'turns'}"
    time = when(row.changed, now)
    for parts in ((stars, f"{turns:>9}", f"{time:>10}"), (stars, time), (stars,)):
        text = "  ".join(part for part in parts if part)
        if cell_len(text) <= room:
            return text
    return ""


def fit(text: str, room: int) -> str:
    """Cut a text to so many cells."""
    return Content(text).truncate(room, ellipsis=True).plain if room > 0 else ""
