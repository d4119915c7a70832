"""A training is stopped and goes on: what is kept is said, and the model has to be the same."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest
import tomlkit

from convotui.engine.api import LoadModel
from convotui.runs import find_run
from convotui.tui.overlays.ask import Confirm
from convotui.tui.trainings import Model, Phase
from tests.tui.conftest import MakeApp, wait_until
from tests.tui.screens.play_host import screen_text, toasts
from tests.tui.screens.train_host import (
    PLAN,
    SIZE,
    ended,
    hold_at,
    rounds,
    settled,
    shown,
    train,
    train_app,
)
from tests.tui.snapshot_scenes import ready
from tests.tui.test_trainings import kept_run


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
        assert "one is stopped: 4 of 12 dialogs are kept; r resumes it." in toasts(app)
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
        shown(app).model = Model("smollm2", "v2", "float32")
        await pilot.press("r")
        await wait_until(pilot, lambda: isinstance(app.screen, Confirm))
        await pilot.press("y")
        await wait_until(pilot, lambda: "one cannot go on here" in toasts(app))
        assert "smollm2@v2 in float32, and what was loaded for it is smollm2@base" in toasts(app)
        assert "oad that model" not in toasts(app)
        assert train(app).running is None


async def test_the_model_is_loaded_just_as_the_run_had_it(make_app: MakeApp) -> None:
    load = LoadModel("smollm2", dtype="bfloat16", device="cpu", threads=3, dialect="A")
    app = train_app(make_app, load=load)
    hold_at(app, 1)
    async with app.run_test(size=SIZE) as pilot:
        await stopped(pilot, app)
    again = make_app(mode="train")
    async with again.run_test(size=SIZE) as pilot:
        await ready(pilot)
        await wait_until(pilot, lambda: train(again).shown and again.model)
        assert again.model.dtype == "float32"
        await pilot.press("r")
        await wait_until(pilot, lambda: isinstance(again.screen, Confirm))
        await pilot.press("y")
        await wait_until(pilot, lambda: shown(again).phase is Phase.DONE)
        assert again.engine._loaded == load


async def test_one_resumed_before_there_is_a_model_is_offered_the_right_one(
    make_app: MakeApp,
) -> None:
    app = train_app(make_app)
    hold_at(app, 1)
    async with app.run_test(size=SIZE) as pilot:
        await stopped(pilot, app)
    again = make_app(mode="train", load=LoadModel("personagpt"))
    again.engine.hold.clear()
    async with again.run_test(size=SIZE) as pilot:
        await wait_until(pilot, lambda: train(again).shown)
        await pilot.press("r")
        await wait_until(pilot, lambda: "starts as soon as it is" in toasts(again))
        again.engine.hold.set()
        await wait_until(pilot, lambda: isinstance(again.screen, Confirm))
        await pilot.press("y")
        await wait_until(pilot, lambda: shown(again).phase is Phase.DONE)
        assert again.model.name == "smollm2"


async def test_code_that_only_the_run_names_is_not_imported(
    make_app: MakeApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "own_reward.py").write_text("def make(goals): return lambda d: [0.0] * len(d)")
    monkeypatch.syspath_prepend(tmp_path)
    run = kept_run("one", "cancelled")
    model = run.config["model"]
    plan = replace(PLAN, reward="own_reward:make=2")
    run.write_text("config.toml", tomlkit.dumps({**plan.record(), "model": model}))
    app = make_app(mode="train")
    async with app.run_test(size=(140, 40)) as pilot:
        await ready(pilot)
        await wait_until(pilot, lambda: train(app).shown)
        command = "'convotui train-policy --name one --resume --reward own_reward:make=2'"
        assert f"{command} resumes" in screen_text(app)
        await pilot.press("r")
        await wait_until(pilot, lambda: f"{command} goes on with it" in toasts(app))
        assert train(app).running is None
        assert find_run("one").state["status"] == "cancelled"
        assert "own_reward" not in sys.modules


async def test_one_that_went_wrong_is_not_advised_to_go_on(make_app: MakeApp) -> None:
    message = "The training went wrong: the loss was not finite."
    kept_run("one", "failed").set_state(summary={"message": message})
    app = make_app(mode="train")
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        await wait_until(pilot, lambda: train(app).shown)
        await settled(pilot, app)
        assert message in screen_text(app)
        assert "dialogs are kept" in screen_text(app)
        assert "resumes" not in screen_text(app)


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
