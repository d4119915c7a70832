"""A turn can be left out of training, and taken in again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from convotui.errors import StoreError
from convotui.store import Store
from tests.store.helpers import FIXED, small_dialog


def test_a_turn_is_left_out_and_taken_in_again(store: Store) -> None:
    key = store.add_dialog(small_dialog())
    store.exclude(key, 1, True)
    assert [turn.excluded for turn in store.load(key).turns] == [False, True]
    store.exclude(key, 1, False)
    assert store.load(key) == small_dialog()


def test_a_turn_stays_left_out_when_it_is_corrected_and_rated(store: Store) -> None:
    key = store.add_dialog(small_dialog())
    store.exclude(key, 1, True)
    store.add_candidate(key, 1, FIXED)
    store.rate(key, 1, 5, 1.0)
    assert store.load(key).turns[1].excluded


def test_a_dialog_is_stored_with_the_turns_it_leaves_out(store: Store) -> None:
    dialog = small_dialog()
    dialog = dialog.with_turn(0, replace(dialog.turns[0], excluded=True))
    assert store.load(store.add_dialog(dialog)) == dialog


def test_a_turn_that_is_not_there_cannot_be_left_out(store: Store) -> None:
    key = store.add_dialog(small_dialog())
    with pytest.raises(StoreError, match=f"Dialog {key} has no turn 2"):
        store.exclude(key, 2, True)
