"""While nobody looks back, the newest line is in view, whatever grows; who looks back is left."""

from __future__ import annotations

from tests.tui.conftest import wait_until
from tests.tui.widgets.transcript_host import NAMES, Host, talk

SIZE = (50, 10)


async def test_new_turns_and_a_growing_one_stay_in_view() -> None:
    async with (app := Host(talk(20))).run_test(size=SIZE) as pilot:
        app.transcript.follow()
        app.transcript.show(talk(30), NAMES)
        await pilot.pause()
        assert "turn 29" in app.lines[-1]
        for words in range(1, 40, 6):
            app.transcript.live(0, " ".join(f"word{i}" for i in range(words)), "esc stops")
            await pilot.pause()
            assert "esc stops" in app.lines[-1]
            assert any(f"word{words - 1}▌" in line for line in app.lines)
        app.transcript.live(None)
        await pilot.pause()
        assert "turn 29" in app.lines[-1]


async def test_who_looks_back_by_mouse_is_left_there_while_a_reply_grows() -> None:
    async with (app := Host(talk(60))).run_test(size=SIZE) as pilot:
        app.transcript.follow()
        await wait_until(pilot, lambda: app.transcript.show_vertical_scrollbar)
        app.transcript.scroll_relative(y=-20, animate=False)  # as the wheel does
        await pilot.pause()
        before = app.lines
        for words in range(1, 30, 7):
            app.transcript.live(0, "word " * words, "esc stops")
            await pilot.pause()
            assert app.lines == before
        app.transcript.live(None)
        app.transcript.show(talk(62), NAMES)
        await pilot.pause()
        assert app.lines == before
        app.transcript.scroll_end(animate=False)
        await pilot.pause()
        app.transcript.show(talk(64), NAMES)
        await pilot.pause()
        assert "turn 63" in app.lines[-1]


async def test_a_cursor_on_an_earlier_turn_holds_the_view() -> None:
    async with (app := Host(talk(60))).run_test(size=SIZE) as pilot:
        await pilot.press("g")
        before = app.lines
        app.transcript.show(talk(70), NAMES)
        app.transcript.live(1, "something long " * 10)
        await pilot.pause()
        assert app.lines == before


async def test_the_end_stays_in_view_when_the_terminal_changes_its_size() -> None:
    async with (app := Host(talk(40, "turn {} " + "x " * 20))).run_test(size=SIZE) as pilot:
        app.transcript.follow()
        for size in ((50, 6), (30, 6), (30, 12), (80, 8), (50, 10)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            last = [line for line in app.lines if line][-1]
            assert "x" in last
            assert app.transcript.scroll_offset.y == app.transcript.max_scroll_y
            assert any("turn 39" in line for line in app.lines)
