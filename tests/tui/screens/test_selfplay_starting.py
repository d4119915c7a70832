"""The start form: what it begins with, what it refuses, and that a run waits for its model."""

from __future__ import annotations

from pathlib import Path

from textual.widgets import Input

from convotui.gyms.plan import SelfPlayPlan
from convotui.tui.plays import Phase
from convotui.tui.widgets.play_form import PlayForm
from tests.tui.conftest import MakeApp, wait_until
from tests.tui.screens.play_host import (
    SIZE,
    ended,
    held_app,
    paused,
    play_app,
    problem,
    screen_text,
    selfplay,
    shown,
    toasts,
)


async def test_a_run_of_the_usual_plan_is_played_and_kept(make_app: MakeApp) -> None:
    app = make_app(mode="selfplay")
    async with app.run_test(size=SIZE) as pilot:
        await wait_until(pilot, lambda: app.model)
        await pilot.press("ctrl+s")
        play = await ended(pilot, app)
        await pilot.pause()
        assert (play.phase, play.finished, play.done) == (Phase.DONE, 8, 64)
        assert len(app.store.list_dialogs(play.run)) == 8
        assert "8 dialogs, 64 turns" in toasts(app)
        assert play.run in toasts(app)
        assert "8 of 8 dialogs" in screen_text(app)


async def test_the_form_begins_with_the_plan_that_was_given(make_app: MakeApp) -> None:
    plan = SelfPlayPlan(3, 5, persona_a="baker", policy="random", seed=9, batch=2)
    app = make_app(mode="selfplay", plan=plan, out=Path("talk.jsonl"))
    async with app.run_test(size=SIZE) as pilot:
        await wait_until(pilot, lambda: app.model)
        form = selfplay(app).query_one(PlayForm)
        names = ("persona_a", "persona_b", "policy", "goals", "episodes", "turns", "seed", "batch")
        values = [form.value(name) for name in names]
        assert values == ["baker", "random", "random", "everyday", "3", "5", "9", "2"]
        assert form.value("out") == "talk.jsonl"
        assert "temperature 1" in screen_text(app)


async def test_what_is_wrong_is_said_beside_the_form_and_nothing_typed_is_lost(
    make_app: MakeApp,
) -> None:
    app = make_app(mode="selfplay")
    async with app.run_test(size=SIZE) as pilot:
        await wait_until(pilot, lambda: app.model)
        form = selfplay(app).query_one(PlayForm)
        for field, text, words in (
            ("episodes", "many", "'episodes': expected a whole number, not 'many'."),
            ("turns", "0", "'turns': expected 1 or more"),
            ("episodes", "9" * 9, "'episodes': expected at most"),
            ("persona_b", "no-such-person", "no-such-person"),
            ("policy", "goal:nowhere", "no goal 'nowhere'"),
            ("policy", "[/red]", "is not a policy"),
            ("goals", "no-such-set", "no-such-set"),
            ("out", "/no/such/folder/x.jsonl", "There is no folder /no/such/folder"),
            ("persona_a", "", "'Persona A' is empty"),
        ):
            before = form.value(field)
            form.put(field, text)
            await pilot.press("ctrl+s")
            await wait_until(pilot, lambda: words in problem(app))  # noqa: B023
            assert form.value(field) == text
            assert selfplay(app).running is None
            form.put(field, before)
        await pilot.press("ctrl+s")
        await ended(pilot, app)


async def test_a_run_asked_for_early_starts_when_the_model_is_there(make_app: MakeApp) -> None:
    app = make_app(mode="selfplay")
    app.engine.hold.clear()  # type: ignore[attr-defined]
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("ctrl+s")
        await wait_until(pilot, lambda: "as soon as it is" in problem(app))
        assert selfplay(app).running is None
        app.engine.hold.set()  # type: ignore[attr-defined]
        assert (await ended(pilot, app)).finished == 8


async def test_without_a_model_the_form_says_what_to_do(make_app: MakeApp) -> None:
    app = make_app(mode="selfplay")
    app.engine.fail_with = "There is no room for it."  # type: ignore[attr-defined]
    async with app.run_test(size=SIZE) as pilot:
        await wait_until(pilot, lambda: app.model_problem)
        await pilot.press("ctrl+s")
        await wait_until(pilot, lambda: "There is no room for it." in problem(app))
        assert "Load another model" in problem(app)


async def test_a_waiting_run_is_called_off_when_the_model_cannot_be_loaded(
    make_app: MakeApp,
) -> None:
    app = play_app(make_app)
    app.engine.fail_with = "There is no room for it."  # type: ignore[attr-defined]
    async with app.run_test(size=SIZE) as pilot:
        await wait_until(pilot, lambda: "Load another model" in problem(app))
        assert selfplay(app).running is None
        assert selfplay(app).shown is None


async def test_a_run_of_the_command_line_starts_by_itself(make_app: MakeApp) -> None:
    app = play_app(make_app)
    async with app.run_test(size=SIZE) as pilot:
        play = await ended(pilot, app)
        assert (play.total, play.turns, play.done) == (2, 4, 8)


async def test_lists_fill_the_fields_that_have_one(make_app: MakeApp) -> None:
    app = make_app(mode="selfplay")
    async with app.run_test(size=SIZE) as pilot:
        await wait_until(pilot, lambda: app.model)
        form = selfplay(app).query_one(PlayForm)
        for field, typed, value in (
            ("persona-a", "bakerbread", "random"),
            ("persona-a", "baker", "baker"),
            ("policy", "no-repeat", "no-repeat"),
            ("policy", "goal:ask-pets", "goal:ask-pets"),
            ("goals", "everyday", "everyday"),
        ):
            form.query_one(f"#play-field-{field}", Input).focus()
            await pilot.press("down")
            await wait_until(pilot, lambda: app.screen is not selfplay(app))
            await pilot.press(*typed)
            await pilot.press("enter")
            if app.screen is not selfplay(app):  # nothing was found
                await pilot.press("escape")
            await wait_until(pilot, lambda: app.screen is selfplay(app))
            assert form.value(field.replace("-", "_")) == value
        form.query_one("#play-field-turns", Input).focus()
        await pilot.press("down")
        assert form.query_one("#play-field-seed", Input).has_focus
        await pilot.press("up")
        assert form.query_one("#play-field-turns", Input).has_focus


async def test_one_run_at_a_time_and_the_way_back_to_it(make_app: MakeApp) -> None:
    app = held_app(make_app)
    async with app.run_test(size=SIZE) as pilot:
        play = await paused(pilot, app)
        await pilot.press("n", "ctrl+s")
        await wait_until(pilot, lambda: "A run is going on" in problem(app))
        await pilot.press("escape")
        assert shown(app) is play
        await wait_until(pilot, lambda: "‖ paused" in screen_text(app))


async def test_a_run_of_the_command_line_says_that_it_waits_for_the_model(
    make_app: MakeApp,
) -> None:
    app = play_app(make_app)
    app.engine.hold.clear()  # type: ignore[attr-defined]
    async with app.run_test(size=SIZE) as pilot:
        await wait_until(pilot, lambda: "as soon as it is" in screen_text(app))
        app.engine.hold.set()  # type: ignore[attr-defined]
        await ended(pilot, app)
