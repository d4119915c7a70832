"""y copies a turn and Y the dialog; which way it went is said, and so is a failure."""

from __future__ import annotations

from typing import Any

import pytest

from convotui.errors import ConvoTUIError
from tests.tui.conftest import MakeApp, wait_until
from tests.tui.screens.chat_host import moving, press, running, say, status, texts, toasts


async def test_a_turn_and_a_dialog_are_copied(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied: list[str] = []

    async def yank(text: str, app: Any) -> str:
        copied.append(text)
        if len(copied) > 2:
            raise ConvoTUIError("Nothing took the text.")
        return "copied with xclip"

    monkeypatch.setattr("convotui.tui.app.yank", yank)
    app = make_app()
    async with running(app) as pilot:
        await say(pilot, app, "hi \x1b there")
        await moving(pilot)
        await press(pilot, "k", "y")
        await wait_until(pilot, lambda: "copied with xclip" in status(app))
        await press(pilot, "Y")
        await wait_until(pilot, lambda: len(copied) == 2)
        assert copied == [texts(app)[0], f"you: {texts(app)[0]}\nnight-nurse: {texts(app)[1]}"]
        await press(pilot, "y")
        await wait_until(pilot, lambda: "Nothing took the text." in toasts(app))
