"""Another candidate is never in place of an old one; the arrows go through them all."""

from __future__ import annotations

from tests.tui.conftest import MakeApp, wait_until
from tests.tui.screens.chat_host import (
    chat,
    dialog,
    moving,
    press,
    prompt,
    quiet,
    running,
    said,
    say,
    shown,
    status,
    texts,
    transcript,
    typed,
)


async def test_regenerating_adds_candidates_and_the_arrows_choose_among_them(
    make_app: MakeApp,
) -> None:
    app = make_app()
    async with running(app) as pilot:
        await say(pilot, app)
        first = dialog(app).turns[1]
        await press(pilot, "ctrl+r")  # while writing
        await quiet(pilot, app)
        await moving(pilot)
        await press(pilot, "r")
        await quiet(pilot, app)
        turn = dialog(app).turns[1]
        assert (len(turn.candidates), turn.chosen) == (3, 2)
        assert turn.candidates[0] == first.candidates[0]
        assert len({candidate.seed for candidate in turn.candidates}) == 3
        assert "‹3/3›" in said(app)
        await press(pilot, "left", "h")
        assert (dialog(app).turns[1].chosen, texts(app)[1]) == (0, first.text)
        assert "‹1/3›" in said(app)
        await press(pilot, "left")
        assert dialog(app).turns[1].chosen == 0
        assert "that is the first candidate" in status(app)
        await press(pilot, "right", "l")
        assert dialog(app).turns[1].chosen == 2
        assert len(dialog(app).turns) == 2


async def test_past_the_last_candidate_another_one_is_made_also_of_an_earlier_turn(
    make_app: MakeApp,
) -> None:
    app = make_app()
    async with running(app) as pilot:
        await say(pilot, app, "one")
        await say(pilot, app, "two")
        before = dialog(app)
        await moving(pilot)
        await press(pilot, "right")
        await quiet(pilot, app)
        assert [len(turn.candidates) for turn in dialog(app).turns] == [1, 1, 1, 2]
        await press(pilot, "k", "k", "right")
        await quiet(pilot, app)
        assert transcript(app).cursor == 1
        assert [len(turn.candidates) for turn in dialog(app).turns] == [1, 2, 1, 2]
        await press(pilot, "left")
        assert dialog(app).turns[1].text == before.turns[1].text
        assert (dialog(app).turns[0], dialog(app).turns[2]) == (before.turns[0], before.turns[2])
        await press(pilot, "k", "right")
        assert "That is your own turn: e edits it." in status(app)
        assert len(dialog(app)) == 4


async def test_several_candidates_come_at_once_and_one_is_picked_of_a_list(
    make_app: MakeApp,
) -> None:
    app = make_app()
    async with running(app) as pilot:
        await typed(pilot, "/set candidates=3", "enter")
        await say(pilot, app)
        turn = dialog(app).turns[1]
        assert (len(turn.candidates), turn.chosen) == (3, 0)
        await moving(pilot)
        await press(pilot, "v")
        await wait_until(pilot, lambda: app.screen is not chat(app))
        await pilot.pause()
        assert "Turn 2: which one?" in shown(app)
        for candidate in turn.candidates:
            assert candidate.text[:30] in shown(app)
        await press(pilot, "down", "down", "enter")
        await wait_until(pilot, lambda: app.screen is chat(app))
        await pilot.pause()
        assert dialog(app).turns[1].chosen == 2
        assert turn.candidates[2].text in said(app)
        await press(pilot, "v", "escape")
        await wait_until(pilot, lambda: app.screen is chat(app))
        assert dialog(app).turns[1].chosen == 2


async def test_before_a_reply_there_is_nothing_to_go_through(make_app: MakeApp) -> None:
    app = make_app()
    async with running(app) as pilot:
        await press(pilot, "ctrl+r")
        assert "There is no reply yet: say something first." in status(app)
        await press(pilot, "escape")
        assert prompt(app).has_focus  # there is nothing to go to yet
        chat(app).transcript.focus()
        await pilot.pause()
        for key in ("v", "left", "right", "r", "4", "=", "c", "x", "y", "b"):
            app.flash("")
            await press(pilot, key)
            assert "There is no reply yet: say something first." in status(app), key
            assert app.screen is chat(app)
        await press(pilot, "e")
        assert "You have not said anything yet." in status(app)
        for key in ("u", "ctrl+y", "n", "N", "j", "k", "g", "G"):
            await press(pilot, key)
        assert app.screen is chat(app)
        assert dialog(app).turns == ()
