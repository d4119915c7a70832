"""Quitting: the app ends at once whatever the engine is doing, and so does its process."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from pathlib import Path

import pexpect
import pytest

from convotui.engine.fake import FakeEngine
from convotui.tui.app import ConvoApp
from convotui.tui.overlays.ask import Confirm
from tests.conftest import REPOSITORY
from tests.tui.conftest import HANG, MakeApp, wait_until
from tests.tui.screens.play_host import SIZE, play_app
from tests.tui.snapshot_scenes import ready

CHILD = """
import os, sys, threading
from pathlib import Path
from convotui.dialog import load_goals, load_persona
from convotui.engine.api import LoadModel
from convotui.engine.fake import FakeEngine
from convotui.engine.start import FAKE
from convotui.gyms.plan import SelfPlayPlan
from convotui.paths import get_paths
from convotui.store import Store
from convotui.tui.app import ConvoApp
from convotui.tui.start import Start

never = threading.Event()
real = FakeEngine._tick
def deaf(self, context):
    # Once a self-play is on, the engine's thread does not hear of a cancel any more.
    if type(context.job.request).__name__ == "PlayDialogs":
        Path(sys.argv[1]).write_text("busy")
        never.wait()
    real(self, context)
FakeEngine._tick = deaf

plan = SelfPlayPlan(2, 4, persona_a="baker", persona_b="beekeeper")
start = Start(LoadModel("smollm2"), load_goals("everyday"), mode="selfplay", plan=plan,
              autostart=True, persona=load_persona("night-nurse"), seed=1)
app = ConvoApp(start, Store(get_paths().database), engine=FAKE)
code = app.run()
print("ENDED", code, len(app.desk.long), flush=True)
"""


async def test_the_app_ends_while_the_engine_is_deaf(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    free, busy = threading.Event(), threading.Event()

    def deaf(*_: object) -> dict[str, object]:
        busy.set()
        assert free.wait(HANG)
        return {}

    app = play_app(make_app)
    monkeypatch.setattr("convotui.engine.fake.play_dialogs", deaf)
    try:
        async with app.run_test(size=SIZE) as pilot:
            await wait_until(pilot, busy.is_set)
            await pilot.press("ctrl+q")
            await wait_until(pilot, lambda: isinstance(app.screen, Confirm))
            await pilot.press("enter")
            await wait_until(pilot, lambda: app._exit)
        assert app.return_value == 0
        assert app.desk.long, "the job is still under way"
        assert not free.is_set()
    finally:
        free.set()


async def test_without_a_long_job_nothing_is_asked(make_app: MakeApp) -> None:
    app = make_app()
    task = asyncio.create_task(_run(app, ["h", "i", "enter", "ctrl+q"]))
    async with asyncio.timeout(HANG):
        assert await task == 0
    # What was said is there although no reply came.
    (row,) = app.store.list_dialogs()
    assert row.last == "hi"
    assert app.desk.work


async def _run(app: ConvoApp, keys: list[str]) -> int | None:
    async def press(pilot: object) -> None:
        await ready(pilot)  # type: ignore[arg-type]
        assert isinstance(app.engine, FakeEngine)
        app.engine.hold.clear()
        await pilot.press(*keys)  # type: ignore[attr-defined]

    return await app.run_async(headless=True, size=(80, 24), auto_pilot=press)


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_a_real_process_ends_although_its_engine_never_does(home: Path, tmp_path: Path) -> None:
    mark = tmp_path / "busy"
    env = {**os.environ, "TERM": "xterm-256color", "CONVOTUI_HOME": str(home)}
    child = pexpect.spawn(
        sys.executable,
        ["-c", CHILD, str(mark)],
        env=env,
        cwd=str(REPOSITORY),
        dimensions=(30, 100),
        timeout=HANG * 2,
        encoding="utf-8",
    )
    try:
        child.expect("playing")
        child.send("\x11")
        child.expect("quit")
        child.send("\r")
        child.expect("ENDED 0 1")
        child.expect(pexpect.EOF)
        child.wait()
        assert (child.exitstatus, mark.read_text()) == (0, "busy")
    finally:
        child.close(force=True)
