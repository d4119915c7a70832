"""Turns and dialogs of a run are rated, and copied, as it goes on."""

from __future__ import annotations

import pytest

from convotui.dialog import Dialog
from convotui.engine.api import EpisodeStarted
from convotui.tui.overlays.ask import AskLine
from tests.tui.conftest import MakeApp, wait_until
from tests.tui.screens.play_host import (
    SIZE,
    episode,
    held_app,
    paused,
    screen_text,
    selfplay,
)


async def test_digits_rate_the_turn_under_the_cursor(make_app: MakeApp) -> None:
    app = held_app(make_app)
    async with app.run_test(size=SIZE) as pilot:
        play = await paused(pilot, app, turns=2)
        await pilot.press("enter", "g", "4", "j", "1")
        key = episode(app).key or 0
        assert [turn.rating for turn in app.store.load(key).turns] == [4, 1]
        assert [turn.reward for turn in app.store.load(key).turns] == [0.5, -1.0]
        assert "★4" in screen_text(app)
        assert "ø★2.5" in screen_text(app)
        await pilot.press("full_stop")
        await wait_until(pilot, lambda: play.done == 6)
        await pilot.press("g", "0")
        assert [turn.rating for turn in app.store.load(key).turns] == [None, 1, None]
        assert "ø★1.0" in screen_text(app)


async def test_the_whole_dialog_is_rated(make_app: MakeApp) -> None:
    app = held_app(make_app)
    async with app.run_test(size=SIZE) as pilot:
        await paused(pilot, app, turns=1)
        key = episode(app).key or 0
        for typed, rating in (("5", 5), ("0", None), ("2", 2)):
            await pilot.press("r")
            await wait_until(pilot, lambda: isinstance(app.screen, AskLine))
            await pilot.press("backspace", "9", "enter")
            await wait_until(pilot, lambda: "Type a digit from 1 to 5" in screen_text(app))
            await pilot.press("backspace", typed, "enter")
            await wait_until(pilot, lambda: app.screen is selfplay(app))
            await wait_until(pilot, lambda: app.store.load(key).rating == rating)  # noqa: B023
        assert app.store.load(key).return_ == -0.5
        assert "★2" in screen_text(app)


async def test_before_the_first_turn_there_is_nothing_to_judge(make_app: MakeApp) -> None:
    app = held_app(make_app)
    async with app.run_test(size=SIZE) as pilot:
        play = await paused(pilot, app)
        selfplay(app)._on_event(play, EpisodeStarted(play.job or 0, 0, Dialog("empty")))
        await wait_until(pilot, lambda: selfplay(app).episode)
        for keys in (("r",), ("b",), ("y",), ("Y",), ("enter", "3")):
            app.flash("")
            await pilot.press(*keys)
            await wait_until(pilot, lambda: "Nothing has been said in it yet" in screen_text(app))


async def test_a_turn_or_the_whole_dialog_is_copied(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = held_app(make_app)
    copied: list[str] = []
    monkeypatch.setattr(app, "yank", copied.append)
    async with app.run_test(size=SIZE) as pilot:
        await paused(pilot, app, turns=2)
        dialog = episode(app).dialog
        assert dialog is not None
        await pilot.press("y", "Y", "enter", "g", "y")
        first, second = (turn.text for turn in dialog.turns)
        assert copied == [second, f"A: {first}\nB: {second}", first]


async def test_b_goes_on_in_the_chat(make_app: MakeApp) -> None:
    app = held_app(make_app)
    async with app.run_test(size=SIZE) as pilot:
        await paused(pilot, app, turns=2)
        dialog = episode(app).dialog
        assert dialog is not None
        await pilot.press("b")
        await wait_until(pilot, lambda: app.current_mode == "chat")
        await wait_until(pilot, lambda: dialog.turns[0].text in screen_text(app))
