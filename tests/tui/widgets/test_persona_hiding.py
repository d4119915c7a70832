"""A hidden persona: no fact's text anywhere, nothing to change by accident, nothing lost."""

from __future__ import annotations

import pytest
from textual.widgets import Static, TextArea

from tests.tui.widgets.persona_host import DOGS, Host


def _words(app: Host) -> str:
    """All that the pane holds, whether it is displayed or not."""
    held = [str(widget.render()) for widget in app.me.query("FactRow")]
    held += [str(widget.content) for widget in app.me.query(Static)]
    held += [widget.text for widget in app.me.query(TextArea)]
    return "\n".join([*held, app.shown])


async def test_no_text_of_a_hidden_persona_is_in_the_pane() -> None:
    app = Host(DOGS, "hiker")
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.press("j", "m", "h")
        for fact in DOGS:
            assert all(word not in _words(app) for word in fact.text.split()[2:])
        assert "hidden, 2 facts" in app.shown
        assert "ME  hiker (hidden)" in app.shown
        assert "+ add" not in app.shown


async def test_hiding_is_told_and_showing_brings_all_back() -> None:
    app = Host()
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.press("j", "h", "h")
        assert [(event.side, event.hidden) for event in app.hidden] == [(0, True), (0, False)]
        assert app.edited == []
        assert "▸· i live in the" in app.shown
        assert "+ add a fact" in app.shown


async def test_hiding_from_outside_is_not_told() -> None:
    app = Host()
    async with app.run_test(size=(80, 40)) as pilot:
        app.me.hide(True)
        await pilot.pause()
        assert app.me.hidden
        assert app.hidden == []


async def test_facts_shown_to_a_hidden_pane_stay_hidden() -> None:
    app = Host(())
    async with app.run_test(size=(80, 40)) as pilot:
        app.me.hide(True)
        app.me.show("hiker", DOGS)
        await pilot.pause()
        assert "dogs" not in _words(app)
        assert "hidden, 3 facts" in app.shown


@pytest.mark.parametrize("key", ["a", "enter", "m", "d", "J", "K"])
async def test_hidden_facts_cannot_be_changed_blindly(key: str) -> None:
    app = Host()
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.press("h", key)
        assert app.me.facts == DOGS
        assert app.edited == []
        assert "dogs" not in _words(app)
        assert app.told == [("warning", "This persona is hidden: press h to show it first.")]


async def test_what_is_being_written_is_kept_and_hidden() -> None:
    app = Host()
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.press("enter", "!")
        app.me.hide(True)
        await pilot.pause()
        assert app.texts[0] == DOGS[0].text + "!"
        assert "dogs" not in _words(app)
        assert app.focused is app.me.query_one("#facts-0")
