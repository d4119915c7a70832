"""Hostile texts pasted and typed into every text field there is: nothing acts, nothing is lost."""

from __future__ import annotations

from typing import Any

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widget import Widget
from textual.widgets import Input, TextArea

from tests.tui import snapshot_scenes as scenes
from tests.tui.conftest import MakeApp, wait_until
from tests.tui.hostile import (
    ACTING,
    BREAKS,
    LONG,
    MARKUP,
    WIDE,
    acting,
    literal,
    squeezed,
    text_of,
)

SIZE = (120, 36)
PASTES = ("".join(ACTING), BREAKS, f"{MARKUP[2]} {WIDE[0]}", LONG)
QUICK = (scenes.chat_new, scenes.overlay_palette, scenes.selfplay_form)
OTHERS = (
    scenes.chat_finding,
    scenes.chat_personas,
    scenes.selfplay_taking_over,
    scenes.train_form,
    scenes.train_asking,
    scenes.library,
    scenes.overlay_help,
    scenes.overlay_reward,
    scenes.overlay_sampling,
    scenes.overlay_goal,
    scenes.overlay_export,
    scenes.overlay_library_of_personas,
    scenes.overlay_candidates,
    scenes.overlay_question,
)
"""Together they have every text field."""


def _fields(pilot: Pilot[Any]) -> list[Widget]:
    """The text fields that can be typed into now."""
    found = [*pilot.app.screen.query(Input), *pilot.app.screen.query(TextArea)]
    return [field for field in found if field.focusable and field.region]


async def _paste(pilot: Pilot[Any], field: Widget, text: str) -> None:
    """Paste into an emptied field as a terminal does: the app passes it on to the focus."""
    field.clear()  # type: ignore[attr-defined]
    field.focus()
    await pilot.pause()
    pilot.app.post_message(events.Paste(text))
    await pilot.pause()
    await pilot.pause()


@pytest.mark.parametrize(
    "scene",
    [*QUICK, *(pytest.param(scene, marks=pytest.mark.slow) for scene in OTHERS)],
    ids=lambda scene: scene.__name__,
)
async def test_what_is_pasted_into_a_field_does_not_act(
    make_app: MakeApp, scene: scenes.Scene
) -> None:
    app = scenes.scene_app(make_app)
    async with app.run_test(size=SIZE) as pilot:
        await scene(pilot)
        fields = _fields(pilot)
        assert fields
        if scene in (scenes.overlay_sampling, scenes.selfplay_form, scenes.train_form):
            fields = fields[:2]  # their fields are all of one kind
        bad: dict[str, set[str]] = {}
        for field in fields:
            for text in PASTES:
                if not field.is_attached:
                    break
                await _paste(pilot, field, text)
                if found := acting(app):
                    bad.setdefault(f"{type(field).__name__}#{field.id}", set()).update(found)
            await _paste(pilot, field, "")
        assert bad == {}


async def test_what_is_typed_is_said_as_it_stands_there(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(100, 30)) as pilot:
        await scenes.ready(pilot)
        prompt = app.screen.query_one("#prompt")
        for text in (*MARKUP, *WIDE, *ACTING, LONG):
            app.engine.hold.clear()
            await _paste(pilot, prompt, text)
            typed = prompt.text
            assert acting(app) == set()
            await pilot.press("enter")
            await wait_until(pilot, lambda: app.screen.talk.pending)
            assert app.screen.talk.dialog.turns[-1].text == typed.strip()
            await pilot.pause()
            assert acting(app) == set()
            if len(text) < 60:
                assert literal(typed) in text_of(app, app.screen.query_one("#transcript"))
                assert literal(text) == squeezed(typed)
            await pilot.press("escape")
            await wait_until(pilot, lambda: app.screen.talk.pending is None)


async def test_a_search_for_markup_finds_it(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(100, 30)) as pilot:
        await scenes.ready(pilot)
        app.engine.hold.clear()
        await _paste(pilot, app.screen.query_one("#prompt"), f"see {MARKUP[1]}")
        await pilot.press("enter", "escape", "escape", "escape", "slash")
        await _paste(pilot, app.screen.query_one("#find"), "[bold]")
        transcript = app.screen.query_one("#transcript")
        assert transcript.cursor == 0
        assert MARKUP[1] in text_of(app, transcript)
