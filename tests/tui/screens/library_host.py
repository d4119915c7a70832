"""An app that has the library alone: it notes what the chat would be asked to do."""

from __future__ import annotations

from pathlib import Path

from textual.app import App
from textual.pilot import Pilot

import convotui.tui
from convotui.dialog import Dialog, Turn
from convotui.store import DialogRow, Store
from convotui.tui.screens.library import LibraryScreen
from convotui.tui.widgets.dialog_list import DialogList

STYLES = Path(convotui.tui.__file__).parent / "styles.tcss"


class Host(App[None]):
    """Stands for the app around the library."""

    CSS_PATH = STYLES

    def __init__(self, store: Store) -> None:
        super().__init__()
        self.store = store
        self.open_key: int | None = None
        self.opened: list[int] = []
        self.flashed: list[str] = []
        self.told: list[tuple[str, bool]] = []
        self.copied: list[str] = []
        self.changed = 0

    def on_mount(self) -> None:
        self.push_screen(LibraryScreen())

    def show_status(self) -> None:
        """Leave the status line alone."""

    def open_dialog(self, key: int) -> None:
        self.opened.append(key)

    def dialog_changed(self) -> None:
        self.changed += 1

    def flash(self, text: str) -> None:
        self.flashed.append(text)

    def tell(self, text: str, *, bad: bool = False) -> None:
        self.told.append((text, bad))

    def yank(self, text: str) -> None:
        self.copied.append(text)

    @property
    def library(self) -> LibraryScreen:
        return next(s for s in self.screen_stack if isinstance(s, LibraryScreen))

    @property
    def listed(self) -> tuple[DialogRow, ...]:
        return self.library.query_one(DialogList).rows

    @property
    def keys(self) -> list[int]:
        return [row.key for row in self.listed]

    @property
    def shown(self) -> str:
        """All that stands on the screen."""
        return "\n".join(strip.text for strip in self.screen._compositor.render_strips())


def dialog(
    name: str, *texts: str, names: tuple[str | None, str | None] = (None, "baker")
) -> Dialog:
    """Make a dialog whose speakers take turns."""
    turns = tuple(Turn.say(i % 2, text) for i, text in enumerate(texts))
    return Dialog(name, turns=turns, model="smollm2", meta={"persona_names": list(names)})


async def write(pilot: Pilot[None], text: str) -> None:
    """Type a text key by key."""
    await pilot.press(*("space" if char == " " else char for char in text))
