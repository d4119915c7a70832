"""Turns are rated, rewarded and left out of training by a key, and all of it is on disk."""

from __future__ import annotations

from tests.tui.conftest import MakeApp, wait_until
from tests.tui.screens.chat_host import (
    chat,
    dialog,
    moving,
    press,
    running,
    said,
    say,
    shown,
    status,
    transcript,
    typed,
)


async def test_digits_and_signs_rate_the_turn_under_the_cursor(make_app: MakeApp) -> None:
    app = make_app()
    async with running(app) as pilot:
        await say(pilot, app)
        await moving(pilot)
        assert transcript(app).cursor == 1
        rewards = {"1": -1.0, "2": -0.5, "3": 0.0, "4": 0.5, "5": 1.0, "+": 1.0, "-": -1.0}
        for key, reward in rewards.items():
            await press(pilot, key)
            turn = dialog(app).turns[1]
            assert (turn.rating, turn.reward) == (round(2 * reward + 3), reward)
            assert f"★{turn.rating}" in said(app)
        assert "rated 1, reward -1" in status(app)
        assert "rewards 1 of 2 turns" in shown(app)
        await press(pilot, "0")
        turn = dialog(app).turns[1]
        assert (turn.rating, turn.reward) == (None, None)
        assert "★" not in said(app)
        assert "unrated" in status(app)
        await press(pilot, "k", "2")
        assert [turn.rating for turn in dialog(app).turns] == [2, None]


async def test_a_rating_stays_with_the_candidate_it_was_given_to(make_app: MakeApp) -> None:
    app = make_app()
    async with running(app) as pilot:
        await say(pilot, app)
        await moving(pilot)
        await press(pilot, "5", "right")
        await wait_until(pilot, lambda: len(dialog(app).turns[1].candidates) == 2)
        await pilot.pause()
        assert dialog(app).turns[1].reward is None
        assert "★5 (of another candidate)" in said(app)
        await press(pilot, "left")
        assert dialog(app).turns[1].reward == 1.0


async def test_any_number_can_be_typed_as_a_reward(make_app: MakeApp) -> None:
    app = make_app()
    async with running(app) as pilot:
        await say(pilot, app)
        await moving(pilot)
        await press(pilot, "=")
        await wait_until(pilot, lambda: app.screen is not chat(app))
        assert "Reward of turn 2?" in shown(app)
        await typed(pilot, "a lot", "enter")
        assert "A reward is a number, such as 0.5." in shown(app)
        assert "a lot" in shown(app)  # nothing typed is lost
        await typed(pilot, "", *["backspace"] * 5)
        await typed(pilot, "-7.5", "enter")
        await wait_until(pilot, lambda: app.screen is chat(app))
        await pilot.pause()
        assert dialog(app).turns[1].reward == -7.5
        assert "reward -7.5" in said(app)
        await press(pilot, "=", "9", "escape")
        await wait_until(pilot, lambda: app.screen is chat(app))
        assert dialog(app).turns[1].reward == -7.5


async def test_a_turn_is_left_out_of_training_and_taken_in_again(make_app: MakeApp) -> None:
    app = make_app()
    async with running(app) as pilot:
        await say(pilot, app)
        await moving(pilot)
        await press(pilot, "x")
        assert dialog(app).turns[1].excluded
        assert "✕ not for training" in said(app)
        await press(pilot, "x")
        assert not dialog(app).turns[1].excluded
        assert "not for training" not in said(app)
        assert "in training again" in status(app)
