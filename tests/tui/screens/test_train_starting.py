"""A training begins: from the form, from the command line, when there is a model, one at a time."""

from __future__ import annotations

from convotui.engine.api import LoadModel, TrainPolicy
from convotui.learning.plan import PolicyPlan
from convotui.runs import find_run, list_runs
from convotui.tui.overlays.ask import PickOne
from convotui.tui.trainings import Phase
from convotui.tui.widgets.training_list import TrainingList
from tests.tui.conftest import MakeApp, wait_until
from tests.tui.screens.play_host import screen_text, toasts
from tests.tui.screens.train_host import (
    PLAN,
    SIZE,
    ended,
    form,
    form_is_open,
    hold_at,
    rounds,
    settled,
    shown,
    told,
    train,
    train_app,
)
from tests.tui.snapshot_scenes import ready

SMALL = {"episodes": "8", "turns": "2", "batch": "4", "eval_episodes": "4", "name": "mine"}


async def test_without_a_training_the_screen_says_which_key_starts_one(make_app: MakeApp) -> None:
    app = make_app(mode="train")
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        await settled(pilot, app)
        text = screen_text(app)
        assert "No training yet:" in text
        assert "n starts a training." in text
        assert isinstance(app.screen.focused, TrainingList)
        for key in ("s", "r", "e", "d", "3", "equals_sign", "enter"):
            await pilot.press(key)  # nothing of it does harm
        assert app._exception is None


async def test_the_form_starts_a_training(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        await pilot.press("f5", "n")
        await wait_until(pilot, lambda: app.current_mode == "train" and form_is_open(app))
        for field, text in SMALL.items():
            form(app).put(field, text)
        await pilot.press("ctrl+s")
        await wait_until(pilot, lambda: not form_is_open(app))
        training = await ended(pilot, app)
        assert (training.name, training.phase) == ("mine", Phase.DONE)
        plan = find_run("mine").config
        assert (plan["episodes"], plan["turns"], plan["goals"]) == (8, 2, "everyday")
        assert training.final is not None
        assert "mine is done" in toasts(app)


async def test_a_field_with_a_list_can_be_picked_from(make_app: MakeApp) -> None:
    app = make_app(mode="train")
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        await pilot.press("n", "down")
        await wait_until(pilot, lambda: isinstance(app.screen, PickOne))
        await pilot.press(*"you rate", "enter")
        await wait_until(pilot, lambda: not isinstance(app.screen, PickOne))
        assert form(app).value("reward") == "manual=1"
        await pilot.press("tab", "down")
        await wait_until(pilot, lambda: isinstance(app.screen, PickOne))
        await pilot.press(*"support", "enter")
        await wait_until(pilot, lambda: form(app).value("goals") == "support")


async def test_what_is_wrong_stands_in_the_form_and_nothing_starts(make_app: MakeApp) -> None:
    app = make_app(mode="train")
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        await pilot.press("n")
        form(app).put("episodes", "none")
        await pilot.press("ctrl+s")
        await wait_until(pilot, lambda: told(app))
        assert told(app) == {"episodes": "Expected a whole number, not 'none'."}
        assert train(app).running is None
        await pilot.press("escape")
        assert not form_is_open(app)
        await pilot.press("n")
        assert form(app).value("episodes") == "none"
        assert list_runs() == []


async def test_the_command_line_starts_one_at_once(make_app: MakeApp) -> None:
    app = train_app(make_app)
    async with app.run_test(size=SIZE) as pilot:
        training = await ended(pilot, app)
        assert (training.name, training.plan.episodes) == ("one", 12)


async def test_the_command_line_may_fill_the_form_only(make_app: MakeApp) -> None:
    plan = PolicyPlan(episodes=33, goals="support")
    app = make_app(mode="train", training=TrainPolicy(plan, "later"))
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        await wait_until(pilot, lambda: form_is_open(app))
        assert [form(app).value(name) for name in ("episodes", "goals", "name")] == [
            *("33", "support", "later"),
        ]
        assert train(app).running is None


async def test_the_command_line_may_resume_one(make_app: MakeApp) -> None:
    app = train_app(make_app)
    hold_at(app, 1)
    async with app.run_test(size=SIZE) as pilot:
        training = await rounds(pilot, app, 1)
        app.cancel(training.job)
        await ended(pilot, app)
    app.engine.hold.set()
    again = make_app(mode="train", training=TrainPolicy(PLAN, "one", True), autostart=True)
    async with again.run_test(size=SIZE) as pilot:
        training = await ended(pilot, again)
        assert (training.phase, training.episodes) == (Phase.DONE, 12)


async def test_a_second_one_is_refused_in_a_sentence(make_app: MakeApp) -> None:
    app = train_app(make_app)
    hold_at(app, 1)
    async with app.run_test(size=SIZE) as pilot:
        await rounds(pilot, app, 1)
        await pilot.press("n")
        form(app).put("name", "two")
        await pilot.press("ctrl+s")
        await wait_until(pilot, lambda: told(app))
        assert "A training is going on" in told(app)[""]
        await pilot.press("escape")
        app.engine.hold.set()
        await ended(pilot, app)
        assert [run.name for run in list_runs()] == ["one"]


async def test_one_that_comes_too_early_waits_for_the_model(make_app: MakeApp) -> None:
    app = make_app(mode="train", training=TrainPolicy(PLAN, "one"), autostart=True)
    app.engine.hold.clear()
    async with app.run_test(size=SIZE) as pilot:
        await wait_until(pilot, lambda: "starts as soon as it is" in toasts(app))
        assert train(app).running is None
        app.engine.hold.set()
        assert (await ended(pilot, app)).phase is Phase.DONE


async def test_without_a_model_it_says_why_it_cannot_start(make_app: MakeApp) -> None:
    app = make_app(mode="train", load=LoadModel("smollm2"))
    app.engine.fail_with = "There is no such model."
    async with app.run_test(size=SIZE) as pilot:
        await wait_until(pilot, lambda: app.model_problem)
        await pilot.press("n", "ctrl+s")
        await wait_until(pilot, lambda: told(app))
        assert "There is no such model." in told(app)[""]


async def test_what_fails_before_it_has_a_run_leaves_nothing_behind(make_app: MakeApp) -> None:
    app = make_app(mode="train")
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        app.engine.fail_with = "The disk is full."
        await pilot.press("n", "ctrl+s")
        await wait_until(pilot, lambda: "The disk is full." in toasts(app))
        await wait_until(pilot, lambda: form_is_open(app) and told(app))
        assert told(app) == {"": "The disk is full."}
        await pilot.press("escape")
        await settled(pilot, app)
        assert train(app).trainings == {}
        assert train(app).shown is None
        assert "No training yet" in screen_text(app)


async def test_it_waits_for_a_self_play_that_is_under_way(make_app: MakeApp) -> None:
    app = make_app(mode="selfplay")
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        app.engine.hold.clear()
        await pilot.press("ctrl+s")
        await wait_until(pilot, lambda: app.desk.long)
        await pilot.press("f5")
        await wait_until(pilot, lambda: app.current_mode == "train")
        await pilot.press("n")
        for field, text in SMALL.items():
            form(app).put(field, text)
        await pilot.press("ctrl+s")
        await wait_until(pilot, lambda: train(app).running)
        assert shown(app).phase is Phase.QUEUED
        assert "waiting to start" in screen_text(app)
        app.engine.hold.set()
        assert (await ended(pilot, app)).phase is Phase.DONE
