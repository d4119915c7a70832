"""What is said is stored and answered; the answer grows, can be stopped, and waits for a model."""

from __future__ import annotations

from typing import Any

import pytest

from convotui.store import Store
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
    toasts,
    transcript,
    typed,
)


async def test_what_is_said_is_stored_and_answered(make_app: MakeApp) -> None:
    app = make_app()
    async with running(app) as pilot:
        assert prompt(app).has_focus
        await say(pilot, app, "hi there")
        assert texts(app)[0] == "hi there"
        own, reply = dialog(app).turns
        assert (own.speaker, own.candidates[0].source) == (0, "human")
        assert (reply.speaker, reply.candidates[0].source) == (1, "model")
        assert (dialog(app).model, dialog(app).version) == ("smollm2", "base")
        assert prompt(app).text == ""
        lines = said(app).splitlines()
        assert lines[0].split(maxsplit=1) == ["you", "hi there"]
        assert lines[1].split(maxsplit=1) == ["night-nurse", reply.text]
        assert "saved" in status(app)
        await say(pilot, app, "and you?")
        assert [turn.speaker for turn in dialog(app).turns] == [0, 1, 0, 1]


async def test_a_reply_grows_on_the_screen_before_it_is_stored(make_app: MakeApp) -> None:
    app = make_app()
    async with running(app) as pilot:
        hold_after(app, 2)
        await typed(pilot, "hi", "enter")
        await wait_until(pilot, lambda: chat(app).talk.pending and chat(app).talk.pending.texts)
        pending = chat(app).talk.pending
        assert pending is not None
        assert len(pending.texts[0].split()) in (1, 2)
        await wait_until(pilot, lambda: len(pending.texts[0].split()) == 2)
        assert said(app).splitlines()[1].split(maxsplit=1)[1].startswith(f"{pending.texts[0]}▌")
        assert "esc stops" in said(app)
        assert "replying · esc stops" in status(app)
        assert texts(app) == ["hi"]
        before = pending.texts[0]
        engine(app).hold.set()
        await quiet(pilot, app)
        assert texts(app)[1].startswith(before)
        assert "▌" not in said(app)
        assert "esc stops" not in said(app)


async def test_a_reply_is_on_disk_before_it_is_shown_as_said(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app()
    seen: list[bool] = []
    async with running(app) as pilot:
        show = transcript(app).show

        def checked(dialog: Any, names: Any) -> None:
            key = chat(app).talk.session.key
            other = Store(app.store.path)  # another connection sees only what is committed
            try:
                seen.append(key is None or other.load(key).turns == dialog.turns)
            finally:
                other.close()
            show(dialog, names)

        monkeypatch.setattr(transcript(app), "show", checked)
        await say(pilot, app)
        assert len(seen) >= 2
        assert all(seen)


async def test_esc_stops_a_reply_and_nothing_of_it_is_stored(make_app: MakeApp) -> None:
    app = make_app()
    async with running(app) as pilot:
        hold_after(app, 2)
        await typed(pilot, "hi", "enter")
        await wait_until(pilot, lambda: chat(app).talk.pending and chat(app).talk.pending.texts)
        await press(pilot, "escape")
        await quiet(pilot, app)
        assert texts(app) == ["hi"]
        assert len(dialog(app).turns[0].candidates) == 1
        assert "▌" not in said(app)
        assert "stopped" in status(app)
        assert prompt(app).has_focus
        engine(app).hold.set()
        await press(pilot, "ctrl+r")
        await quiet(pilot, app)
        assert len(texts(app)) == 2


async def test_what_is_typed_during_a_reply_stays_until_it_can_be_said(make_app: MakeApp) -> None:
    app = make_app()
    async with running(app) as pilot:
        engine(app).hold.clear()
        await typed(pilot, "one", "enter")
        await typed(pilot, "two", "enter")
        assert prompt(app).text == "two"
        assert "A reply is being made: esc stops it." in status(app)
        assert texts(app) == ["one"]
        engine(app).hold.set()
        await quiet(pilot, app)
        assert prompt(app).text == "two"
        await press(pilot, "enter")
        await quiet(pilot, app)
        assert [text for text in texts(app) if text in ("one", "two")] == ["one", "two"]
        assert prompt(app).text == ""


async def test_a_reply_asked_for_early_waits_for_the_model(make_app: MakeApp) -> None:
    app = make_app()
    engine(app).hold.clear()
    async with app.run_test(size=(120, 36)) as pilot:
        await wait_until(pilot, lambda: app._chat() and prompt(app).has_focus)
        await typed(pilot, "hi", "enter")
        await wait_until(pilot, lambda: chat(app).talk.pending)
        await pilot.pause()
        assert texts(app) == ["hi"]  # said and stored all the same
        assert "waits for the model" in said(app)
        assert "model not loaded yet" in status(app)
        engine(app).hold.set()
        await wait_until(pilot, lambda: len(texts(app)) == 2)
        await quiet(pilot, app)
        assert "smollm2@base" in status(app)
        assert (dialog(app).model, dialog(app).version) == ("smollm2", "base")


async def test_without_a_model_all_but_replies_works(make_app: MakeApp) -> None:
    app = make_app()
    engine(app).fail_with = "There is no room for the model."
    async with app.run_test(size=(120, 36)) as pilot:
        await wait_until(pilot, lambda: app.model_problem)
        await pilot.pause()
        assert "There is no room for the model." in toasts(app)
        assert "no model (F9: Load another model)" in status(app)
        await typed(pilot, "hi", "enter")
        await quiet(pilot, app)
        assert texts(app) == ["hi"]
        assert "No model is loaded" in toasts(app)
        await press(pilot, "escape", "4")
        assert dialog(app).turns[0].rating == 4
        await press(pilot, "ctrl+n")
        assert texts(app) == []
        await app.run_action("load_model")
        await wait_until(pilot, lambda: app.screen is not chat(app))
        await press(pilot, "enter")
        await wait_until(pilot, lambda: app.model)
        await say(pilot, app)


async def test_a_reply_that_fails_is_a_sentence_and_can_be_asked_for_again(
    make_app: MakeApp,
) -> None:
    app = make_app()
    async with running(app) as pilot:
        await quiet(pilot, app)
        engine(app).fail_with = "The prompt is too [bold] long."
        await typed(pilot, "hi", "enter")
        await quiet(pilot, app)
        assert "The prompt is too [bold] long." in toasts(app)
        assert texts(app) == ["hi"]
        await press(pilot, "ctrl+r")
        await quiet(pilot, app)
        assert len(texts(app)) == 2
