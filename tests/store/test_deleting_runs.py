"""A deleted run leaves the list, and its dialogs with it; those can still be loaded."""

from __future__ import annotations

from pathlib import Path

import pytest

from convotui.errors import StoreError
from convotui.store import Store
from tests.store.helpers import rows, small_dialog


def _played(store: Store, name: str, *dialogs: str) -> str:
    run = store.start_run(name, "selfplay", {})
    for dialog in dialogs:
        store.add_dialog(small_dialog(dialog), run)
    store.end_run(run, "done", {})
    return run


def _listed(store: Store) -> list[str]:
    return [row.id for row in store.list_dialogs()]


def test_a_deleted_run_takes_its_dialogs_and_nothing_else(store: Store) -> None:
    chat = store.add_dialog(small_dialog("chat"))
    _played(store, "a", "a1", "a2")
    _played(store, "b", "b1")
    keys = [row.key for row in store.list_dialogs("a")]
    assert store.delete_run("a") == 2
    assert [run["id"] for run in store.runs()] == ["b"]
    assert _listed(store) == ["chat", "b1"]
    assert store.load(keys[0]) == small_dialog("a1")
    assert store.load(chat) == small_dialog("chat")
    store.restore_dialog(keys[1])
    assert _listed(store) == ["chat", "a2", "b1"]


def test_only_dialogs_that_were_not_deleted_before_are_counted(store: Store, path: Path) -> None:
    _played(store, "a", "a1", "a2", "a3")
    store.delete_dialog(store.list_dialogs("a")[0].key)
    (before,) = rows(path, "SELECT deleted FROM dialogs WHERE deleted IS NOT NULL")
    assert store.runs()[0]["dialogs"] == 2
    assert store.delete_run("a") == 2
    assert before in rows(path, "SELECT deleted FROM dialogs")


def test_an_import_can_be_deleted_and_its_name_used_again(store: Store) -> None:
    run = store.import_dialogs("set", [small_dialog("x")])
    assert store.delete_run(run) == 1
    assert store.import_dialogs("set", [small_dialog("y")]) == run
    assert _listed(store) == ["y"]


def test_a_run_that_is_played_is_not_deleted(path: Path) -> None:
    with Store(path) as player, Store(path) as other:
        run = player.start_run("a", "selfplay", {})
        for store in (player, other):
            with pytest.raises(StoreError, match=r"The run a is being played now: .*\."):
                store.delete_run(run)
        player.end_run(run, "done", {})
        assert other.delete_run(run) == 0


def test_a_run_there_is_not_is_a_sentence(store: Store) -> None:
    with pytest.raises(StoreError, match=r"There is no run x in the database\."):
        store.delete_run("x")
