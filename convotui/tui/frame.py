"""What every mode's screen has: the status line, the footer, and a sentence when it is tiny."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, cast

from textual import events
from textual.app import ComposeResult
from textual.containers import Container
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Footer, Static

from convotui.tui.widgets.status_line import StatusLine

if TYPE_CHECKING:
    from convotui.tui.app import ConvoApp

MIN_WIDTH, MIN_HEIGHT = 50, 14
HORIZONTAL = [(0, "-tiny"), (MIN_WIDTH, "-narrow"), (100, "-medium"), (120, "-wide")]
VERTICAL = [(0, "-flat"), (MIN_HEIGHT, "-short"), (30, "-tall")]


class ModeScreen(Screen[None]):
    """The screen of a mode.

    Attributes:
        place: what the status line calls it.
    """

    HORIZONTAL_BREAKPOINTS = HORIZONTAL
    VERTICAL_BREAKPOINTS = VERTICAL
    DEFAULT_CSS = """
    ModeScreen {
        layers: base drawer cover;
    }
    ModeScreen #body {
        height: 1fr;
    }
    ModeScreen #too-small {
        display: none;
        layer: cover;
        width: 100%;
        height: 100%;
        background: $background;
        content-align: center middle;
        text-align: center;
        padding: 0 1;
    }
    ModeScreen.-tiny #too-small, ModeScreen.-flat #too-small {
        display: block;
    }
    """
    place = ""

    @property
    def convo(self) -> ConvoApp:
        """The app, by its own type."""
        return cast("ConvoApp", self.app)

    def compose(self) -> ComposeResult:
        """Put the mode's own panes between status line and footer."""
        yield StatusLine()
        with Container(id="body"):
            yield from self.compose_body()
        yield Footer(compact=True, show_command_palette=False)
        yield Static(id="too-small", markup=False)

    def compose_body(self) -> Iterable[Widget]:
        """Yield the mode's own panes."""
        return ()

    def status_place(self) -> str:
        """Say what is on the screen, for the status line."""
        return self.place

    def keys_in_use(self) -> set[int]:
        """Keys of stored dialogs that something is still adding turns to."""
        return set()

    def status_state(self) -> str:
        """Say whether all is saved, for the status line."""
        return "saved"

    def on_resize(self, event: events.Resize) -> None:
        """Tell a person whose terminal is too small what would do."""
        width, height = event.size
        self.query_one("#too-small", Static).update(
            f"The terminal is {width}x{height}: make it at least {MIN_WIDTH}x{MIN_HEIGHT}. "
            "Nothing is lost."
        )

    def watch_focused(self, focused: Widget | None) -> None:
        """Go on elsewhere when what had the focus was hidden, as panes are where it is narrow."""
        if focused is None and self.app.app_focus:
            self.call_after_refresh(self._refocus)

    def _refocus(self) -> None:
        if self.is_attached and self.focused is None and self.app.app_focus:
            self.go_home()

    def go_home(self) -> None:
        """Give the focus to what a person most likely goes on with."""
        self.focus_next()

    def on_screen_resume(self) -> None:
        """Bring the status line up to date."""
        self.convo.show_status()
