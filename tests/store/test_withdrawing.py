"""A judgement that is taken back no longer counts; the one before it does."""

from __future__ import annotations

from pathlib import Path

import pytest

from convotui.dialog import Turn
from convotui.errors import StoreError
from convotui.store import Store
from tests.store.helpers import FIXED, OTHER, rows, small_dialog


def judged(store: Store, key: int) -> Turn:
    """Last turn of the dialog."""
    return store.load(key).turns[1]


def test_the_judgement_before_counts_again_and_none_is_lost(store: Store, path: Path) -> None:
    key = store.add_dialog(small_dialog())
    store.rate(key, 1, 2, -0.5)
    second = store.rate(key, 1, 5, 1.0)
    store.withdraw(second)
    assert (judged(store, key).rating, judged(store, key).reward) == (2, -0.5)
    store.reinstate(second)
    assert (judged(store, key).rating, judged(store, key).reward) == (5, 1.0)
    assert rows(path, "SELECT rating FROM ratings ORDER BY key") == [(2,), (5,)]


def test_without_its_only_judgement_a_turn_has_none(store: Store) -> None:
    key = store.add_dialog(small_dialog())
    store.withdraw(store.rate(key, 1, 5, 1.0))
    assert store.load(key) == small_dialog()
    assert store.own_rating(key, 1) is None


def test_a_judgement_of_another_candidate_shows_again(store: Store) -> None:
    key = store.add_dialog(small_dialog())
    store.rate(key, 1, 4, 0.5)
    store.add_candidate(key, 1, FIXED)
    before = judged(store, key)
    assert (before.rating, before.reward) == (4, None)
    store.withdraw(store.rate(key, 1, 1, -1.0))
    assert judged(store, key) == before


def test_a_dialogs_judgement_is_taken_back_in_loads_and_lists(store: Store) -> None:
    key = store.add_dialog(small_dialog())
    store.rate(key, None, 2, -0.5)
    second = store.rate(key, None, 5, 1.0)
    store.withdraw(second)
    assert (store.load(key).rating, store.load(key).return_) == (2, -0.5)
    assert store.list_dialogs()[0].rating == 2
    store.reinstate(second)
    assert store.list_dialogs()[0].rating == 5


def test_an_own_rating_is_that_of_the_chosen_candidate_alone(store: Store) -> None:
    key = store.add_dialog(small_dialog())
    store.rate(key, 1, 4, 0.5)
    assert store.own_rating(key, 1) == 4
    store.add_candidate(key, 1, OTHER)
    assert judged(store, key).rating == 4
    assert store.own_rating(key, 1) is None
    store.rate(key, 1, 2, -0.5)
    assert store.own_rating(key, 1) == 2


def test_a_judgement_that_is_not_there_is_a_sentence(store: Store) -> None:
    for change in (store.withdraw, store.reinstate):
        with pytest.raises(StoreError, match=r"There is no judgement 5 in the database\."):
            change(5)
