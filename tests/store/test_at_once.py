"""Calls made together are committed together."""

from __future__ import annotations

from pathlib import Path

import pytest

from convotui.dialog import Dialog, Turn
from convotui.errors import StoreError
from convotui.store import Store
from tests.store.helpers import rows, small_dialog


def test_nothing_of_it_is_on_disk_before_all_of_it_is(store: Store, path: Path) -> None:
    with store.at_once():
        key = store.add_dialog(small_dialog())
        store.rate(key, 1, 5, 1.0)
        assert store.load(key).turns[1].rating == 5
        assert [row.key for row in store.list_dialogs()] == [key]
        assert rows(path, "SELECT count(*) FROM dialogs") == [(0,)]
    assert rows(path, "SELECT count(*) FROM dialogs") == [(1,)]
    assert store.load(key).turns[1].rating == 5


def test_of_calls_with_a_bad_one_none_is_kept(store: Store, path: Path) -> None:
    def change() -> None:
        with store.at_once():
            key = store.add_dialog(small_dialog())
            store.keep("draft", "x")
            store.add_turns([(key, 0, Turn.say(0, "its place is taken"))])

    with pytest.raises(StoreError):
        change()
    assert rows(path, "SELECT count(*) FROM dialogs") == [(0,)]
    assert store.kept("draft") is None
    store.add_dialog(Dialog("goes on"))
    assert rows(path, "SELECT id FROM dialogs") == [("goes on",)]
