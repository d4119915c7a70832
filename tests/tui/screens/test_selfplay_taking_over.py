"""A person speaks for one side of an episode while the others go on."""

from __future__ import annotations

from typing import Any

from textual.pilot import Pilot

from convotui.tui.app import ConvoApp
from convotui.tui.episodes import State
from convotui.tui.overlays.ask import PickOne
from convotui.tui.plays import Phase
from convotui.tui.widgets.episode_list import EpisodeList
from convotui.tui.widgets.play_view import PlayTranscript, SayBar
from tests.tui.conftest import MakeApp, wait_until
from tests.tui.screens.play_host import (
    SIZE,
    ended,
    episode,
    held_app,
    paused,
    screen_text,
    selfplay,
)


async def take(pilot: Pilot[Any], app: ConvoApp, side: str) -> SayBar:
    await pilot.press("t")
    await wait_until(pilot, lambda: isinstance(app.screen, PickOne))
    await pilot.press(*({"a": ("enter",), "b": ("down", "enter")}[side]))
    say = selfplay(app).query_one(SayBar)
    await wait_until(pilot, lambda: say.has_focus)
    return say


async def test_lines_become_turns_and_the_others_go_on(make_app: MakeApp) -> None:
    app = held_app(make_app)
    async with app.run_test(size=SIZE) as pilot:
        play = await paused(pilot, app, turns=1)
        mine = episode(app)
        say = await take(pilot, app, "b")
        await pilot.press("escape", "space")
        await wait_until(pilot, lambda: mine.wanted)
        await wait_until(pilot, lambda: play.episodes[1].state is State.DONE)
        assert mine.state is State.WAITING
        assert "‖ waiting for you" in screen_text(app)
        assert "B's turn" in say.placeholder
        for turns, line in ((2, "hello"), (4, "good-bye")):
            await wait_until(pilot, lambda: mine.wanted)
            say.focus()
            await pilot.press(*line, "enter")
            await wait_until(pilot, lambda: mine.count >= turns)  # noqa: B023
        await ended(pilot, app)
        assert play.phase is Phase.DONE
        stored = app.store.load(mine.key or 0)
        assert [turn.text for turn in stored.turns[1::2]] == ["hello", "good-bye"]
        assert [turn.candidates[0].source for turn in stored.turns] == ["model", "human"] * 2
        assert not say.display


async def test_what_is_typed_early_waits_and_belongs_to_its_episode(make_app: MakeApp) -> None:
    app = held_app(make_app)
    async with app.run_test(size=SIZE) as pilot:
        play = await paused(pilot, app, turns=1)
        say = await take(pilot, app, "a")
        await pilot.press("s", "x", "space", "y")
        await pilot.press("enter")
        await wait_until(pilot, lambda: "kept: the other side is speaking" in screen_text(app))
        assert say.value == "sx y"
        await pilot.press("escape", "escape", "j")
        assert selfplay(app).query_one(EpisodeList).selected == 1
        assert not say.display
        assert play.episodes[0].draft == "sx y"
        await pilot.press("k", "enter", "enter")
        assert say.has_focus
        assert say.value == "sx y"
        await pilot.press("z")
        assert say.value == "sx yz"
        await pilot.press("escape", "space")
        await wait_until(pilot, lambda: play.episodes[0].wanted)
        assert say.value == "sx yz"


async def test_a_blank_line_is_not_said(make_app: MakeApp) -> None:
    app = held_app(make_app)
    async with app.run_test(size=SIZE) as pilot:
        await paused(pilot, app, turns=1)
        await take(pilot, app, "a")
        await pilot.press("escape", "space")
        await wait_until(pilot, lambda: episode(app).wanted)
        await pilot.press("enter", "space", "enter")
        await wait_until(pilot, lambda: "Type something to say" in screen_text(app))
        assert episode(app).wanted


async def test_a_side_is_handed_back_and_the_model_goes_on(make_app: MakeApp) -> None:
    app = held_app(make_app)
    async with app.run_test(size=SIZE) as pilot:
        play = await paused(pilot, app, turns=1)
        await take(pilot, app, "a")
        await pilot.press("escape", "space")
        await wait_until(pilot, lambda: episode(app).wanted)
        assert selfplay(app).query_one(PlayTranscript).has_focus
        await pilot.press("t")
        await ended(pilot, app)
        assert play.phase is Phase.DONE
        assert play.finished == 2
        stored = app.store.load(episode(app).key or 0)
        assert {turn.candidates[0].source for turn in stored.turns} == {"model"}


async def test_a_run_is_stopped_while_it_waits_for_a_person(make_app: MakeApp) -> None:
    app = held_app(make_app)
    async with app.run_test(size=SIZE) as pilot:
        play = await paused(pilot, app, turns=1)
        say = await take(pilot, app, "a")
        await pilot.press("h", "i", "escape", "space")
        await wait_until(pilot, lambda: episode(app).wanted)
        await pilot.press("s", "y")
        await ended(pilot, app)
        assert play.phase is Phase.STOPPED
        assert not say.display
        assert play.episodes[0].draft == "hi"


async def test_an_episode_that_is_over_cannot_be_taken(make_app: MakeApp) -> None:
    app = held_app(make_app)
    async with app.run_test(size=SIZE) as pilot:
        play = await paused(pilot, app, turns=1)
        await take(pilot, app, "a")
        await pilot.press("escape", "space")
        await wait_until(pilot, lambda: play.episodes[1].finished)
        await pilot.press("escape", "j", "t")
        await wait_until(pilot, lambda: "This dialog is over" in screen_text(app))
