"""Dialogs of a run go to a file: the one asked for at its start, or an export."""

from __future__ import annotations

from pathlib import Path

from textual.widgets import Input

from convotui.store import read_dialogs
from convotui.tui.overlays.ask import Confirm, PickOne
from convotui.tui.overlays.export_form import ExportForm
from convotui.tui.plays import Phase
from convotui.tui.widgets.play_form import PlayForm
from convotui.tui.widgets.play_view import SayBar
from tests.tui.conftest import MakeApp, wait_until
from tests.tui.screens.play_host import (
    SIZE,
    ended,
    held_app,
    paused,
    play_app,
    selfplay,
    shown,
    toasts,
)


async def test_finished_dialogs_are_written_with_their_ratings(
    make_app: MakeApp, tmp_path: Path
) -> None:
    out = tmp_path / "talk.jsonl"
    app = held_app(make_app, out=out)
    async with app.run_test(size=SIZE) as pilot:
        await paused(pilot, app, turns=1)
        await pilot.press("enter", "5", "escape", "j", "x", "space")
        await ended(pilot, app)
        await wait_until(pilot, lambda: "1 written to" in toasts(app))
    (dialog,) = read_dialogs(out)
    assert [turn.rating for turn in dialog.turns] == [5, None, None, None]


async def test_a_stopped_run_writes_what_it_has_finished(make_app: MakeApp, tmp_path: Path) -> None:
    out = tmp_path / "talk.jsonl"
    app = held_app(make_app, out=out)
    async with app.run_test(size=SIZE) as pilot:
        await paused(pilot, app, turns=1)
        await pilot.press("s", "y")
        play = await ended(pilot, app)
        assert play.phase is Phase.STOPPED
        await wait_until(pilot, lambda: "was stopped" in toasts(app))
    assert not out.exists()


async def test_leaving_the_app_writes_what_is_finished(make_app: MakeApp, tmp_path: Path) -> None:
    out = tmp_path / "talk.jsonl"
    app = held_app(make_app, out=out)
    async with app.run_test(size=SIZE) as pilot:
        play = await paused(pilot, app, turns=1)
        await pilot.press("t")
        await wait_until(pilot, lambda: isinstance(app.screen, PickOne))
        await pilot.press("enter")
        await wait_until(pilot, lambda: selfplay(app).query_one(SayBar).has_focus)
        await pilot.press("escape", "space")
        await wait_until(pilot, lambda: play.finished == 1)
        await pilot.press("ctrl+q")
        await wait_until(pilot, lambda: isinstance(app.screen, Confirm))
        await pilot.press("y")
        await wait_until(pilot, out.exists)
    assert len(list(read_dialogs(out))) == 1


async def test_a_file_that_cannot_be_written_is_a_sentence(
    make_app: MakeApp, tmp_path: Path
) -> None:
    folder = tmp_path / "there"
    folder.mkdir()
    app = held_app(make_app, out=folder / "talk.jsonl")
    async with app.run_test(size=SIZE) as pilot:
        await paused(pilot, app)
        folder.rmdir()
        await pilot.press("space")
        play = await ended(pilot, app)
        await wait_until(pilot, lambda: "cannot be written" in toasts(app))
        assert len(app.store.list_dialogs(play.run)) == 2


async def test_a_file_that_exists_is_replaced_only_after_a_question(
    make_app: MakeApp, tmp_path: Path
) -> None:
    out = tmp_path / "talk.jsonl"
    out.write_text("precious")
    app = make_app(mode="selfplay")
    async with app.run_test(size=SIZE) as pilot:
        await wait_until(pilot, lambda: app.model)
        selfplay(app).query_one(PlayForm).put("out", str(out))
        await pilot.press("ctrl+s")
        await wait_until(pilot, lambda: isinstance(app.screen, Confirm))
        await pilot.press("escape")
        await wait_until(pilot, lambda: app.screen is selfplay(app))
        assert selfplay(app).running is None
        assert out.read_text() == "precious"
        await pilot.press("ctrl+s")
        await wait_until(pilot, lambda: isinstance(app.screen, Confirm))
        await pilot.press("y")
        await wait_until(pilot, lambda: "8 written to" in toasts(app))
        await pilot.press("n", "ctrl+s")
        await wait_until(pilot, lambda: isinstance(app.screen, Confirm))
        await pilot.press("escape")
    assert len(list(read_dialogs(out))) == 8


async def test_all_dialogs_of_the_run_are_exported(make_app: MakeApp, tmp_path: Path) -> None:
    app = play_app(make_app)
    async with app.run_test(size=SIZE) as pilot:
        await ended(pilot, app)
        await pilot.press("j", "x", "ctrl+s")
        await wait_until(pilot, lambda: isinstance(app.screen, ExportForm))
        field = app.screen.query_one(Input)
        assert Path(field.value).name == f"{shown(app).run}.jsonl"
        field.value = str(tmp_path / "all.jsonl")
        await pilot.press("ctrl+s")
        await wait_until(pilot, (tmp_path / "all.jsonl").exists)
        await wait_until(pilot, lambda: app.screen is selfplay(app))
    assert len(list(read_dialogs(tmp_path / "all.jsonl"))) == 1
