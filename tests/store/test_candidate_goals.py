"""A turn has the goal that its chosen candidate was made under."""

from __future__ import annotations

import pytest

from convotui.dialog import Candidate, Dialog, Turn
from convotui.store import Store
from tests.store.helpers import FIXED, OTHER, REPLY


@pytest.fixture
def key(store: Store) -> int:
    """Store a turn of two candidates that were made under one goal."""
    made = store.add_dialog(Dialog("d"))
    store.add_turns([(made, 0, Turn(1, (REPLY, OTHER), goal="talk-rain"))])
    return made


def goal(store: Store, key: int) -> str | None:
    """Goal of the only turn."""
    return store.load(key).turns[0].goal


def test_choosing_a_candidate_brings_back_its_goal(store: Store, key: int) -> None:
    store.add_candidate(key, 0, Candidate("pets?", "model", 9, "base"), goal="ask-pets")
    assert goal(store, key) == "ask-pets"
    store.choose(key, 0, 1)
    assert goal(store, key) == "talk-rain"
    store.choose(key, 0, 2)
    assert goal(store, key) == "ask-pets"


@pytest.mark.parametrize("candidate", [FIXED, OTHER])
def test_a_candidate_without_a_goal_is_made_under_the_turns(
    store: Store, key: int, candidate: Candidate
) -> None:
    store.add_candidate(key, 0, candidate)
    assert goal(store, key) == "talk-rain"
    store.add_candidate(key, 0, OTHER, goal="ask-pets")
    store.choose(key, 0, 2)
    assert goal(store, key) == "talk-rain"


def test_a_turn_without_a_goal_has_none_again(store: Store) -> None:
    key = store.add_dialog(Dialog("d", turns=(Turn(1, (REPLY,)),)))
    store.add_candidate(key, 0, OTHER, goal="ask-pets")
    store.choose(key, 0, 0)
    assert goal(store, key) is None
