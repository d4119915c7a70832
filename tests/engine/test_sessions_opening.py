"""A stored dialog is gone on with, also one that something else adds to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from convotui.dialog import Dialog, Turn
from convotui.engine.session import Fact, Session
from convotui.errors import StoreError
from convotui.store import Store
from tests.store.helpers import rows, small_dialog


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "c.db") as opened:
        yield opened


def test_a_dialog_is_opened_as_it_is_and_gone_on_with(store: Store) -> None:
    key = store.add_dialog(small_dialog())
    session = Session.open(store, key)
    assert (session.key, session.stored, session.dialog) == (key, True, small_dialog())
    assert (session.undoable, session.redoable) == (None, None)
    session.say(0, "so?")
    assert store.load(key) == session.dialog == small_dialog().add(Turn.say(0, "so?"))


def test_opening_writes_nothing(store: Store, tmp_path: Path) -> None:
    key = store.add_dialog(small_dialog())
    before = rows(tmp_path / "c.db", "SELECT * FROM dialogs")
    Session.open(store, key).reload()
    assert rows(tmp_path / "c.db", "SELECT * FROM dialogs") == before
    assert len(store.list_dialogs()) == 1


def test_seeds_go_on_where_they_were(store: Store) -> None:
    first = Session(store, seed=7, model="m", version="base")
    first.say(0, "hi")
    assert first.key is not None
    assert Session.open(store, first.key).seeds(3) == first.seeds(3)


def test_a_deleted_dialog_can_be_opened(store: Store) -> None:
    key = store.add_dialog(small_dialog())
    store.delete_dialog(key)
    assert Session.open(store, key).dialog == small_dialog()


def test_a_dialog_that_is_not_there_is_a_sentence(store: Store) -> None:
    with pytest.raises(StoreError, match=r"There is no dialog 5 in the database\."):
        Session.open(store, 5)


def test_a_new_session_is_not_stored_until_something_is_said(store: Store) -> None:
    session = Session(store, seed=1, model="m", version="base")
    assert not session.stored
    session.reload()
    assert not session.stored
    session.say(0, "hi")
    assert session.stored


def test_turns_that_something_else_added_are_there_after_reloading(store: Store) -> None:
    key = store.add_dialog(small_dialog())
    session = Session.open(store, key)
    store.add_turns([(key, 2, Turn.say(0, "and on"))])
    assert len(session.dialog) == 2
    session.reload()
    assert session.dialog == store.load(key)
    session.rate(2, 5)
    store.add_turns([(key, 3, Turn.say(1, "and on"))])
    session.exclude(2, True)
    assert session.dialog == store.load(key)
    assert len(session.dialog) == 4
    assert (session.undo(), session.undo()) == ("exclusion", "rating 5")
    assert session.dialog == store.load(key)


def test_a_turn_in_a_place_that_something_else_took_is_refused(store: Store) -> None:
    key = store.add_dialog(Dialog("d"))
    session = Session.open(store, key)
    store.add_turns([(key, 0, Turn.say(0, "first"))])
    with pytest.raises(StoreError):
        session.say(0, "mine")
    assert (session.dialog, session.undoable) == (Dialog("d"), None)
    session.reload()
    session.say(1, "mine")
    assert [turn.text for turn in store.load(key).turns] == ["first", "mine"]


def test_meta_that_something_else_set_is_not_written_over(store: Store) -> None:
    key = store.add_dialog(small_dialog())
    session = Session.open(store, key)
    store.update_dialog(key, meta={**small_dialog().meta, "title": "On rain"})
    session.set_meta(note="kept")
    session.set_facts(0, [Fact("i dance.")], "ann")
    session.undo()
    meta = {**small_dialog().meta, "title": "On rain", "note": "kept"}
    assert store.load(key).meta == session.dialog.meta == meta
