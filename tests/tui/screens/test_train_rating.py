"""The reward manual asks a person: a digit or any number answers, and nothing typed is lost."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from textual.pilot import Pilot

from convotui.engine.api import RatingWanted
from convotui.engine.training_rules import judgement
from convotui.runs import find_run
from convotui.tui.app import ConvoApp
from convotui.tui.trainings import Phase
from convotui.tui.widgets.training_panes import RatingField
from tests.tui.conftest import MakeApp, wait_until
from tests.tui.screens.play_host import screen_text
from tests.tui.screens.train_host import PLAN, SIZE, ended, shown, train, train_app

ASKING = replace(PLAN, reward="manual", episodes=1, batch=1, turns=2, eval_episodes=0, eval_every=0)


async def asked(pilot: Pilot[Any], app: ConvoApp, number: int) -> RatingWanted:
    """Wait for a question."""
    await wait_until(
        pilot,
        lambda: (
            train(app).shown
            and shown(app).question is not None
            and shown(app).question.number == number
        ),
    )
    await pilot.pause()
    question = shown(app).question
    assert question is not None
    return question


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *(("1", -1.0), ("3", 0.0), (" 5 ", 1.0), ("4.0", 4.0), ("0.25", 0.25), ("-2", -2.0)),
        *(("", None), ("good", None), ("nan", None), ("inf", None), ("6", 6.0)),
    ],
)
def test_a_digit_is_a_rating_and_any_other_number_the_reward(
    text: str, value: float | None
) -> None:
    assert judgement(text) == value


async def test_digits_answer_the_questions(make_app: MakeApp) -> None:
    app = train_app(make_app, plan=ASKING)
    async with app.run_test(size=SIZE) as pilot:
        question = await asked(pilot, app, 1)
        text = screen_text(app)
        assert "training waits for your rating: F5" in text
        assert "the training waits for your rating" in text
        assert "how good is it, 1 to 5?" in text
        assert "? waits for your rating" in text
        for turn in question.dialog.turns:
            assert turn.text in text
        await pilot.press("5")
        await asked(pilot, app, 2)
        await pilot.press("2")
        training = await ended(pilot, app)
        assert training.phase is Phase.DONE
        assert find_run("one").lines("metrics.jsonl")[0]["returns"] == [0.5]
        assert "waits for your rating" not in screen_text(app)


async def test_a_digit_that_was_meant_for_the_exchange_before_is_ignored(
    make_app: MakeApp,
) -> None:
    app = train_app(make_app, plan=ASKING)
    now = 10.0
    app.clock = lambda: now
    async with app.run_test(size=SIZE) as pilot:
        first = await asked(pilot, app, 1)
        now += 0.29
        await pilot.press("5")
        assert shown(app).question is first
        assert "This exchange has only just come" in screen_text(app)
        now += 0.02
        await pilot.press("5")
        await asked(pilot, app, 2)
        await pilot.press("5", "4", "1")  # a key that is held, or pressed twice
        assert shown(app).question.number == 2
        now += 1
        await pilot.press("3")
        training = await ended(pilot, app)
        assert training.points[0].returns == (1.0,)


async def test_the_goal_of_the_exchange_stands_in_the_question(make_app: MakeApp) -> None:
    app = train_app(make_app, plan=ASKING)
    async with app.run_test(size=SIZE) as pilot:
        for number in (1, 2):
            question = await asked(pilot, app, number)
            goal = question.dialog.turns[-2].goal
            assert goal
            head = app.screen.query_one("#train-talk-head")
            assert str(head.content).startswith(f"? goal {goal}: how good is it, 1 to 5?")
            await pilot.press("4")
        await ended(pilot, app)


async def test_any_number_can_be_typed(make_app: MakeApp) -> None:
    app = train_app(make_app, plan=ASKING)
    async with app.run_test(size=SIZE) as pilot:
        await asked(pilot, app, 1)
        await pilot.press("equals_sign")
        assert isinstance(app.screen.focused, RatingField)
        await pilot.press(*"much", "enter")
        assert "Type a rating from 1 to 5, or any number" in screen_text(app)
        assert shown(app).question is not None
        await pilot.press("ctrl+u", *"0.75", "enter")
        await asked(pilot, app, 2)
        await pilot.press("4")
        training = await ended(pilot, app)
        assert training.points[0].returns == (1.25,)


async def test_what_was_typed_is_there_again_after_another_screen(make_app: MakeApp) -> None:
    app = train_app(make_app, plan=ASKING)
    async with app.run_test(size=SIZE) as pilot:
        await asked(pilot, app, 1)
        await pilot.press("equals_sign", *"-0.2", "f2")
        await wait_until(pilot, lambda: app.current_mode == "chat")
        assert "training waits for your rating: F5" in screen_text(app)
        await pilot.press("f5")
        await wait_until(pilot, lambda: app.current_mode == "train")
        await pilot.pause()
        field = app.screen.query_one(RatingField)
        assert (field.value, field.display) == ("-0.2", True)
        await pilot.press("5", "enter")
        await asked(pilot, app, 2)
        assert field.value == ""
        await pilot.press("escape", "3")
        training = await ended(pilot, app)
        assert training.points[0].returns == (-0.25,)


async def test_another_training_may_be_looked_at_meanwhile(make_app: MakeApp) -> None:
    app = train_app(make_app, plan=replace(PLAN, eval_episodes=0), name="old")
    async with app.run_test(size=SIZE) as pilot:
        await ended(pilot, app)
    app = train_app(make_app, plan=ASKING)
    async with app.run_test(size=SIZE) as pilot:
        await asked(pilot, app, 1)
        await wait_until(pilot, lambda: len(train(app).trainings) == 2)
        await pilot.press("equals_sign", *"0.5", "escape", "escape", "j")
        await wait_until(pilot, lambda: shown(app).name == "old")
        await pilot.pause()
        assert not app.screen.query_one(RatingField).display
        await pilot.press("4")  # it is not what is shown that asks
        assert "Nothing is asked" in screen_text(app)
        await pilot.press("k")
        await wait_until(pilot, lambda: shown(app).name == "one")
        await pilot.pause()
        assert app.screen.query_one(RatingField).value == "0.5"
        assert shown(app).question is not None


async def test_where_it_is_narrow_the_dialog_is_a_key_away(make_app: MakeApp) -> None:
    app = train_app(make_app, plan=ASKING)
    async with app.run_test(size=(80, 24)) as pilot:
        await asked(pilot, app, 1)
        assert "Dialog ?" in screen_text(app)
        await pilot.press("equals_sign")
        await wait_until(pilot, lambda: "how good is it, 1 to 5?" in screen_text(app))
        await pilot.press(*"1.5", "enter")
        await asked(pilot, app, 2)
        await pilot.press("1")
        assert (await ended(pilot, app)).phase is Phase.DONE


async def test_one_that_asks_can_be_stopped(make_app: MakeApp) -> None:
    app = train_app(make_app, plan=ASKING)
    async with app.run_test(size=SIZE) as pilot:
        await asked(pilot, app, 1)
        await pilot.press("s")
        await pilot.pause()
        await pilot.press("y")
        training = await ended(pilot, app)
        assert (training.phase, training.question) == (Phase.STOPPED, None)
        assert "waits for your rating" not in screen_text(app)
