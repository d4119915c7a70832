"""The least Textual apps that do what is measured: a yardstick for ours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.app import App, ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Footer, Log, Static, TextArea

HELLO = "a bare app"


class BareApp(App[int]):
    """A text area, a line and a footer; esc stops what runs."""

    BINDINGS = [("escape", "stop", "Stop")]  # noqa: RUF012

    def __init__(self, ready: Callable[[], None], stop: Callable[[], None]) -> None:
        """Take what to do after the first paint, and at esc."""
        super().__init__()
        self._tell_ready, self._stop = ready, stop

    def compose(self) -> ComposeResult:
        """Lay the app out."""
        yield Static(HELLO)
        yield TextArea()
        yield Footer()

    def on_mount(self) -> None:
        """Begin what comes after the first paint."""
        self.call_after_refresh(self._tell_ready)

    def action_stop(self) -> None:
        """Stop what runs."""
        self._stop()


class LogApp(BareApp):
    """Shows lines in a ``Log``."""

    def compose(self) -> ComposeResult:
        """Lay the app out."""
        yield Static(HELLO)
        yield Log()
        yield Footer()

    def show(self, lines: list[str]) -> None:
        """Show other lines."""
        log = self.query_one(Log)
        log.clear()
        log.write_lines(lines)
        log.focus()


class StaticsApp(BareApp):
    """Shows lines as one ``Static`` each."""

    def compose(self) -> ComposeResult:
        """Lay the app out."""
        yield Static(HELLO)
        yield VerticalScroll()
        yield Footer()

    async def _replace(self, lines: list[str]) -> None:
        view = self.query_one(VerticalScroll)
        await view.remove_children()
        await view.mount_all(Static(line, markup=False) for line in lines)
        view.anchor()
        view.focus()

    def show(self, lines: list[str]) -> None:
        """Show other lines."""
        self.run_worker(self._replace(lines))


def make_app(side: str, ready: Callable[[], None], stop: Callable[[], None]) -> App[Any]:
    """Make the bare app of a side: ``bare``, ``log`` or ``statics``."""
    kinds = {"bare": BareApp, "log": LogApp, "statics": StaticsApp}
    return kinds[side](ready, stop)
