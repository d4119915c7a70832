"""Keys: every command is found, a config may move its keys, and what gets in the way is told."""

from __future__ import annotations

from typing import ClassVar

import pytest
from textual.app import App
from textual.binding import BindingType
from textual.keys import _character_to_key
from textual.widget import Widget

from convotui.errors import UsageError
from convotui.tui import keymap
from convotui.tui.commands import Command, bindings
from convotui.tui.keymap import (
    Place,
    all_commands,
    check_keymap,
    conflicts,
    key_name,
    keys_of,
    places,
)
from tests.sentences import is_sentence


class Everywhere(App[None]):
    BINDING_GROUP_TITLE = "Everywhere"
    KEYS: ClassVar[tuple[Command, ...]] = (
        Command("jump", "ctrl+o", "jump", "Jump", priority=True),
        Command("help", "f1", "help", "Help"),
        Command("theme", "", "theme", "Theme"),
    )


class Base(Widget):
    KEYS: ClassVar[tuple[Command, ...]] = (Command("pane-leave", "escape", "leave", "Leave"),)


class Pane(Base, can_focus=True):
    BINDING_GROUP_TITLE = "Pane"
    KEYS: ClassVar[tuple[Command, ...]] = (
        Command("pane-new", "n,insert", "note('new')", "New"),
        Command("pane-end", "escape", "note('end')", "End the search"),
        Command("pane-drop", "d", "note('drop')", "Drop"),
    )
    BINDINGS: ClassVar[list[BindingType]] = bindings(KEYS)

    def action_note(self, what: str) -> None:
        self.app.notes.append(what)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """An app of three places."""
    kinds = (Everywhere, Base, Pane)
    found = [Place(kind, keymap.place_title(kind), "", vars(kind)["KEYS"]) for kind in kinds]
    monkeypatch.setattr(keymap, "places", lambda: found)


def test_every_place_of_the_app_is_found_with_the_app_first() -> None:
    found = places()
    assert found[0].title == "Everywhere"
    assert {"AskLine", "PickOne", "HelpScreen", "JumpOverlay"} <= {p.kind.__name__ for p in found}
    assert all(place.kind.__module__.startswith("convotui.tui.") for place in found)
    assert ("Help", "help-close") in [(title, command.id) for title, command in all_commands()]


def test_an_id_means_one_command_wherever_it_is() -> None:
    seen: dict[str, Command] = {}
    for title, command in all_commands():
        assert seen.setdefault(command.id, command) == command, title


def test_every_key_that_the_app_comes_with_is_one_that_can_be_pressed() -> None:
    for title, command in all_commands():
        for key in filter(None, command.keys.split(",")):
            assert keymap._key(key.strip()) is not None, (title, command.id, key)


def test_out_of_the_box_nothing_gets_in_the_way() -> None:
    assert conflicts({}) == []


def test_a_remapped_key_is_written_as_textual_does(small: None) -> None:
    checked = check_keymap({"jump": "Ctrl+J, F6", "help": "?", "pane-new": "esc,\u2190,shift+a,+"})
    assert checked == {
        "jump": "ctrl+j,f6",
        "help": "question_mark",
        "pane-new": "escape,left,A,plus",
    }


@pytest.mark.parametrize("character", [c for c in map(chr, range(33, 127)) if c != ","])
def test_every_character_is_a_key(small: None, character: str) -> None:
    name = _character_to_key(character)
    assert check_keymap({"help": character}) == {"help": name}
    assert check_keymap({"help": name}) == {"help": name}
    assert key_name(name) == character


@pytest.mark.parametrize("key", ["F1", "f24", "ctrl+pgup", "shift+tab", "comma", "alt+ctrl+x"])
def test_what_people_are_shown_can_be_typed_into_the_config(small: None, key: str) -> None:
    checked = check_keymap({"help": key})
    assert check_keymap({"help": key_name(checked["help"])}) == checked


def test_an_unknown_command_is_named_with_where_to_look(small: None) -> None:
    with pytest.raises(UsageError) as refused:
        check_keymap({"nothing\x1b": "x"})
    assert str(refused.value) == (
        "In the config's [keys] there is no command 'nothing\\x1b': 'convotui keys' lists them."
    )


@pytest.mark.parametrize("key", ["", "x,,y", "nonsense", "hyperx+a", "ctrl+", "f1 f2", "\x1b"])
def test_a_key_that_does_not_exist_is_refused(small: None, key: str) -> None:
    with pytest.raises(UsageError, match=r"'jump': there is no key '.*'; write one") as refused:
        check_keymap({"jump": key})
    assert is_sentence(str(refused.value))


def test_a_command_without_a_key_cannot_be_given_one(small: None) -> None:
    with pytest.raises(UsageError, match="'theme' has no key to change"):
        check_keymap({"theme": "f7"})


def test_without_remapped_keys_no_screen_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keymap, "places", lambda: pytest.fail("looked for the commands"))
    assert check_keymap({}) == {}


def test_a_key_that_means_two_things_in_one_place_is_told(small: None) -> None:
    assert conflicts({"pane-drop": "n"}) == ["In Pane n means both 'New' and 'Drop'."]
    assert conflicts({"pane-drop": "x"}) == []


def test_a_key_that_a_global_command_takes_first_is_told(small: None) -> None:
    assert conflicts({"pane-drop": "ctrl+o"}) == [
        "In Pane ctrl+o never means 'Drop': it means 'Jump' everywhere."
    ]
    assert conflicts({"pane-drop": "f1"}) == []


def test_a_class_may_give_a_key_of_its_base_another_meaning_but_a_config_is_told(
    small: None,
) -> None:
    assert conflicts({}) == []
    assert conflicts({"pane-leave": "d"}) == ["In Pane d means both 'Leave' and 'Drop'."]


def test_a_character_that_could_no_longer_be_typed_is_told(small: None) -> None:
    assert conflicts({"jump": "space"}) == ["space can no longer be typed: it always means 'Jump'."]


def test_a_key_that_terminals_send_as_another_is_told(small: None) -> None:
    assert conflicts({"help": "ctrl+i"}) == [
        "Many terminals send tab for ctrl+i, so 'Help' may never hear it."
    ]


@pytest.mark.parametrize(
    ("keys", "shown"),
    [
        ("ctrl+r", "ctrl+r"),
        ("f1", "F1"),
        ("escape", "esc"),
        ("enter", "enter"),
        ("space", "space"),
        ("left", "\u2190"),
        ("shift+up", "shift+\u2191"),
        ("j,down", "j, \u2193"),
        ("question_mark", "?"),
        ("comma", "comma"),
        ("G", "G"),
        ("", ""),
    ],
)
def test_keys_have_one_notation(keys: str, shown: str) -> None:
    assert key_name(keys) == shown


def test_a_checked_keymap_is_what_the_running_app_obeys(small: None) -> None:
    command = Pane.KEYS[0]
    assert keys_of(command, {}) == ("n", "insert")
    assert keys_of(command, check_keymap({"pane-new": "?"})) == ("question_mark",)


@pytest.mark.parametrize("key", ["?", "Ctrl+R", "\u2190", "shift+a", "F6"])
async def test_a_remapped_key_does_what_the_old_one_did(small: None, key: str) -> None:
    class Host(App[None]):
        notes: ClassVar[list[str]] = []

        def compose(self) -> list[Widget]:
            return [Pane()]

    app = Host()
    app.notes.clear()
    checked = check_keymap({"pane-new": key})
    app.set_keymap(checked)
    async with app.run_test() as pilot:
        app.screen.query_one(Pane).focus()
        await pilot.press("n", checked["pane-new"])
    assert app.notes == ["new"]
