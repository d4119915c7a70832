"""Pictures of every screen and every overlay, compared with the ones people have looked at.

``pytest tests/tui/test_snapshots.py --snapshot-update`` takes them anew; look at each that has
changed before it is committed.
"""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from types import SimpleNamespace
from typing import Any

import pytest
from textual.widgets import Input, TextArea

from convotui.store import Store
from convotui.store import rows as stored
from tests.conftest import REPOSITORY
from tests.tui import snapshot_scenes as scenes
from tests.tui.conftest import MakeApp

NOW = datetime(2026, 3, 5, 14, 7, tzinfo=UTC)
LARGE, SMALL = (120, 36), (80, 24)
VARIANTS = (
    scenes.chat_new,
    scenes.chat_turns,
    scenes.chat_correcting,
    scenes.chat_finding,
    scenes.library_looking,
)
"""Scenes that differ from another one by so little that the small size shows it."""
PICTURES = [
    pytest.param(scene, size, id=f"{scene.__name__}-{size[0]}x{size[1]}")
    for scene in (*scenes.SCREENS, *scenes.OVERLAYS)
    for size in (LARGE, SMALL)
    if size == SMALL or scene not in VARIANTS
]
DRAWN_BY = ("textual", "rich")
Compare = Callable[..., bool]


def _other_versions() -> list[str]:
    """What draws, where it is of another version than the pictures were taken with."""
    lines = (REPOSITORY / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = dict(line.split("==") for line in lines if "==" in line)
    return [
        f"{name} {version(name)} draws otherwise than {pinned[name]} may"
        for name in DRAWN_BY
        if version(name) != pinned[name]
    ]


pytestmark = pytest.mark.skipif(bool(_other_versions()), reason=", ".join(_other_versions()))


@pytest.fixture(autouse=True)
def frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same time, names and folder in every run, and carets that do not blink."""
    monkeypatch.setattr(stored, "now", lambda: NOW.isoformat(timespec="milliseconds"))
    here = SimpleNamespace(astimezone=lambda: NOW)
    clock = SimpleNamespace(now=lambda: here)
    monkeypatch.setattr("convotui.tui.widgets.dialog_list.datetime", clock)
    numbers = itertools.count(1)
    names = SimpleNamespace(uuid4=lambda: uuid.UUID(int=next(numbers) << 80))
    monkeypatch.setattr("convotui.engine.session.uuid", names)
    start_run = Store.start_run

    def named_run(store: Store, run: str, kind: str, config: Any) -> str:
        name = "selfplay-20260305-140700" if run[9:].startswith("20") else run
        return start_run(store, name, kind, config)

    monkeypatch.setattr(Store, "start_run", named_run)
    monkeypatch.chdir("/")  # forms propose files in the current folder
    monkeypatch.setattr(Input, "cursor_blink", False)
    monkeypatch.setattr(TextArea, "cursor_blink", False)


@pytest.mark.parametrize(("scene", "size"), PICTURES)
def test_it_looks_as_it_did(
    make_app: MakeApp, snap_compare: Compare, scene: scenes.Scene, size: tuple[int, int]
) -> None:
    app = scenes.scene_app(make_app)
    assert snap_compare(app, run_before=scene, terminal_size=size)


@pytest.mark.parametrize(
    "scene",
    [scenes.chat, scenes.selfplay_taking_over, scenes.train_running, scenes.library],
    ids=lambda scene: scene.__name__,
)
def test_without_colour_it_looks_as_it_did(
    make_app: MakeApp,
    snap_compare: Compare,
    monkeypatch: pytest.MonkeyPatch,
    scene: scenes.Scene,
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = scenes.scene_app(make_app)
    assert app.no_color
    assert snap_compare(app, run_before=scene, terminal_size=SMALL)
