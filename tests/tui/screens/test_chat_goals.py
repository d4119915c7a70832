"""Goals are given to replies: once by a digit, always from the pane, or typed; and shown."""

from __future__ import annotations

from convotui.tui.goals import GoalChoice
from convotui.tui.widgets.goal_pane import GoalPane
from tests.tui.conftest import MakeApp, wait_until
from tests.tui.screens.chat_host import (
    chat,
    dialog,
    engine,
    press,
    quiet,
    running,
    said,
    say,
    status,
    typed,
)


async def test_alt_and_a_digit_gives_the_next_reply_a_goal_once(make_app: MakeApp) -> None:
    app = make_app()
    async with running(app) as pilot:
        await typed(pilot, "so", "alt+2")  # while writing
        assert chat(app).query_one(GoalPane).choice.line == "once: ask-pets"
        engine(app).hold.clear()
        await press(pilot, "enter")
        await wait_until(pilot, lambda: chat(app).talk.pending)
        await pilot.pause()
        assert "→ ask-pets" in said(app)
        engine(app).hold.set()
        await quiet(pilot, app)
        assert [turn.goal for turn in dialog(app).turns] == [None, "ask-pets"]
        assert dialog(app).meta["goals"]["ask-pets"] == "ask about pets."
        assert chat(app).query_one(GoalPane).choice == GoalChoice()
        assert "→ ask-pets" in said(app)
        await say(pilot, app)
        assert dialog(app).turns[3].goal is None
        await press(pilot, "alt+3", "alt+0")
        await say(pilot, app)
        assert dialog(app).turns[5].goal is None


async def test_a_goal_for_always_stays_until_it_is_taken_back(make_app: MakeApp) -> None:
    app = make_app()
    async with running(app) as pilot:
        await typed(pilot, "/goals", "enter")
        await wait_until(pilot, lambda: chat(app).query_one("#goals OptionList").has_focus)
        await press(pilot, "down", "a")
        await wait_until(pilot, lambda: chat(app).talk.choice.always)
        await press(pilot, "escape")
        assert chat(app).query_one("#prompt").has_focus
        for _ in range(2):
            await say(pilot, app)
        assert [turn.goal for turn in dialog(app).turns] == [None, "ask-pets"] * 2
        await typed(pilot, "/goal none", "enter")
        assert chat(app).query_one(GoalPane).choice == GoalChoice()
        await say(pilot, app)
        assert dialog(app).turns[5].goal is None


async def test_a_goal_of_ones_own_words_is_kept_with_its_turn(make_app: MakeApp) -> None:
    app = make_app()
    async with running(app) as pilot:
        await typed(pilot, "/goal talk about [boats].", "enter")
        assert "goal: talk about [boats]." in status(app)
        await say(pilot, app)
        assert dialog(app).turns[1].goal == "talk about [boats]."  # its id is its text
        assert "→ talk about [boats]." in said(app)
