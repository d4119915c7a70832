"""A judgement belongs to the reply it was given to, also after that was replaced."""

from __future__ import annotations

from pathlib import Path

import pytest

from convotui.dialog import Candidate
from convotui.engine.session import Session
from convotui.store import Store
from tests.store.helpers import rows


@pytest.fixture
def session(tmp_path: Path) -> Session:
    made = Session(Store(tmp_path / "c.db"), seed=1, model="m", version="base")
    made.say(0, "hi")
    made.accept(1, [Candidate("i am a robot.", "model", 1, "base")])
    return made


def test_a_correction_takes_the_reward_but_shows_the_rating(session: Session) -> None:
    session.rate(1, 4)
    turn = session.correct(1, "i am a nurse.")
    assert (turn.rating, turn.reward) == (4, None)


def test_a_reward_after_a_correction_is_the_corrections_alone(
    session: Session, tmp_path: Path
) -> None:
    session.rate(1, 2)
    session.correct(1, "i am a nurse.")
    turn = session.reward(1, 1.0)
    assert (turn.rating, turn.reward) == (None, 1.0)
    judged = rows(tmp_path / "c.db", "SELECT candidate, rating, reward FROM ratings ORDER BY key")
    assert judged == [(0, 2, -0.5), (1, None, 1.0)]


def test_a_reply_chosen_again_has_its_own_judgement_again(session: Session) -> None:
    session.rate(1, 2)
    session.correct(1, "i am a nurse.")
    session.rate(1, 5)
    assert (session.choose(1, 0).rating, session.choose(1, 0).reward) == (2, -0.5)
    assert (session.choose(1, 1).rating, session.choose(1, 1).reward) == (5, 1.0)


def test_a_judgement_of_a_replaced_reply_survives_export_and_import(session: Session) -> None:
    session.rate(1, 4)
    session.correct(1, "i am a nurse.")
    with Store(":memory:") as other:
        key = other.add_dialog(session.dialog)
        assert other.load(key) == session.dialog


def test_there_is_no_turn_beyond_the_last(session: Session) -> None:
    with pytest.raises(IndexError):
        session.rate(2, 4)
