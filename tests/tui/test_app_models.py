"""Models are loaded behind the screen, one in place of another; a failure leaves the live one."""

from __future__ import annotations

from convotui.tui.app import ConvoApp
from tests.tui.conftest import MakeApp, wait_until
from tests.tui.screens.chat_host import (
    chat,
    engine,
    press,
    quiet,
    running,
    say,
    status,
    toasts,
    typed,
)


def live(app: ConvoApp) -> str:
    """Name of the live model."""
    return app.model.name if app.model else ""


async def test_another_model_is_loaded_by_name(make_app: MakeApp) -> None:
    app = make_app()
    async with running(app) as pilot:
        await quiet(pilot, app)
        await app.run_action("load_model")
        await wait_until(pilot, lambda: app.screen is not chat(app))
        await press(pilot, "ctrl+u")
        await typed(pilot, "hub:org/other", "enter")
        await wait_until(pilot, lambda: live(app) == "hub:org/other")
        await quiet(pilot, app)
        assert "other@base" in status(app)
        await say(pilot, app)
        assert chat(app).talk.dialog.model == "hub:org/other"


async def test_a_model_that_fails_leaves_the_live_one(make_app: MakeApp) -> None:
    app = make_app()
    async with running(app) as pilot:
        await quiet(pilot, app)
        engine(app).fail_with = "There is no such [model]."
        await app.run_action("load_model")
        await wait_until(pilot, lambda: app.screen is not chat(app))
        await press(pilot, "enter")
        await wait_until(pilot, lambda: "There is no such [model]." in toasts(app))
        assert live(app) == "smollm2"
        assert "smollm2@base" in status(app)
        await say(pilot, app)


async def test_loading_can_be_stopped(make_app: MakeApp) -> None:
    app = make_app()
    engine(app).hold.clear()
    async with app.run_test() as pilot:
        await wait_until(pilot, lambda: app._chat() and app.desk.shown)
        assert "loading" in status(app)
        await app.run_action("stop_loading")
        await quiet(pilot, app)
        engine(app).hold.set()
        await pilot.pause()
        assert app.model is None
        assert "no model (F9: Load another model)" in status(app)
