"""A list says of each dialog what it is about, and finds dialogs by words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from convotui.dialog import Candidate, Dialog, Turn
from convotui.store import DialogRow, Store
from tests.dialog.strategies import HOSTILE
from tests.store.helpers import FIXED, rows, small_dialog


def only(store: Store) -> DialogRow:
    """Row of the only dialog."""
    (row,) = store.list_dialogs()
    return row


def test_a_row_says_what_the_dialog_is_called_who_talks_and_how_it_ended(store: Store) -> None:
    meta = {"title": "On rain", "persona_names": ["ann", None]}
    key = store.add_dialog(replace(small_dialog(), meta=meta))
    store.rate(key, None, 2, -0.5)
    store.rate(key, None, 4, 0.5)
    store.add_candidate(key, 1, FIXED)
    row = only(store)
    assert (row.key, row.id, row.run, row.model, row.turns) == (key, "d1", None, "tiny", 2)
    assert (row.title, row.personas) == ("On rain", ("ann", None))
    assert (row.last, row.rating, row.branched_from) == (FIXED.text, 4, None)


def test_a_row_of_an_empty_dialog_has_no_more_than_its_start(store: Store) -> None:
    store.add_dialog(Dialog("empty"))
    row = only(store)
    assert (row.turns, row.title, row.personas, row.last) == (0, None, None, "")
    assert (row.rating, row.changed, row.branched_from) == (None, row.started, None)


def test_a_dialog_changed_when_its_last_turn_was_said(store: Store, path: Path) -> None:
    key = store.add_dialog(small_dialog())
    late = "2999-01-01T00:00:00.000+00:00"
    with store.at_once():
        store._database.connection.execute("UPDATE turns SET said = ? WHERE position = 1", (late,))
    assert only(store).changed == late
    store.remove_last(key, 1)
    assert only(store).changed < late
    assert rows(path, "SELECT count(*) FROM turns") == [(2,)]


def test_a_branch_names_the_dialog_it_came_from(store: Store) -> None:
    key = store.add_dialog(small_dialog())
    store.add_dialog(Dialog("b", meta={"branched_from": {"id": "d1", "key": key, "turns": 1}}))
    assert [row.branched_from for row in store.list_dialogs()] == [None, key]
    store.delete_dialog(key)
    assert only(store).branched_from == key


ODD: list[dict[str, Any]] = [
    {"title": 3, "persona_names": "ab", "branched_from": 1},
    {"title": None, "persona_names": ["a"], "branched_from": {"key": 1}},
    {"title": "", "persona_names": ["a", 3], "branched_from": {"id": "other", "key": 1}},
    {"title": ["x"], "persona_names": {}, "branched_from": {"id": "d1", "key": "1"}},
    {"persona_names": [[], []], "branched_from": {"id": "d1", "key": 10**30}},
]


@pytest.mark.parametrize("meta", ODD)
def test_meta_of_elsewhere_that_means_something_else_is_left_alone(
    store: Store, meta: dict[str, Any]
) -> None:
    store.add_dialog(replace(small_dialog(), meta=meta))
    row = only(store)
    assert (row.title, row.personas, row.branched_from) == (None, None, None)
    assert store.load(row.key).meta == meta


@pytest.fixture
def three(store: Store) -> Store:
    """Store three dialogs to look for."""
    said = (Turn.say(0, "Do you like RAIN?"), Turn(1, (Candidate("100% sure_ly", "model"),)))
    store.add_dialog(Dialog("texts", turns=said))
    store.add_dialog(Dialog("title", meta={"title": "Über den Regen", "persona_names": None}))
    store.add_dialog(Dialog("names", meta={"persona_names": ["night-nurse", "Rainer"]}))
    return store


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("rain", ["texts", "names"]),
        ("RAIN sure", ["texts"]),
        ("sure rain", ["texts"]),
        ("  rain \t\n like ", ["texts"]),
        ("über", ["title"]),
        ("ÜBER regen", ["title"]),
        ("nurse rainer", ["names"]),
        ("nurse like", []),
        ("%", ["texts"]),
        ("100%", ["texts"]),
        ("e_l", ["texts"]),
        ("s_re", []),
        ("r%n", []),
        ("\\", []),
        ("'", []),
        ("", ["texts", "title", "names"]),
        ("  ", ["texts", "title", "names"]),
    ],
)
def test_dialogs_are_found_by_all_of_the_words(three: Store, words: str, found: list[str]) -> None:
    assert [row.id for row in three.list_dialogs(words=words)] == found


def test_words_are_looked_for_within_a_run(three: Store) -> None:
    run = three.import_dialogs("set", [small_dialog()])
    assert [row.id for row in three.list_dialogs(run, words="rain")] == ["d1"]
    assert three.list_dialogs(run, words="nurse") == []


def test_what_was_not_chosen_or_was_taken_out_is_not_found(store: Store) -> None:
    key = store.add_dialog(small_dialog())
    store.add_candidate(key, 1, Candidate("snow.", "human"))
    assert store.list_dialogs(words="like") == []
    assert len(store.list_dialogs(words="snow")) == 1
    store.remove_last(key, 1)
    assert store.list_dialogs(words="snow") == []


def test_a_word_does_not_reach_from_one_turn_into_the_next(store: Store) -> None:
    store.add_dialog(Dialog("d", turns=(Turn.say(0, "rain"), Turn.say(1, "bow"))))
    assert store.list_dialogs(words="rainbow") == []
    assert len(store.list_dialogs(words="rain bow")) == 1


def test_any_text_can_be_looked_for(store: Store) -> None:
    for text in HOSTILE:
        key = store.add_dialog(Dialog("d", turns=(Turn.say(0, text),)))
        assert key in {row.key for row in store.list_dialogs(words=text)}
