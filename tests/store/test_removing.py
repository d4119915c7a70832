"""A turn that is taken out is gone from the dialog, not from the database."""

from __future__ import annotations

from pathlib import Path

import pytest

from convotui.dialog import Turn
from convotui.errors import StoreError
from convotui.store import Store
from tests.store.helpers import FIXED, OTHER, is_sentence, rows, small_dialog


@pytest.fixture
def key(store: Store) -> int:
    """Store a dialog whose last turn has been judged and corrected."""
    made = store.add_dialog(small_dialog())
    store.rate(made, 1, 2, -0.5)
    store.add_candidate(made, 1, OTHER, goal="talk-work")
    store.add_candidate(made, 1, FIXED)
    store.rate(made, 1, 5, 1.0)
    store.exclude(made, 1, True)
    return made


def test_a_turn_taken_out_is_not_loaded_and_none_of_its_rows_go(
    store: Store, path: Path, key: int
) -> None:
    counts = "SELECT (SELECT count(*) FROM candidates), (SELECT count(*) FROM ratings)"
    before = rows(path, counts)
    first = store.load(key).turns[:1]
    store.remove_last(key, 1)
    assert store.load(key).turns == first
    assert store.list_dialogs()[0].turns == 1
    assert store.list_dialogs()[0].last == "hello!"
    assert rows(path, counts) == before


def test_a_turn_put_back_is_as_it_was(store: Store, key: int) -> None:
    before = store.load(key)
    store.remove_last(key, 1)
    store.put_back(key, 1)
    assert store.load(key) == before
    assert before.turns[1].rating == 5
    assert store.choose(key, 1, 0) is None
    assert store.load(key).turns[1].rating == 2


def test_the_place_of_a_turn_taken_out_is_free(store: Store, key: int) -> None:
    store.remove_last(key, 1)
    store.add_turns([(key, 1, Turn.say(1, "instead"))])
    assert store.load(key).turns[1] == Turn.say(1, "instead")


def test_the_turn_taken_out_last_comes_back_first(store: Store, key: int) -> None:
    for text in ("one", "two", "three"):
        store.add_turns([(key, 2, Turn.say(0, text))])
        store.remove_last(key, 2)
    store.put_back(key, 2)
    assert store.load(key).turns[2].text == "three"
    store.remove_last(key, 2)
    store.add_turns([(key, 2, Turn.say(0, "four"))])
    store.remove_last(key, 2)
    store.put_back(key, 2)
    assert store.load(key).turns[2].text == "four"


def test_a_whole_dialog_can_be_taken_out_and_put_back(store: Store, key: int) -> None:
    before = store.load(key)
    store.remove_last(key, 1)
    store.remove_last(key, 0)
    assert store.load(key).turns == ()
    store.put_back(key, 0)
    store.put_back(key, 1)
    assert store.load(key) == before


@pytest.mark.parametrize("position", [-1, 0, 2])
def test_only_the_last_turn_can_be_taken_out(store: Store, key: int, position: int) -> None:
    before = store.load(key)
    with pytest.raises(StoreError) as caught:
        store.remove_last(key, position)
    assert is_sentence(str(caught.value))
    assert store.load(key) == before


def test_a_turn_only_comes_back_to_the_end(store: Store, key: int) -> None:
    store.remove_last(key, 1)
    store.add_turns([(key, 1, Turn.say(1, "instead"))])
    before = store.load(key)
    for position in (-1, 0, 1, 2):
        with pytest.raises(StoreError, match=f"has no turn {position} to put back"):
            store.put_back(key, position)
    assert store.load(key) == before


def test_a_turn_taken_out_can_be_neither_rated_nor_changed(store: Store, key: int) -> None:
    store.remove_last(key, 1)
    for position in (1, -1):
        with pytest.raises(StoreError, match=f"has no turn {position}"):
            store.rate(key, position, 3, 0.0)
        with pytest.raises(StoreError, match=f"has no turn {position}"):
            store.exclude(key, position, True)


def test_turns_taken_out_of_one_dialog_do_not_come_back_to_another(store: Store, key: int) -> None:
    other = store.add_dialog(small_dialog("other"))
    store.remove_last(other, 1)
    store.remove_last(key, 1)
    store.put_back(other, 1)
    assert store.load(other) == small_dialog("other")
    assert len(store.load(key)) == 1
