"""The model writes a person's turn as a draft, and what comes of it is told apart later."""

from __future__ import annotations

from tests.tui.conftest import MakeApp, wait_until
from tests.tui.screens.chat_host import (
    chat,
    dialog,
    engine,
    hold_after,
    press,
    prompt,
    quiet,
    running,
    said,
    say,
    status,
    texts,
    typed,
)


async def test_a_draft_said_as_it_is_counts_as_the_models(make_app: MakeApp) -> None:
    app = make_app()
    async with running(app) as pilot:
        await say(pilot, app)
        await press(pilot, "alt+m")
        await quiet(pilot, app)
        written = prompt(app).text
        assert written
        assert prompt(app).has_focus
        assert len(texts(app)) == 2  # nothing was said yet
        assert "written by the model" in status(app)
        await press(pilot, "enter")
        await quiet(pilot, app)
        (only,) = dialog(app).turns[2].candidates
        assert (only.text, only.source, only.version) == (written, "model", "base")
        assert dialog(app).turns[2].speaker == 0
        assert len(texts(app)) == 4


async def test_a_draft_that_was_changed_is_a_persons_over_the_models(make_app: MakeApp) -> None:
    app = make_app()
    async with running(app) as pilot:
        await press(pilot, "alt+m")  # also as the first turn
        await quiet(pilot, app)
        written = prompt(app).text
        await typed(pilot, " you?", "enter")
        await quiet(pilot, app)
        turn = dialog(app).turns[0]
        assert [(c.text, c.source) for c in turn.candidates] == [
            (written, "model"),
            (f"{written} you?", "human"),
        ]
        assert turn.chosen == 1
        assert "✎ corrected" in said(app)


async def test_what_is_written_after_a_draft_was_deleted_corrects_nothing(
    make_app: MakeApp,
) -> None:
    app = make_app()
    async with running(app) as pilot:
        await press(pilot, "alt+m")
        await quiet(pilot, app)
        prompt(app).select_all()
        await press(pilot, "delete")
        await typed(pilot, "my own words", "enter")
        await quiet(pilot, app)
        (only,) = dialog(app).turns[0].candidates
        assert (only.text, only.source) == ("my own words", "human")


async def test_what_stood_in_the_field_is_an_arrow_away(make_app: MakeApp) -> None:
    app = make_app()
    async with running(app) as pilot:
        await typed(pilot, "my own words")
        await press(pilot, "alt+m")
        await quiet(pilot, app)
        written = prompt(app).text
        assert written != "my own words"
        await press(pilot, "up")
        assert prompt(app).text == "my own words"
        await press(pilot, "down")
        assert prompt(app).text == written


async def test_a_draft_under_way_is_shown_and_can_be_stopped(make_app: MakeApp) -> None:
    app = make_app()
    async with running(app) as pilot:
        await typed(pilot, "mine")
        hold_after(app, 2)
        await press(pilot, "alt+m")
        await wait_until(pilot, lambda: chat(app).talk.pending and chat(app).talk.pending.texts)
        assert "a draft for you" in said(app)
        await press(pilot, "escape")
        await quiet(pilot, app)
        assert prompt(app).text == "mine"
        assert chat(app).talk.pending is None
        engine(app).hold.set()
