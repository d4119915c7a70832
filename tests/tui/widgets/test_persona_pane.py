"""The pane's head and foot: role, name, (edited), (hidden), and what the facts cost."""

from __future__ import annotations

import pytest

from convotui.dialog import save_persona
from convotui.engine.session import Fact
from tests.sentences import driving
from tests.tui.widgets.persona_host import DOGS, HIKER, Host


async def test_the_head_says_whose_persona_it_is() -> None:
    save_persona(HIKER)
    app = Host(DOGS, "hiker")
    async with app.run_test(size=(80, 40)):
        assert "ME  hiker  " in app.shown
        assert "PARTNER  no persona" in app.shown
        assert (app.me.name, app.partner.name) == ("hiker", None)


async def test_facts_without_a_name_are_unnamed() -> None:
    app = Host()
    async with app.run_test(size=(80, 40)):
        assert "ME  unnamed" in app.shown


async def test_edited_appears_and_goes_with_the_difference() -> None:
    save_persona(HIKER)
    app = Host(DOGS, "hiker")
    async with app.run_test(size=(80, 40)) as pilot:
        assert "(edited)" not in app.shown
        await pilot.press("m")
        assert "ME  hiker (edited)" in app.shown
        await pilot.press("m")
        assert "(edited)" not in app.shown
        await pilot.press("d")
        assert "(edited)" in app.shown
        assert app.edited[-1].name == "hiker"
        app.me.show("hiker", DOGS)
        await pilot.pause()
        assert "(edited)" not in app.shown


@pytest.mark.parametrize("name", ["nobody-of-the-library", "../../etc/passwd", "/tmp/x.toml", ""])
async def test_a_name_that_is_none_of_the_library_is_only_shown(name: str) -> None:
    app = Host(DOGS, name)
    async with app.run_test(size=(80, 40)):
        assert "(edited)" not in app.shown
        assert name in app.shown


async def test_the_foot_counts_facts_and_tokens() -> None:
    app = Host()
    async with app.run_test(size=(80, 40)) as pilot:
        assert "3 facts   " in app.shown
        assert "no facts" in app.shown
        app.me.cost((5, 6, 7))
        await pilot.pause()
        assert "3 facts · 18 tokens" in app.shown
        app.me.cost(None)
        await pilot.pause()
        assert "tokens" not in app.shown


async def test_muted_facts_are_not_counted() -> None:
    app = Host((DOGS[0], Fact("a", muted=True), DOGS[1]))
    async with app.run_test(size=(80, 40)) as pilot:
        app.me.cost((5, 7))
        await pilot.pause()
        assert "2 facts · 12 tokens" in app.shown
        app.me.cost((5, 100, 7))
        await pilot.pause()
        assert "2 facts · 12 tokens" in app.shown


async def test_a_cost_is_unknown_once_the_facts_have_changed() -> None:
    app = Host()
    async with app.run_test(size=(80, 40)) as pilot:
        app.me.cost((5, 6, 7))
        app.me.show("hiker", DOGS)
        await pilot.pause()
        assert "18 tokens" in app.shown
        await pilot.press("d")
        assert "2 facts   " in app.shown
        app.me.cost((6, 7))
        app.me.show(None, DOGS[:1])
        await pilot.pause()
        assert "1 fact   " in app.shown


async def test_hostile_texts_are_shown_safely(hostile_texts: tuple[str, ...]) -> None:
    for start in range(0, len(hostile_texts), 8):
        facts = tuple(Fact(text) for text in hostile_texts[start : start + 8] if text.strip())
        app = Host(facts, facts[0].text)
        async with app.run_test(size=(60, 120)) as pilot:
            await pilot.press("m", "j", "enter")
            assert driving(app.shown) == set()
            await pilot.press("escape", "g", "m")
            assert app.me.facts == facts


@pytest.mark.parametrize("size", [(1, 1), (5, 3), (12, 6), (28, 8), (200, 60)])
async def test_any_size_is_survived(size: tuple[int, int]) -> None:
    app = Host(DOGS)
    async with app.run_test(size=size) as pilot:
        await pilot.press("j", "a", "x", "enter", "m", "h", "h", "p", "escape")
        assert app.texts == [DOGS[0].text, DOGS[1].text, "(x)", DOGS[2].text]
