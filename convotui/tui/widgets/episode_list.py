"""The episodes of a self-play run, a thousand of them if need be, drawn line by line."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from convotui.dialog import display_line
from convotui.tui.commands import Command, bindings
from convotui.tui.episodes import SIDES, TIMES, Episode, State

ONE_LINE = 60
"""Columns from which on an episode takes one line; it takes two in fewer."""
STATE_CELLS = 20
STYLES = {
    State.PLAYING: "episodes--playing",
    State.WAITING: "episodes--waiting",
    State.DONE: "episodes--done",
    State.DROPPED: "episodes--dropped",
    State.CUT: "episodes--dropped",
}


class EpisodeList(ScrollView, can_focus=True):
    """Lists episodes, with a cursor on one of them."""

    BINDING_GROUP_TITLE = "Episodes"
    HELP = (
        "The dialogs of the run: what each is doing, how many turns it has, who talks, and its "
        "rating. The dialog under the cursor is shown beside the list; enter goes there."
    )
    KEYS: ClassVar[tuple[Command, ...]] = (
        Command("episode-next", "j,down", "move(1)", "Next episode", palette=False),
        Command("episode-previous", "k,up", "move(-1)", "Previous episode", palette=False),
        Command("episode-first", "g,home", "go(0)", "First episode"),
        Command("episode-last", "G,end", "go(-1)", "Last episode"),
        Command("episode-page-down", "pagedown", "page(1)", "Page down", palette=False),
        Command("episode-page-up", "pageup", "page(-1)", "Page up", palette=False),
    )
    BINDINGS: ClassVar[list[BindingType]] = bindings(KEYS)
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "episodes--cursor",
        "episodes--muted",
        "episodes--playing",
        "episodes--waiting",
        "episodes--done",
        "episodes--dropped",
    }
    DEFAULT_CSS = """
    EpisodeList {
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-size-vertical: 1;
        background: $surface;
        & > .episodes--cursor { background: $panel; }
        & > .episodes--muted { color: $text-muted; }
        & > .episodes--playing { color: $text-primary; }
        & > .episodes--waiting { color: $text-warning; text-style: bold; }
        & > .episodes--done { color: $text-success; }
        & > .episodes--dropped { color: $text-error; }
        &:focus > .episodes--cursor { background: $primary-muted; }
    }
    """

    @dataclass
    class Selected(Message):
        """The cursor is on another episode."""

        episode: int
        by_hand: bool

    def __init__(self, *, id: str | None = None) -> None:
        """Begin empty."""
        super().__init__(id=id)
        self._rows: list[Episode] = []
        self._cursor: int | None = None

    @property
    def selected(self) -> int | None:
        """Index of the episode under the cursor."""
        return None if self._cursor is None else self._rows[self._cursor].index

    def show(self, episodes: Sequence[Episode], changed: Collection[int] = ()) -> None:
        """Show episodes; only lines that are new, or of those that changed, are drawn again.

        Args:
            episodes: all of them.
            changed: indices of those that look different now.
        """
        begins = bool(self._rows) and bool(episodes) and self._rows[0] is not episodes[0]
        longer = len(episodes) != len(self._rows)
        self._rows = list(episodes)
        if begins or not self._rows:
            self._cursor = None
            self.scroll_to(y=0, animate=False)
        if self._cursor is None and self._rows:
            self._go(0, by_hand=False)
        if begins or longer:
            self._resized()
            return
        places = {row.index: place for place, row in enumerate(self._rows)}
        for index in changed:
            if index in places:
                self.refresh_lines(places[index] * self._height, self._height)

    def select(self, episode: int) -> None:
        """Put the cursor on an episode."""
        for place, row in enumerate(self._rows):
            if row.index == episode:
                self._go(place, by_hand=False)
                return

    # --- drawing --------------------------------------------------------------------------

    @property
    def _width(self) -> int:
        return self.scrollable_content_region.width

    @property
    def _height(self) -> int:
        return 1 if self._width >= ONE_LINE else 2

    def on_resize(self) -> None:
        """Fit the rows to the new width."""
        self._resized()
        if self._cursor is not None:
            self._into_view(self._cursor)

    def on_focus(self) -> None:
        """Show where the cursor is."""
        self.refresh()

    def on_blur(self) -> None:
        """Dim the cursor."""
        self.refresh()

    def _resized(self) -> None:
        self.virtual_size = Size(self._width, len(self._rows) * self._height)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw a line of the screen."""
        place, line = divmod(y + self.scroll_offset.y, self._height)
        width, base = self._width, self.rich_style
        if place >= len(self._rows):
            return Strip.blank(width, base)
        here = place == self._cursor
        row = self._rows[place]
        cursor = self.get_component_rich_style("episodes--cursor", partial=True)
        back = cursor if here else Style()
        # Only a whole style is mixed with its background, which the cursor's then replaces.
        muted = self.get_component_rich_style("episodes--muted") + back
        colour = self.get_component_rich_style(STYLES[row.state]) + back
        mark = Segment("▌" if here else " ", colour)
        names = display_line(TIMES.join(row.names))
        if self._height == 1:
            left = [*self._head(row, colour), Segment(f" {names}", Style())]
        elif line == 0:
            left = self._head(row, colour)
        else:
            left = [Segment(f"      {names}", muted)]
        stars = f" {row.stars} " if line == 0 else " "
        room = max(0, width - 1 - cell_len(stars))
        strip = Strip([mark, *left]).adjust_cell_length(room + 1, Style())
        strip = Strip([*strip, Segment(stars, Style())]).adjust_cell_length(width, Style())
        return strip.apply_style(back).apply_style(base)

    def _head(self, row: Episode, colour: Style) -> list[Segment]:
        words = row.state.word
        if row.state is not State.WAITING:
            words = f"{words} t{row.count}"
        if row.taken is not None and row.state is not State.WAITING:
            words = f"{words} you:{SIDES[row.taken]}"
        words = set_cell_size(f"{row.state.symbol} {words}", STATE_CELLS)
        return [Segment(f"{row.number:>5} ", Style()), Segment(words, colour)]

    # --- the cursor -----------------------------------------------------------------------

    def _go(self, place: int, *, by_hand: bool) -> None:
        if not self._rows:
            return
        place = max(0, min(place, len(self._rows) - 1))
        before, self._cursor = self._cursor, place
        self._into_view(place)
        if place != before:
            self.refresh()
            self.post_message(self.Selected(self._rows[place].index, by_hand))

    def _into_view(self, place: int) -> None:
        top, shown = place * self._height, self.scrollable_content_region.height
        if top < self.scroll_offset.y:
            self.scroll_to(y=top, animate=False)
        elif top + self._height > self.scroll_offset.y + shown:
            self.scroll_to(y=top + self._height - shown, animate=False)

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the episode that was clicked."""
        place = (event.get_content_offset_capture(self).y + self.scroll_offset.y) // self._height
        if place < len(self._rows):
            self._go(place, by_hand=True)

    def action_move(self, step: int) -> None:
        """Move the cursor by rows."""
        self._go((self._cursor or 0) + step, by_hand=True)

    def action_go(self, place: int) -> None:
        """Move the cursor to the first row (0) or the last (-1)."""
        self._go(len(self._rows) - 1 if place < 0 else place, by_hand=True)

    def action_page(self, step: int) -> None:
        """Move the cursor by about a screen."""
        rows = max(1, self.scrollable_content_region.height // self._height - 1)
        self._go((self._cursor or 0) + step * rows, by_hand=True)
