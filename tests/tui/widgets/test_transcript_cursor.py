"""The cursor goes over turns, stays on one, and brings it into view."""

from __future__ import annotations

from convotui.dialog import Dialog
from tests.tui.widgets.transcript_host import NAMES, Host, talk

SIZE = (50, 10)


async def test_keys_move_the_cursor_over_the_turns() -> None:
    async with (app := Host(talk(6))).run_test(size=SIZE) as pilot:
        assert app.transcript.cursor is None
        for key, place in (
            ("k", 5),
            ("j", 5),
            ("k", 4),
            ("up", 3),
            ("down", 4),
            ("g", 0),
            ("k", 0),
            ("G", 5),
            ("home", 0),
            ("end", 5),
        ):
            await pilot.press(key)
            assert app.transcript.cursor == place, key
        assert app.moved[-6:] == [3, 4, 0, 5, 0, 5]


async def test_the_turn_under_the_cursor_is_marked_and_in_view() -> None:
    async with (app := Host(talk(40))).run_test(size=SIZE) as pilot:
        await pilot.press("g")
        assert app.lines[0].startswith("▌ you")
        assert "turn 0 " in app.lines[0]
        await pilot.press(*["j"] * 12)
        marked = [line for line in app.lines if line.startswith("▌")]
        assert len(marked) == 1
        assert "turn 12 " in marked[0]


async def test_pages_go_by_about_a_screen_and_end_at_the_ends() -> None:
    async with (app := Host(talk(100))).run_test(size=SIZE) as pilot:
        await pilot.press("g", "pagedown")
        assert app.transcript.cursor == 9
        await pilot.press("pagedown", "pageup")
        assert app.transcript.cursor == 9
        await pilot.press(*["pagedown"] * 10)
        assert app.transcript.cursor == 99
        await pilot.press(*["pageup"] * 11)
        assert app.transcript.cursor == 0


async def test_a_dialog_that_became_shorter_keeps_the_cursor_on_a_turn() -> None:
    async with (app := Host(talk(6))).run_test(size=SIZE) as pilot:
        await pilot.press("G")
        app.transcript.show(talk(3), NAMES)
        await pilot.pause()
        assert app.transcript.cursor == 2
        app.transcript.show(Dialog("d"), NAMES)
        await pilot.pause()
        assert app.transcript.cursor is None
        for key in ("j", "k", "g", "G", "pagedown", "pageup"):
            await pilot.press(key)
        assert app.transcript.cursor is None
        assert "Say something below." in app.shown


async def test_following_lets_go_of_the_turn() -> None:
    async with (app := Host(talk(40))).run_test(size=SIZE) as pilot:
        await pilot.press("g")
        app.transcript.follow()
        await pilot.pause()
        assert app.transcript.cursor is None
        assert "turn 39" in app.lines[-1]
        assert not any(line.startswith("▌") for line in app.lines)
        await pilot.press("k")
        assert app.transcript.cursor == 39
