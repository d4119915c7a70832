"""Commands typed into the text field act; one that is wrong stays there to be put right."""

from __future__ import annotations

from convotui.tui.overlays.text import TextScreen
from tests.tui.conftest import MakeApp, wait_until
from tests.tui.screens.chat_host import (
    chat,
    dialog,
    press,
    prompt,
    quiet,
    running,
    say,
    shown,
    status,
    texts,
    typed,
)


async def test_typed_commands_act_and_say_so(make_app: MakeApp) -> None:
    app = make_app()
    async with running(app) as pilot:
        await say(pilot, app)
        await typed(pilot, "/rate 4", "enter")
        assert dialog(app).turns[1].rating == 4
        assert "rated 4, reward +0.5" in status(app)
        assert prompt(app).text == ""
        await typed(pilot, "/correct well, hello", "enter")
        assert texts(app)[1] == "well, hello"
        await typed(pilot, "/again", "enter")
        await wait_until(pilot, lambda: len(dialog(app).turns[1].candidates) == 3)
        await quiet(pilot, app)
        await typed(pilot, "/help", "enter")
        await wait_until(pilot, lambda: isinstance(app.screen, TextScreen))
        await pilot.pause()
        assert "/correct TEXT" in shown(app)
        await press(pilot, "escape")
        await wait_until(pilot, lambda: app.screen is chat(app))
        await typed(pilot, "/reset", "enter")
        await wait_until(pilot, lambda: not dialog(app).turns)


async def test_a_wrong_command_keeps_its_text(make_app: MakeApp) -> None:
    app = make_app()
    async with running(app) as pilot:
        await say(pilot, app)
        for line, problem in (
            ("/rate seven", "A rating is a whole number from 1 to 5"),
            ("/nonsense [b]", "There is no command /nonsense"),
            ("/set temperature=-1", "'temperature'"),
        ):
            await typed(pilot, line, "enter")
            assert problem in status(app)
            assert prompt(app).text == line
            await typed(pilot, "", *["backspace"] * len(line))
            assert prompt(app).text == ""
        assert len(texts(app)) == 2


async def test_two_slashes_say_a_line_that_begins_with_one(make_app: MakeApp) -> None:
    app = make_app()
    async with running(app) as pilot:
        await say(pilot, app, "//rate this")
        assert texts(app)[0] == "/rate this"


async def test_quit_is_a_command_too(make_app: MakeApp) -> None:
    app = make_app()
    async with running(app) as pilot:
        await typed(pilot, "/quit", "enter")
        await wait_until(pilot, lambda: app._exit)
        assert app.return_value == 0
