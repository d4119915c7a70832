"""The form at the end of a dialog is kept with it and read back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from convotui.dialog import Turn
from convotui.engine.session import Judgement, Session
from convotui.store import Store


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with Store(tmp_path / "c.db") as store:
        made = Session(store, seed=1, model="m", version="base")
        made.say(0, "hi")
        yield made


FORMS = [
    Judgement("agreed", True, 4, None, "short and sweet"),
    Judgement("gave up", False, 1, 0.25, ""),
    Judgement(goal_reached=False),
    Judgement(note="\x1b[2J\n\u202e"),
    Judgement(rating=3),
    Judgement(reward=-2.5),
    Judgement(),
]


@pytest.mark.parametrize("form", FORMS)
def test_what_was_said_is_read_back_also_after_reopening(session: Session, form: Judgement) -> None:
    session.judge(form)
    assert session.judgement == form
    assert session.key is not None
    with Store(session._store.path) as other:
        assert Session.open(other, session.key).judgement == form


def test_a_reward_given_wins_over_the_one_from_the_rating(session: Session) -> None:
    session.judge(Judgement(rating=4))
    assert (session.dialog.rating, session.dialog.return_) == (4, 0.5)
    session.judge(Judgement(rating=4, reward=-1.0))
    assert (session.dialog.rating, session.dialog.return_) == (4, -1.0)


def test_words_are_kept_in_meta_and_numbers_on_the_dialog(session: Session) -> None:
    session.judge(Judgement("agreed", True, 5, None, "well done"))
    kept = {"outcome": "agreed", "goal_reached": True, "note": "well done"}
    assert session.dialog.meta["judgement"] == kept
    assert session._store.list_dialogs()[0].rating == 5


def test_a_new_form_takes_the_place_of_the_old_one(session: Session) -> None:
    before = session.dialog
    session.judge(FORMS[0])
    session.judge(FORMS[1])
    assert session.judgement == FORMS[1]
    session.judge(Judgement())
    assert session.dialog == before


def test_a_rating_given_otherwise_shows_in_the_form(session: Session) -> None:
    session.judge(FORMS[1])
    session.rate_dialog(5)
    assert session.judgement == replace(FORMS[1], rating=5, reward=None)


def test_a_dialog_that_was_not_judged_has_an_empty_form(session: Session) -> None:
    assert session.judgement == Judgement()


@pytest.mark.parametrize(
    "meta", ["agreed", {"outcome": 3}, {"outcome": "a", "goal_reached": 1, "note": ""}, []]
)
def test_meta_of_elsewhere_that_means_something_else_is_no_judgement(
    session: Session, meta: Any
) -> None:
    session.set_meta(judgement=meta)
    assert session.judgement == Judgement()


def test_an_empty_dialog_is_stored_when_it_is_judged(tmp_path: Path) -> None:
    with Store(tmp_path / "d.db") as store:
        session = Session(store, seed=1, model="m", version="base")
        session.judge(Judgement("nothing came of it", rating=1))
        assert session.stored
        assert session.key is not None
        assert store.load(session.key) == session.dialog
        session.say(0, "hi")
        assert session.dialog.turns == (Turn.say(0, "hi"),)
