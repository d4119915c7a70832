"""What is stored is what is loaded, whatever its texts hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings

from convotui.dialog import Candidate, Dialog, Turn
from convotui.errors import StoreError
from convotui.store import Store
from tests.dialog.strategies import HOSTILE, dialogs
from tests.store.helpers import FIXED, OTHER, REPLY, small_dialog


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Open a new database file."""
    with Store(tmp_path / "c.db") as opened:
        yield opened


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Open a database file that many examples are stored in."""
    with Store(tmp_path_factory.mktemp("shared") / "c.db") as opened:
        yield opened


@settings(deadline=None)
@given(dialog=dialogs)
def test_any_dialog_is_loaded_as_it_was_stored(shared: Store, dialog: Dialog) -> None:
    assert shared.load(shared.add_dialog(dialog)) == dialog


def test_hostile_texts_are_kept_in_every_place_and_after_reopening(tmp_path: Path) -> None:
    kept: dict[int, Dialog] = {}
    with Store(tmp_path / "c.db") as store:
        for text in HOSTILE:
            dialog = Dialog(
                id=text,
                personas=((text,), (text, text)),
                turns=(Turn(0, (Candidate(text, "model", 1, text), Candidate(text, "human")), 1),),
                model=text,
                version=text,
                meta={text: [text]},
            )
            run = store.start_run(text, text, {text: text})
            kept[store.add_dialog(dialog, run)] = dialog
            assert [row.id for row in store.list_dialogs(run)] == [text]
    with Store(tmp_path / "c.db") as store:
        assert {key: store.load(key) for key in kept} == kept
        assert store.check() == "ok"


def test_a_dialog_that_grows_turn_by_turn_is_loaded_whole(store: Store) -> None:
    key = store.add_dialog(Dialog("grows"))
    said = [Turn.say(i % 2, f"line {i}", goal="g" if i % 3 else None) for i in range(6)]
    for position, turn in enumerate(said):
        store.add_turns([(key, position, turn)])
    assert store.load(key).turns == tuple(said)


def test_turns_of_several_dialogs_are_stored_together(store: Store) -> None:
    keys = [store.add_dialog(Dialog(name)) for name in "ab"]
    store.add_turns([(key, 0, Turn.say(0, f"to {key}")) for key in keys])
    assert [store.load(key).turns[0].text for key in keys] == [f"to {key}" for key in keys]


def test_ids_may_repeat_but_keys_do_not(store: Store) -> None:
    first, second = store.add_dialog(small_dialog()), store.add_dialog(small_dialog())
    assert first != second
    assert store.load(first) == store.load(second)


def test_dialogs_are_listed_in_order_with_their_turns_and_run(store: Store) -> None:
    run = store.start_run("play", "selfplay", {})
    store.add_dialog(small_dialog("chat"))
    store.add_dialog(replace(small_dialog("played"), turns=()), run)
    listed = [(row.id, row.run, row.turns, row.model) for row in store.list_dialogs()]
    assert listed == [("chat", None, 2, "tiny"), ("played", "play", 0, "tiny")]
    assert [row.id for row in store.list_dialogs("play")] == ["played"]
    assert store.list_dialogs("none") == []


def test_half_a_surrogate_pair_is_replaced_rather_than_losing_the_turn(store: Store) -> None:
    # From a terminal or a file name that is not UTF-8.
    run = store.start_run("caf\udce9", "import", {})
    key = store.add_dialog(Dialog("d\ud800", (("i \ud800",), ()), model="m\udc00"), run)
    store.add_turns([(key, 0, Turn.say(0, "typed \udcff", goal="\ud800"))])
    store.add_candidate(key, 0, Candidate("fixed \udcff", "human"))
    loaded = store.load(key)
    assert (loaded.id, loaded.model) == ("d\ufffd", "m\ufffd")
    texts = [candidate.text for candidate in loaded.turns[0].candidates]
    assert (texts, loaded.turns[0].goal) == (["typed \ufffd", "fixed \ufffd"], "\ufffd")
    assert [row.id for row in store.list_dialogs("caf\udce9")] == ["d\ufffd"]


def test_a_number_too_long_for_the_database_is_a_sentence(store: Store) -> None:
    with pytest.raises(StoreError, match="too large"):
        store.add_dialog(Dialog("d", seed=2**70))
    assert store.list_dialogs() == []


def test_loading_a_dialog_that_is_not_there_is_a_sentence(store: Store) -> None:
    with pytest.raises(StoreError, match=r"There is no dialog 5 in the database\."):
        store.load(5)


def test_every_candidate_is_loaded_in_the_order_offered(store: Store) -> None:
    dialog = Dialog("d", turns=(Turn(1, (REPLY, OTHER, FIXED), 1),))
    loaded = store.load(store.add_dialog(dialog))
    assert loaded.turns[0].candidates == (REPLY, OTHER, FIXED)
    assert loaded.turns[0].text == OTHER.text
