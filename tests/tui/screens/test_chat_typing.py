"""Keys that come faster than the app can follow: what was typed is said, all of it, and once."""

from __future__ import annotations

from textual.events import Paste

from tests.tui.conftest import MakeApp, wait_until
from tests.tui.screens.chat_host import (
    burst,
    chat,
    dialog,
    engine,
    followed,
    prompt,
    quiet,
    running,
    shown,
    status,
    texts,
)


async def test_a_burst_of_keys_says_exactly_what_was_typed(make_app: MakeApp) -> None:
    app = make_app()
    async with running(app) as pilot:
        burst(app, *"hi there", "enter")
        await wait_until(pilot, lambda: len(dialog(app)) == 2)
        assert texts(app)[0] == "hi there"
        assert prompt(app).text == ""


async def test_what_is_typed_on_after_enter_is_the_next_text(make_app: MakeApp) -> None:
    app = make_app()
    async with running(app) as pilot:
        burst(app, *"hi", "enter", *"and more")
        await wait_until(pilot, lambda: len(dialog(app)) == 2)
        await followed(pilot)
        assert texts(app)[0] == "hi"
        assert prompt(app).text == "and more"
        assert prompt(app).cursor_location == (0, 8)


async def test_two_lines_typed_at_once_lose_nothing(make_app: MakeApp) -> None:
    app = make_app()
    async with running(app) as pilot:
        engine(app).hold.clear()
        burst(app, *"one", "enter", *"two", "enter", *" three")
        await wait_until(pilot, lambda: dialog(app).turns)
        await followed(pilot)
        assert texts(app) == ["one"]
        assert prompt(app).text == "two three"  # a reply to the first was under way


async def test_enter_pressed_twice_says_it_once(make_app: MakeApp) -> None:
    app = make_app()
    async with running(app) as pilot:
        burst(app, *"hi", "enter", "enter")
        await wait_until(pilot, lambda: len(dialog(app)) == 2)
        await followed(pilot)
        await quiet(pilot, app)
        assert texts(app).count("hi") == 1
        assert "esc stops it" not in status(app)
        burst(app, *"/rate 2", "enter", "enter")
        await wait_until(pilot, lambda: dialog(app).turns[1].rating == 2)
        await followed(pilot)
        chat(app).talk.undo()
        assert dialog(app).turns[1].rating is None


async def test_a_pasted_text_of_several_lines_is_one_text(make_app: MakeApp) -> None:
    app = make_app()
    async with running(app) as pilot:
        app.post_message(Paste("one\ntwo\x1b[2J\n"))
        await wait_until(pilot, lambda: prompt(app).text)
        assert "\x1b" not in shown(app)
        burst(app, "enter")
        await wait_until(pilot, lambda: len(dialog(app)) == 2)
        assert texts(app)[0] == "one\ntwo\\x1b[2J"
