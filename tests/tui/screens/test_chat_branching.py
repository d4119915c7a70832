"""An own turn said anew and a cut go on in a branch; the old dialog keeps all its turns."""

from __future__ import annotations

from tests.tui.conftest import MakeApp
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
    status,
    texts,
    typed,
)


async def test_an_own_turn_said_anew_goes_on_in_a_branch(make_app: MakeApp) -> None:
    app = make_app()
    async with running(app) as pilot:
        await say(pilot, app, "one")
        await say(pilot, app, "two")
        old, key = dialog(app), chat(app).talk.session.key
        assert key is not None
        await moving(pilot)
        await press(pilot, "e")
        assert "That is the model's turn: c corrects it." in status(app)
        await press(pilot, "g", "e")
        assert prompt(app).text == "one"
        assert "turn 1 said anew, in a branch" in str(prompt(app).border_title)
        await typed(pilot, "!", "enter")
        await quiet(pilot, app)
        assert texts(app)[0] == "one!"
        assert len(texts(app)) == 2  # a reply to it was made at once
        assert chat(app).talk.session.key != key
        assert f"dialog {key} stays as it was" in status(app)
        assert app.store.load(key) == old
        rows = {row.key: row for row in app.store.list_dialogs()}
        assert rows[chat(app).talk.session.key or 0].branched_from == key
        await moving(pilot)
        await press(pilot, "u", "u")
        assert (chat(app).talk.session.key, dialog(app).turns) == (key, old.turns)


async def test_b_goes_on_after_the_turn_under_the_cursor(make_app: MakeApp) -> None:
    app = make_app()
    async with running(app) as pilot:
        await say(pilot, app, "one")
        await say(pilot, app, "two")
        old, key = dialog(app), chat(app).talk.session.key
        assert key is not None
        await moving(pilot)
        await press(pilot, "k", "k", "5", "b")
        assert texts(app) == [turn.text for turn in old.turns[:2]]
        assert dialog(app).turns[1].rating == 5  # what was thought of it comes along
        assert "two" not in said(app)
        assert len(app.store.load(key)) == 4
        await press(pilot, "i")
        await say(pilot, app, "three")
        assert texts(app)[2] == "three"
        assert [turn.text for turn in app.store.load(key).turns] == [t.text for t in old.turns]
        await moving(pilot)
        await press(pilot, "u", "u", "u")
        assert chat(app).talk.session.key == key
        assert len(dialog(app)) == 4


async def test_an_edit_that_is_left_changes_nothing_and_waits(make_app: MakeApp) -> None:
    app = make_app()
    async with running(app) as pilot:
        await say(pilot, app, "one")
        before = dialog(app)
        await moving(pilot)
        await press(pilot, "k", "e")
        await typed(pilot, " two", "escape")
        assert (dialog(app), prompt(app).text) == (before, "")
        await press(pilot, "e")
        assert prompt(app).text == "one two"
        await press(pilot, "escape", "i")
        assert prompt(app).text == ""
