"""Idle: once all is said, no timer of the app runs; only a caret blinks where one is shown."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from textual.message_pump import MessagePump
from textual.pilot import Pilot
from textual.timer import Timer
from textual.widgets import Input, TextArea

from tests.tui import snapshot_scenes as scenes
from tests.tui.conftest import MakeApp, wait_until

SCENES = (
    scenes.chat_turns,
    scenes.chat_goals,
    scenes.selfplay_form,
    scenes.selfplay_running,
    scenes.train_form,
    scenes.train_running,
    scenes.library,
    scenes.library_looking,
    scenes.overlay_help,
    scenes.overlay_inspector,
)


def _running(app: object) -> Iterator[tuple[MessagePump, Timer]]:
    """Walk all timers of the app that will fire some time."""
    pumps: list[MessagePump] = [app]  # type: ignore[list-item]
    for stack in app._screen_stacks.values():  # type: ignore[attr-defined]
        for screen in stack:
            pumps += [screen, *screen.walk_children()]
    for pump in pumps:
        for timer in pump._timers:
            task = timer._task
            if task is not None and not task.done() and timer._active.is_set():
                yield pump, timer


def _carets(app: object) -> set[Timer]:
    """The timers that let carets blink: Textual's, of the text field with the focus on a screen."""
    found = set()
    for stack in app._screen_stacks.values():  # type: ignore[attr-defined]
        for field in (screen.focused for screen in stack):
            if isinstance(field, TextArea):
                found.add(field.blink_timer)
            elif isinstance(field, Input) and field._blink_timer is not None:
                found.add(field._blink_timer)
    return found


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__)
async def test_no_timer_runs_when_nothing_happens(make_app: MakeApp, scene: scenes.Scene) -> None:
    app = scenes.scene_app(make_app)
    async with app.run_test(size=(100, 30)) as pilot:
        await scene(pilot)
        await _settled(pilot)
        left = [(pump, timer) for pump, timer in _running(app) if timer not in _carets(app)]
        assert left == []


async def test_where_letters_are_commands_nothing_runs_at_all(make_app: MakeApp) -> None:
    app = scenes.scene_app(make_app)
    async with app.run_test(size=(100, 30)) as pilot:
        await scenes.chat_turns(pilot)
        await _settled(pilot)
        assert [*_running(app)] == []


async def _settled(pilot: Pilot[int]) -> None:
    """Wait for timers that fire once: the answer to a key, a draft that is kept."""
    app = pilot.app

    def waiting() -> list[Timer]:
        carets = _carets(app)
        return [t for _, t in _running(app) if t not in carets and t._repeat is not None]

    await wait_until(pilot, lambda: not waiting())
