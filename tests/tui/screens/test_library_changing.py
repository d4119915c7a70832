"""In the library dialogs are renamed, deleted, imported, and every change can be undone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.widgets import Input

from convotui.errors import StoreError
from convotui.store import Store, write_dialogs
from convotui.tui.overlays.ask import AskLine
from tests.sentences import is_sentence
from tests.tui.conftest import wait_until
from tests.tui.screens.library_host import Host, dialog, write


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Keep four chats."""
    with Store(tmp_path / "dialogs.db") as kept:
        for number in range(1, 5):
            kept.add_dialog(dialog(f"d{number}", f"text {number}"))
        yield kept


def stored(store: Store) -> list[int]:
    return [row.key for row in store.list_dialogs()]


async def test_deleting_is_undone_step_by_step_and_redone(store: Store) -> None:
    app = Host(store)
    async with app.run_test(size=(120, 36)) as pilot:
        await wait_until(pilot, lambda: app.keys == [4, 3, 2, 1])
        await pilot.press("d")
        await wait_until(pilot, lambda: app.keys == [3, 2, 1])
        await pilot.press("d")
        await wait_until(pilot, lambda: app.keys == [2, 1])
        assert stored(store) == [1, 2]
        await pilot.press("u")
        await wait_until(pilot, lambda: app.keys == [3, 2, 1])
        await pilot.press("u")
        await wait_until(pilot, lambda: app.keys == [4, 3, 2, 1])
        await pilot.press("u")
        assert app.flashed[-1] == "nothing to undo"
        await pilot.press("ctrl+y")
        await wait_until(pilot, lambda: app.keys == [3, 2, 1])
        assert stored(store) == [1, 2, 3]


async def test_marked_dialogs_are_deleted_and_brought_back_together(store: Store) -> None:
    app = Host(store)
    async with app.run_test(size=(120, 36)) as pilot:
        await wait_until(pilot, lambda: len(app.keys) == 4)
        await pilot.press("m", "m")
        assert "✓ 2 marked" in app.shown
        await pilot.press("d")
        await wait_until(pilot, lambda: app.keys == [2, 1])
        assert "marked" not in app.shown
        assert app.flashed[-1].startswith("deletion of 2 dialogs")
        await pilot.press("u")
        await wait_until(pilot, lambda: app.keys == [4, 3, 2, 1])


async def test_marks_stay_through_a_search_until_they_are_taken_away(store: Store) -> None:
    app = Host(store)
    async with app.run_test(size=(120, 36)) as pilot:
        await wait_until(pilot, lambda: len(app.keys) == 4)
        await pilot.press("m", "slash")
        await write(pilot, "text 2")
        await wait_until(pilot, lambda: app.keys == [2])
        await pilot.press("enter", "m")
        assert "✓ 2 marked (1 not shown)" in app.shown
        await pilot.press("m")
        assert "✓ 1 marked (1 not shown)" in app.shown
        await pilot.press("escape")
        await wait_until(pilot, lambda: len(app.keys) == 4)
        await pilot.press("escape")
        assert "marked" not in app.shown
        await pilot.press("M")
        assert "✓ 4 marked" in app.shown
        await pilot.press("M")
        assert "marked" not in app.shown


async def test_the_dialog_that_is_open_in_the_chat_is_not_deleted(store: Store) -> None:
    app = Host(store)
    app.open_key = 4
    async with app.run_test(size=(120, 36)) as pilot:
        await wait_until(pilot, lambda: len(app.keys) == 4)
        await pilot.press("M", "d")
        ((sentence, bad),) = app.told
        assert bad
        assert is_sentence(sentence)
        assert "#4 is open in the chat" in sentence
        assert stored(store) == [1, 2, 3, 4]
        assert "✓ 4 marked" in app.shown


