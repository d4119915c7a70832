"""Everything a person does in a dialog can be undone and redone, and nothing is lost by it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from convotui.dialog import Candidate, Dialog, Goal, GoalSet
from convotui.engine.session import Fact, Judgement, Session
from convotui.errors import StoreError
from convotui.store import Store

MODEL = (Candidate("no idea.", "model", 11, "base"), Candidate("a baker.", "model", 12, "base"))
GOALS = GoalSet("two", (Goal("talk-work", "talk about work."), Goal("ask-pets", "ask about pets.")))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "c.db"


@pytest.fixture
def session(path: Path) -> Iterator[Session]:
    """A dialog of two turns that is reopened, so that there is nothing to undo yet."""
    with Store(path) as store:
        first = Session(store, seed=1, model="tiny", version="base", goals=GOALS)
        first.say(0, "what do you do?")
        first.accept(1, MODEL, chosen=1, goal="talk-work")
        first.rate(1, 2)
        assert first.key is not None
        yield Session.open(store, first.key, GOALS)


def stored(session: Session) -> Dialog:
    assert session.key is not None
    with Store(session._store.path) as other:
        return other.load(session.key)


STEPS: dict[str, tuple[str, Callable[[Session], object]]] = {
    "say": ("turn", lambda s: s.say(0, "and you?")),
    "accept": ("reply", lambda s: s.accept(1, MODEL, goal="ask-pets")),
    "choose": ("candidate", lambda s: s.choose(1, 0)),
    "rate": ("rating 4", lambda s: s.rate(1, 4)),
    "clear the rating": ("rating", lambda s: s.rate(1, None)),
    "reward": ("reward 0.25", lambda s: s.reward(1, 0.25)),
    "clear the reward": ("reward", lambda s: s.reward(1, None)),
    "rate the dialog": ("rating 5", lambda s: s.rate_dialog(5)),
    "judge": ("judgement", lambda s: s.judge(Judgement("agreed", True, 4, None, "short"))),
    "exclude": ("exclusion", lambda s: s.exclude(1, True)),
    "set facts": ("persona", lambda s: s.set_facts(1, [Fact("i bake."), Fact("x y", True)], "ann")),
    "branch": ("branch", lambda s: s.branch(1, "i am a nurse.")),
    "cut": ("branch", lambda s: s.branch(1, None)),
}


@pytest.mark.parametrize(("label", "act"), STEPS.values(), ids=STEPS)
def test_a_step_is_undone_and_redone_in_memory_and_in_the_store(
    session: Session, label: str, act: Callable[[Session], object]
) -> None:
    before = session.dialog
    act(session)
    after = session.dialog
    assert after != before
    assert stored(session) == after
    for _ in range(2):
        assert (session.undoable, session.redoable) == (label, None)
        assert session.undo() == label
        assert stored(session) == session.dialog == before
        assert (session.undoable, session.redoable) == (None, label)
        assert session.redo() == label
        assert stored(session) == session.dialog == after


OFFERS: dict[str, tuple[str, Callable[[Session], object]]] = {
    "offer": ("candidate", lambda s: s.offer(1, MODEL[0], goal="ask-pets")),
    "correct": ("correction", lambda s: s.correct(1, "i am a nurse.")),
}


@pytest.mark.parametrize(("label", "act"), OFFERS.values(), ids=OFFERS)
def test_a_candidate_stays_when_its_choice_is_undone(
    session: Session, label: str, act: Callable[[Session], object]
) -> None:
    before = session.dialog.turns[1]
    act(session)
    after = session.dialog
    assert session.undo() == label
    assert session.dialog.turns[1] == replace(before, candidates=after.turns[1].candidates)
    assert stored(session) == session.dialog
    assert session.redo() == label
    assert stored(session) == session.dialog == after


def test_with_nothing_done_there_is_nothing_to_undo(session: Session) -> None:
    before = session.dialog
    assert (session.undo(), session.redo()) == (None, None)
    assert session.dialog == before


@pytest.mark.parametrize(
    "act", [lambda s: s.choose(1, 1), lambda s: s.exclude(1, False)], ids=["choose", "exclude"]
)
def test_what_changes_nothing_is_no_step(
    session: Session, act: Callable[[Session], object]
) -> None:
    before = session.dialog
    act(session)
    assert (session.dialog, session.undoable) == (before, None)


def test_what_is_refused_is_no_step(session: Session) -> None:
    for wrong in (
        lambda: session.rate(1, 6),
        lambda: session.choose(1, 9),
        lambda: session.say(2, "hi"),
        lambda: session.branch(9, "hi"),
        lambda: session.judge(Judgement(rating=9, outcome="x")),
        lambda: session.judge(Judgement(reward=float("nan"), outcome="x")),
    ):
        before = session.dialog
        with pytest.raises((ValueError, IndexError, StoreError)):
            wrong()
        assert session.undoable is None
        assert stored(session) == session.dialog == before


def test_a_turn_that_is_undone_and_redone_keeps_what_was_thought_of_it(session: Session) -> None:
    session.accept(1, MODEL)
    session.correct(2, "so what?")
    session.rate(2, 5)
    after = session.dialog
    while session.undo():
        pass
    assert len(session.dialog) == 2
    while session.redo():
        pass
    assert session.dialog == after


def test_no_row_is_ever_deleted(session: Session, path: Path) -> None:
    def counts() -> list[int]:
        tables = ("dialogs", "turns", "candidates", "ratings", "corrections")
        with closing(sqlite3.connect(path)) as db:
            queries = [f"SELECT count(*) FROM {table}" for table in tables]
            return [db.execute(query).fetchone()[0] for query in queries]

    for _, act in (*OFFERS.values(), *STEPS.values()):
        if len(session.dialog) < 2:
            session.accept(1, MODEL, chosen=1)
        act(session)
    before = counts()
    while session.undo():
        assert counts() == before


def test_a_step_that_cannot_be_undone_stays(session: Session) -> None:
    session.say(0, "and you?")
    assert session.key is not None
    with Store(session._store.path) as other:
        other.add_turns([(session.key, 3, session.dialog.turns[1])])
    with pytest.raises(StoreError, match="it is not the last"):
        session.undo()
    assert session.undoable == "turn"
    with Store(session._store.path) as other:
        other.remove_last(session.key, 3)
    assert session.undo() == "turn"
    assert len(session.dialog) == 2


def test_a_first_turn_can_be_undone_and_redone(path: Path) -> None:
    with Store(path) as store:
        session = Session(store, seed=1, model="tiny", version="base")
        session.say(0, "hi")
        after = session.dialog
        assert session.undo() == "turn"
        assert stored(session) == session.dialog == replace(after, turns=())
        session.redo()
        assert stored(session) == session.dialog == after


def test_meta_that_is_set_meanwhile_survives_undoing(session: Session) -> None:
    session.set_facts(0, [Fact("i sing.")], "ann")
    session.judge(Judgement("agreed"))
    session.set_meta(title="On work")
    while session.undo():
        pass
    assert session.dialog.meta["title"] == "On work"
    assert "judgement" not in session.dialog.meta
    while session.redo():
        pass
    assert session.dialog.meta["title"] == "On work"
    assert session.judgement.outcome == "agreed"


def test_a_change_that_cannot_be_read_back_is_not_made(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(key: int) -> Dialog:
        raise StoreError("The disk is gone.")

    with Store(path) as store:
        session = Session(store, seed=1, model="tiny", version="base")
        monkeypatch.setattr(store, "load", fail)
        with pytest.raises(StoreError):
            session.say(0, "hi")
        monkeypatch.undo()
        assert (session.stored, session.undoable, len(session.dialog)) == (False, None, 0)
        assert store.list_dialogs() == []
        session.say(0, "hi")
        assert stored(session) == session.dialog
