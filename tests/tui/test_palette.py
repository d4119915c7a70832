"""The palette offers everything that can be done here, and does it whatever has the focus."""

from __future__ import annotations

import pytest
from textual.command import CommandList
from textual.content import Content

from convotui.tui.palette import palette_commands
from tests.sentences import driving
from tests.tui.places import Goals, Host


async def test_app_screen_and_panes_are_offered_once_each_with_their_keys() -> None:
    async with Host().run_test() as pilot:
        found = {
            c.title: Content.from_markup(c.help).plain for c in palette_commands(pilot.app.screen)
        }
        titles = [command.title for command in palette_commands(pilot.app.screen)]
    assert found == {
        "Theme": "Choose the colours.",
        "Help": "(F1)",
        "Another candidate": "The same goal. (ctrl+r)",
        "Facts: Add a fact": "(ctrl+f)",
        "Goals: Always this goal": "For every reply. (a)",
        "Goals: Range (a-b)": "In [red]brackets. ([)",
    }
    assert len(titles) == len(set(titles))


async def test_a_remapped_key_is_the_one_that_is_shown() -> None:
    app = Host()
    app.set_keymap({"again": "f5", "theme": "f6"})
    async with app.run_test():
        found = {command.title: command.help for command in palette_commands(app.screen)}
    assert found["Another candidate"] == "The same goal. (F5)"


@pytest.mark.parametrize("focus", ["#fact", "#shown"])
@pytest.mark.parametrize(
    ("words", "note"),
    [
        ("theme", "app theme"),
        ("candidate", "chat again"),
        ("add a fact", "mine add"),
        ("always", "shown always"),
        ("range", "shown range"),
    ],
)
async def test_a_command_runs_where_it_belongs_whatever_has_the_focus(
    focus: str, words: str, note: str
) -> None:
    app = Host()
    async with app.run_test() as pilot:
        app.screen.set_focus(app.screen.query_one(focus))
        await pilot.press("ctrl+p")
        await pilot.press(*(key if key != " " else "space" for key in words))
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        assert app.notes == [note]
        assert app.focused is app.screen.query_one(focus)


async def test_of_panes_with_one_title_the_focused_one_counts() -> None:
    app = Host()
    async with app.run_test() as pilot:
        drawer = app.screen.query_one("#drawer", Goals)
        drawer.styles.display = "block"
        drawer.focus()
        await pilot.pause()
        (command,) = (
            c for c in palette_commands(app.screen) if c.title.endswith("Always this goal")
        )
        await command.callback()
    assert app.notes == ["drawer always"]


async def test_a_hidden_pane_is_offered_too() -> None:
    app = Host()
    async with app.run_test() as pilot:
        await app.screen.query_one("#shown").remove()
        (command,) = (
            c for c in palette_commands(app.screen) if c.title.endswith("Always this goal")
        )
        await command.callback()
        await pilot.pause()
    assert app.notes == ["drawer always"]


async def test_what_cannot_be_done_now_is_left_out_and_a_pane_that_can_do_it_is_asked() -> None:
    app = Host()
    async with app.run_test():
        assert "Goals: Bring it back" not in [c.title for c in palette_commands(app.screen)]
        app.screen.query_one("#drawer").add_class("can-go-back")
        (command,) = (c for c in palette_commands(app.screen) if c.title.endswith("Bring it back"))
        await command.callback()
    assert app.notes == ["drawer back"]


async def test_a_pane_that_went_while_the_palette_was_open_is_left_alone() -> None:
    app = Host()
    async with app.run_test():
        (command,) = (
            c for c in palette_commands(app.screen) if c.title.endswith("Always this goal")
        )
        await app.screen.query_one("#shown").remove()
        await command.callback()
    assert app.notes == []


async def test_hostile_titles_of_panes_are_plain_text_in_the_list(
    hostile_texts: tuple[str, ...],
) -> None:
    app = Host()
    texts = dict.fromkeys((*hostile_texts, "[/x]", "[bold", "a [red]b[/] \\"))
    async with app.run_test() as pilot:
        panes = [Goals("x") for _ in texts]
        for pane, text in zip(panes, texts, strict=True):
            pane.BINDING_GROUP_TITLE = text
        await app.screen.mount_all(panes)
        titles = [command.title for command in palette_commands(app.screen)]
        await pilot.press("ctrl+p")
        await app.workers.wait_for_complete()
        await pilot.pause()
        found = app.screen.query_one(CommandList)
        shown = [str(option.prompt).split("\n")[0] for option in found.options]
    assert sorted(shown) == sorted(titles)
    assert driving("".join(shown)) == set()