async def test_a_title_is_given_and_taken_away_and_the_rest_of_meta_stays(store: Store) -> None:
    app = Host(store)
    async with app.run_test(size=(120, 36)) as pilot:
        await wait_until(pilot, lambda: len(app.keys) == 4)
        before = store.load(4).meta
        await pilot.press("e")
        await write(pilot, "[b] first one")
        await pilot.press("enter")
        await wait_until(pilot, lambda: "[b] first one" in app.shown)
        assert store.load(4).meta == {**before, "title": "[b] first one"}
        await pilot.press("e", *["backspace"] * len("[b] first one"), "enter")
        await wait_until(pilot, lambda: "[b] first one" not in app.shown)
        assert store.load(4).meta == before
        await pilot.press("u")
        await wait_until(pilot, lambda: "[b] first one" in app.shown)
        await pilot.press("u")
        await wait_until(pilot, lambda: "[b] first one" not in app.shown)
        assert store.load(4).meta == before
        assert app.changed == 0


async def test_the_chat_is_told_when_its_dialog_has_another_title(store: Store) -> None:
    app = Host(store)
    app.open_key = 4
    async with app.run_test(size=(120, 36)) as pilot:
        await wait_until(pilot, lambda: len(app.keys) == 4)
        await pilot.press("e", "x", "enter")
        await wait_until(pilot, lambda: app.changed)


async def test_a_file_is_imported_and_that_can_be_undone(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "some dialogs.jsonl"
    write_dialogs(file, [dialog("x", "from afar"), dialog("y", "from afar too")])
    app = Host(store)
    async with app.run_test(size=(120, 36)) as pilot:
        await wait_until(pilot, lambda: len(app.keys) == 4)
        await pilot.press("i")
        app.screen.query_one(Input).value = str(file)
        await pilot.press("enter")
        await wait_until(pilot, lambda: len(app.keys) == 6)
        assert "import-some-dialogs" in app.shown
        await pilot.press("u")
        await wait_until(pilot, lambda: app.keys == [4, 3, 2, 1])
        await pilot.press("ctrl+y")
        await wait_until(pilot, lambda: len(app.keys) == 6)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "There is no file"),
        (b'{"turns": 3}\n', "line 1"),
        (b"{}\nno json\n", "line"),
        (b"\xff\xfe", "not UTF-8"),
    ],
)
async def test_a_file_that_cannot_be_imported_is_named_and_the_path_stays(
    store: Store, tmp_path: Path, content: bytes | None, words: str
) -> None:
    file = tmp_path / "bad.jsonl"
    if content is not None:
        file.write_bytes(content)
    app = Host(store)
    async with app.run_test(size=(120, 36)) as pilot:
        await wait_until(pilot, lambda: len(app.keys) == 4)
        await pilot.press("i")
        app.screen.query_one(Input).value = str(file)
        asked = app.screen
        await pilot.press("enter")
        await wait_until(pilot, lambda: isinstance(app.screen, AskLine) and app.screen != asked)
        await wait_until(pilot, lambda: app.screen.query(Input))
        assert app.screen.query_one(Input).value == str(file)
        said = str(app.screen.query_one("#hint").render())
        assert is_sentence(said)
        assert words in said
        await pilot.press("escape")
        await wait_until(pilot, lambda: app.screen is app.library)
        assert stored(store) == [1, 2, 3, 4]


async def test_a_problem_of_the_database_is_told_and_nothing_is_recorded(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise StoreError("The disk is full.")

    app = Host(store)
    async with app.run_test(size=(120, 36)) as pilot:
        await wait_until(pilot, lambda: len(app.keys) == 4)
        for method in ("delete_dialog", "update_dialog", "load", "list_dialogs"):
            monkeypatch.setattr(store, method, fail)
        await pilot.press("d", "y", "e", "x", "enter", "j", "r")
        await wait_until(pilot, lambda: len(app.told) >= 5)
        assert set(app.told) == {("The disk is full.", True)}
        await pilot.press("u")
        assert app.flashed == ["nothing to undo"]
        monkeypatch.undo()
        assert stored(store) == [1, 2, 3, 4]


async def test_a_step_that_cannot_be_undone_now_can_be_undone_later(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise StoreError("The database is locked.")

    app = Host(store)
    async with app.run_test(size=(120, 36)) as pilot:
        await wait_until(pilot, lambda: len(app.keys) == 4)
        await pilot.press("d")
        await wait_until(pilot, lambda: len(app.keys) == 3)
        with monkeypatch.context() as context:
            context.setattr(store, "restore_dialog", fail)
            await pilot.press("u")
        assert app.told == [("The database is locked.", True)]
        await pilot.press("u")
        await wait_until(pilot, lambda: len(app.keys) == 4)
