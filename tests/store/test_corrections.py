"""A correction is a human candidate in a model's place; nothing that was offered is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from convotui.dialog import Candidate, Dialog, Turn
from convotui.errors import StoreError
from convotui.store import Store
from tests.store.helpers import FIXED, OTHER, REPLY, rows, small_dialog

PAIRS = "SELECT replaced, corrected FROM corrections ORDER BY key"


def test_a_correction_is_chosen_recorded_and_replaces_nothing(store: Store, path: Path) -> None:
    key = store.add_dialog(small_dialog())
    store.add_candidate(key, 1, FIXED)
    turn = store.load(key).turns[1]
    assert turn == Turn(1, (REPLY,)).offer(FIXED)
    assert turn.correction == (FIXED.text, REPLY.text)
    assert rows(path, PAIRS) == [(0, 1)]


def test_a_correction_names_the_reply_that_was_chosen_when_it_was_made(
    store: Store, path: Path
) -> None:
    key = store.add_dialog(Dialog("d", turns=(Turn(1, (REPLY, OTHER)),)))
    store.choose(key, 0, 1)
    store.choose(key, 0, 0)
    store.add_candidate(key, 0, FIXED)
    assert rows(path, PAIRS) == [(0, 2)]
    assert store.load(key).turns[0].candidates == (REPLY, OTHER, FIXED)


def test_another_reply_of_the_model_is_no_correction(store: Store, path: Path) -> None:
    key = store.add_dialog(small_dialog())
    store.add_candidate(key, 1, OTHER)
    turn = store.load(key).turns[1]
    assert (turn.candidates, turn.chosen) == ((REPLY, OTHER), 1)
    assert rows(path, PAIRS) == []


def test_a_person_who_rewords_what_a_person_said_corrects_no_model(
    store: Store, path: Path
) -> None:
    key = store.add_dialog(small_dialog())
    store.add_candidate(key, 0, Candidate("hello there!", "human"))
    assert rows(path, PAIRS) == []


def test_a_correction_of_a_correction_is_one_of_the_models_reply(store: Store, path: Path) -> None:
    key = store.add_dialog(small_dialog())
    store.add_candidate(key, 1, FIXED)
    store.add_candidate(key, 1, Candidate("i adore rain.", "human"))
    assert rows(path, PAIRS) == [(0, 1), (0, 2)]
    turn = store.load(key).turns[1]
    assert turn.correction == ("i adore rain.", turn.candidates[0].text)


def test_an_imported_dialog_brings_its_corrections(store: Store, path: Path) -> None:
    key = store.add_dialog(small_dialog())
    store.add_candidate(key, 1, FIXED)
    store.import_dialogs("again", [store.load(key)])
    assert rows(path, PAIRS) == [(0, 1), (0, 1)]


def test_every_correction_after_another_reply_is_kept(store: Store, path: Path) -> None:
    key = store.add_dialog(small_dialog())
    for candidate in (FIXED, OTHER, Candidate("rain? yes!", "human")):
        store.add_candidate(key, 1, candidate)
    assert rows(path, PAIRS) == [(0, 1), (2, 3)]


def test_any_candidate_can_be_chosen_again(store: Store) -> None:
    key = store.add_dialog(small_dialog())
    store.add_candidate(key, 1, FIXED)
    store.choose(key, 1, 0)
    turn = store.load(key).turns[1]
    assert (turn.text, turn.candidates) == (REPLY.text, (REPLY, FIXED))


@pytest.mark.parametrize("number", [-1, 1, 99])
def test_choosing_a_candidate_that_is_not_there_is_a_sentence(store: Store, number: int) -> None:
    key = store.add_dialog(small_dialog())
    with pytest.raises(StoreError, match=rf"Turn 1 has no candidate {number}\."):
        store.choose(key, 1, number)
    assert store.load(key) == small_dialog()


@pytest.mark.parametrize("position", [-1, 2])
def test_a_turn_that_is_not_there_is_a_sentence(store: Store, position: int) -> None:
    key = store.add_dialog(small_dialog())
    with pytest.raises(StoreError, match=f"Dialog {key} has no turn {position}"):
        store.add_candidate(key, position, FIXED)
    with pytest.raises(StoreError, match=f"Dialog {key} has no turn {position}"):
        store.choose(key, position, 0)
    assert store.load(key) == small_dialog()
