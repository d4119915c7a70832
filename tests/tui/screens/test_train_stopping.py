"""A training is stopped and goes on: what is kept is said, and the model has to be the same."""

from __future__ import annotations

import pytest

from convotui.runs import find_run
from convotui.tui.overlays.ask import Confirm
from convotui.tui.trainings import Phase
from tests.tui.conftest import MakeApp, wait_until
from tests.tui.screens.play_host import screen_text, toasts
from tests.tui.screens.train_host import (
    PLAN,
    SIZE,
    ended,
    hold_at,
    rounds,
    shown,
    train,
    train_app,
)
from tests.tui.snapshot_scenes import ready


async def test_stopping_asks_first_and_says_what_is_kept(make_app: MakeApp) -> None:
    app = train_app(make_app)
    hold_at(app, 1)
    async with app.run_test(size=SIZE) as pilot:
        training = await rounds(pilot, app, 1)
        await pilot.press("s")
        await wait_until(pilot, lambda: isinstance(app.screen, Confirm))
        assert "4 of 12 dialogs are kept" in screen_text(app)
        await pilot.press("n")
        await wait_until(pilot, lambda: not isinstance(app.screen, Confirm))
        assert training.phase is Phase.RUNNING
        await pilot.press("s")
        await wait_until(pilot, lambda: isinstance(app.screen, Confirm))
        await pilot.press("y")
        await ended(pilot, app)
        assert shown(app).phase is Phase.STOPPED
        assert "Stopped: 4 of 12 dialogs are kept; r resumes one." in toasts(app)
        assert "4 of 12 dialogs are kept: r resumes" in screen_text(app)
        assert find_run("one").state["status"] == "cancelled"


async def stopped(pilot: object, app: object) -> None:
    """Stop the training after its first round."""
    training = await rounds(pilot, app, 1)
    app.cancel(training.job)
    await ended(pilot, app)
    app.engine.hold.set()


async def test_what_was_stopped_goes_on_to_its_end(make_app: MakeApp) -> None:
    app = train_app(make_app)
    hold_at(app, 1)
    async with app.run_test(size=SIZE) as pilot:
        await stopped(pilot, app)
        await pilot.press("r")
        await wait_until(pilot, lambda: shown(app).phase is Phase.DONE)
        training = await ended(pilot, app)
        assert [point.episodes for point in training.points] == [4, 8, 12]
        assert training.final is not None
        assert list(train(app).trainings) == ["one"]


async def test_one_of_before_goes_on_with_the_plan_of_its_folder(make_app: MakeApp) -> None:
    app = train_app(make_app)
    hold_at(app, 1)
    async with app.run_test(size=SIZE) as pilot:
        await stopped(pilot, app)
    again = make_app(mode="train")
    async with again.run_test(size=SIZE) as pilot:
        await ready(pilot)
        await wait_until(pilot, lambda: train(again).shown)
        assert shown(again).phase is Phase.STOPPED
        assert (shown(again).episodes, shown(again).plan) == (4, PLAN)
        await pilot.press("r")
        await wait_until(pilot, lambda: shown(again).phase is Phase.DONE)
        assert shown(again).episodes == 12


@pytest.mark.parametrize("answer", ["y", "n"])
async def test_another_model_is_named_and_the_right_one_offered(
    make_app: MakeApp, answer: str
) -> None:
    app = train_app(make_app)
    hold_at(app, 1)
    async with app.run_test(size=SIZE) as pilot:
        await stopped(pilot, app)
        app.models.load("personagpt")
        await wait_until(pilot, lambda: app.model.name == "personagpt")
        await pilot.press("r")
        await wait_until(pilot, lambda: isinstance(app.screen, Confirm))
        text = " ".join(screen_text(app).split())
        assert "one was trained on smollm2@base" in text
        assert "personagpt@base" in text
        await pilot.press(answer)
        await wait_until(pilot, lambda: not isinstance(app.screen, Confirm))
        if answer == "y":
            await wait_until(pilot, lambda: shown(app).phase is Phase.DONE)
            assert app.model.name == "smollm2"
        else:
            assert train(app).running is None
            assert app.model.name == "personagpt"


async def test_a_model_that_cannot_be_the_same_is_refused_in_a_sentence(
    make_app: MakeApp,
) -> None:
    app = train_app(make_app)
    hold_at(app, 1)
    async with app.run_test(size=SIZE) as pilot:
        await stopped(pilot, app)
        shown(app).model = ("smollm2", "base", "bfloat16")
        await pilot.press("r")
        await wait_until(pilot, lambda: isinstance(app.screen, Confirm))
        await pilot.press("y")
        await wait_until(pilot, lambda: "load that model" in toasts(app))
        assert "smollm2@base in bfloat16" in toasts(app)
        assert train(app).running is None


async def test_what_is_done_does_not_go_on(make_app: MakeApp) -> None:
    app = train_app(make_app)
    async with app.run_test(size=SIZE) as pilot:
        await ended(pilot, app)
        await pilot.press("r")
        await wait_until(pilot, lambda: "one is done: n starts another" in screen_text(app))
        assert train(app).running is None


async def test_a_failure_says_why_and_can_be_resumed(make_app: MakeApp) -> None:
    from convotui.engine import canned_training
    from convotui.errors import ConvoTUIError

    app = train_app(make_app)
    with pytest.MonkeyPatch.context() as patch:

        def fail(*_: object) -> float:
            raise ConvoTUIError("The [reward] broke.")

        patch.setattr(canned_training._Training, "_learn", fail)
        async with app.run_test(size=SIZE) as pilot:
            await ended(pilot, app)
            assert shown(app).phase is Phase.FAILED
            assert "The [reward] broke." in screen_text(app)
            assert "training failed: The [reward] broke." in toasts(app)
            patch.undo()
            await pilot.press("r")
            await wait_until(pilot, lambda: shown(app).phase is Phase.DONE)


async def test_quitting_asks_while_a_training_runs(make_app: MakeApp) -> None:
    app = train_app(make_app)
    hold_at(app, 1)
    async with app.run_test(size=SIZE) as pilot:
        await rounds(pilot, app, 1)
        await pilot.press("ctrl+q")
        await wait_until(pilot, lambda: isinstance(app.screen, Confirm))
        assert "Quit while training runs?" in screen_text(app)
        await pilot.press("n")
        await wait_until(pilot, lambda: not isinstance(app.screen, Confirm))
        assert app.is_running
