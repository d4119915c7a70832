"""A dialog on the screen, drawn line by line so that thousands of turns stay quick."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.cache import LRUCache
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip

from convotui.dialog import Dialog, Turn, display_line
from convotui.tui.blocks import GUTTER, Block, layout, marks_of, matches, name_width
from convotui.tui.commands import Command, bindings

MOVE = "Move the cursor over the turns."


class Transcript(ScrollView, can_focus=True):
    """Shows a dialog, with a cursor on one of its turns.

    Attributes:
        cursor: position of the turn under the cursor; None while there is none.
        empty: what is said instead of a dialog without turns.
    """

    BINDING_GROUP_TITLE = "Dialog"
    HELP = "The turns said so far. Move with j and k, or the arrows."
    KEYS: ClassVar[tuple[Command, ...]] = (
        Command("turn-next", "j,down", "move(1)", "Next turn", MOVE, palette=False),
        Command("turn-previous", "k,up", "move(-1)", "Previous turn", MOVE, palette=False),
        Command("turn-first", "g,home", "go(0)", "First turn", MOVE),
        Command("turn-last", "G,end", "go(-1)", "Last turn", MOVE),
        Command("turn-page-down", "pagedown", "page(1)", "Page down", palette=False),
        Command("turn-page-up", "pageup", "page(-1)", "Page up", palette=False),
    )
    BINDINGS: ClassVar[list[BindingType]] = bindings(KEYS)
    ALLOW_SELECT = True
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "transcript--first",
        "transcript--second",
        "transcript--marks",
        "transcript--cursor",
        "transcript--match",
        "transcript--live",
    }
    DEFAULT_CSS = """
    Transcript {
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-size-vertical: 1;
        scrollbar-gutter: stable;
        background: $surface;
        & > .transcript--first { color: $text-primary; text-style: bold; }
        & > .transcript--second { color: $text-success; text-style: bold; }
        & > .transcript--marks { color: $text-muted; }
        & > .transcript--cursor { background: $panel; }
        & > .transcript--match { background: $warning-muted; color: $text-warning; text-style: reverse; }
        & > .transcript--live { color: $text-muted; text-style: italic; }
        &:focus > .transcript--cursor { background: $primary-muted; }
    }
    """  # noqa: E501
    cursor: reactive[int | None] = reactive(None, repaint=False)

    @dataclass
    class Moved(Message):
        """The cursor is on another turn, or on none."""

        transcript: Transcript
        position: int | None

    def __init__(
        self, *, id: str | None = None, classes: str | None = None, empty: str = ""
    ) -> None:
        """Begin without a dialog."""
        super().__init__(id=id, classes=classes)
        self.empty = empty
        self._turns: tuple[Turn, ...] = ()
        self._names = ("A", "B")
        self._live: tuple[int, str, str] | None = None
        self._width = 0
        self._blocks: list[Block] = []
        self._starts: list[int] = [0]
        self._strips: LRUCache[tuple[int, bool, bool], list[Strip]] = LRUCache(512)
        self._words = ""
        self._following = True

    # --- what is shown --------------------------------------------------------------------

    def show(self, dialog: Dialog, names: tuple[str, str] = ("A", "B")) -> None:
        """Show a dialog; what has not changed since the last call is not laid out again."""
        turns = dialog.turns
        same = 0
        if names == self._names:
            for old, new in zip(self._turns, turns, strict=False):
                if old is not new and old != new:
                    break
                same += 1
        if names == self._names and same == len(turns) == len(self._turns):
            self._turns = turns
            return
        self._turns, self._names = turns, names
        self._lay_out(same if names == self._names else 0)
        if self.cursor is not None and self.cursor >= len(turns):
            self.cursor = len(turns) - 1 if turns else None
        self._resized()

    def live(self, speaker: int | None, text: str = "", note: str = "") -> None:
        """Show a turn under way below the others; None takes it away."""
        self._live = None if speaker is None else (speaker, text, display_line(note))
        self._lay_out(len(self._turns))
        self._resized()

    def find(self, words: str) -> list[int]:
        """Mark where words occur, and list the positions of the turns they occur in."""
        self._words = words
        self._strips.clear()
        self.refresh()
        return [i for i, turn in enumerate(self._turns) if matches(turn.text, words)]

    def scroll_to_turn(self, position: int) -> None:
        """Bring a turn into view."""
        if not 0 <= position < len(self._blocks):
            return
        top, bottom = self._starts[position], self._starts[position + 1]
        height = self.scrollable_content_region.height
        if top < self.scroll_offset.y:
            self.scroll_to(y=top, animate=False, force=True)
        elif bottom > self.scroll_offset.y + height:
            self.scroll_to(y=max(0, min(bottom - height, top)), animate=False, force=True)

    def follow(self) -> None:
        """Take the cursor away and go to the end."""
        self.cursor = None
        self._following = True
        self._to_end()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Follow what is new at the end only."""
        super().watch_scroll_y(old_value, new_value)
        self._following = self.is_vertical_scroll_end

    def _to_end(self) -> None:
        if self._following and self.cursor is None:
            # By force, as everywhere: the scroll bar may not be there yet.
            self.scroll_end(animate=False, force=True, immediate=True, x_axis=False)

    # --- layout ---------------------------------------------------------------------------

    def on_resize(self) -> None:
        """Lay everything out for the new width, and stay at the end at any height."""
        width = self.scrollable_content_region.width
        if width != self._width:
            self._width = width
            self._lay_out(0)
            self._resized()
        else:
            self._to_end()

    def _lay_out(self, start: int) -> None:
        """Break the turns from ``start`` on into lines."""
        del self._blocks[start:]
        del self._starts[start + 1 :]
        drawn = self._strips.keys()
        for key in tuple(drawn):
            if key[0] >= start:
                self._strips.discard(key)
        if not self._width:
            return  # it comes with the first resize
        width = max(1, self._width - GUTTER - name_width(self._names))
        for turn in self._turns[start:]:
            self._append(layout(turn.text, marks_of(turn), width))
        if self._live is not None:
            _, text, note = self._live
            self._append(layout(f"{text}▌", note, width))

    def _append(self, block: Block) -> None:
        self._blocks.append(block)
        self._starts.append(self._starts[-1] + block.height)

    def _resized(self) -> None:
        following = self._following
        self.virtual_size = Size(self._width, self._starts[-1])
        self._following = following
        self._to_end()
        self.refresh()

    # --- drawing --------------------------------------------------------------------------

    def notify_style_update(self) -> None:
        """Forget what was drawn in other colours."""
        super().notify_style_update()
        self._strips.clear()

    def render_line(self, y: int) -> Strip:
        """Draw a line of the screen."""
        row = y + self.scroll_offset.y
        width = self.scrollable_content_region.width
        base = self.rich_style
        if not self._blocks:
            lines = Content(self.empty).wrap(max(1, width - GUTTER)) if self.empty else []
            if 1 <= y <= len(lines):
                muted = self.get_component_rich_style("transcript--marks")
                text = f"{' ' * GUTTER}{lines[y - 1].plain}"
                return Strip([Segment(text, muted)]).adjust_cell_length(width, base)
            return Strip.blank(width, base)
        if row >= self._starts[-1]:
            return Strip.blank(width, base)
        position = bisect_right(self._starts, row) - 1
        strip = self._drawn(position)[row - self._starts[position]]
        strip = strip.adjust_cell_length(width, base).apply_style(base)
        span = self.text_selection.get_span(row) if self.text_selection else None
        if span is not None:
            start, end = span
            chosen = self.screen.get_component_rich_style("screen--selection")
            end = width if end == -1 else end
            middle = Segment.apply_style(strip.crop(start, end), post_style=chosen)
            strip = Strip.join([strip.crop(0, start), Strip(middle), strip.crop(end)])
        return strip.apply_offsets(0, row)

    def _drawn(self, position: int) -> list[Strip]:
        here = position == self.cursor
        key = (position, here, here and self.has_focus)
        strips = self._strips.get(key)
        if strips is None:
            strips = self._draw(position, here)
            if position < len(self._turns):
                self._strips[key] = strips
        return strips

    def _draw(self, position: int, here: bool) -> list[Strip]:
        block = self._blocks[position]
        live = position >= len(self._turns)
        speaker = self._live[0] if live and self._live else self._turns[position].speaker
        background = (
            self.get_component_rich_style("transcript--cursor", partial=True) if here else Style()
        )
        # A component's style brings its own background, which would stand in the cursor's way.
        side = "transcript--second" if speaker else "transcript--first"
        name = self.get_component_rich_style(side) + background
        marks = self.get_component_rich_style("transcript--marks") + background
        said = self.get_component_rich_style("transcript--live") + background if live else Style()
        column = name_width(self._names)
        label = set_cell_size(f"{display_line(self._names[speaker])}", column - 1) + " "
        strips = []
        for number in range(block.height):
            first = label if number == 0 else " " * column
            parts = [Segment("▌ " if here else "  ", name), Segment(first, name)]
            if number < len(block.lines):
                parts += self._line(block.lines[number].plain, said)
            room = self._width - sum(part.cell_length for part in parts)
            if block.marks and number == block.height - 1:
                gap = room - Content(block.marks).cell_length
                parts += [Segment(" " * max(0, gap)), Segment(block.marks, marks)]
            else:
                parts.append(Segment(" " * max(0, room)))
            strips.append(Strip(parts).apply_style(background))
        return strips

    def _line(self, text: str, style: Style) -> list[Segment]:
        """Cut a line into plain pieces and those that the search hits."""
        hit = self.get_component_rich_style("transcript--match")
        parts, end = [], 0
        for start, stop in matches(text, self._words):
            parts += [Segment(text[end:start], style), Segment(text[start:stop], hit)]
            end = stop
        return [*parts, Segment(text[end:], style)]

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """Return what the mouse has selected, as it is shown."""
        rows = range(self._starts[-1])
        places = [(row, bisect_right(self._starts, row) - 1) for row in rows]
        text = "\n".join(
            self._drawn(place)[row - self._starts[place]].text.rstrip() for row, place in places
        )
        return selection.extract(text), "\n"

    # --- the cursor -----------------------------------------------------------------------

    def validate_cursor(self, cursor: int | None) -> int | None:
        """Keep the cursor on a turn."""
        if cursor is None or not self._turns:
            return None
        return max(0, min(cursor, len(self._turns) - 1))

    def watch_cursor(self, cursor: int | None) -> None:
        """Show the turn under the cursor."""
        if cursor is not None:
            self.scroll_to_turn(cursor)
        self.refresh()
        self.post_message(self.Moved(self, cursor))

    def on_focus(self) -> None:
        """Put the cursor on the newest turn when there is none."""
        if self.cursor is None:
            self.cursor = len(self._turns) - 1
        self.refresh()

    def on_blur(self) -> None:
        """Dim the cursor."""
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the turn that was clicked."""
        row = event.y + self.scroll_offset.y
        if self._turns and row < self._starts[len(self._turns)]:
            self.cursor = bisect_right(self._starts, row) - 1

    def action_move(self, step: int) -> None:
        """Move the cursor by turns."""
        start = len(self._turns) if self.cursor is None else self.cursor
        self.cursor = max(0, start + step)

    def action_go(self, position: int) -> None:
        """Move the cursor to the first turn (0) or the last (-1)."""
        self.cursor = len(self._turns) - 1 if position < 0 else position

    def action_page(self, step: int) -> None:
        """Move the cursor by about a screen."""
        if not self._turns:
            return
        here = len(self._turns) - 1 if self.cursor is None else self.cursor
        height = max(1, self.scrollable_content_region.height - 1)
        row = max(0, self._starts[here] + step * height)
        self.cursor = bisect_right(self._starts, row) - 1
