"""F1: what can be done here, then around here, then everywhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text
from textual import on
from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.dom import DOMNode
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.widgets import Input, Static

from convotui.dialog import display_line
from convotui.tui.commands import Command, bindings, commands_of
from convotui.tui.keymap import key_name, keymap_of, keys_of, place_title
from convotui.tui.widgets.fields import LineField

KEY_COLUMN = 14
ELSEWHERE = "Elsewhere on this screen"
IN_PALETTE = "palette"


@dataclass(frozen=True)
class Section:
    """What help says about one place.

    Attributes:
        title: the place.
        help: what it is for.
        rows: key, title and help of each command.
        group: a heading above it, empty for none.
    """

    title: str
    help: str
    rows: tuple[tuple[str, str, str], ...]
    group: str = ""


def sections(screen: Screen[Any]) -> list[Section]:
    """Say what can be done on a screen, beginning with the focused place.

    Args:
        screen: where help was asked for.
    """
    app = screen.app
    around = list(screen.focused.ancestors_with_self) if screen.focused else [screen, app]
    elsewhere = [node for node in screen.walk_children(Widget) if node not in around]
    found: dict[str, Section] = {}
    for node, group in [*((n, "") for n in around), *((n, ELSEWHERE) for n in elsewhere)]:
        title = display_line(place_title(node))
        if title not in found and (commands_of(node) or (node.HELP and group == "")):
            found[title] = _section(node, title, app, group)
    return list(found.values())


def _section(node: DOMNode, title: str, app: App[Any], group: str) -> Section:
    keymap = keymap_of(app)
    rows = tuple(
        (key_name(",".join(keys_of(command, keymap))) or IN_PALETTE, command.title, command.help)
        for command in commands_of(node)
    )
    return Section(title, " ".join((node.HELP or "").split()), rows, group)


def matching(found: Iterable[Section], words: str) -> Iterator[Section]:
    """Keep the sections and lines that hold every word; a section's own words keep all of it."""
    wanted = words.lower().split()
    for section in found:
        here = f"{section.title} {section.help}".lower()
        if all(word in here for word in wanted):
            yield section
            continue
        rows = tuple(
            row
            for row in section.rows
            if all(word in f"{section.title} {' '.join(row)}".lower() for word in wanted)
        )
        if rows:
            yield Section(section.title, "", rows, section.group)


class HelpScreen(ModalScreen[None]):
    """Shows what can be done on the screen beneath; typing filters."""

    BINDING_GROUP_TITLE = "Help"
    HELP = (
        "Shows what the focused pane is for and what its keys do, then the screen, then what "
        "works everywhere. Type some words to see only the lines that hold them."
    )
    KEYS: ClassVar[tuple[Command, ...]] = (
        Command("help-close", "escape", "close", "Close the help", label="close"),
        Command("help-down", "down", "scroll('down')", "Further down", palette=False),
        Command("help-up", "up", "scroll('up')", "Further up", palette=False),
        Command("help-page-down", "pagedown", "scroll('page_down')", "Next page", palette=False),
        Command("help-page-up", "pageup", "scroll('page_up')", "Previous page", palette=False),
        Command("help-top", "ctrl+home", "scroll('home')", "Beginning", palette=False),
        Command("help-bottom", "ctrl+end", "scroll('end')", "End", palette=False),
    )
    BINDINGS: ClassVar[list[BindingType]] = bindings(KEYS)
    DEFAULT_CSS = """
    HelpScreen {
        align: center middle;
    }
    HelpScreen #help-box {
        width: 96%;
        max-width: 100;
        height: 96%;
        padding: 0 1;
        border: round $primary;
        background: $surface;
    }
    HelpScreen #help-lines {
        height: 1fr;
        margin-top: 1;
    }
    """

    def __init__(self, screen: Screen[Any]) -> None:
        """Take the screen that help is wanted for."""
        super().__init__()
        self._sections = sections(screen)

    def compose(self) -> ComposeResult:
        """Lay out the search line and the help below it."""
        with Vertical(id="help-box") as box:
            box.border_title = "Help"
            box.border_subtitle = "↑↓ pgup pgdn scroll · esc closes"
            yield LineField(placeholder="type to filter", id="help-search", compact=True)
            with VerticalScroll(id="help-lines", can_focus=False):
                yield Static(self._lines(""), id="help-text", markup=False)

    @on(Input.Changed, "#help-search")
    def _filter(self, event: Input.Changed) -> None:
        event.stop()
        self.query_one("#help-text", Static).update(self._lines(event.value))
        self.query_one("#help-lines").scroll_home(animate=False)

    def action_scroll(self, where: str) -> None:
        """Scroll the help, whatever has the focus."""
        getattr(self.query_one("#help-lines"), f"scroll_{where}")(animate=False)

    def action_close(self) -> None:
        """Go back to where help was asked for."""
        self.dismiss(None)

    def _lines(self, words: str) -> RenderableType:
        shown = list(matching(self._sections, words))
        if not shown:
            return Text(f"Nothing here is about '{display_line(words)}'.")
        parts: list[RenderableType] = []
        group = ""
        for section in shown:
            if section.group != group:
                group = section.group
                parts.append(Text(f"{group}\n", style="bold underline"))
            here = " · you are here" if section is self._sections[0] else ""
            parts.append(Text.assemble((section.title, "bold"), (here, "dim")))
            if section.help:
                parts.append(Text(section.help))
            parts.append(Padding(_table(section), (0, 0, 1, 0)))
        return Group(*parts)


def _table(section: Section) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(width=KEY_COLUMN)
    table.add_column(ratio=1)
    for key, title, words in section.rows:
        said = Text.assemble(title, (f"  {words}" if words else "", "dim"))
        table.add_row(Text(key, style="dim italic" if key == IN_PALETTE else "bold"), said)
    return table
