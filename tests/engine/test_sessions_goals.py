"""A dialog carries the texts of its goals, also when another set is in use."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from convotui.dialog import Candidate, Dialog, Goal, GoalSet, Turn
from convotui.engine.session import Session
from convotui.errors import StoreError
from convotui.store import Store

PETS = GoalSet("pets", (Goal("ask-pets", "ask about pets."), Goal("like-cats", "like cats.")))
WORK = GoalSet("work", (Goal("ask-work", "ask about work."), Goal("ask-pets", "pets at work?")))
REPLY = Candidate("do you have any?", "model", 5, "base")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "c.db") as opened:
        yield opened


@pytest.fixture
def session(store: Store) -> Session:
    return Session(store, seed=1, model="m", version="base", goals=PETS)


def kept(session: Session) -> dict[str, Any]:
    """Meta of the dialog as the store has it."""
    assert session.key is not None
    return dict(session._store.load(session.key).meta)


def test_another_set_is_added_to_what_the_dialog_knows(session: Session) -> None:
    session.accept(0, [REPLY], goal="like-cats")
    session.use_goals(WORK)
    texts = {
        "ask-pets": "pets at work?",
        "like-cats": "like cats.",
        "ask-work": "ask about work.",
    }
    assert session.goals == WORK
    assert session.goal_texts == texts
    assert (kept(session)["goal_set"], kept(session)["goals"]) == ("work", texts)


def test_a_goal_that_a_turn_was_said_under_keeps_its_text(session: Session) -> None:
    session.accept(0, [REPLY], goal="ask-pets")
    session.use_goals(WORK)
    assert session.goal_texts["ask-pets"] == kept(session)["goals"]["ask-pets"] == "ask about pets."


def test_another_set_can_be_used_before_anything_is_said(session: Session, store: Store) -> None:
    session.use_goals(WORK)
    assert store.list_dialogs() == []
    session.say(0, "hi", goal="ask-work")
    assert kept(session)["goals"]["ask-work"] == "ask about work."


def test_a_set_that_cannot_be_stored_is_not_in_use(session: Session, store: Store) -> None:
    session.say(0, "hi")
    store.close()
    with pytest.raises(StoreError):
        session.use_goals(WORK)
    assert session.goals == PETS


def test_a_reopened_dialog_knows_its_goals_and_those_of_the_set(
    session: Session, store: Store
) -> None:
    session.accept(0, [REPLY], goal="ask-pets")
    assert session.key is not None
    bare = Session.open(store, session.key)
    assert bare.goal_texts == {"ask-pets": "ask about pets.", "like-cats": "like cats."}
    again = Session.open(store, session.key, WORK)
    assert again.goals == WORK
    assert again.goal_texts == {**bare.goal_texts, "ask-work": "ask about work."}
    assert kept(again) == kept(session)


@pytest.mark.parametrize("method", ["say", "accept", "offer"])
def test_a_goal_of_the_set_is_kept_with_a_reopened_dialog_once_it_is_used(
    session: Session, store: Store, method: str
) -> None:
    session.accept(0, [REPLY])
    assert session.key is not None
    again = Session.open(store, session.key, WORK)
    arguments = {"say": (1, "hi"), "accept": (1, [REPLY]), "offer": (0, REPLY)}[method]
    getattr(again, method)(*arguments, goal="ask-work")
    assert again.dialog.turns[-1].goal == "ask-work"
    assert kept(again)["goals"]["ask-work"] == "ask about work."
    assert store.load(session.key) == again.dialog


@pytest.mark.parametrize("goal", ["be very kind.", "ask-work"])
def test_a_goal_that_is_in_no_set_is_taken_as_it_is(session: Session, goal: str) -> None:
    before = session.dialog.meta
    session.say(0, "hi", goal=goal)
    session.accept(1, [REPLY], goal=goal)
    session.offer(1, REPLY, goal=goal)
    assert [turn.goal for turn in session.dialog.turns] == [goal, goal]
    assert session.dialog.meta == before


def test_choosing_a_candidate_brings_back_its_goal(session: Session) -> None:
    session.accept(0, [REPLY], goal="ask-pets")
    session.offer(0, REPLY, goal="like-cats")
    assert session.choose(0, 0).goal == "ask-pets"
    assert session.choose(0, 1).goal == "like-cats"
    session.undo()
    assert session.dialog.turns[0].goal == "ask-pets"
    session.undo()
    session.undo()
    assert session.dialog.turns[0].goal == "ask-pets"


@pytest.mark.parametrize("goals", [["ask-pets"], "ask-pets", 3, {"ask-pets": 3}, None])
def test_goals_of_elsewhere_that_are_no_texts_are_left_alone(store: Store, goals: Any) -> None:
    key = store.add_dialog(Dialog("d", turns=(Turn.say(0, "hi"),), meta={"goals": goals}))
    assert Session.open(store, key).goal_texts == {}
    session = Session.open(store, key, PETS)
    assert session.goal_texts == {"ask-pets": "ask about pets.", "like-cats": "like cats."}
    session.say(1, "ho", goal="ask-pets")
    assert kept(session)["goals"] == {"ask-pets": "ask about pets."}
