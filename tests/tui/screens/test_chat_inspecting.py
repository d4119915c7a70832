"""p shows what the model reads before a turn; o opens the decoding settings."""

from __future__ import annotations

from textual.widgets import Input

from convotui.engine.api import InspectPrompt, MakeReply, Request
from convotui.tui.app import ConvoApp
from convotui.tui.overlays.inspector import PromptInspector
from convotui.tui.overlays.sampling_form import SamplingForm
from tests.tui.conftest import MakeApp, wait_until
from tests.tui.screens.chat_host import (
    chat,
    dialog,
    moving,
    press,
    quiet,
    running,
    say,
    shown,
    status,
)


def recorded(app: ConvoApp) -> list[Request]:
    """What is asked of the engine from now on."""
    found: list[Request] = []
    submit = app.engine.submit

    def record(request: Request) -> int:
        found.append(request)
        return submit(request)

    app.engine.submit = record  # type: ignore[method-assign]
    return found


async def test_the_prompt_of_a_turn_or_of_the_next_one_is_shown(make_app: MakeApp) -> None:
    app = make_app()
    async with running(app, (120, 40)) as pilot:
        await press(pilot, "alt+2")
        await say(pilot, app, "one")
        await say(pilot, app, "two")
        asked = recorded(app)
        await moving(pilot)
        await press(pilot, "g", "j", "p")
        await wait_until(pilot, lambda: isinstance(app.screen, PromptInspector))
        await pilot.pause()
        (request,) = asked
        assert isinstance(request, InspectPrompt)
        assert [turn.text for turn in request.dialog.turns] == ["one"]
        assert request.goal is not None
        assert request.goal.id == "ask-pets"  # as it was made
        assert "pets." in shown(app)
        await press(pilot, "escape")
        await wait_until(pilot, lambda: app.screen is chat(app))
        await press(pilot, "k", "p")  # on an own turn: the next reply
        await wait_until(pilot, lambda: isinstance(app.screen, PromptInspector))
        next_one = asked[-1]
        assert isinstance(next_one, InspectPrompt)
        assert (len(next_one.dialog), next_one.goal, next_one.speaker) == (4, None, 1)


async def test_settings_hold_for_the_next_reply_and_are_kept_with_the_dialog(
    make_app: MakeApp,
) -> None:
    app = make_app()
    async with running(app) as pilot:
        await say(pilot, app)
        asked = recorded(app)
        await moving(pilot)
        await press(pilot, "o")
        await wait_until(pilot, lambda: isinstance(app.screen, SamplingForm))
        await pilot.pause()
        app.screen.query_one("#temperature", Input).value = "0.5"
        app.screen.query_one("#candidates", Input).value = "2"
        await press(pilot, "ctrl+s")
        await wait_until(pilot, lambda: app.screen is chat(app))
        assert "replies are sampled like this from now on" in status(app)
        await press(pilot, "i")
        await say(pilot, app)
        request = next(r for r in asked if isinstance(r, MakeReply))
        assert (request.sampling.temperature, len(request.seeds)) == (0.5, 2)
        assert dialog(app).meta["sampling"]["temperature"] == 0.5
        assert app.sampling.temperature == 0.5
        await moving(pilot)
        await press(pilot, "o", "escape")
        await quiet(pilot, app)
        assert app.sampling.temperature == 0.5
