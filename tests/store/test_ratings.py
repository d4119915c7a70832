"""Every judgement is kept; the newest one counts."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from convotui.dialog import Dialog, Turn
from convotui.errors import StoreError
from convotui.store import Store
from tests.store.helpers import FIXED, REPLY, rows, small_dialog

HISTORY = "SELECT turn IS NULL, candidate, rating, reward FROM ratings ORDER BY key"


def test_the_newest_rating_of_a_turn_counts_and_the_others_are_kept(
    store: Store, path: Path
) -> None:
    key = store.add_dialog(small_dialog())
    store.rate(key, 1, 2, -0.5)
    store.rate(key, 1, 5, 1.0)
    turns = store.load(key).turns
    assert (turns[1].rating, turns[1].reward) == (5, 1.0)
    assert (turns[0].rating, turns[0].reward) == (None, None)
    assert rows(path, HISTORY) == [(0, 0, 2, -0.5), (0, 0, 5, 1.0)]


def test_a_rating_can_be_cleared_and_stays_in_the_history(store: Store, path: Path) -> None:
    key = store.add_dialog(small_dialog())
    store.rate(key, 1, 4, 0.5)
    store.rate(key, 1, None, None)
    assert store.load(key) == small_dialog()
    assert rows(path, HISTORY) == [(0, 0, 4, 0.5), (0, 0, None, None)]


def test_a_dialog_is_rated_apart_from_its_turns(store: Store, path: Path) -> None:
    key = store.add_dialog(small_dialog())
    store.rate(key, None, 1, -1.0)
    store.rate(key, 0, 4, 0.5)
    store.rate(key, None, 3, 0.25)
    loaded = store.load(key)
    assert (loaded.rating, loaded.return_) == (3, 0.25)
    assert (loaded.turns[0].rating, loaded.turns[0].reward) == (4, 0.5)
    assert rows(path, HISTORY) == [(1, None, 1, -1.0), (0, 0, 4, 0.5), (1, None, 3, 0.25)]


def test_a_judgement_names_the_candidate_that_was_chosen_then(store: Store, path: Path) -> None:
    key = store.add_dialog(small_dialog())
    store.rate(key, 1, 1, -1.0)
    store.add_candidate(key, 1, FIXED)
    store.rate(key, 1, 5, 1.0)
    assert rows(path, HISTORY) == [(0, 0, 1, -1.0), (0, 1, 5, 1.0)]


def test_a_reward_may_be_any_number_and_stand_alone(store: Store) -> None:
    key = store.add_dialog(small_dialog())
    for reward in (0.1 + 0.2, -1e300, 5e-324, 7):
        store.rate(key, 1, None, reward)
        turn = store.load(key).turns[1]
        assert (turn.rating, turn.reward) == (None, reward)


def test_ratings_of_one_dialog_leave_another_alone(store: Store) -> None:
    rated, other = store.add_dialog(small_dialog("a")), store.add_dialog(small_dialog("b"))
    store.rate(rated, 1, 5, 1.0)
    store.rate(rated, None, 5, 1.0)
    assert store.load(other) == small_dialog("b")


@pytest.mark.parametrize(
    ("rating", "reward"), [(0, None), (6, None), (3, math.nan), (None, math.inf)]
)
@pytest.mark.parametrize("position", [0, None])
def test_a_judgement_that_could_never_be_loaded_is_refused(
    rating: int | None, reward: float | None, position: int | None, store: Store, path: Path
) -> None:
    key = store.add_dialog(small_dialog())
    with pytest.raises(ValueError, match=r"a rating is 1 to 5|a reward is a finite number"):
        store.rate(key, position, rating, reward)
    assert rows(path, HISTORY) == []
    assert store.load(key) == small_dialog()


def test_a_turn_is_not_stored_with_a_reward_that_is_no_number(store: Store) -> None:
    key = store.add_dialog(Dialog("d"))
    with pytest.raises(ValueError, match="a reward is a finite number"):
        store.add_turns([(key, 0, Turn(1, (REPLY,), reward=math.nan))])
    assert store.load(key) == Dialog("d")


def test_rating_what_is_not_there_is_a_sentence(store: Store, path: Path) -> None:
    key = store.add_dialog(small_dialog())
    with pytest.raises(StoreError, match=f"Dialog {key} has no turn 2 in the database"):
        store.rate(key, 2, 3, 0.0)
    with pytest.raises(StoreError):
        store.rate(key + 1, None, 3, 0.0)
    assert rows(path, HISTORY) == []
