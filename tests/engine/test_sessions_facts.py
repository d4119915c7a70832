"""Personas are edited and muted in a dialog, which remembers those that earlier turns saw."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convotui.dialog import Dialog, Turn, load_persona
from convotui.engine.facts import facts_of, with_facts
from convotui.engine.session import Fact, Session
from convotui.errors import UsageError
from convotui.store import Store

BAKER = load_persona("baker").facts


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with Store(tmp_path / "c.db") as store:
        yield Session(
            store,
            seed=1,
            model="m",
            version="base",
            personas=(None, load_persona("baker")),
        )


def loaded(session: Session) -> Dialog:
    assert session.key is not None
    return session._store.load(session.key)


def test_facts_are_those_of_the_persona_until_they_are_edited(session: Session) -> None:
    assert session.facts(0) == ()
    assert session.facts(1) == tuple(Fact(text) for text in BAKER)


def test_muted_facts_keep_their_places_and_are_not_told(session: Session) -> None:
    session.say(0, "hi")
    facts = (Fact("a", True), Fact("b"), Fact("c", True), Fact("d", True), Fact("e"))
    session.set_facts(1, facts, "baker")
    assert session.facts(1) == facts
    assert session.dialog.personas == ((), ("b", "e"))
    assert session.dialog.meta["muted"] == [[], [[0, "a"], [2, "c"], [3, "d"]]]
    assert loaded(session) == session.dialog


def test_without_muted_facts_nothing_is_said_of_them(session: Session) -> None:
    session.set_facts(1, [Fact("a", True)], "baker")
    session.set_facts(0, [Fact("b", True)], None)
    session.set_facts(1, [Fact("a")], "baker")
    assert session.dialog.meta["muted"] == [[[0, "b"]], []]
    session.set_facts(0, [], None)
    assert "muted" not in session.dialog.meta


lists = st.lists(st.builds(Fact, st.text(min_size=1).filter(str.strip), st.booleans()), max_size=8)


@given(lists, lists)
def test_any_facts_come_back_as_they_were_set(first: list[Fact], second: list[Fact]) -> None:
    dialog = with_facts(with_facts(Dialog("d"), 0, first, None), 1, second, "ann")
    assert (facts_of(dialog, 0), facts_of(dialog, 1)) == (tuple(first), tuple(second))


def test_a_name_goes_with_the_facts(session: Session) -> None:
    session.set_facts(0, [Fact("i sing.")], "ann")
    assert session.dialog.meta["persona_names"] == ["ann", "baker"]
    session.set_facts(1, [], None)
    assert session.dialog.meta["persona_names"] == ["ann", None]


def test_facts_are_edited_before_anything_is_said_and_nothing_is_stored(session: Session) -> None:
    before = session.dialog
    session.set_facts(0, [Fact("i sing."), Fact("i dance.", True)], "ann")
    after = session.dialog
    assert not session.stored
    assert session._store.list_dialogs() == []
    assert "earlier_personas" not in after.meta
    assert session.undo() == "persona"
    assert session.dialog == before
    session.redo()
    assert session.dialog == after
    session.say(0, "hi")
    assert loaded(session).personas == (("i sing.",), BAKER)
    assert session.facts(0) == (Fact("i sing."), Fact("i dance.", True))
    session.undo()
    session.undo()
    assert loaded(session) == session.dialog == before


def test_facts_that_turns_were_said_under_are_remembered(session: Session) -> None:
    session.say(0, "hi")
    session.set_facts(1, [Fact("two")], "baker")
    session.set_facts(1, [Fact("three")], "baker")
    session.say(1, "hello")
    session.set_facts(0, [Fact("four")], "ann")
    assert session.dialog.meta["earlier_personas"] == [
        {"turns": 1, "personas": [[], list(BAKER)]},
        {"turns": 2, "personas": [[], ["three"]]},
    ]
    assert loaded(session) == session.dialog


def test_another_name_alone_is_no_other_persona(session: Session) -> None:
    session.say(0, "hi")
    session.set_facts(1, session.facts(1), "ann")
    assert session.dialog.meta["persona_names"] == [None, "ann"]
    assert "earlier_personas" not in session.dialog.meta


def test_facts_that_are_set_as_they_are_change_nothing(session: Session) -> None:
    session.say(0, "hi")
    before = session.dialog
    session.set_facts(1, session.facts(1), "baker")
    assert session.dialog == before
    assert session.undoable == "turn"


@pytest.mark.parametrize("blank", ["", " ", "\n\t"])
@pytest.mark.parametrize("muted", [False, True])
def test_a_blank_fact_is_refused(session: Session, blank: str, muted: bool) -> None:
    before = session.dialog
    with pytest.raises(UsageError, match="must not be blank"):
        session.set_facts(1, [Fact("i sing."), Fact(blank, muted)], "baker")
    assert (session.dialog, session.undoable) == (before, None)


def test_at_most_eight_facts_are_told_and_any_number_muted(session: Session) -> None:
    told = [Fact(f"fact {i}") for i in range(8)]
    muted = [Fact(f"muted {i}", True) for i in range(8)]
    session.set_facts(1, [*muted, *told], "baker")
    assert session.facts(1) == (*muted, *told)
    with pytest.raises(UsageError, match="at most 8 facts, not 9"):
        session.set_facts(1, [*told, Fact("one more")], "baker")
    assert session.facts(1) == (*muted, *told)


@pytest.mark.parametrize("side", [-1, 2])
def test_there_are_two_sides(session: Session, side: int) -> None:
    with pytest.raises(ValueError, match="a side is 0 or 1"):
        session.set_facts(side, [Fact("x y")], None)


@pytest.mark.parametrize(
    "meta",
    [
        {"muted": 3, "persona_names": "ab", "earlier_personas": {}},
        {"muted": [[["x", 1], 3], [[10**30, "far"]]], "persona_names": [1, 2]},
        {"muted": [[], [[-5, "near"]], []], "earlier_personas": [1, {"turns": "x"}]},
    ],
)
def test_meta_of_elsewhere_that_means_something_else_is_no_obstacle(meta: dict[str, Any]) -> None:
    dialog = Dialog("d", personas=(("a",), ("b",)), turns=(Turn.say(0, "hi"),), meta=meta)
    texts = {fact.text for side in (0, 1) for fact in facts_of(dialog, side)}
    assert {"a", "b"} <= texts <= {"a", "b", "far"}
    edited = with_facts(dialog, 0, [Fact("c")], "ann")
    assert edited.personas == (("c",), ("b",))
    assert edited.meta["persona_names"] == ["ann", None]
    assert edited.meta["earlier_personas"] == [{"turns": 1, "personas": [["a"], ["b"]]}]
