"""Dialogs leave the library: into the chat, the clipboard, a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.widgets import Input

from convotui.dialog import Dialog, Turn
from convotui.store import Store, read_dialogs
from convotui.tui.overlays.export_form import ExportForm
from tests.dialog.active import active_in
from tests.tui.conftest import wait_until
from tests.tui.screens.library_host import Host, dialog


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Keep three chats."""
    with Store(tmp_path / "dialogs.db") as kept:
        for number in range(1, 4):
            kept.add_dialog(dialog(f"d{number}", f"text {number}", "well\nsaid"))
        yield kept


async def test_enter_opens_the_dialog_under_the_cursor(store: Store) -> None:
    app = Host(store)
    async with app.run_test(size=(120, 36)) as pilot:
        await wait_until(pilot, lambda: len(app.keys) == 3)
        await pilot.press("j", "enter")
        assert app.opened == [2]
        await pilot.press("k", "space", "enter")
        assert app.opened == [2, 3]


async def test_a_double_click_opens_a_dialog(store: Store) -> None:
    app = Host(store)
    async with app.run_test(size=(120, 36)) as pilot:
        await wait_until(pilot, lambda: len(app.keys) == 3)
        await pilot.click("#dialogs", offset=(10, 2), times=2)
        assert app.opened == [2]


async def test_a_dialog_is_copied_as_text(store: Store) -> None:
    app = Host(store)
    async with app.run_test(size=(120, 36)) as pilot:
        await wait_until(pilot, lambda: len(app.keys) == 3)
        await pilot.press("y")
        assert app.copied == ["A: text 3\nbaker: well\nsaid"]


@pytest.mark.parametrize(("marks", "ids"), [("", ["d3"]), ("mjm", ["d1", "d3"])])
async def test_the_marked_dialogs_are_exported_else_the_one_here(
    store: Store, tmp_path: Path, marks: str, ids: list[str]
) -> None:
    out = tmp_path / "out.jsonl"
    app = Host(store)
    async with app.run_test(size=(120, 36)) as pilot:
        await wait_until(pilot, lambda: len(app.keys) == 3)
        await pilot.press(*marks, "ctrl+s")
        assert isinstance(app.screen, ExportForm)
        app.screen.query_one(Input).value = str(out)
        await pilot.press("ctrl+s")
        await wait_until(pilot, lambda: app.told)
    exported = list(read_dialogs(out))
    assert sorted(found.id for found in exported) == ids
    assert all(found in [store.load(key) for key in (1, 2, 3)] for found in exported)
    assert str(out) in app.told[0][0]


@pytest.mark.parametrize("size", [(120, 36), (60, 16)])
async def test_hostile_texts_are_shown_and_copied_inert(
    tmp_path: Path, hostile_texts: tuple[str, ...], size: tuple[int, int]
) -> None:
    with Store(tmp_path / "hostile.db") as store:
        for text in hostile_texts:
            named = {"title": text, "persona_names": [text, text]}
            turns = (Turn.say(0, text),)
            store.add_dialog(Dialog(text, turns=turns, model=text, meta=named))
        said = tuple(Turn.say(i % 2, text) for i, text in enumerate(hostile_texts))
        names = {"persona_names": list(hostile_texts[:2])}
        store.add_dialog(Dialog("all", turns=said, meta=names))
        app = Host(store)
        async with app.run_test(size=size) as pilot:
            await wait_until(pilot, lambda: len(app.keys) == len(hostile_texts) + 1)
            await pilot.press("y", "space")
            for _ in range(6):
                assert active_in(app.shown, allowed="\n") == []
                await pilot.press("pagedown")
            await pilot.press("escape")
            for _ in range(6):
                assert active_in(app.shown, allowed="\n") == []
                await pilot.press("pagedown")
        assert active_in(app.copied[0], allowed="\n\t") == []
        assert app.copied[0].count("\n") >= len(hostile_texts) - 1
