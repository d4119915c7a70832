"""A call that fails leaves nothing of itself behind, and the store goes on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from convotui.dialog import Candidate, Dialog, Turn
from convotui.errors import StoreError
from convotui.store import Store
from tests.store.helpers import is_sentence, rows, small_dialog

COUNTS = (
    "SELECT (SELECT count(*) FROM runs), (SELECT count(*) FROM dialogs), "
    "(SELECT count(*) FROM turns), (SELECT count(*) FROM candidates), "
    "(SELECT count(*) FROM ratings)"
)


def test_imported_dialogs_are_stored_under_a_finished_run(store: Store) -> None:
    name = store.import_dialogs("import-set", [small_dialog("a"), small_dialog("b")])
    assert [row.id for row in store.list_dialogs(name)] == ["a", "b"]
    (run,) = store.runs()
    assert (run["id"], run["kind"], run["status"]) == ("import-set", "import", "done")
    assert run["summary"] == run["config"] == {"dialogs": 2}


@pytest.mark.parametrize(
    "bad",
    [
        replace(small_dialog("bad"), return_=float("nan")),
        replace(small_dialog("bad"), seed=2**64),
        replace(small_dialog("bad"), meta={"a": object()}),
        Dialog("bad", turns=(Turn(0, (Candidate(None, "human"),)),)),  # type: ignore[arg-type]
    ],
    ids=["reward", "seed", "meta", "text"],
)
def test_of_dialogs_with_a_bad_one_none_is_imported(bad: Dialog, store: Store, path: Path) -> None:
    kept = store.add_dialog(small_dialog("kept"))
    before = rows(path, COUNTS)
    with pytest.raises((StoreError, ValueError, TypeError)):
        store.import_dialogs("import-set", [small_dialog("a"), bad, small_dialog("b")])
    assert rows(path, COUNTS) == before
    assert store.load(kept) == small_dialog("kept")
    assert store.import_dialogs("import-set", [small_dialog("a")]) == "import-set"


def test_of_turns_with_a_bad_one_none_is_stored(store: Store, path: Path) -> None:
    key = store.add_dialog(small_dialog())
    before = rows(path, COUNTS)
    twice = [(key, 2, Turn.say(0, "new")), (key, 1, Turn.say(1, "its place is taken"))]
    with pytest.raises(StoreError) as caught:
        store.add_turns(twice)
    assert is_sentence(str(caught.value))
    assert rows(path, COUNTS) == before
    store.add_turns(twice[:1])
    assert store.load(key).turns[2].text == "new"


def test_a_turn_of_no_dialog_is_refused(store: Store, path: Path) -> None:
    with pytest.raises(StoreError):
        store.add_turns([(1, 0, Turn.say(0, "hello?"))])
    assert rows(path, COUNTS) == [(0, 0, 0, 0, 0)]


def test_a_dialog_of_no_run_is_refused(store: Store, path: Path) -> None:
    with pytest.raises(StoreError):
        store.add_dialog(small_dialog(), "none")
    assert rows(path, COUNTS) == [(0, 0, 0, 0, 0)]


def test_a_closed_store_answers_with_a_sentence(store: Store) -> None:
    store.close()
    for call in (store.list_dialogs, store.check, lambda: store.add_dialog(small_dialog())):
        with pytest.raises(StoreError) as caught:
            call()
        assert is_sentence(str(caught.value))
