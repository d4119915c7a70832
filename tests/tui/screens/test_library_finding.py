"""The library lists what is stored, newest first, and finds dialogs by words and kind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.widgets import Input

from convotui.store import Store
from convotui.tui.widgets.transcript import Transcript
from tests.tui.conftest import wait_until
from tests.tui.screens.library_host import Host, dialog, write


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Keep a chat, two dialogs of a self-play and an imported one."""
    with Store(tmp_path / "dialogs.db") as kept:
        kept.add_dialog(dialog("chat", "hello", "i bake bread"))
        run = kept.start_run("selfplay-7", "selfplay", {})
        kept.add_dialog(dialog("one", "do you like cats?", names=("hiker", "nurse")), run)
        kept.add_dialog(dialog("two", "cats and bread", names=("nurse", "hiker")), run)
        kept.import_dialogs("import-old", [dialog("old", "good day", names=(None, None))])
        yield kept


async def test_the_dialog_that_changed_last_is_on_top(store: Store) -> None:
    app = Host(store)
    async with app.run_test(size=(120, 36)) as pilot:
        await wait_until(pilot, lambda: app.keys == [4, 3, 2, 1])
        assert "4 dialogs" in app.shown
        store.add_turns([(1, 2, dialog("", "and now?").turns[0])])
        await pilot.press("r")
        await wait_until(pilot, lambda: app.keys == [1, 4, 3, 2])


async def test_what_was_stored_meanwhile_is_there_when_the_screen_comes_back(store: Store) -> None:
    app = Host(store)
    async with app.run_test(size=(120, 36)) as pilot:
        await wait_until(pilot, lambda: len(app.keys) == 4)
        await pilot.press("e")
        store.add_dialog(dialog("later", "new"))
        await pilot.press("escape")
        await wait_until(pilot, lambda: app.keys == [5, 4, 3, 2, 1])


async def test_only_dialogs_with_all_words_stay(store: Store) -> None:
    app = Host(store)
    async with app.run_test(size=(120, 36)) as pilot:
        await wait_until(pilot, lambda: len(app.keys) == 4)
        await pilot.press("slash")
        await write(pilot, "CATS")
        await wait_until(pilot, lambda: app.keys == [3, 2])
        await write(pilot, " bread")
        await wait_until(pilot, lambda: app.keys == [3])
        await pilot.press("enter")
        assert app.library.focused is not None
        assert app.library.focused.id == "dialogs"
        assert app.opened == []
        await pilot.press("escape")
        await wait_until(pilot, lambda: app.keys == [4, 3, 2, 1])


async def test_letters_are_text_in_the_search(store: Store) -> None:
    app = Host(store)
    async with app.run_test(size=(120, 36)) as pilot:
        await wait_until(pilot, lambda: len(app.keys) == 4)
        await pilot.press("slash")
        await write(pilot, "demuyirv /M")
        assert app.library.query_one(Input).value == "demuyirv /M"
        await wait_until(pilot, lambda: not app.keys)
        assert "No dialog here has all of these words." in app.shown
        assert len(store.list_dialogs()) == 4


async def test_the_down_arrow_leads_from_the_search_to_the_list(store: Store) -> None:
    app = Host(store)
    async with app.run_test(size=(120, 36)) as pilot:
        await wait_until(pilot, lambda: len(app.keys) == 4)
        await pilot.press("slash", "down", "enter")
        assert app.opened == [4]


async def test_a_key_goes_through_the_kinds(store: Store) -> None:
    app = Host(store)
    async with app.run_test(size=(120, 36)) as pilot:
        await wait_until(pilot, lambda: len(app.keys) == 4)
        seen = []
        for _ in range(4):
            await pilot.press("v")
            seen.append(app.keys)
        assert seen == [[1], [3, 2], [4], [4, 3, 2, 1]]
        await pilot.press("v", "v")
        assert "2 self-play dialogs" in app.shown


async def test_an_empty_library_says_what_to_do(tmp_path: Path) -> None:
    with Store(tmp_path / "empty.db") as store:
        app = Host(store)
        async with app.run_test(size=(80, 24)) as pilot:
            await wait_until(pilot, lambda: "Nothing is stored yet." in app.shown)
            assert "press i" in app.shown
            # No key falls over where there is no dialog to take.
            for key in ("enter", "space", "e", "d", "u", "ctrl+y", "m", "M", "y", "ctrl+s"):
                await pilot.press(key)
            await pilot.press("v")
            assert "There are no chats here." in app.shown
        assert app.opened == app.copied == []


async def test_the_dialog_under_the_cursor_is_shown_beside_the_list(store: Store) -> None:
    app = Host(store)
    async with app.run_test(size=(120, 36)) as pilot:
        await wait_until(pilot, lambda: "good day" in app.shown)
        await pilot.press("G")
        await wait_until(pilot, lambda: "i bake bread" in app.shown)
        await pilot.press("space")
        assert app.library.query_one(Transcript).has_focus
        await pilot.press("space")
        assert not app.library.query_one(Transcript).has_focus


async def test_a_narrow_screen_shows_the_list_or_the_dialog(store: Store) -> None:
    app = Host(store)
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_until(pilot, lambda: len(app.keys) == 4)
        preview = app.library.query_one(Transcript)
        assert not preview.display
        await pilot.press("G", "space")
        await wait_until(pilot, lambda: "hello" in app.shown)
        assert preview.display
        assert "4 dialogs" not in app.shown
        await pilot.press("escape")
        assert "4 dialogs" in app.shown
        await pilot.press("enter")
        assert app.opened == [1]


async def test_an_open_dialog_and_a_branch_are_marked_as_such(store: Store) -> None:
    branch = dialog("branch", "hello")
    meta = {**branch.meta, "branched_from": {"id": "chat", "key": 1, "turns": 1}}
    store.update_dialog(store.add_dialog(branch), meta=meta)
    app = Host(store)
    app.open_key = 5
    async with app.run_test(size=(120, 36)) as pilot:
        await wait_until(pilot, lambda: len(app.keys) == 5)
        await wait_until(pilot, lambda: "● open · branch of #1" in app.shown)
        assert app.shown.count("● open") == 1
        assert app.shown.count("selfplay-7") == 2


async def test_two_thousand_dialogs_are_listed_and_searched(tmp_path: Path) -> None:
    with Store(tmp_path / "many.db") as store:
        with store.at_once():
            for number in range(2_000):
                store.add_dialog(dialog(f"d{number}", f"number {number}", "yes"))
        app = Host(store)
        async with app.run_test(size=(120, 36)) as pilot:
            await wait_until(pilot, lambda: len(app.keys) == 2_000)
            assert "2,000 dialogs" in app.shown
            await pilot.press("slash")
            await write(pilot, "number 1234")
            await wait_until(pilot, lambda: app.keys == [1235])
