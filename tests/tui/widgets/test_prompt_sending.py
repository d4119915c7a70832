"""Enter sends, other keys break the line, and both can be other keys."""

from __future__ import annotations

import pytest

from tests.tui.widgets.prompt_host import Host


async def test_enter_sends_what_is_written_without_blanks_around_it() -> None:
    async with (app := Host()).run_test() as pilot:
        await pilot.press("enter", "space", "enter", "ctrl+j", "enter", "backspace")
        assert app.sent == []  # blanks are nothing to say
        await pilot.press(*"hi there", "space", "enter")
        assert app.sent == ["hi there"]
        assert app.prompt.text == ""


@pytest.mark.parametrize("key", ["shift+enter", "alt+enter", "ctrl+j"])
async def test_other_keys_break_the_line(key: str) -> None:
    async with (app := Host()).run_test() as pilot:
        await pilot.press(*"one", key, *"two")
        assert app.prompt.text == "one\ntwo"
        assert app.prompt.size.height == 2
        await pilot.press("enter")
        assert app.sent == ["one\ntwo"]
        await pilot.pause()
        assert app.prompt.size.height == 1


async def test_the_send_key_can_be_another_one() -> None:
    async with (app := Host({"prompt-send": "ctrl+e"})).run_test() as pilot:
        await pilot.press(*"one", "enter", *"two")
        assert app.sent == []
        assert app.prompt.text == "one\ntwo"
        await pilot.press("ctrl+e")
        assert app.sent == ["one\ntwo"]


async def test_several_keys_may_send_and_enter_may_break_the_line() -> None:
    keys = {"prompt-send": "ctrl+j,F5", "prompt-newline": "enter"}
    async with (app := Host(keys)).run_test() as pilot:
        await pilot.press(*"one", "enter", *"two", "ctrl+j", *"three", "f5")
        assert app.sent == ["one\ntwo", "three"]


async def test_what_could_not_be_used_is_given_back_before_what_came_since() -> None:
    async with (app := Host()).run_test() as pilot:
        await pilot.press(*"one", "enter", *" two")
        app.prompt.give_back("one")
        await pilot.press("!")
        assert app.prompt.text == "one two!"


async def test_a_field_grows_with_its_text_up_to_a_few_lines() -> None:
    async with (app := Host()).run_test(size=(30, 20)) as pilot:
        app.prompt.put("a\n" * 30)
        await pilot.pause()
        assert app.prompt.outer_size.height == 6
        assert app.prompt.cursor_location[0] == 30


async def test_foreign_texts_are_shown_without_acting(hostile_texts: tuple[str, ...]) -> None:
    async with (app := Host()).run_test(size=(30, 12)) as pilot:
        for text in hostile_texts:
            app.prompt.put(text)
        app.prompt.put("".join(hostile_texts))
        await pilot.pause()
        strips = app.screen._compositor.render_strips()
        shown = "".join(segment.text for strip in strips for segment in strip)
        assert not any(ord(c) < 32 or 127 <= ord(c) < 160 for c in shown)
