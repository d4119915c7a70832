"""What the tests of the chat share."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from unittest.mock import patch

from textual.events import Key
from textual.keys import _character_to_key
from textual.pilot import Pilot
from textual.widgets import Static

from convotui.dialog import Dialog
from convotui.engine.fake import FakeEngine
from convotui.tui.app import ConvoApp
from convotui.tui.screens.chat import ChatScreen
from convotui.tui.widgets.chat_transcript import ChatTranscript
from convotui.tui.widgets.prompt import Prompt
from tests.tui.conftest import wait_until

SIZE = (120, 24)


@asynccontextmanager
async def running(app: ConvoApp, size: tuple[int, int] = SIZE) -> AsyncIterator[Pilot[Any]]:
    """Run an app until its model is there; it looks for engine events more often than usual."""
    with patch("convotui.tui.app.EVENT_SECONDS", 0.005):
        async with app.run_test(size=size) as pilot:
            await wait_until(pilot, lambda: app.model)
            yield pilot


def chat(app: ConvoApp) -> ChatScreen:
    """The chat, wherever the person is."""
    found = app._chat()
    assert found is not None
    return found


def engine(app: ConvoApp) -> FakeEngine:
    """The app's engine, as what it is."""
    assert isinstance(app.engine, FakeEngine)
    return app.engine


def prompt(app: ConvoApp) -> Prompt:
    """The text field."""
    return chat(app).query_one(Prompt)


def transcript(app: ConvoApp) -> ChatTranscript:
    """The dialog's widget."""
    return chat(app).transcript


def dialog(app: ConvoApp) -> Dialog:
    """The dialog under way; it is checked that the store has it just so."""
    talk = chat(app).talk
    if talk.session.key is not None:
        assert app.store.load(talk.session.key) == talk.dialog
    return talk.dialog


def texts(app: ConvoApp) -> list[str]:
    """What was said so far."""
    return [turn.text for turn in dialog(app).turns]


def shown(app: ConvoApp) -> str:
    """Everything on the screen, as lines."""
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in line) for line in strips)


def said(app: ConvoApp) -> str:
    """What the transcript shows."""
    widget = transcript(app)
    rows = range(widget.scrollable_content_region.height)
    return "\n".join(widget.render_line(row).text.rstrip() for row in rows)


def status(app: ConvoApp) -> str:
    """What the line on top says."""
    return str(chat(app).query_one("StatusLine", Static).content)


def toasts(app: ConvoApp) -> str:
    """What was told in notifications."""
    return "\n".join(note.message for note in app._notifications)


def burst(app: ConvoApp, *keys: str) -> None:
    """Press keys faster than the app can follow: all of them before it handles the first."""
    for key in keys:
        name = _character_to_key(key) if len(key) == 1 else key
        app.post_message(Key(name, key if len(key) == 1 else None))


async def press(pilot: Pilot[Any], *keys: str) -> None:
    """Press keys and wait until the app has followed; quicker than the pilot's own way."""
    burst(pilot.app, *keys)
    await followed(pilot)


async def followed(pilot: Pilot[Any]) -> None:
    """Wait until the app has handled all keys that were pressed."""
    ahead = pilot.app._ahead
    await asyncio.sleep(0)
    while (ahead._busy or ahead._waiting) and not pilot.app._exit:
        await asyncio.sleep(0.001)
    await pilot.pause()


async def typed(pilot: Pilot[Any], text: str, *then: str) -> None:
    """Type a text, then press keys."""
    await press(pilot, *text, *then)


def hold_after(app: ConvoApp, words: int) -> None:
    """Have the engine stop in the next reply when so many words of it are out."""
    fake = engine(app)
    step, steps = fake._step, itertools.count()

    def counted(context: Any) -> None:
        if next(steps) == words:
            fake.hold.clear()
        step(context)

    fake._step = counted  # type: ignore[method-assign]


async def quiet(pilot: Pilot[Any], app: ConvoApp) -> None:
    """Wait until no job is under way and all of it has been shown."""
    await wait_until(pilot, lambda: not app.desk.work)
    await pilot.pause()


async def say(pilot: Pilot[Any], app: ConvoApp, text: str = "hi") -> None:
    """Say something and wait for the reply."""
    count = len(dialog(app))
    await typed(pilot, text, "enter")
    await wait_until(pilot, lambda: len(dialog(app)) == count + 2)
    await quiet(pilot, app)


async def moving(pilot: Pilot[Any]) -> None:
    """Leave the text field for the dialog; the cursor is then on the last turn."""
    await press(pilot, "escape")


async def settled(pilot: Pilot[Any], seconds: float) -> None:
    """Let timers of the app run."""
    await asyncio.sleep(seconds)
    await pilot.pause()
