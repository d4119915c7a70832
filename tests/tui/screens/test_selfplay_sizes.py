"""The self-play screen in any size, and with any text in it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from convotui.engine.api import EpisodeStarted, TurnPlayed
from convotui.tui.commands import commands_of
from convotui.tui.widgets.episode_list import EpisodeList
from convotui.tui.widgets.play_form import PlayForm
from convotui.tui.widgets.play_view import PlayTranscript, PlayView
from tests.tui.conftest import MakeApp, wait_until
from tests.tui.screens.play_host import (
    ended,
    held_app,
    paused,
    play_app,
    screen_text,
    selfplay,
    shown,
)


async def test_a_narrow_screen_shows_list_or_dialog(make_app: MakeApp) -> None:
    app = play_app(make_app)
    async with app.run_test(size=(80, 24)) as pilot:
        await ended(pilot, app)
        rows, dialog = (selfplay(app).query_one(w) for w in (EpisodeList, PlayTranscript))
        assert (rows.region.width > 0, dialog.region.width > 0) == (True, False)
        await pilot.press("enter")
        await pilot.pause()
        assert (rows.region.width > 0, dialog.region.width > 0) == (False, True)
        assert dialog.has_focus
        await pilot.press("escape")
        await pilot.pause()
        assert rows.has_focus
        assert (rows.region.width > 0, dialog.region.width > 0) == (True, False)
        await pilot.resize_terminal(120, 36)
        await pilot.pause()
        assert rows.region.width > 0
        assert dialog.region.width > 0


@pytest.mark.parametrize("reading", [False, True])
async def test_any_size_is_survived(make_app: MakeApp, reading: bool) -> None:
    app = play_app(make_app)
    async with app.run_test(size=(120, 36)) as pilot:
        await ended(pilot, app)
        if reading:
            await pilot.press("enter")
        for width, height in ((1, 1), (200, 60), (9, 9), (50, 14), (49, 13), (99, 30), (3, 40)):
            await pilot.resize_terminal(width, height)
            await pilot.press("j", "k")
        await pilot.resize_terminal(60, 16)
        await pilot.pause()
        assert "#1" in screen_text(app)


async def test_the_form_can_be_filled_at_60_by_16(make_app: MakeApp) -> None:
    app = make_app(mode="selfplay")
    async with app.run_test(size=(60, 16)) as pilot:
        await wait_until(pilot, lambda: app.model)
        await pilot.press(*["tab"] * 9)
        await pilot.pause()
        assert "Start" in screen_text(app)
        await pilot.press("enter")
        await ended(pilot, app)


async def test_any_text_is_shown_and_none_acts(
    make_app: MakeApp, hostile_texts: tuple[str, ...]
) -> None:
    app = play_app(make_app)
    async with app.run_test(size=(120, 36)) as pilot:
        play = await ended(pilot, app)
        dialog = play.episodes[0].dialog
        assert dialog is not None
        job = play.job or 0
        for place, text in enumerate(hostile_texts, start=2):
            turn = replace(dialog.turns[0].candidates[0], text=text)
            strange = replace(
                dialog,
                turns=(replace(dialog.turns[0], candidates=(turn,), goal=text),),
                meta={"persona_names": [text, text]},
            )
            empty = replace(strange, turns=())
            selfplay(app)._on_event(play, EpisodeStarted(job, place, empty))
            selfplay(app)._on_event(play, TurnPlayed(job, place, 99, strange, False))
        for _ in hostile_texts:
            await pilot.press("j")
            assert not any(ord(c) < 32 and c != "\n" for c in screen_text(app))


async def test_every_command_is_in_the_palette_of_its_place(make_app: MakeApp) -> None:
    app = play_app(make_app)
    async with app.run_test(size=(120, 36)) as pilot:
        await ended(pilot, app)
        titles = {command.title for command in app.get_system_commands(app.screen)}
        for kind in (PlayView, PlayTranscript, EpisodeList, PlayForm):
            for command in commands_of(selfplay(app).query_one(kind)):
                if command.palette:
                    place = kind.BINDING_GROUP_TITLE
                    assert f"{place}: {command.title}" in titles


async def test_a_thousand_episodes_are_listed_and_reached(make_app: MakeApp) -> None:
    app = held_app(make_app, episodes=1000, turns=1)
    async with app.run_test(size=(120, 36)) as pilot:
        await paused(pilot, app)
        await pilot.press("f", "space")
        await wait_until(pilot, lambda: shown(app).phase.ended)
        await wait_until(pilot, lambda: "1000 of 1000 dialogs" in screen_text(app))
        assert "#1000 " in screen_text(app)
        await pilot.press("g")
        await wait_until(pilot, lambda: "#1 " in screen_text(app))
