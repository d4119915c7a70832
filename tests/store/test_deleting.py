"""A deleted dialog leaves the lists, and comes back whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from convotui.errors import StoreError
from convotui.store import Store
from tests.store.helpers import small_dialog


def listed(store: Store) -> list[str]:
    """Ids of the dialogs in the list."""
    return [row.id for row in store.list_dialogs()]


def test_a_deleted_dialog_is_not_listed_but_can_be_loaded(store: Store) -> None:
    keys = [store.add_dialog(small_dialog(name)) for name in "abc"]
    store.delete_dialog(keys[1])
    assert listed(store) == ["a", "c"]
    assert [row.id for row in store.list_dialogs(words="rain")] == ["a", "c"]
    assert store.load(keys[1]) == small_dialog("b")


def test_a_deleted_dialog_is_not_listed_with_its_run(store: Store) -> None:
    run = store.import_dialogs("set", [small_dialog("a"), small_dialog("b")])
    store.delete_dialog(store.list_dialogs(run)[0].key)
    assert [row.id for row in store.list_dialogs(run)] == ["b"]


def test_a_restored_dialog_is_in_its_old_place(store: Store) -> None:
    keys = [store.add_dialog(small_dialog(name)) for name in "abc"]
    before = store.list_dialogs()
    for _ in range(2):
        store.delete_dialog(keys[1])
    store.restore_dialog(keys[1])
    assert store.list_dialogs() == before


def test_a_dialog_stays_deleted_after_reopening(path: Path) -> None:
    with Store(path) as store:
        key = store.add_dialog(small_dialog())
        store.delete_dialog(key)
    with Store(path) as store:
        assert listed(store) == []
        store.restore_dialog(key)
        assert listed(store) == ["d1"]


def test_a_dialog_that_is_not_there_is_a_sentence(store: Store) -> None:
    for change in (store.delete_dialog, store.restore_dialog):
        with pytest.raises(StoreError, match=r"There is no dialog 5 in the database\."):
            change(5)
