"""Words are found in the dialog: marked, gone through both ways, and let go of again."""

from __future__ import annotations

from tests.tui.conftest import MakeApp
from tests.tui.screens.chat_host import (
    chat,
    dialog,
    moving,
    press,
    prompt,
    running,
    say,
    status,
    transcript,
    typed,
)


async def test_words_are_found_and_gone_through(make_app: MakeApp) -> None:
    app = make_app()
    async with running(app) as pilot:
        for text in ("blue Whale", "a WHALE again", "no fish", "whales!"):
            await say(pilot, app, text)
        before = dialog(app)
        await moving(pilot)
        await press(pilot, "slash")
        assert chat(app).query_one("#find").has_focus
        await typed(pilot, "whale")
        places = [0, 2, 6]
        assert transcript(app).cursor == 6
        await press(pilot, "enter")
        assert transcript(app).cursor == 2
        transcript(app).focus()
        await press(pilot, "N")
        assert transcript(app).cursor == 0
        for place in (2, 6, 0):
            await press(pilot, "n")
            assert transcript(app).cursor == place
        await press(pilot, "N")
        assert transcript(app).cursor == places[-1]
        await press(pilot, "escape")
        assert not chat(app).query_one("#find").has_class("-open")
        assert transcript(app).has_focus
        assert transcript(app).cursor == 6
        assert dialog(app) == before


async def test_what_is_nowhere_is_said_and_esc_closes(make_app: MakeApp) -> None:
    app = make_app()
    async with running(app) as pilot:
        await say(pilot, app)
        await typed(pilot, "a draft")
        await press(pilot, "ctrl+f")
        await typed(pilot, "[zebra", "enter")
        assert "'[zebra' is nowhere in this dialog" in status(app)
        await press(pilot, "escape")
        assert transcript(app).has_focus
        assert prompt(app).text == "a draft"
        await press(pilot, "n")
        assert "'[zebra' is nowhere in this dialog" in status(app)


async def test_n_goes_on_with_what_was_sought_last(make_app: MakeApp) -> None:
    app = make_app()
    async with running(app) as pilot:
        await say(pilot, app)
        await press(pilot, "escape", "n")
        assert "nothing to find" in status(app)
        word = dialog(app).turns[1].text.split()[0]
        await press(pilot, "slash")
        await typed(pilot, word)
        await press(pilot, "escape", "g", "n")
        assert word.lower() in dialog(app).turns[transcript(app).cursor].text.lower()
