"""Screens keep their state, the theme and the keys are the person's, and trouble is a sentence."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from convotui.config import Config
from convotui.errors import UsageError
from tests.tui.conftest import MakeApp, wait_until
from tests.tui.screens.chat_host import (
    chat,
    press,
    prompt,
    running,
    say,
    status,
    texts,
    toasts,
    typed,
)


async def test_other_screens_leave_the_chat_as_it_is(make_app: MakeApp) -> None:
    app = make_app()
    async with running(app) as pilot:
        await say(pilot, app)
        await typed(pilot, "a draft")
        for key, mode in (
            *(("f8", "library"), ("f5", "train"), ("f4", "selfplay"), ("f2", "chat")),
        ):
            await press(pilot, key)
            await wait_until(pilot, lambda: app.current_mode == mode)  # noqa: B023
            await pilot.pause()
        assert prompt(app).text == "a draft"
        assert len(texts(app)) == 2
        assert app.open_key == chat(app).talk.session.key


async def test_the_theme_is_remembered_and_the_config_comes_first(make_app: MakeApp) -> None:
    app = make_app()
    async with running(app):
        app.theme = "nord"
    app = make_app()
    async with running(app) as pilot:
        assert app.theme == "nord"
        app.begin = replace(app.begin, config=Config(theme="dracula"))
        app._take_theme()
        assert app.theme == "dracula"
        app.begin = replace(app.begin, config=Config(theme="no [such]"))
        app._take_theme()
        await wait_until(pilot, lambda: "There is no theme 'no [such]'" in toasts(app))


async def test_remapped_keys_act_in_place_of_the_usual_ones(make_app: MakeApp) -> None:
    keys = {"prompt-send": "ctrl+e", "again": "f6", "rate-5": "z"}
    app = make_app(config=Config(keys=keys))
    async with running(app) as pilot:
        await typed(pilot, "one", "enter")
        await typed(pilot, "two", "ctrl+e")
        await wait_until(pilot, lambda: len(texts(app)) == 2)
        assert texts(app)[0] == "one\ntwo"
        await press(pilot, "f6")
        await wait_until(pilot, lambda: len(chat(app).talk.dialog.turns[1].candidates) == 2)
        await press(pilot, "escape", "5")
        assert chat(app).talk.dialog.turns[1].rating is None
        await press(pilot, "z")
        assert chat(app).talk.dialog.turns[1].rating == 5


async def test_a_key_for_no_command_is_refused_at_the_start(make_app: MakeApp) -> None:
    with pytest.raises(UsageError, match="'convotui keys' lists them"):
        make_app(config=Config(keys={"no-such": "f6"}))


async def test_a_screenshot_is_saved_or_its_failure_told(
    make_app: MakeApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app()
    async with running(app) as pilot:
        taken = tmp_path / "shot.svg"

        def save() -> str:
            if taken.exists():
                raise OSError(28, "No space left on device")
            taken.write_text("")
            return str(taken)

        monkeypatch.setattr(app, "save_screenshot", save)
        for words in ("Saved ", "cannot be written: No space left on device."):
            await app.run_action("save_screenshot")
            await wait_until(pilot, lambda: words in toasts(app))  # noqa: B023


async def test_a_dialog_that_is_not_there_is_a_sentence(make_app: MakeApp) -> None:
    app = make_app()
    async with running(app) as pilot:
        await say(pilot, app)
        before = chat(app).talk.dialog
        app.open_dialog(999)
        await wait_until(pilot, lambda: "999" in status(app))
        assert chat(app).talk.dialog == before
        key = chat(app).talk.session.key
        assert key is not None
        app.continue_in_chat(key)
        await wait_until(pilot, lambda: chat(app).talk.session.key != key)
        assert texts(app) == [turn.text for turn in before.turns]
        await say(pilot, app)
        assert len(app.store.load(key)) == 2
