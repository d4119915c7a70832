"""A training beside the rest of the app: chat goes on, self-play takes its policy."""

from __future__ import annotations

from dataclasses import replace

import pytest

from convotui.engine.api import RatingWanted
from convotui.engine.playing import play_dialogs
from convotui.tui.overlays.ask import PickOne
from convotui.tui.trainings import Phase
from convotui.tui.widgets.play_form import PlayForm
from tests.tui.conftest import MakeApp, wait_until
from tests.tui.screens.chat_host import prompt, texts
from tests.tui.screens.play_host import ended as played
from tests.tui.screens.play_host import play_app, problem, screen_text, toasts
from tests.tui.screens.train_host import PLAN, SIZE, ended, rounds, shown, train, train_app
from tests.tui.snapshot_scenes import ready
from tests.tui.test_trainings import kept_run


async def test_the_chat_gets_replies_while_a_training_goes_on(make_app: MakeApp) -> None:
    app = train_app(make_app, plan=replace(PLAN, episodes=40_000), step_seconds=0.001)
    async with app.run_test(size=SIZE) as pilot:
        training = await rounds(pilot, app, 1)
        await pilot.press("f2")
        await wait_until(pilot, lambda: app.current_mode == "chat")
        await pilot.pause()
        assert app.screen.focused is prompt(app)
        await pilot.press(*"hello", "enter")
        await wait_until(pilot, lambda: len(texts(app)) == 2)
        assert training.phase is Phase.RUNNING
        assert training is train(app).running
        app.cancel(training.job)
        await wait_until(pilot, lambda: train(app).running is None)


async def test_the_chat_gets_replies_while_a_rating_is_waited_for(make_app: MakeApp) -> None:
    app = train_app(make_app, plan=replace(PLAN, reward="manual"))
    async with app.run_test(size=SIZE) as pilot:
        await wait_until(pilot, lambda: train(app).shown and shown(app).question)
        question = shown(app).question
        assert isinstance(question, RatingWanted)
        await pilot.press("f2")
        await wait_until(pilot, lambda: app.current_mode == "chat")
        await pilot.press(*"hello", "enter")
        await wait_until(pilot, lambda: len(texts(app)) == 2)
        assert shown(app).question is question
        app.cancel(shown(app).job)
        await wait_until(pilot, lambda: train(app).running is None)


async def test_self_play_begins_with_the_policy_that_was_learned(make_app: MakeApp) -> None:
    app = train_app(make_app, plan=replace(PLAN, goals="support"))
    async with app.run_test(size=SIZE) as pilot:
        await ended(pilot, app)
        await pilot.press("e")
        await wait_until(pilot, lambda: app.current_mode == "selfplay")
        await wait_until(pilot, lambda: app.screen.query(PlayForm))
        form = app.screen.query_one(PlayForm)
        await wait_until(pilot, lambda: form.value("policy") == "run:one")
        assert form.value("goals") == "support"


async def test_the_list_of_policies_has_what_trainings_have_learned(make_app: MakeApp) -> None:
    for name, status in (("old", "done"), ("cut", "cancelled"), ("empty", "done")):
        run = kept_run(name, status)
        if name != "empty":
            (run.path / "checkpoints" / "last-000008").mkdir(parents=True)
    (kept_run("broken").path / "run.json").write_text("{")
    kept_run("other", kind="fine-tune")
    app = make_app(mode="selfplay")
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        form = app.screen.query_one(PlayForm)
        form.query_one("#play-field-policy").focus()
        await pilot.press("down")
        await wait_until(pilot, lambda: isinstance(app.screen, PickOne))
        text = screen_text(app)
        assert "run:old" in text
        assert "cancelled · learned on the goals everyday" in text
        assert "run:empty" not in text
        assert "run:other" not in text
        assert "run.json" in problem(app)  # the one that cannot be read is named
        await pilot.press(*"run:cut", "enter")
        await wait_until(pilot, lambda: not isinstance(app.screen, PickOne))
        assert form.value("policy") == "run:cut"


async def test_what_is_noted_of_a_self_play_is_told(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    def noted(*given: object) -> dict[str, object]:
        return {**play_dialogs(*given), "notes": ["It learned with [another] model."]}

    monkeypatch.setattr("convotui.engine.fake.play_dialogs", noted)
    app = play_app(make_app)
    async with app.run_test(size=SIZE) as pilot:
        await played(pilot, app)
        await wait_until(pilot, lambda: "It learned with [another] model." in toasts(app))


async def test_what_has_learned_nothing_has_no_policy(make_app: MakeApp) -> None:
    app = make_app(mode="train")
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        await pilot.press("e")
        assert "Nothing has been learned yet." in screen_text(app)
        assert app.current_mode == "train"
