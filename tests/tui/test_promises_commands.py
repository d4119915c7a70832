"""Every command can be found: its title in the palette, its line in the help, in every place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.dom import DOMNode
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widget import Widget

from convotui.tui.commands import Command, commands_of
from convotui.tui.keymap import all_commands, places
from convotui.tui.overlays.help import HelpScreen, sections
from convotui.tui.palette import palette_commands
from tests.tui import snapshot_scenes as scenes
from tests.tui.conftest import MakeApp, wait_until

MOVEMENT = re.compile(
    r"(app\.focus_(next|previous)|move|go|page|page_up|page_down|scroll|scroll_\w+|cursor_\w+|"
    r"first|last|to_list)(\(.*\))?"
)
"""What moves a cursor, the focus or what is seen; it would only clutter the palette."""
SHORTCUTS = {
    "app.help": "help",
    "goal": "goal-choose",
    "pick": "goal-choose",
    "take": "a choice in a form: tab goes to it, the arrows move it",
    "clear": "a choice in a form",
    "command_palette": "the palette itself",
    "newline": "typing",
}
"""Keys that are a quicker way to something else, by their action; and what that is."""


async def searching_goals(pilot: Pilot[Any]) -> None:
    """Some commands are there only while something is searched."""
    await scenes.chat_goals(pilot)
    await pilot.press("slash", *"pets")


PLACES = (searching_goals, scenes.selfplay_running, scenes.train_asking, scenes.library)
"""Scenes that have all panes of the screens, hidden ones included."""
Found = dict[tuple[type, str], set[str]]
"""By place and command: whether the palette offers it, whether the help tells of it."""


def _nodes(screen: Screen[Any]) -> Iterator[DOMNode]:
    yield from (screen, screen.app, *screen.walk_children(Widget))


def _look(screen: Screen[Any], found: Found) -> None:
    """Note which commands of the places on a screen can be found there."""
    offered = {command.title for command in palette_commands(screen)}
    told = {title for section in sections(screen) for _, title, _ in section.rows}
    for node in _nodes(screen):
        for command in commands_of(node):
            title = command.title.translate(str.maketrans("[]", "()"))
            here = found.setdefault((type(node), command.id), set())
            if any(text == title or text.endswith(f": {title}") for text in offered):
                here.add("palette")
            if command.title in told:
                here.add("help")


@pytest.fixture
def kinds() -> dict[type, tuple[Command, ...]]:
    return {place.kind: place.commands for place in places()}


def test_every_command_has_a_title_and_an_id_of_its_place() -> None:
    for title, command in all_commands():
        assert command.title.strip(), (title, command)
        assert command.title[0].isupper() or command.title[0] == "$", command
        assert not command.title.endswith("."), command
        assert re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", command.id), command


def test_what_the_palette_leaves_out_moves_a_cursor_or_is_a_shortcut() -> None:
    ids = {command.id for _, command in all_commands()}
    assert {"help", "goal-choose"} <= ids
    for title, command in all_commands():
        if not command.palette:
            assert command.keys, (title, command.id)
            name = command.action.partition("(")[0]
            assert MOVEMENT.fullmatch(command.action) or name in SHORTCUTS, (title, command)


@pytest.mark.slow
async def test_palette_and_f1_have_every_command_of_every_place(
    make_app: MakeApp,
    kinds: dict[type, tuple[Command, ...]],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    found: Found = {}
    for scene in (*PLACES, *scenes.OVERLAYS):
        monkeypatch.setenv("CONVOTUI_HOME", str(tmp_path / scene.__name__))
        app = scenes.scene_app(make_app)
        async with app.run_test(size=(120, 36)) as pilot:
            await scene(pilot)
            _look(app.screen, found)
            beneath = app.screen
            if not isinstance(beneath, HelpScreen):
                await pilot.press("f1")
                await wait_until(pilot, lambda: isinstance(app.screen, HelpScreen))  # noqa: B023
                await pilot.press("escape")
                await wait_until(pilot, lambda: app.screen is beneath)  # noqa: B023
    missing = []
    for kind, commands in kinds.items():
        for command in commands:
            known = [where for (place, name), where in found.items()
                     if issubclass(place, kind) and name == command.id]  # fmt: skip
            where = set().union(*known)
            wanted = {"help", "palette"} if command.palette else {"help"}
            if not wanted <= where:
                missing.append((kind.__name__, command.id, wanted - where))
    assert missing == []
