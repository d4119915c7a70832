"""F1 tells first about the focused place, then what is around it, then everywhere."""

from __future__ import annotations

import re

import pytest
from textual.widgets import Input, Static

from convotui.tui.overlays.ask import AskLine
from convotui.tui.overlays.help import ELSEWHERE, HelpScreen, sections
from tests.sentences import driving
from tests.tui.places import Goals, Host


def lines(app: Host) -> list[str]:
    """What the help shows, whether scrolled into sight or not."""
    text = app.screen.query_one("#help-text", Static)
    shown = ["".join(segment.text for segment in strip).rstrip() for strip in strips(text)]
    return [line for line in shown if line]


def strips(text: Static) -> list[object]:
    return [text.render_line(y) for y in range(text.size.height)]


def on_screen(app: Host) -> list[str]:
    return ["".join(s.text for s in strip) for strip in app.screen._compositor.render_strips()]


async def test_the_focused_place_comes_first_and_what_is_elsewhere_last() -> None:
    app = Host()
    async with app.run_test():
        app.screen.set_focus(app.screen.query_one("#shown"))
        found = [(section.title, section.group) for section in sections(app.screen)]
        assert found == [("Goals", ""), ("Chat", ""), ("Everywhere", ""), ("Facts", ELSEWHERE)]
        app.screen.set_focus(app.screen.query_one("#fact"))
        found = [(section.title, section.group) for section in sections(app.screen)]
        assert found == [("Facts", ""), ("Chat", ""), ("Everywhere", ""), ("Goals", ELSEWHERE)]


async def test_without_focus_the_screen_comes_first() -> None:
    app = Host()
    async with app.run_test():
        app.screen.set_focus(None)
        assert [section.title for section in sections(app.screen)][:2] == ["Chat", "Everywhere"]


async def test_each_command_has_its_key_title_and_help() -> None:
    app = Host()
    app.set_keymap({"goal-always": "f6,exclamation_mark"})
    async with app.run_test(size=(100, 40)) as pilot:
        app.screen.set_focus(app.screen.query_one("#shown"))
        await app.push_screen(HelpScreen(app.screen))
        await pilot.pause()
        shown = lines(app)
    assert shown[0].strip() == "Goals \u00b7 you are here"
    assert shown[1].strip() == "The goals of this dialog. Enter takes one."
    assert re.fullmatch(r"F6, ! +Always this goal  For every reply\.", shown[2].strip())
    assert re.fullmatch(r"j, \u2193 +Next goal", shown[3].strip())
    assert any(
        re.fullmatch(r"palette +Theme  Choose the colours\.", line.strip()) for line in shown
    )


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (120, 36)])
async def test_everything_can_be_scrolled_to(size: tuple[int, int]) -> None:
    app = Host()
    async with app.run_test(size=size) as pilot:
        await app.push_screen(HelpScreen(app.screen))
        await pilot.pause()
        assert "you are here" in "\n".join(on_screen(app))
        seen = set(on_screen(app))
        for _ in range(20):
            await pilot.press("pagedown")
            seen |= set(on_screen(app))
        everything = "\n".join(seen)
        for words in ("Add a fact", "Another candidate", "Choose the colours.", "Bring it back"):
            assert words in everything
        await pilot.press("ctrl+home", "down", "up", "pageup", "ctrl+end", "ctrl+home")
        assert "you are here" in "\n".join(on_screen(app))


async def test_at_60x16_at_least_ten_lines_of_help_are_in_sight() -> None:
    app = Host()
    async with app.run_test(size=(60, 16)) as pilot:
        await app.push_screen(HelpScreen(app.screen))
        await pilot.pause()
        assert app.screen.query_one("#help-lines").size.height >= 10
        assert app.screen.query_one("#help-text").size.width >= 50


async def test_typing_filters_and_deleting_brings_everything_back() -> None:
    app = Host()
    async with app.run_test(size=(100, 40)) as pilot:
        await app.push_screen(HelpScreen(app.screen))
        await pilot.pause()
        everything = lines(app)
        await pilot.press(*"EVERY reply".replace(" ", "_"))
        await pilot.press(*["backspace"] * 6, "space", *"reply")
        await pilot.pause()
        assert [line.split()[0] for line in lines(app)[-2:]] == ["Goals", "a"]
        await pilot.press(*["backspace"] * 11)
        await pilot.pause()
        assert lines(app) == everything
        await pilot.press(*"zzz")
        await pilot.pause()
        assert lines(app) == ["Nothing here is about 'zzz'."]


async def test_esc_goes_back_to_where_help_was_asked_for() -> None:
    app = Host()
    async with app.run_test() as pilot:
        app.screen.set_focus(app.screen.query_one("#shown"))
        await app.push_screen(HelpScreen(app.screen))
        await pilot.press("x", "escape")
        await pilot.pause()
        assert app.focused is app.screen.query_one("#shown")
        assert app.notes == []


async def test_over_a_dialog_box_help_is_about_that_box() -> None:
    app = Host()
    async with app.run_test() as pilot:
        await app.push_screen(AskLine("What?", "kept"))
        await app.push_screen(HelpScreen(app.screen))
        await pilot.pause()
        assert lines(app)[0].strip() == "Question \u00b7 you are here"
        await pilot.press("escape")
        await pilot.pause()
        assert app.screen.query_one(Input).value == "kept"


async def test_hostile_titles_and_words_are_shown_without_acting(
    hostile_texts: tuple[str, ...],
) -> None:
    app = Host()
    async with app.run_test() as pilot:
        panes = [Goals("x") for _ in hostile_texts]
        for pane, text in zip(panes, hostile_texts, strict=True):
            pane.BINDING_GROUP_TITLE = text
        await app.screen.mount_all(panes)
        await app.push_screen(HelpScreen(app.screen))
        await pilot.pause()
        assert sum("Always this goal" in line for line in lines(app)) > len(hostile_texts) / 2
        assert driving("".join(lines(app))) == set()
        search = app.screen.query_one(Input)
        for text in hostile_texts:
            search.value = text
            await pilot.pause(0)
            assert driving("".join(lines(app))) == set()
