"""A text to read, scrolled by key."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from convotui.dialog import display, display_line
from convotui.tui.commands import Command, bindings


class TextScreen(ModalScreen[None]):
    """Shows a text over the screen."""

    BINDING_GROUP_TITLE = "Text"
    HELP = "Something to read. The arrows and page keys scroll; esc closes."
    KEYS: ClassVar[tuple[Command, ...]] = (
        Command("text-close", "escape,enter,q", "dismiss", "Close", "", "close"),
    )
    BINDINGS: ClassVar[list[BindingType]] = bindings(KEYS)
    CSS: ClassVar[str] = """
    TextScreen {
        .box { width: 92; }
        VerticalScroll { height: auto; max-height: 60vh; }
    }
    """

    def __init__(self, title: str, text: str) -> None:
        """Take what is shown."""
        super().__init__()
        self._title, self._text = title, text

    def compose(self) -> ComposeResult:
        """Lay the text out."""
        with Vertical(classes="box"):
            yield Static(display_line(self._title), classes="box-title", markup=False)
            with VerticalScroll():
                yield Static(display(self._text), markup=False)
            yield Static("esc closes", classes="box-hint", markup=False)
