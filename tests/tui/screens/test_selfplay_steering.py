"""Pausing, going turn by turn, slowing down, following and stopping a run."""

from __future__ import annotations

from convotui.tui.episodes import State
from convotui.tui.overlays.ask import Confirm
from convotui.tui.plays import Phase
from convotui.tui.widgets.episode_list import EpisodeList
from tests.tui.conftest import MakeApp, wait_until
from tests.tui.screens.play_host import (
    SIZE,
    ended,
    held_app,
    paused,
    play_app,
    screen_text,
    selfplay,
    toasts,
)


async def test_space_pauses_and_goes_on(make_app: MakeApp) -> None:
    app = held_app(make_app, turns=20)
    async with app.run_test(size=SIZE) as pilot:
        play = await paused(pilot, app)
        await wait_until(pilot, lambda: "‖ paused" in screen_text(app))
        await pilot.press("space")
        await ended(pilot, app)
        assert (play.phase, play.done) == (Phase.DONE, 40)


async def test_a_full_stop_plays_one_round(make_app: MakeApp) -> None:
    app = held_app(make_app, turns=20)
    async with app.run_test(size=SIZE) as pilot:
        play = await paused(pilot, app, turns=1)
        before = {e.index: e.count for e in play.episodes.values()}
        await pilot.press("full_stop")
        await wait_until(pilot, lambda: play.done == sum(before.values()) + 2)
        await wait_until(pilot, lambda: play.phase is Phase.PAUSED)
        assert {e.index: e.count - before[e.index] for e in play.episodes.values()} == {0: 1, 1: 1}


async def test_the_pace_is_shown_and_sent(make_app: MakeApp) -> None:
    app = held_app(make_app, turns=20)
    async with app.run_test(size=SIZE) as pilot:
        play = await paused(pilot, app)
        sent: list[object] = []
        app.engine.steer = lambda job, command: sent.append(command)  # type: ignore[method-assign]
        await pilot.press("less_than_sign", "less_than_sign")
        await wait_until(pilot, lambda: "at most 8 turns/s" in screen_text(app))
        await pilot.press("greater_than_sign", "greater_than_sign", "greater_than_sign")
        await wait_until(pilot, lambda: "as fast as it can" in screen_text(app))
        paces = [command.turns_per_second for command in sent]  # type: ignore[attr-defined]
        assert paces == [16, 8, 16, None, None]
        assert play.pace is None


async def test_following_goes_to_the_newest_turn_until_the_cursor_is_moved(
    make_app: MakeApp,
) -> None:
    app = held_app(make_app, turns=20, episodes=3)
    async with app.run_test(size=SIZE) as pilot:
        play = await paused(pilot, app, turns=1)
        rows = selfplay(app).query_one(EpisodeList)
        assert rows.selected == 0
        await pilot.press("f")
        await wait_until(pilot, lambda: rows.selected == play.newest == 2)
        assert "following the newest turn" in screen_text(app)
        await pilot.press("k")
        await pilot.press("full_stop")
        await wait_until(pilot, lambda: play.done == 6 and play.phase is Phase.PAUSED)
        assert rows.selected == 1


async def test_stopping_asks_and_keeps_what_was_played(make_app: MakeApp) -> None:
    app = held_app(make_app, turns=20)
    async with app.run_test(size=SIZE) as pilot:
        play = await paused(pilot, app, turns=2)
        await pilot.press("s")
        await wait_until(pilot, lambda: isinstance(app.screen, Confirm))
        await pilot.press("escape")
        await pilot.pause()
        assert play.phase is Phase.PAUSED
        await pilot.press("s")
        await wait_until(pilot, lambda: isinstance(app.screen, Confirm))
        await pilot.press("y")
        await ended(pilot, app)
        assert play.phase is Phase.STOPPED
        assert [e.state for e in play.episodes.values()] == [State.CUT, State.CUT]
        assert [row.turns for row in app.store.list_dialogs(play.run)] == [2, 2]
        assert "was stopped" in toasts(app)
        assert selfplay(app).running is None


async def test_keys_without_a_run_say_so(make_app: MakeApp) -> None:
    app = play_app(make_app)
    async with app.run_test(size=SIZE) as pilot:
        await ended(pilot, app)
        for key in ("space", "full_stop", "less_than_sign", "s", "t"):
            app.flash("")
            await pilot.press(key)
            await wait_until(pilot, lambda: "Nothing is being played" in screen_text(app))


async def test_a_run_goes_on_behind_the_chat(make_app: MakeApp) -> None:
    app = held_app(make_app)
    async with app.run_test(size=SIZE) as pilot:
        play = await paused(pilot, app)
        await pilot.press("space", "f2")
        await wait_until(pilot, lambda: app.current_mode == "chat")
        await wait_until(pilot, lambda: play.phase is Phase.DONE)
        assert "2 dialogs, 8 turns" in toasts(app)
        await pilot.press("f4")
        await wait_until(pilot, lambda: "2 of 2 dialogs" in screen_text(app))
        assert "done t4" in screen_text(app)


async def test_a_run_that_fails_says_why(make_app: MakeApp) -> None:
    app = held_app(make_app)
    async with app.run_test(size=SIZE) as pilot:
        await paused(pilot, app, turns=1)
        app.store.add_turns = _full  # type: ignore[method-assign]
        await pilot.press("space")
        play = await ended(pilot, app)
        await pilot.pause()
        assert play.phase is Phase.FAILED
        assert "The disk is full." in screen_text(app)
        assert "The disk is full." in toasts(app)


def _full(turns: object) -> None:
    from convotui.errors import StoreError

    raise StoreError("The disk is full.")
