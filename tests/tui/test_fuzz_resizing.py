"""Resizing: whatever is open, no size hurts, what is too small says so, and all comes back."""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Static, TextArea

from convotui.tui.frame import MIN_HEIGHT, MIN_WIDTH, ModeScreen
from convotui.tui.plays import Phase
from tests.tui import snapshot_scenes as scenes
from tests.tui.conftest import MakeApp, wait_until
from tests.tui.hostile import screen_lines
from tests.tui.screens.play_host import selfplay, shown

HOME = (80, 24)
SMALL = ((1, 1), (20, 5), (40, 12), (MIN_WIDTH - 1, MIN_HEIGHT), (MIN_WIDTH, MIN_HEIGHT - 1))
LARGE = ((MIN_WIDTH, MIN_HEIGHT), (60, 16), (99, 30), (100, 30), (120, 36), (200, 60))
THOROUGH = (
    scenes.chat,
    scenes.chat_personas,
    scenes.selfplay_taking_over,
    scenes.train_asking,
    scenes.library_looking,
)
"""What is tried at all of these sizes, and at some by chance; the rest at a few that matter."""
FEW = ((1, 1), (40, 12), (MIN_WIDTH, MIN_HEIGHT), (99, 30), (120, 36))
OTHERS = (
    scenes.chat_goals,
    scenes.chat_correcting,
    scenes.selfplay_form,
    scenes.train_empty,
    scenes.train_form,
    scenes.train_running,
    scenes.train_done,
    scenes.library,
    *scenes.OVERLAYS,
)


def _sizes(name: str) -> list[tuple[int, int]]:
    """All sizes that matter and some by chance, in an order of the scene's own."""
    draw = random.Random(name)
    found = [*SMALL, *LARGE, *((draw.randint(20, 200), draw.randint(5, 60)) for _ in range(5))]
    draw.shuffle(found)
    return found


def _texts(pilot: Pilot[Any]) -> dict[str, str]:
    """What stands in every text field of all screens that are open."""
    found = {}
    for number, screen in enumerate(pilot.app.screen_stack):
        for field in screen.query(Input):
            found[f"{number} {field.id}"] = field.value
        for area in screen.query(TextArea):
            found[f"{number} {area.id}"] = area.text
    return found


def _check(pilot: Pilot[Any], size: tuple[int, int], focusable: bool) -> None:
    app, (width, height) = pilot.app, size
    assert app.is_running
    assert app._exception is None
    lines = screen_lines(app)
    assert len(lines) == height
    focused = app.screen.focused
    if focusable:
        assert focused is not None, size
        assert focused.is_attached
        assert focused.screen is app.screen
        assert all(node.display for node in focused.ancestors_with_self if node is not app), size
    if isinstance(app.screen, ModeScreen):
        small = width < MIN_WIDTH or height < MIN_HEIGHT
        sentence = app.screen.query_one("#too-small", Static)
        assert sentence.display == small, size
        assert f"{width}x{height}" in str(sentence.content)
        assert f"{MIN_WIDTH}x{MIN_HEIGHT}" in str(sentence.content)
        if small and width >= 20 and height >= 5:
            shown = "".join("".join(lines).split())
            assert f"{width}x{height}" in shown, size
            assert f"{MIN_WIDTH}x{MIN_HEIGHT}" in shown, size


@pytest.mark.parametrize("scene", THOROUGH, ids=lambda scene: scene.__name__)
async def test_any_size_is_survived_and_all_comes_back(
    make_app: MakeApp, scene: scenes.Scene
) -> None:
    await _resize(make_app, scene, _sizes(scene.__name__))


@pytest.mark.slow
@pytest.mark.parametrize("scene", OTHERS, ids=lambda scene: scene.__name__)
async def test_sizes_that_matter_are_survived_everywhere(
    make_app: MakeApp, scene: scenes.Scene
) -> None:
    await _resize(make_app, scene, FEW)


async def _resized(pilot: Pilot[Any], size: tuple[int, int]) -> None:
    """Resize the terminal, and wait until the screen has been laid out for it."""
    await pilot.resize_terminal(*size)
    await wait_until(pilot, lambda: len(screen_lines(pilot.app)) == size[1])


async def _resize(make_app: MakeApp, scene: scenes.Scene, sizes: Iterable[tuple[int, int]]) -> None:
    app = scenes.scene_app(make_app)
    async with app.run_test(size=HOME) as pilot:
        await scene(pilot)
        before = (app.screen, app.screen.focused, _texts(pilot))
        for size in sizes:
            await _resized(pilot, size)
            _check(pilot, size, before[1] is not None)
        await _resized(pilot, HOME)
        assert (app.screen, app.screen.focused, _texts(pilot)) == before
        _check(pilot, HOME, before[1] is not None)


@pytest.mark.parametrize("scene", [scenes.chat_goals, scenes.chat_personas])
async def test_a_pane_that_becomes_a_drawer_leaves_the_focus_somewhere(
    make_app: MakeApp, scene: scenes.Scene
) -> None:
    app = scenes.scene_app(make_app)
    async with app.run_test(size=(120, 36)) as pilot:
        await scene(pilot)
        texts = _texts(pilot)
        for size in (HOME, (40, 12), HOME, (120, 36)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            _check(pilot, size, True)
        facts = app.screen.query_one("#partner").facts
        kept = "i like tea"
        assert _texts(pilot) == texts or kept in [fact.text for fact in facts]


async def test_a_run_goes_on_through_any_size(make_app: MakeApp) -> None:
    app = scenes.scene_app(make_app, step_seconds=0.02)
    async with app.run_test(size=HOME) as pilot:
        await scenes.selfplay_form(pilot)
        await pilot.press("ctrl+s")
        await wait_until(pilot, lambda: selfplay(app).shown)
        for size in _sizes("run")[:5]:
            await pilot.resize_terminal(*size)
            _check(pilot, size, True)
            await pilot.press("j", "enter", "escape")
        await wait_until(pilot, lambda: shown(app).phase is Phase.DONE)
        assert shown(app).finished == 3


async def test_what_is_typed_while_the_terminal_is_too_small_is_not_lost(
    make_app: MakeApp,
) -> None:
    app = scenes.scene_app(make_app)
    async with app.run_test(size=HOME) as pilot:
        await scenes.ready(pilot)
        await pilot.resize_terminal(40, 12)
        await pilot.press(*"still here")
        await pilot.resize_terminal(*HOME)
        assert app.screen.query_one("#prompt").text == "still here"
