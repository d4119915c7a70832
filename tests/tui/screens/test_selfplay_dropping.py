"""A dropped dialog leaves the run and the store, and comes back when asked."""

from __future__ import annotations

from convotui.tui.episodes import State
from convotui.tui.plays import Phase
from tests.tui.conftest import MakeApp, wait_until
from tests.tui.screens.play_host import (
    SIZE,
    ended,
    episode,
    held_app,
    paused,
    play_app,
    screen_text,
)


async def test_a_dialog_being_played_is_dropped_and_the_rest_goes_on(make_app: MakeApp) -> None:
    app = held_app(make_app)
    async with app.run_test(size=SIZE) as pilot:
        play = await paused(pilot, app, turns=1)
        await pilot.press("x", "space")
        await ended(pilot, app)
        assert play.phase is Phase.DONE
        assert (play.finished, play.dropped) == (1, 1)
        assert len(app.store.list_dialogs(play.run)) == 1
        await wait_until(pilot, lambda: "✗ dropped" in screen_text(app))
        await pilot.press("u")
        await wait_until(pilot, lambda: episode(app).state is State.CUT)
        assert len(app.store.list_dialogs(play.run)) == 2


async def test_finished_dialogs_are_dropped_and_come_back_in_turn(make_app: MakeApp) -> None:
    app = play_app(make_app)
    async with app.run_test(size=SIZE) as pilot:
        play = await ended(pilot, app)
        await pilot.press("x", "j", "x")
        await wait_until(pilot, lambda: play.dropped == 2)
        assert app.store.list_dialogs(play.run) == []
        await pilot.press("u")
        assert [e.state for e in play.episodes.values()] == [State.DROPPED, State.DONE]
        await pilot.press("u")
        assert [e.state for e in play.episodes.values()] == [State.DONE, State.DONE]
        assert len(app.store.list_dialogs(play.run)) == 2
        await pilot.press("u")
        await wait_until(pilot, lambda: "No dialog was dropped" in screen_text(app))


async def test_dropping_twice_deletes_once(make_app: MakeApp) -> None:
    app = play_app(make_app)
    async with app.run_test(size=SIZE) as pilot:
        play = await ended(pilot, app)
        await pilot.press("x", "x")
        await pilot.press("u")
        assert play.dropped == 0
        await pilot.press("u")
        await wait_until(pilot, lambda: "No dialog was dropped" in screen_text(app))
