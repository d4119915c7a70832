"""u takes back whatever was done last, and ctrl+y does it again, all the way."""

from __future__ import annotations

from itertools import pairwise

from tests.tui.conftest import MakeApp
from tests.tui.screens.chat_host import (
    chat,
    dialog,
    moving,
    press,
    quiet,
    running,
    said,
    say,
    status,
    typed,
)


async def test_everything_is_undone_and_redone_step_by_step(make_app: MakeApp) -> None:
    app = make_app()
    async with running(app) as pilot:

        def now() -> tuple[object, ...]:
            found = dialog(app)
            # Candidates that were made stay to choose from; what is said and thought of it goes.
            turns = [
                (turn.text, turn.chosen, turn.rating, turn.reward, turn.excluded)
                for turn in found.turns
            ]
            return chat(app).talk.session.key, found.personas, turns

        await say(pilot, app)
        states = [now()]
        await moving(pilot)
        for keys in (["4"], ["r"], ["left"], ["x"], ["2"], ["k", "1"], ["j", "b"], ["5"]):
            await press(pilot, *keys)
            await quiet(pilot, app)
            states.append(now())
        await press(pilot, "c")
        await typed(pilot, "!", "enter", "escape")
        await quiet(pilot, app)
        states.append(now())
        chat(app).query_one("#facts-1").focus()
        await press(pilot, "d")
        states.append(now())
        chat(app).transcript.focus()
        assert all(before != after for before, after in pairwise(states))
        for state in reversed(states[:-1]):
            await press(pilot, "u")
            assert now() == state
            assert "undone: " in status(app)
        assert "undone: rating 4" in status(app)
        await press(pilot, "u", "u")
        assert dialog(app).turns == ()
        assert "Say something below" in said(app)
        await press(pilot, "u")
        assert "nothing to undo" in status(app)
        await press(pilot, "ctrl+y", "ctrl+y")
        for state in states:
            assert now() == state
            await press(pilot, "ctrl+y")
        assert "nothing to do again" in status(app)
