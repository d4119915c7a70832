"""The app ends at once with everything kept, and asks first while something runs by itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from convotui.store import Store
from convotui.tui.overlays.ask import Confirm
from tests.tui.conftest import MakeApp, wait_until
from tests.tui.screens.chat_host import (
    burst,
    chat,
    engine,
    hold_after,
    press,
    quiet,
    running,
    shown,
    typed,
)
from tests.tui.talk_host import MODEL


async def test_quitting_keeps_what_was_being_written(make_app: MakeApp) -> None:
    app = make_app()
    async with running(app) as pilot:
        await typed(pilot, "half a thought", "ctrl+q")
        await wait_until(pilot, lambda: app._exit)
        assert app.return_value == 0
    other = Store(app.store.path)
    assert other.kept("draft:chat") == "half a thought"
    other.close()


async def test_what_runs_by_itself_is_asked_about(make_app: MakeApp) -> None:
    app = make_app()
    async with running(app) as pilot:
        await quiet(pilot, app)
        engine(app).hold.clear()
        await app.run_action("pull_personagpt")
        await wait_until(pilot, lambda: app.desk.long)
        await press(pilot, "ctrl+q")
        await wait_until(pilot, lambda: isinstance(app.screen, Confirm))
        await pilot.pause()
        assert "Quit while fetching personagpt runs?" in shown(app)
        await press(pilot, "escape")
        await wait_until(pilot, lambda: app.screen is chat(app))
        assert not app._exit
        await press(pilot, "ctrl+q")
        await wait_until(pilot, lambda: isinstance(app.screen, Confirm))
        await press(pilot, "enter")
        await wait_until(pilot, lambda: app._exit)
        assert app.return_value == 0


async def test_a_reply_under_way_does_not_hold_a_person_up(make_app: MakeApp) -> None:
    app = make_app()
    async with running(app) as pilot:
        hold_after(app, 2)
        await typed(pilot, "hi", "enter")
        await wait_until(pilot, lambda: chat(app).talk.pending)
        await press(pilot, "ctrl+q")
        await wait_until(pilot, lambda: app._exit)


async def test_what_the_engine_says_while_the_app_closes_does_no_harm(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app()
    engine(app).hold.clear()
    close, heard = app._close_all, list[bool]()

    async def close_and_hear() -> None:
        await chat(app).query_one("#left").remove()  # widgets go first, their screens later
        (job,) = app.desk.work
        engine(app).listener(replace(MODEL, job=job))
        app.on_convo_app_events_waiting()
        await close()
        heard.append(True)

    monkeypatch.setattr(app, "_close_all", close_and_hear)
    async with app.run_test() as pilot:
        await wait_until(pilot, lambda: app._chat() and app.desk.shown)
    assert heard


async def test_keys_typed_after_the_one_that_quits_do_no_harm(make_app: MakeApp) -> None:
    app = make_app()
    async with running(app) as pilot:
        burst(app, "f1", "ctrl+p", "escape", *"abc", "ctrl+q", *"def", "f8")
        await wait_until(pilot, lambda: app._exit)
    assert app.return_value == 0


async def test_ctrl_c_and_esc_do_not_quit(make_app: MakeApp) -> None:
    app = make_app()
    async with running(app) as pilot:
        for key in ("ctrl+c", "escape", "escape", "escape"):
            await press(pilot, key)
        assert not app._exit
