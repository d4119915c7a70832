"""Ctrl+O: a letter on everything that can have the focus; pressing it goes there."""

from __future__ import annotations

from typing import Any, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.errors import NoWidget
from textual.geometry import Offset
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.widgets import Static

from convotui.tui.commands import Command, bindings

LETTERS = "asdfghjklqwertyuiopzxcvbnm"
"""Home row first."""
_WIDTH = 3


def jump_targets(screen: Screen[Any]) -> list[tuple[Widget, Offset]]:
    """List the widgets that can have the focus and are in sight, and where each begins.

    Args:
        screen: whose widgets are meant.
    """
    found = []
    for widget in screen.focus_chain:
        try:
            seen = screen.find_widget(widget).visible_region
        except NoWidget:
            continue
        if seen:
            found.append((widget, seen.offset))
    return found


class JumpOverlay(ModalScreen[Widget | None]):
    """Shows the letters; gives the widget whose letter was pressed, None when it was left."""

    BINDING_GROUP_TITLE = "Jump"
    HELP = "Every pane and field in sight has a letter. Press it, or click it, to go there."
    KEYS: ClassVar[tuple[Command, ...]] = (
        Command("jump-close", "escape", "close", "Stay here", "Leave without jumping.", "stay"),
    )
    BINDINGS: ClassVar[list[BindingType]] = bindings(KEYS)
    DEFAULT_CSS = """
    JumpOverlay .jump-letter {
        position: absolute;
        width: 3;
        height: 1;
        background: $accent;
        color: $text;
        text-style: bold;
    }
    JumpOverlay .jump-letter:nocolor {
        text-style: bold reverse;
    }
    JumpOverlay #jump-hint {
        dock: bottom;
        width: 100%;
        height: 1;
        background: $panel;
        padding: 0 1;
    }
    """

    def __init__(self, beneath: Screen[Any]) -> None:
        """Take the screen whose panes get letters."""
        super().__init__()
        self._beneath = beneath
        widgets = [widget for widget, _ in jump_targets(beneath)]
        self._targets = dict(zip(LETTERS, widgets, strict=False))

    def compose(self) -> ComposeResult:
        """Make the letters; they are put in place once the size is known."""
        for letter in self._targets:
            yield Static(f" {letter} ", id=f"jump-{letter}", classes="jump-letter", markup=False)
        hint = "press a letter · esc stays" if self._targets else "nothing to jump to · esc"
        yield Static(hint, id="jump-hint", markup=False)

    def on_mount(self) -> None:
        """Put the letters in place."""
        self._place()

    def on_resize(self) -> None:
        """Put the letters in place once the screen beneath has its new layout."""
        self.call_after_refresh(self._place)

    def on_key(self, event: events.Key) -> None:
        """Go where a letter says."""
        if event.character in self._targets:
            event.stop()
            self._go(event.character)

    def on_click(self, event: events.Click) -> None:
        """Go where a letter says that was clicked."""
        clicked = event.widget.id if event.widget is not None else None
        for letter in self._targets:
            if clicked == f"jump-{letter}":
                event.stop()
                self._go(letter)
                return

    def action_close(self) -> None:
        """Leave the focus where it is."""
        self.dismiss(None)

    def _go(self, letter: str) -> None:
        target = self._targets[letter]
        # Something else may have taken it away meanwhile.
        self.dismiss(target if target.is_attached else None)

    def _place(self) -> None:
        where = dict(jump_targets(self._beneath))
        taken: set[Offset] = set()
        for letter, widget in self._targets.items():
            label = self.query_one(f"#jump-{letter}")
            label.display = widget in where
            if widget not in where:
                continue
            offset = where[widget]
            # A pane and the field in its corner begin at one place.
            while offset in taken:
                offset += (_WIDTH + 1, 0)
            taken.add(offset)
            label.styles.offset = (offset.x, offset.y)
