"""Cancelling: esc and stop ask the engine before anything else happens in the app."""

from __future__ import annotations

import pytest

from convotui.engine.api import JobCancelled
from convotui.tui.overlays.ask import Confirm
from tests.tui.conftest import MakeApp, wait_until
from tests.tui.screens.play_host import SIZE, shown
from tests.tui.snapshot_scenes import ready, scene_app, selfplay_running


async def test_esc_asks_the_engine_in_the_same_turn_of_the_event_loop(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app()
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        app.engine.hold.clear()
        await pilot.press("h", "i", "enter")
        await wait_until(pilot, lambda: app.screen.talk.pending)
        job = app.screen.talk.pending.job
        asked: list[int] = []
        cancel = app.engine.cancel
        monkeypatch.setattr(app.engine, "cancel", lambda job: (asked.append(job), cancel(job)))
        # No await between the action and the engine's word: nothing can come between.
        app.screen.action_leave()
        assert asked == [job]
        app.screen.action_leave()
        assert asked == [job], "asked once"


async def test_the_key_esc_ends_a_reply_although_the_engine_is_held(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        app.engine.hold.clear()
        await pilot.press("h", "i", "enter", "escape")
        await wait_until(pilot, lambda: app.screen.talk.pending is None)
        assert not app.engine.hold.is_set()
        assert [turn.text for turn in app.screen.talk.dialog.turns] == ["hi"]


async def test_stopping_a_run_asks_the_engine_at_the_answer(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = scene_app(make_app)
    async with app.run_test(size=SIZE) as pilot:
        await selfplay_running(pilot)
        play = shown(app)
        asked: list[int] = []
        cancel = app.engine.cancel
        monkeypatch.setattr(app.engine, "cancel", lambda job: (asked.append(job), cancel(job)))
        seen: list[object] = []
        handle = app._handle
        monkeypatch.setattr(app, "_handle", lambda event: (seen.append(event), handle(event)))
        await pilot.press("s")
        await wait_until(pilot, lambda: isinstance(app.screen, Confirm))
        assert asked == []
        await pilot.press("enter")
        await wait_until(pilot, lambda: play.phase.ended)
        assert asked == [play.job]
        assert sum(isinstance(event, JobCancelled) for event in seen) == 1
