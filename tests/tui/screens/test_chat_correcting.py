"""A correction is written in the text field; both texts are kept, and so is what was begun."""

from __future__ import annotations

from tests.tui.conftest import MakeApp, wait_until
from tests.tui.screens.chat_host import (
    burst,
    chat,
    dialog,
    followed,
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


async def test_a_correction_keeps_both_texts_as_a_pair(make_app: MakeApp) -> None:
    app = make_app()
    async with running(app) as pilot:
        await say(pilot, app)
        wrong = texts(app)[1]
        await moving(pilot)
        await press(pilot, "c")
        assert prompt(app).has_focus
        assert prompt(app).text == wrong  # begins with what was said
        assert "what turn 2 should have been" in str(prompt(app).border_title)
        await press(pilot, "end")  # it is selected: typing would replace it
        await typed(pilot, " right?", "enter")
        await wait_until(pilot, lambda: dialog(app).turns[1].correction)
        turn = dialog(app).turns[1]
        assert turn.correction == (f"{wrong} right?", wrong)
        assert [candidate.source for candidate in turn.candidates] == ["model", "human"]
        assert "✎ corrected" in said(app)
        assert "both texts are kept" in status(app)
        assert prompt(app).text == ""
        assert not prompt(app).border_title
        assert chat(app).transcript.has_focus  # where it was asked for
        await press(pilot, "i")
        await say(pilot, app, "go on")
        assert len(texts(app)) == 4


async def test_esc_leaves_a_correction_and_its_draft_waits(make_app: MakeApp) -> None:
    app = make_app()
    async with running(app) as pilot:
        await say(pilot, app)
        wrong = texts(app)[1]
        await typed(pilot, "half a thought")
        await moving(pilot)
        await press(pilot, "c")
        assert prompt(app).text == wrong
        await press(pilot, "right")
        await typed(pilot, " and", "escape")
        assert prompt(app).text == "half a thought"
        assert dialog(app).turns[1].correction is None
        assert chat(app).transcript.has_focus
        await press(pilot, "c")
        assert prompt(app).text == f"{wrong} and"
        await typed(pilot, " so", "enter")
        await quiet(pilot, app)
        assert dialog(app).turns[1].text == f"{wrong} and so"
        assert prompt(app).text == "half a thought"
        await press(pilot, "c")
        assert prompt(app).text == f"{wrong} and so"  # the draft was used up


async def test_typing_at_once_replaces_what_was_said(make_app: MakeApp) -> None:
    app = make_app()
    async with running(app) as pilot:
        await say(pilot, app)
        wrong = texts(app)[1]
        await moving(pilot)
        await press(pilot, "c")
        burst(app, *"well, hello", "enter")
        await wait_until(pilot, lambda: dialog(app).turns[1].correction)
        assert dialog(app).turns[1].correction == ("well, hello", wrong)


async def test_what_is_typed_right_after_a_correction_is_the_next_text(make_app: MakeApp) -> None:
    app = make_app()
    async with running(app) as pilot:
        await say(pilot, app)
        await moving(pilot)
        await press(pilot, "c")
        burst(app, *"!", "enter", "i", *"now this")
        await wait_until(pilot, lambda: dialog(app).turns[1].correction)
        await followed(pilot)
        assert prompt(app).text == "now this"
        await moving(pilot)
        await press(pilot, "c")
        assert prompt(app).text == texts(app)[1]


async def test_a_correction_of_a_dialog_that_is_gone_is_kept_for_when_it_is_back(
    make_app: MakeApp,
) -> None:
    app = make_app()
    async with running(app) as pilot:
        await say(pilot, app)
        await moving(pilot)
        await press(pilot, "b")  # a branch with the same turns
        await press(pilot, "c")
        await typed(pilot, "?")
        chat(app).transcript.focus()  # as a click would
        await press(pilot, "u")  # the branch is gone
        prompt(app).focus()
        written = prompt(app).text
        await press(pilot, "enter")
        await pilot.pause()
        assert "no longer open; the text is kept as a draft" in status(app)
        assert all(turn.correction is None for turn in dialog(app).turns)
        assert prompt(app).text == ""
        await moving(pilot)
        await press(pilot, "ctrl+y", "c")
        assert prompt(app).text == written
