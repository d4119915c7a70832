"""The arrows go through what was sent, and nothing written on the way is lost."""

from __future__ import annotations

from tests.tui.widgets.prompt_host import Host


async def test_up_brings_back_what_was_sent_and_down_what_was_being_written() -> None:
    async with (app := Host()).run_test() as pilot:
        await pilot.press("up", "down")
        assert app.prompt.text == ""
        await pilot.press(*"one", "enter", *"two", "enter", *"thr")
        for key, text in (
            ("up", "two"),
            ("up", "one"),
            ("up", "one"),
            ("down", "two"),
            ("down", "thr"),
            ("down", "thr"),
        ):
            await pilot.press(key)
            assert app.prompt.text == text
        assert app.prompt.cursor_location == (0, 3)
        assert app.sent == ["one", "two"]


async def test_what_was_changed_on_the_way_is_still_there_on_the_way_back() -> None:
    async with (app := Host()).run_test() as pilot:
        await pilot.press(*"one", "enter", *"x", "up", *"!", "down", *"y", "up")
        assert app.prompt.text == "one!"
        await pilot.press("down")
        assert app.prompt.text == "xy"
        await pilot.press("up", "enter", "up")
        assert app.sent == ["one", "one!"]
        assert app.prompt.text == "one!"
        await pilot.press("up")
        assert app.prompt.text == "one"  # as it was sent


async def test_the_same_text_twice_in_a_row_is_kept_once() -> None:
    async with (app := Host()).run_test() as pilot:
        await pilot.press(*"a", "enter", *"a", "enter", *"b", "enter")
        assert app.prompt.sent == ["a", "b"]
        assert app.sent == ["a", "a", "b"]


async def test_within_a_text_of_several_lines_the_arrows_move_the_caret() -> None:
    async with (app := Host()).run_test() as pilot:
        await pilot.press(*"old", "enter", *"one", "ctrl+j", *"two", "up")
        assert app.prompt.text == "one\ntwo"
        assert app.prompt.cursor_location == (0, 3)
        await pilot.press("up")
        assert app.prompt.text == "old"
        await pilot.press("down")
        assert app.prompt.text == "one\ntwo"


async def test_a_long_line_is_gone_through_line_by_line_as_it_is_shown() -> None:
    async with (app := Host()).run_test(size=(20, 12)) as pilot:
        await pilot.press(*"old", "enter")
        app.prompt.put("some words " * 3)
        await pilot.pause()
        assert app.prompt.size.height > 1
        await pilot.press("up")
        assert app.prompt.text == "some words " * 3
        while app.prompt.text != "old":
            before = app.prompt.cursor_location
            await pilot.press("up")
            assert app.prompt.text == "old" or app.prompt.cursor_location < before
        await pilot.press("down")
        assert app.prompt.text == "some words " * 3
