"""What a list of facts is made of: rows, and the editor that stands where a row does."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget
from textual.widgets import TextArea

from convotui.dialog import display
from convotui.tui.commands import Command, bindings


class FactRow(Widget):
    """One line of the list: a cursor, a mark, and a text wrapped beside them."""

    DEFAULT_CSS = """
    FactRow {
        width: 1fr;
        height: auto;
        text-wrap: nowrap;
    }
    FactList:focus FactRow.-cursor {
        background: $block-cursor-background;
        color: $block-cursor-foreground;
    }
    """

    def __init__(self, place: int) -> None:
        """Take the row's place in the list."""
        super().__init__()
        self.place = place
        self._marks = "  "
        self._text = Content("")

    def put(self, mark: str, text: Content, *, cursor: bool = False) -> None:
        """Show a text behind its mark of one column."""
        self._marks, self._text = f"{'▸' if cursor else ' '}{mark}", text
        self.display = True
        self.refresh(layout=True)

    def clear(self) -> None:
        """Show nothing, and keep nothing to show."""
        self._text = Content("")
        self.display = False

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Count the lines that the text needs."""
        return len(self._text.wrap(max(width - 3, 1)))

    def render(self) -> Content:
        """Wrap the text and indent all lines but the first to where it begins."""
        lines = self._text.wrap(max(self.content_size.width - 3, 1))
        heads = [f"{self._marks} ", *["   "] * (len(lines) - 1)]
        return Content("\n").join(
            Content.assemble(head, line) for head, line in zip(heads, lines, strict=True)
        )


class FactEditor(TextArea):
    """A fact while it is written; it stands where its row does."""

    BINDING_GROUP_TITLE = "Writing a fact"
    HELP = (
        "Here you write one fact of a persona, such as 'i have two dogs'. Enter keeps it, esc "
        "leaves it as it was. Going elsewhere keeps it too."
    )
    KEYS: ClassVar[tuple[Command, ...]] = (
        Command(
            "fact-keep",
            "enter",
            "end(True)",
            "Keep what is written",
            "Puts the text in as the fact; a blank text changes nothing.",
            "keep",
            priority=True,
        ),
        Command(
            "fact-leave",
            "escape",
            "end(False)",
            "Leave the fact as it was",
            "Forgets what has been written.",
            "leave",
            priority=True,
        ),
        Command(
            "fact-space",
            "ctrl+j,shift+enter,alt+enter",
            "space",
            "Go on after a space",
            "A fact is one line, so a new line becomes a space.",
            priority=True,
        ),
    )
    BINDINGS: ClassVar[list[BindingType]] = bindings(KEYS)
    DEFAULT_CSS = """
    FactEditor {
        height: auto;
        min-height: 1;
        margin: 0 0 0 2;
    }
    """

    def __init__(self, end: Callable[[bool], None]) -> None:
        """Take what ends the editing; it is told whether to keep the text."""
        super().__init__(compact=True, soft_wrap=True, show_line_numbers=False)
        self._end = end

    def action_end(self, keep: bool) -> None:
        """Stop writing."""
        self._end(keep)

    def action_space(self) -> None:
        """Insert a space where other fields would begin a line."""
        self.replace(" ", *self.selection)

    async def _on_paste(self, event: events.Paste) -> None:
        # What is pasted is shown as it is, so it must be safe, and it stays on one line.
        event.prevent_default()
        event.stop()
        text = display(" ".join(event.text.expandtabs(1).splitlines()))
        self.replace(text, *self.selection)
