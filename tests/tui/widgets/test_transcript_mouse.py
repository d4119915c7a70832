"""The mouse puts the cursor on a turn and selects text to copy."""

from __future__ import annotations

from convotui.dialog import Dialog
from tests.tui.widgets.transcript_host import Host, talk, turn


async def test_a_click_puts_the_cursor_on_a_turn() -> None:
    dialog = Dialog("d", turns=(turn(0, "hi"), turn(1, "one two three four five"), turn(0, "ok")))
    async with (app := Host(dialog)).run_test(size=(24, 10)) as pilot:
        for row, place in ((0, 0), (2, 1), (3, 2), (1, 1)):
            await pilot.click("#transcript", offset=(10, row))
            assert app.transcript.cursor == place
        await pilot.click("#transcript", offset=(10, 8))  # below all turns
        assert app.transcript.cursor == 1


async def test_a_click_counts_from_what_is_scrolled_into_view() -> None:
    async with (app := Host(talk(60))).run_test(size=(50, 10)) as pilot:
        app.transcript.follow()
        await pilot.pause()
        await pilot.click("#transcript", offset=(10, 0))
        assert app.transcript.cursor == 50


async def test_what_is_selected_is_the_text_that_is_shown() -> None:
    dialog = Dialog("d", turns=(turn(0, "hi there"), turn(1, "你好 friend")))
    async with (app := Host(dialog)).run_test(size=(40, 10)) as pilot:
        await pilot.mouse_down("#transcript", offset=(8, 0))
        await pilot.hover("#transcript", offset=(39, 1))
        await pilot.mouse_up("#transcript", offset=(39, 1))
        await pilot.pause()
        assert app.screen.get_selected_text() == "hi there\n  baker 你好 friend"


async def test_a_selection_survives_scrolling_and_is_drawn() -> None:
    async with (app := Host(talk(30))).run_test(size=(50, 10)) as pilot:
        await pilot.press("g")
        plain = [segment.style for segment in app.transcript.render_line(1)]
        await pilot.mouse_down("#transcript", offset=(8, 0))
        await pilot.hover("#transcript", offset=(14, 2))
        await pilot.mouse_up("#transcript", offset=(14, 2))
        await pilot.pause()
        assert [segment.style for segment in app.transcript.render_line(1)] != plain
        selected = app.screen.get_selected_text()
        assert selected is not None
        assert "turn 1 goes like this" in selected
        app.transcript.scroll_relative(y=5, animate=False)
        await pilot.pause()
        assert app.screen.get_selected_text() == selected
