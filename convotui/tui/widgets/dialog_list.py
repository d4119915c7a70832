"""Stored dialogs as a list, drawn line by line so that thousands of them stay quick."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from convotui.store import DialogRow
from convotui.tui.commands import Command, bindings
from convotui.tui.rows import detail_of, facts_of, fit, notes_of, title_of

LINES = 2
"""Lines of the screen that a dialog takes."""
MIN_TITLE = 20
"""Cells that the title has before anything stands at the right."""
MOVE = "Move the cursor over the dialogs."


class DialogList(ScrollView, can_focus=True):
    """Lists dialogs, with a cursor on one of them and marks on any number.

    Attributes:
        cursor: place of the dialog under the cursor; None while the list is empty.
        marked: keys of the marked dialogs, those that are not shown now included.
        empty: what is said instead of an empty list.
    """

    BINDING_GROUP_TITLE = "Dialogs"
    HELP = "The stored dialogs, the one that changed last on top. Move with j and k, or the arrows."
    KEYS: ClassVar[tuple[Command, ...]] = (
        Command("dialog-next", "j,down", "move(1)", "Next dialog", MOVE, palette=False),
        Command("dialog-previous", "k,up", "move(-1)", "Previous dialog", MOVE, palette=False),
        Command("dialog-first", "g,home", "go(0)", "First dialog", MOVE),
        Command("dialog-last", "G,end", "go(-1)", "Last dialog", MOVE),
        Command("dialog-page-down", "pagedown", "page(1)", "Page down", palette=False),
        Command("dialog-page-up", "pageup", "page(-1)", "Page up", palette=False),
    )
    BINDINGS: ClassVar[list[BindingType]] = bindings(KEYS)
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "dialogs--title",
        "dialogs--muted",
        "dialogs--note",
        "dialogs--cursor",
    }
    DEFAULT_CSS = """
    DialogList {
        min-width: 8;
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-size-vertical: 1;
        background: $surface;
        & > .dialogs--title { text-style: bold; }
        & > .dialogs--muted { color: $text-muted; }
        & > .dialogs--note { color: $text-accent; }
        & > .dialogs--cursor { background: $panel; }
        &:focus > .dialogs--cursor { background: $primary-muted; }
    }
    """
    cursor: reactive[int | None] = reactive(None, repaint=False, init=False)

    @dataclass
    class Moved(Message):
        """Another dialog is under the cursor, or the list has become empty."""

        row: DialogRow | None

    @dataclass
    class Opened(Message):
        """A dialog was clicked twice."""

        row: DialogRow

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        """Begin with nothing to show."""
        super().__init__(id=id, classes=classes)
        self.marked: set[int] = set()
        self.empty = ""
        self._rows: tuple[DialogRow, ...] = ()
        self._open: int | None = None
        self._indent = 0
        self._drawn: dict[tuple[int, bool], list[Strip]] = {}

    # --- what is shown --------------------------------------------------------------------

    @property
    def rows(self) -> tuple[DialogRow, ...]:
        """The dialogs in the order they are shown."""
        return self._rows

    @property
    def highlighted(self) -> DialogRow | None:
        """The dialog under the cursor."""
        return None if self.cursor is None else self._rows[self.cursor]

    def show(self, rows: Sequence[DialogRow], *, open_key: int | None = None) -> None:
        """Show dialogs; the cursor stays on its dialog, or where that was.

        Args:
            rows: in the order to show them.
            open_key: key of the dialog that is open in the chat.
        """
        before = self.highlighted
        places = {row.key: place for place, row in enumerate(rows)}
        self._rows, self._open = tuple(rows), open_key
        self._indent = max((len(f"✓ #{row.key} ") for row in rows), default=0)
        self._resized()
        place = self.cursor or 0
        if before is not None:
            place = places.get(before.key, place)
        with self.prevent(self.Moved):
            self.cursor = place
        if self.cursor is not None:
            self._bring_into_view(self.cursor)
        if self.highlighted != before:
            self.post_message(self.Moved(self.highlighted))

    def mark(self, keys: Sequence[int], on: bool) -> None:
        """Mark dialogs, or take their marks away."""
        self.marked = self.marked | set(keys) if on else self.marked - set(keys)
        self._redraw()

    # --- drawing --------------------------------------------------------------------------

    def notify_style_update(self) -> None:
        """Forget what was drawn in other colours."""
        super().notify_style_update()
        self._drawn.clear()

    def on_resize(self) -> None:
        """Fit the lines to the new width."""
        self._resized()
        if self.cursor is not None:
            self._bring_into_view(self.cursor)

    def _resized(self) -> None:
        width = self.scrollable_content_region.width
        self.virtual_size = Size(width, LINES * len(self._rows))
        self._redraw()

    def _redraw(self) -> None:
        self._drawn.clear()
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw a line of the screen."""
        width, base = self.scrollable_content_region.width, self.rich_style
        place, line = divmod(y + self.scroll_offset.y, LINES)
        if not self._rows:
            said = Content(self.empty).wrap(max(1, width - 4)) if self.empty else []
            text = f"  {said[y - 1].plain}" if 1 <= y <= len(said) else ""
            muted = self.get_component_rich_style("dialogs--muted")
            return Strip([Segment(text, muted)]).adjust_cell_length(width, base)
        if place >= len(self._rows):
            return Strip.blank(width, base)
        here = place == self.cursor
        strips = self._drawn.get((place, here))
        if strips is None:
            strips = self._drawn[place, here] = self._draw(self._rows[place], here, width)
        return strips[line].adjust_cell_length(width, base).apply_style(base)

    def _draw(self, row: DialogRow, here: bool, width: int) -> list[Strip]:
        back = self.get_component_rich_style("dialogs--cursor", partial=True) if here else Style()
        # A component's style brings its own background, which would stand in the cursor's way.
        title, muted, note = (
            self.get_component_rich_style(f"dialogs--{name}") + back
            for name in ("title", "muted", "note")
        )
        gutter = "▌" if here else " "
        key = f"{'✓' if row.key in self.marked else ' '} #{row.key}"
        indent = self._indent
        room = max(1, width - 1 - indent)
        right = facts_of(row, room - MIN_TITLE, datetime.now().astimezone())
        name = fit(title_of(row), room - cell_len(right) - 1 if right else room)
        gap = " " * max(0, room - cell_len(name) - cell_len(right))
        notes = notes_of(row, row.key == self._open)
        marks = fit(" · ".join(notes), room)
        said = fit(detail_of(row), room - cell_len(marks) - (3 if marks else 0))
        return [
            Strip([
                Segment(gutter, note),
                Segment(key.ljust(indent), note if row.key in self.marked else muted),
                Segment(name, title),
                Segment(gap),
                Segment(right, muted),
            ]).apply_style(back),
            Strip([
                Segment(gutter + " " * indent, note),
                Segment(marks, note),
                Segment(" · " if marks and said else "", muted),
                Segment(said, muted),
                Segment(" " * width),
            ]).crop(0, width).apply_style(back),
        ]  # fmt: skip

    # --- the cursor -----------------------------------------------------------------------

    def validate_cursor(self, cursor: int | None) -> int | None:
        """Keep the cursor on a dialog."""
        if cursor is None or not self._rows:
            return None
        return max(0, min(cursor, len(self._rows) - 1))

    def watch_cursor(self, cursor: int | None) -> None:
        """Show the dialog under the cursor."""
        if cursor is not None:
            self._bring_into_view(cursor)
        self.refresh()
        self.post_message(self.Moved(self.highlighted))

    def _bring_into_view(self, place: int) -> None:
        top, height = LINES * place, self.scrollable_content_region.height
        if top < self.scroll_offset.y:
            self.scroll_to(y=top, animate=False)
        elif top + LINES > self.scroll_offset.y + height:
            self.scroll_to(y=top + LINES - height, animate=False)

    def on_focus(self) -> None:
        """Light the cursor up."""
        self._redraw()

    def on_blur(self) -> None:
        """Dim the cursor."""
        self._redraw()

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the dialog that was clicked; twice opens it."""
        place = (event.y + self.scroll_offset.y) // LINES
        if place < len(self._rows):
            self.cursor = place
            if event.chain == 2:
                self.post_message(self.Opened(self._rows[place]))

    def action_move(self, step: int) -> None:
        """Move the cursor by dialogs."""
        self.cursor = (self.cursor or 0) + step

    def action_go(self, place: int) -> None:
        """Move the cursor to the first dialog (0) or the last (-1)."""
        self.cursor = len(self._rows) - 1 if place < 0 else place

    def action_page(self, step: int) -> None:
        """Move the cursor by about a screen."""
        page = max(1, self.scrollable_content_region.height // LINES - 1)
        self.action_move(step * page)
