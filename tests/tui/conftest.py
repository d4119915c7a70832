"""The app on a fake engine, with a fixed look: what screen tests share."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from convotui.decoders.sampling import Sampling
from convotui.dialog import load_goals, load_persona
from convotui.engine.api import LoadModel
from convotui.engine.start import FAKE
from convotui.paths import get_paths
from convotui.store import Store
from convotui.tui.app import ConvoApp
from convotui.tui.start import Start

HANG = 30.0
"""Seconds after which a test gives up on something that will not happen."""

MakeApp = Callable[..., ConvoApp]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what drives an app, so that it can be run apart from what takes milliseconds."""
    folder = Path(__file__).parent
    for item in items:
        test = getattr(item, "function", None)
        if folder in item.path.parents and asyncio.iscoroutinefunction(test):
            item.add_marker(pytest.mark.screen)


@pytest.fixture(autouse=True)
def plain_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """No animation, no colour switch and no terminal of the person running the tests."""
    monkeypatch.setenv("TEXTUAL_ANIMATIONS", "none")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")
    for name in ("NO_COLOR", "TEXTUAL_THEME", "TMUX", "STY", "SSH_TTY", "SSH_CONNECTION"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def make_app(home: object) -> Iterator[MakeApp]:
    """Make apps on the fake engine and the test's own database."""
    made: list[ConvoApp] = []

    def make(mode: str = "chat", *, step_seconds: float = 0.0, **options: Any) -> ConvoApp:
        known: dict[str, Any] = {
            "load": LoadModel("smollm2"),
            "goals": load_goals("everyday"),
            "persona": load_persona("night-nurse"),
            "me": load_persona("baker"),
            "sampling": Sampling(),
            "seed": 1,
            **options,
        }
        app = ConvoApp(Start(mode=mode, **known), Store(get_paths().database), engine=FAKE)
        app.engine.step_seconds = step_seconds  # type: ignore[attr-defined]
        # Whoever looks at it finds that a second has gone by: nothing waits for real time.
        app.clock = itertools.count().__next__
        made.append(app)
        return app

    yield make
    for app in made:
        app.engine.hold.set()  # type: ignore[attr-defined]
        assert app.engine.close(HANG)
        app.store.close()


async def wait_until(pilot: Pilot[Any], true: Callable[[], object]) -> None:
    """Let the app go on until something is true."""
    end = time.monotonic() + HANG
    while not true():
        if time.monotonic() > end:
            raise TimeoutError(f"this did not come true: {true}")
        await asyncio.sleep(0.01)
        await pilot.pause()
