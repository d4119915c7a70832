"""A small app with places of its own, for what looks at places from outside."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from textual.app import App, ComposeResult, SystemCommand
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import Screen
from textual.widgets import Input, Static

from convotui.tui.commands import Command, bindings
from convotui.tui.palette import palette_commands


class Goals(Static, can_focus=True):
    BINDING_GROUP_TITLE = "Goals"
    HELP = "The goals of this dialog. Enter takes one."
    KEYS: ClassVar[tuple[Command, ...]] = (
        Command("goal-always", "a", "note('always')", "Always this goal", "For every reply."),
        Command("goal-next", "j,down", "note('next')", "Next goal", palette=False),
        Command("goal-range", "[", "note('range')", "Range [a-b]", "In [red]brackets."),
        Command("goal-back", "u", "note('back')", "Bring it back"),
    )
    BINDINGS: ClassVar[list[BindingType]] = bindings(KEYS)

    def action_note(self, what: str) -> None:
        self.app.notes.append(f"{self.id} {what}")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return parameters != ("back",) or "can-go-back" in self.classes


class Facts(Vertical):
    BINDING_GROUP_TITLE = "Facts"
    HELP = "What the persona knows."
    KEYS: ClassVar[tuple[Command, ...]] = (
        Command("fact-add", "ctrl+f", "note('add')", "Add a fact"),
    )
    BINDINGS: ClassVar[list[BindingType]] = bindings(KEYS)

    def compose(self) -> ComposeResult:
        yield Input(id="fact")

    def action_note(self, what: str) -> None:
        self.app.notes.append(f"{self.id} {what}")


class Chat(Screen[None]):
    BINDING_GROUP_TITLE = "Chat"
    HELP = "Talk with a persona."
    KEYS: ClassVar[tuple[Command, ...]] = (
        Command("again", "ctrl+r", "note('again')", "Another candidate", "The same goal."),
    )
    BINDINGS: ClassVar[list[BindingType]] = bindings(KEYS)
    CSS = "#drawer { display: none; } Goals { height: 3; } Facts { height: 5; }"

    def compose(self) -> ComposeResult:
        yield Facts(id="mine")
        yield Goals("goals", id="shown")
        yield Goals("goals", id="drawer")

    def action_note(self, what: str) -> None:
        self.app.notes.append(f"chat {what}")


class Host(App[None]):
    BINDING_GROUP_TITLE = "Everywhere"
    HELP = "esc leaves, it never quits."
    KEYS: ClassVar[tuple[Command, ...]] = (
        Command("theme", "", "note('theme')", "Theme", "Choose the colours."),
        Command("help", "f1", "note('help')", "Help", priority=True),
    )
    BINDINGS: ClassVar[list[BindingType]] = bindings(KEYS)

    def __init__(self) -> None:
        super().__init__()
        self.notes: list[str] = []

    def on_mount(self) -> None:
        self.push_screen(Chat())

    def action_note(self, what: str) -> None:
        self.notes.append(f"app {what}")

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        return palette_commands(screen)
