"""A session's dialog in memory and the one in the database are the same after every change."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from convotui.dialog import Candidate, load_goals, load_persona
from convotui.engine.session import Session
from convotui.errors import StoreError
from convotui.store import Store

MODEL = (Candidate("no idea.", "model", 11, "base"), Candidate("a baker.", "model", 12, "base"))


@pytest.fixture
def session(home: Path) -> Session:
    store = Store(home / "data" / "convotui.db")
    return Session(
        store,
        seed=1,
        model="tiny",
        version="base",
        personas=(None, load_persona("baker")),
        goals=load_goals("everyday"),
        meta={"note": "kept"},
    )


def _reloaded(session: Session, home: Path) -> object:
    assert session.key is not None
    with Store(home / "data" / "convotui.db") as other:
        return other.load(session.key)


def _talk(session: Session) -> None:
    session.say(0, "what do you do?")
    session.accept(1, MODEL, chosen=1, goal="talk-work")


CHANGES: dict[str, Callable[[Session], object]] = {
    "say": lambda s: s.say(0, "and you?", goal=None),
    "accept": lambda s: s.accept(1, MODEL[:1]),
    "offer": lambda s: s.offer(1, Candidate("i bake.", "model", 13, "base")),
    "correct": lambda s: s.correct(1, "i am a nurse."),
    "correct twice": lambda s: (s.correct(1, "i am a nurse."), s.correct(1, "i was one.")),
    "correct the person": lambda s: s.correct(0, "who are you?"),
    "choose": lambda s: s.choose(1, 0),
    "choose back": lambda s: (s.correct(1, "x y"), s.choose(1, 1), s.choose(1, 2)),
    "rate": lambda s: s.rate(1, 5),
    "rate again": lambda s: (s.rate(1, 5), s.rate(1, 2)),
    "reward": lambda s: s.reward(1, -0.25),
    "reward after rating": lambda s: (s.rate(1, 5), s.reward(1, 12.5)),
    "rate after reward": lambda s: (s.reward(1, 12.5), s.rate(1, 1)),
    "rate the dialog": lambda s: s.rate_dialog(2),
    "rate the dialog again": lambda s: (s.rate_dialog(2), s.rate_dialog(4)),
    "from the end": lambda s: (s.rate(-1, 3), s.correct(-1, "so"), s.choose(-1, 0)),
    "rate what was corrected": lambda s: (s.rate(1, 1), s.correct(1, "i bake."), s.rate(1, 5)),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_is_loaded_equals_what_is_shown(
    session: Session, home: Path, change: Callable[[Session], object]
) -> None:
    _talk(session)
    before = session.dialog
    change(session)
    assert session.dialog != before
    assert _reloaded(session, home) == session.dialog


def test_nothing_is_stored_until_something_is_said(session: Session, home: Path) -> None:
    assert session.key is None
    with Store(home / "data" / "convotui.db") as other:
        assert other.list_dialogs() == []
    session.say(0, "hi")
    assert session.key is not None


def test_the_dialog_keeps_who_talked_and_under_what(session: Session, home: Path) -> None:
    session.say(0, "hi")
    kept = _reloaded(session, home)
    assert kept.personas == ((), load_persona("baker").facts)
    assert (kept.seed, kept.model, kept.version) == (1, "tiny", "base")
    assert kept.meta == {
        "persona_names": [None, "baker"],
        "goal_set": "everyday",
        "goals": {goal.id: goal.text for goal in load_goals("everyday")},
        "note": "kept",
    }


def test_a_rating_sets_the_reward_and_a_reward_leaves_the_rating(session: Session) -> None:
    _talk(session)
    assert (session.rate(1, 4).rating, session.dialog.turns[1].reward) == (4, 0.5)
    turn = session.reward(1, 7.0)
    assert (turn.rating, turn.reward) == (4, 7.0)
    session.rate_dialog(1)
    assert (session.dialog.rating, session.dialog.return_) == (1, -1.0)


def test_a_correction_is_recorded_with_what_it_replaced(session: Session, home: Path) -> None:
    _talk(session)
    turn = session.correct(1, "i am a nurse.")
    assert turn.correction == ("i am a nurse.", "a baker.")
    with closing(sqlite3.connect(home / "data" / "convotui.db")) as other:
        rows = other.execute("SELECT corrected, replaced FROM corrections").fetchall()
    assert rows == [(2, 1)]


WRONG: dict[str, Callable[[Session], object]] = {
    "rate 0": lambda s: s.rate(1, 0),
    "rate 6": lambda s: s.rate(1, 6),
    "rate the dialog 6": lambda s: s.rate_dialog(6),
    "reward nan": lambda s: s.reward(1, float("nan")),
    "reward inf": lambda s: s.reward(1, float("inf")),
    "rate no turn": lambda s: s.rate(2, 3),
    "correct no turn": lambda s: s.correct(9, "x"),
    "choose no candidate": lambda s: s.choose(1, 2),
    "choose a negative one": lambda s: s.choose(1, -1),
    "a third speaker": lambda s: s.say(2, "hi"),
    "accept nothing": lambda s: s.accept(1, ()),
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_what_is_refused_changes_neither_dialog_nor_database(
    session: Session, home: Path, wrong: Callable[[Session], object]
) -> None:
    _talk(session)
    before = session.dialog
    with pytest.raises((ValueError, IndexError, StoreError)):
        wrong(session)
    assert session.dialog == before
    assert _reloaded(session, home) == before


def test_seeds_differ_by_turn_and_by_candidate_and_follow_from_the_dialogs(
    session: Session, home: Path
) -> None:
    first = session.seeds(3)
    assert len(set(first)) == 3
    assert session.seeds(1) == first[:1]
    session.say(0, "hi")
    second = session.seeds(1)
    session.accept(1, (Candidate("x", "model", second[0], "base"),))
    more = session.seeds(1, position=1)
    third = session.seeds(1)
    assert len({*first, *second, *more, *third}) == 6
    with Store(home / "other.db") as store:
        twin = Session(store, seed=1, model="tiny", version="base")
        other = Session(store, seed=2, model="tiny", version="base")
        assert twin.seeds(3) == first
        assert not set(other.seeds(3)) & set(first)


def test_a_session_without_goals_has_no_texts(home: Path) -> None:
    with Store(home / "data" / "convotui.db") as store:
        session = Session(store, seed=1, model="tiny", version="base")
        assert session.goal_texts == {}
