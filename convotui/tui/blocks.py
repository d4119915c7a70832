"""A turn as lines of a fixed width: who says it, what, and what people thought of it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from textual.content import Content

from convotui.dialog import Turn, display, display_line
from convotui.rewards import manual_reward

GUTTER = 2
"""Cells before the speaker's name: the cursor and a space."""
MAX_NAME = 12


@dataclass(frozen=True)
class Block:
    """The lines of one turn.

    Attributes:
        lines: what stands right of the name, each at most as wide as was asked for.
        marks: shown at the right end of the last line, or below it.
        marks_below: whether the marks have a line of their own.
    """

    lines: tuple[Content, ...]
    marks: str
    marks_below: bool

    @property
    def height(self) -> int:
        """Count the lines, that of the marks included."""
        return len(self.lines) + self.marks_below


def name_width(names: tuple[str, str]) -> int:
    """Find how many cells the column of the speakers' names takes, its space included."""
    return min(MAX_NAME, max(Content(display_line(name)).cell_length for name in names)) + 1


def layout(text: str, marks: str, width: int) -> Block:
    """Break a turn into lines.

    Args:
        text: what was said; line breaks stay, what a terminal would act on is spelled out.
        marks: as of ``marks_of``.
        width: cells of a line, at least 1.
    """
    lines = tuple(Content(display(text) or " ").wrap(max(1, width)))
    if not marks:
        return Block(lines, "", False)
    shown = Content(marks).truncate(width, ellipsis=True).plain
    room = width - lines[-1].cell_length - 2
    return Block(lines, shown, Content(shown).cell_length > room)


def marks_of(turn: Turn) -> str:
    """Say in symbols and words what there is to know of a turn beside its text."""
    parts = []
    if turn.goal:
        parts.append(f"→ {display_line(turn.goal)}")
    if len(turn.candidates) > 1:
        parts.append(f"‹{turn.chosen + 1}/{len(turn.candidates)}›")
    if turn.correction:
        parts.append("✎ corrected")
    if turn.rating is not None:
        stale = "" if turn.reward is not None else " (of another candidate)"
        parts.append(f"★{turn.rating}{stale}")
    usual = manual_reward(turn.rating) if turn.rating is not None else None
    if turn.reward is not None and turn.reward != usual:
        parts.append(f"reward {turn.reward:+g}")
    if turn.excluded:
        parts.append("✕ not for training")
    return "  ".join(parts)


def matches(text: str, words: str) -> list[tuple[int, int]]:
    """Find where a search hits, case ignored, as spans of characters."""
    if not words:
        return []
    found = re.finditer(re.escape(words), text, re.IGNORECASE)
    return [match.span() for match in found]
