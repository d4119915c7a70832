"""The list of facts: cursor, muting, deleting, moving, and at most eight that are active."""

from __future__ import annotations

import pytest

from convotui.engine.session import Fact
from convotui.tui.widgets.fact_list import FactList
from tests.tui.widgets.persona_host import DOGS, Host

EIGHT = tuple(Fact(f"fact {number}") for number in range(1, 9))


async def test_the_cursor_has_a_symbol_and_only_with_the_focus() -> None:
    app = Host()
    async with app.run_test(size=(80, 40)) as pilot:
        assert "▸· i have two dogs." in app.shown
        await pilot.press("j")
        assert "▸· i live in the" in app.shown
        assert app.shown.count("▸") == 1
        await pilot.click("#elsewhere")
        assert "▸" not in app.shown


@pytest.mark.parametrize(
    ("keys", "place"),
    [
        ("j", 1),
        ("down j k", 1),
        ("up", 0),
        ("G k", 2),
        ("end up g", 0),
        ("G home", 0),
        ("j j j j j k", 2),
    ],
)
async def test_keys_move_the_cursor(keys: str, place: int) -> None:
    app = Host()
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.press(*keys.split(), "d")
        gone = [fact.text for fact in DOGS if fact not in app.me.facts]
        assert gone == [DOGS[place].text]


async def test_a_muted_fact_has_a_word_and_a_symbol() -> None:
    app = Host()
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.press("j", "m")
        assert "✕ muted: i live in the" in app.shown
        assert app.texts == [DOGS[0].text, f"({DOGS[1].text})", DOGS[2].text]
        await pilot.press("m")
        assert app.me.facts == DOGS
        assert "muted" not in app.shown
        assert len(app.edited) == 2


@pytest.mark.parametrize("key", ["d", "delete"])
async def test_a_fact_is_deleted_and_the_cursor_stays_in_place(key: str) -> None:
    app = Host()
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.press(key, key)
        assert app.me.facts == DOGS[2:]
        assert [event.facts for event in app.edited] == [DOGS[1:], DOGS[2:]]
        await pilot.press(key, key)
        assert app.me.facts == ()
        assert len(app.edited) == 3


@pytest.mark.parametrize(("down", "up"), [("J", "K"), ("shift+down", "shift+up")])
async def test_a_fact_moves_with_the_cursor(down: str, up: str) -> None:
    app = Host()
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.press(down, down, down)
        assert app.me.facts == (DOGS[1], DOGS[2], DOGS[0])
        await pilot.press(up)
        assert app.me.facts == (DOGS[1], DOGS[0], DOGS[2])
        await pilot.press("m")
        assert app.me.facts[1].muted
        assert len(app.edited) == 4


@pytest.mark.parametrize("keys", [["a"], ["n"], ["G", "enter"]])
async def test_a_ninth_fact_is_refused_in_a_sentence(keys: list[str]) -> None:
    app = Host(EIGHT)
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.press(*keys)
        assert app.focused is app.me.query_one(FactList)
        assert app.told == [("warning", "A persona has at most 8 facts: mute or delete one first.")]
        assert app.me.facts == EIGHT
        assert app.edited == []


async def test_a_muted_fact_makes_room_until_it_is_unmuted() -> None:
    app = Host(EIGHT)
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.press("m", "a", "x", "enter")
        assert app.texts[:3] == ["(fact 1)", "x", "fact 2"]
        await pilot.press("g", "m")
        assert app.me.facts[0].muted
        assert [severity for severity, _ in app.told] == ["warning"]
        assert "+ add a fact" in app.shown


async def test_room_that_goes_while_a_fact_is_written_loses_no_text() -> None:
    app = Host(EIGHT[:7])
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.press("G", "a", "x")
        app.me.show(None, EIGHT)
        await pilot.press("enter")
        assert Fact("x", muted=True) in app.me.facts
        assert len(app.me.facts) == 9
        assert [severity for severity, _ in app.told] == ["warning"]


async def test_the_last_row_can_be_neither_muted_nor_deleted_nor_moved() -> None:
    app = Host()
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.press("G", "m", "d", "J", "K")
        assert app.me.facts == DOGS
        assert app.edited == []


async def test_long_facts_wrap_and_the_cursor_stays_in_view() -> None:
    facts = tuple(Fact(f"number {n} " + "very " * 20 + f"long end{n}") for n in range(8))
    app = Host(facts)
    async with app.run_test(size=(30, 16)) as pilot:
        assert "·  number" not in app.shown
        assert "\n   very" in app.shown
        for number in range(8):
            await pilot.pause()
            assert f"▸· number {number}" in app.shown
            await pilot.press("j")
        await pilot.pause()
        assert "▸+ add a fact" in app.shown


async def test_a_click_puts_the_cursor_on_a_fact_and_two_edit_it() -> None:
    app = Host()
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.click("#elsewhere")
        await pilot.click(app.me.query("FactRow")[1])
        assert "▸· i live in the" in app.shown
        await pilot.click(app.me.query("FactRow")[2], times=2)
        await pilot.press("!", "enter")
        assert app.texts[2] == DOGS[2].text + "!"
