"""A dialog is ended with a judgement, which is stored with its return; one half made waits."""

from __future__ import annotations

from textual.widgets import Input

from convotui.tui.overlays.reward_form import ChoiceRow, RewardForm
from tests.tui.conftest import MakeApp, wait_until
from tests.tui.screens.chat_host import chat, dialog, press, running, say, shown, status, typed


async def test_the_form_stores_outcome_and_return(make_app: MakeApp) -> None:
    app = make_app()
    async with running(app) as pilot:
        await say(pilot, app)
        await press(pilot, "ctrl+t")
        await wait_until(pilot, lambda: isinstance(app.screen, RewardForm))
        assert "2 turns" in shown(app)
        await press(pilot, "1", "enter", "1", "enter", "4", "ctrl+s")
        await wait_until(pilot, lambda: app.screen is chat(app))
        await pilot.pause()
        found = dialog(app)
        assert (found.rating, found.return_) == (4, 0.5)
        assert found.meta["judgement"] == {
            "outcome": "went well",
            "goal_reached": True,
            "note": "",
        }
        assert "ended: return +0.5" in status(app)
        assert "return +0.5 (rated 4)" in shown(app)
        await press(pilot, "ctrl+t")
        await wait_until(pilot, lambda: isinstance(app.screen, RewardForm))
        assert app.screen.query_one("#outcome", ChoiceRow).value == "went well"
        await press(pilot, "escape")
        await wait_until(pilot, lambda: app.screen is chat(app))
        await press(pilot, "escape", "u")
        assert dialog(app).return_ is None
        assert "judgement" not in dialog(app).meta


async def test_a_form_that_was_left_is_there_again_even_in_another_app(make_app: MakeApp) -> None:
    app = make_app()
    async with running(app) as pilot:
        await say(pilot, app)
        key = chat(app).talk.session.key
        await press(pilot, "ctrl+t")
        await wait_until(pilot, lambda: isinstance(app.screen, RewardForm))
        await press(pilot, "2")
        app.screen.query_one("#reward").focus()
        await typed(pilot, "-3", "escape")
        await wait_until(pilot, lambda: app.screen is chat(app))
        assert dialog(app).return_ is None
    app = make_app(dialog=key)
    async with running(app) as pilot:
        await press(pilot, "ctrl+t")
        await wait_until(pilot, lambda: isinstance(app.screen, RewardForm))
        assert app.screen.query_one("#outcome", ChoiceRow).value == "went nowhere"
        assert float(app.screen.query_one("#reward", Input).value) == -3
        await press(pilot, "ctrl+s")
        await wait_until(pilot, lambda: dialog(app).return_ == -3)
        assert not app.store.kept(f"judgement:{dialog(app).id}")


async def test_a_dialog_nothing_was_said_in_can_be_judged(make_app: MakeApp) -> None:
    app = make_app()
    async with running(app) as pilot:
        await press(pilot, "ctrl+t")
        await wait_until(pilot, lambda: isinstance(app.screen, RewardForm))
        await press(pilot, "4", "ctrl+s")
        await wait_until(pilot, lambda: app.screen is chat(app))
        await pilot.pause()
        assert dialog(app).meta["judgement"]["outcome"] == "stopped early"
        await say(pilot, app)
        assert len(dialog(app)) == 2
