"""Runs of before are shown again, and the run under way is found back."""

from __future__ import annotations

from convotui.dialog import Dialog, Turn
from convotui.tui.episodes import State
from convotui.tui.overlays.ask import PickOne
from convotui.tui.plays import Phase
from convotui.tui.widgets.play_form import PlayForm
from tests.tui.conftest import MakeApp, wait_until
from tests.tui.screens.play_host import (
    SIZE,
    episode,
    held_app,
    paused,
    play_app,
    screen_text,
    selfplay,
    shown,
)


def _keep_run(app: object) -> str:
    store = app.store  # type: ignore[attr-defined]
    run = store.start_run("selfplay-old", "selfplay", {"episodes": 2, "turns": 2})
    for name, turns in (("one", 2), ("two", 1)):
        said = tuple(Turn.say(i, f"{name} {i}") for i in range(turns))
        meta = {"persona_names": [name, "other"]}
        store.rate(store.add_dialog(Dialog(name, turns=said, meta=meta), run), None, 4, 0.5)
    store.start_run("import-1", "import", {})
    store.end_run(run, "cancelled", {"episodes": 1, "turns": 3, "seconds": 3.0})
    return run


async def test_a_run_of_before_is_shown_and_rated(make_app: MakeApp) -> None:
    app = make_app(mode="selfplay")
    run = _keep_run(app)
    async with app.run_test(size=SIZE) as pilot:
        await wait_until(pilot, lambda: app.model)
        await app.run_action("play_runs", selfplay(app))
        await wait_until(pilot, lambda: isinstance(app.screen, PickOne))
        assert "import-1" not in screen_text(app)
        await pilot.press("enter")
        await wait_until(pilot, lambda: selfplay(app).shown)
        await wait_until(pilot, lambda: "one 0" in screen_text(app))
        play = shown(app)
        assert (play.run, play.phase, play.done) == (run, Phase.STOPPED, 3)
        assert [e.state for e in play.episodes.values()] == [State.DONE, State.CUT]
        assert "★4" in screen_text(app)
        await pilot.press("j")
        await wait_until(pilot, lambda: "two 0" in screen_text(app))
        await pilot.press("enter", "5")
        assert app.store.load(episode(app).key or 0).turns[0].rating == 5


async def test_without_runs_it_says_so(make_app: MakeApp) -> None:
    app = make_app(mode="selfplay")
    async with app.run_test(size=SIZE) as pilot:
        await wait_until(pilot, lambda: app.model)
        await app.run_action("play_runs", selfplay(app))
        await wait_until(pilot, lambda: "There is no earlier run" in screen_text(app))


async def test_the_run_under_way_is_found_back_as_it_is(make_app: MakeApp) -> None:
    app = held_app(make_app)
    old = _keep_run(app)
    async with app.run_test(size=SIZE) as pilot:
        play = await paused(pilot, app, turns=1)
        await pilot.press("o")
        await wait_until(pilot, lambda: isinstance(app.screen, PickOne))
        await pilot.press(*"old", "enter")
        await wait_until(pilot, lambda: shown(app).run == old)
        await pilot.press("space")
        await wait_until(pilot, lambda: "Nothing is being played" in screen_text(app))
        await pilot.press("o")
        await wait_until(pilot, lambda: isinstance(app.screen, PickOne))
        await pilot.press(*play.run, "enter")
        await wait_until(pilot, lambda: shown(app) is play)
        await pilot.press("space")
        await wait_until(pilot, lambda: play.phase is Phase.DONE)


async def test_the_form_and_the_finished_run_lie_behind_each_other(make_app: MakeApp) -> None:
    app = play_app(make_app)
    async with app.run_test(size=SIZE) as pilot:
        await wait_until(pilot, lambda: selfplay(app).shown and shown(app).phase.ended)
        await pilot.press("n")
        form = selfplay(app).query_one(PlayForm)
        assert form.display
        assert form.value("episodes") == "2"
        await pilot.press("escape")
        assert not form.display
        first = shown(app)
        await pilot.press("n", "ctrl+s")
        await wait_until(pilot, lambda: shown(app) is not first and shown(app).phase.ended)
        assert shown(app).run != first.run
