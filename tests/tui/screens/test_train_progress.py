"""A training under way is to be seen: how far it is, what its dialogs return, what is compared."""

from __future__ import annotations

from dataclasses import replace

from convotui.engine.api import JobProgress, PolicyMeasured, RoundTrained
from convotui.tui.overlays.text import TextScreen
from convotui.tui.training_numbers import score_rows
from convotui.tui.trainings import Phase
from convotui.tui.widgets.training_panes import TrainingTalk
from convotui.tui.widgets.training_plot import TrainingPlot
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


async def test_a_round_shows_how_far_it_is(make_app: MakeApp) -> None:
    app = train_app(make_app)
    hold_at(app, 2)
    async with app.run_test(size=SIZE) as pilot:
        training = await rounds(pilot, app, 2)
        app._mailbox.put(JobProgress(training.job, "learning", 40, 100, 125))
        await wait_until(pilot, lambda: training.eta == 125)
        await settled(pilot, app)
        text = screen_text(app)
        for words in (
            "▶ running",
            "40 %",
            "2:05 left",
            "learning 8 of 12 dialogs",
            f"exploration {100 * training.points[-1].exploration:.0f} %",
            f"loss {training.points[-1].loss:.3g}",
            "validation after 4:",
            "training 40 %",
        ):
            assert words in text, words


async def test_measuring_is_told_in_words(make_app: MakeApp) -> None:
    app = train_app(make_app)
    hold_at(app, 1, PolicyMeasured)
    async with app.run_test(size=SIZE) as pilot:
        await wait_until(pilot, lambda: train(app).shown and shown(app).baseline("none"))
        app._mailbox.put(JobProgress(shown(app).job, "measuring random", 18, 100))
        await wait_until(pilot, lambda: "measuring random" in screen_text(app))
        assert "not measured yet" in screen_text(app)


async def test_baselines_stand_in_plot_and_table(make_app: MakeApp) -> None:
    app = train_app(make_app)
    hold_at(app, 1)
    async with app.run_test(size=SIZE) as pilot:
        training = await rounds(pilot, app, 1)
        await settled(pilot, app)
        text = screen_text(app)
        for name in ("none", "random", "no-repeat"):
            score = training.baseline(name)
            assert score is not None
            assert text.count(name) >= 2
            assert f"{score.estimate.mean:.2f}" in text
        assert "less than random" in text
        assert "by dialogs" in text


async def test_the_dialog_of_the_round_shows_goals_and_rewards(make_app: MakeApp) -> None:
    app = train_app(make_app)
    hold_at(app, 1)
    async with app.run_test(size=(140, 50)) as pilot:
        training = await rounds(pilot, app, 1)
        await settled(pilot, app)
        assert training.dialog is not None
        text = screen_text(app)
        assert "learned from, dialog 4" in text
        for turn in training.dialog.turns[::2]:
            assert f"→ {turn.goal}  reward {turn.reward:+g}" in text
        assert "Goals, last round" in text


async def test_at_the_end_the_learned_policy_stands_beside_the_others(make_app: MakeApp) -> None:
    plan = replace(PLAN, episodes=80, batch=8, eval_every=0, eval_episodes=24)
    app = train_app(make_app, plan=plan)
    async with app.run_test(size=(140, 60)) as pilot:
        training = await ended(pilot, app)
        text = screen_text(app)
        assert training.final is not None
        assert f"{training.final.estimate.mean:.2f}" in text
        assert "more than random" in text
        assert "Goals of dqn" in text
        assert "Goals repeated:" in text
        assert "✓ done" in text


async def test_a_training_goes_on_behind_other_screens(make_app: MakeApp) -> None:
    app = train_app(make_app)
    hold_at(app, 1)
    async with app.run_test(size=SIZE) as pilot:
        await rounds(pilot, app, 1)
        await pilot.press("f8")
        await wait_until(pilot, lambda: app.current_mode == "library")
        drawn = train(app).query_one(TrainingPlot).draws
        app.engine.hold.set()
        training = shown(app)
        await wait_until(pilot, lambda: training.phase is Phase.DONE)
        assert train(app).query_one(TrainingPlot).draws == drawn
        await pilot.press("f5")
        await wait_until(pilot, lambda: app.current_mode == "train")
        await settled(pilot, app)
        assert "✓ done" in screen_text(app)
        assert train(app).query_one(TrainingPlot).draws > drawn
        row = score_rows(training)[-1]
        assert f"one is done: {row.gain.mean:+.2f} over random on dialogs" in toasts(app)
        assert f"{row.gain.low:+.2f} to {row.gain.high:+.2f}: {row.verdict}." in toasts(app)


async def test_the_plot_can_show_the_loss(make_app: MakeApp) -> None:
    app = train_app(make_app)
    async with app.run_test(size=SIZE) as pilot:
        await ended(pilot, app)
        await pilot.press("m")
        await settled(pilot, app)
        assert "Loss of a round" in screen_text(app)
        await pilot.press("m")
        await settled(pilot, app)
        assert "Return" in screen_text(app)


async def test_enter_shows_settings_and_summary(make_app: MakeApp) -> None:
    app = train_app(make_app)
    async with app.run_test(size=SIZE) as pilot:
        await ended(pilot, app)
        await pilot.press("enter")
        await wait_until(pilot, lambda: isinstance(app.screen, TextScreen))
        text = screen_text(app)
        assert "train-policy" in text
        assert "What came of it" in text
        await pilot.press("escape")
        await wait_until(pilot, lambda: not isinstance(app.screen, TextScreen))


async def test_where_it_is_narrow_the_arrows_go_from_pane_to_pane(make_app: MakeApp) -> None:
    app = train_app(make_app)
    async with app.run_test(size=(80, 24)) as pilot:
        await ended(pilot, app)
        assert "[Plot]" in screen_text(app)
        await settled(pilot, app)
        assert "random" in screen_text(app)
        await pilot.press("right")
        await wait_until(pilot, lambda: "[Compare]" in screen_text(app))
        assert "Mean return" in screen_text(app)
        assert "gain" in screen_text(app)
        await pilot.press("right")
        await wait_until(pilot, lambda: "[Dialog]" in screen_text(app))
        assert isinstance(app.screen.focused, TrainingTalk)
        await pilot.press("right")
        await wait_until(pilot, lambda: "[Runs]" in screen_text(app))
        assert "over random" in screen_text(app)
        await pilot.press("left", "escape")
        await wait_until(pilot, lambda: "[Runs]" in screen_text(app))
        await pilot.click("#train-tabs", offset=(9, 0))
        await wait_until(pilot, lambda: "[Plot]" in screen_text(app))


async def test_a_burst_of_rounds_is_no_burden(make_app: MakeApp) -> None:
    app = train_app(
        make_app, plan=replace(PLAN, episodes=200, batch=1, turns=1, eval_every=0, eval_episodes=2)
    )
    told: list[object] = []
    queue = app.engine._queue
    tell = queue._listener
    queue._listener = lambda event: (told.append(event), tell(event))
    async with app.run_test(size=SIZE) as pilot:
        training = await ended(pilot, app)
        assert sum(isinstance(event, RoundTrained) for event in told) == 200
        assert len(training.points) == 200
        assert train(app).query_one(TrainingPlot).draws < 60
