"""The first turns of a dialog are copied with everything; the dialog stays as it is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from convotui.dialog import Candidate, Dialog, Turn
from convotui.store import Store
from tests.store.helpers import FIXED, OTHER, rows, small_dialog


@pytest.fixture
def key(store: Store) -> int:
    """Store a dialog of three turns with judgements, corrections and goals, one taken out."""
    made = store.add_dialog(small_dialog())
    store.rate(made, 1, 2, -0.5)
    store.add_candidate(made, 1, OTHER, goal="talk-work")
    store.add_candidate(made, 1, FIXED)
    store.withdraw(store.rate(made, 1, 1, -1.0))
    store.rate(made, 1, 5, 1.0)
    store.exclude(made, 1, True)
    store.add_turns([(made, 2, Turn.say(0, "so?")), (made, 3, Turn.say(1, "gone"))])
    store.remove_last(made, 3)
    return made


@pytest.mark.parametrize("turns", [0, 1, 2, 3, 9])
def test_the_copy_has_the_first_turns_as_they_are(store: Store, key: int, turns: int) -> None:
    before = store.load(key)
    target = store.add_dialog(Dialog("copy"))
    store.copy_turns(key, target, turns)
    assert store.load(target).turns == before.turns[:turns]
    assert store.load(key) == before


def test_a_copied_turn_has_every_judgement_goal_and_correction(
    store: Store, path: Path, key: int
) -> None:
    target = store.add_dialog(Dialog("copy"))
    store.copy_turns(key, target, 2)
    found = "SELECT count(*) FROM ratings WHERE dialog = {} AND withdrawn IS NULL"
    assert rows(path, found.format(target)) == rows(path, found.format(key)) == [(2,)]
    for number in (0, 1, 2):
        store.choose(key, 1, number)
        store.choose(target, 1, number)
        assert store.load(target).turns[1] == store.load(key).turns[1]
    store.add_candidate(target, 1, Candidate("again", "human"))
    pairs = "SELECT replaced, corrected FROM corrections ORDER BY key"
    assert rows(path, pairs) == [(1, 2), (1, 2), (1, 3)]


def test_a_copy_and_its_origin_are_changed_apart(store: Store, key: int) -> None:
    target = store.add_dialog(Dialog("copy"))
    store.copy_turns(key, target, 2)
    copied, origin = store.load(target), store.load(key)
    store.rate(key, 1, 3, 0.0)
    store.add_candidate(key, 0, FIXED)
    assert store.load(target) == copied
    store.remove_last(target, 1)
    store.exclude(target, 0, True)
    assert store.load(key).turns[2:] == origin.turns[2:]
    assert not store.load(key).turns[0].excluded


def test_an_unused_id_is_that_of_no_dialog_not_even_a_deleted_one(store: Store) -> None:
    assert store.unused_id("d-b") == "d-b1"
    first = store.add_dialog(replace(small_dialog(), id="d-b1"))
    store.add_dialog(replace(small_dialog(), id="d-b3"))
    store.delete_dialog(first)
    assert store.unused_id("d-b") == "d-b2"
