"""A judgement can be cleared, and a cleared one is as none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from convotui.dialog import Candidate
from convotui.engine.session import Session
from convotui.store import Store


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with Store(tmp_path / "c.db") as store:
        made = Session(store, seed=1, model="m", version="base")
        made.say(0, "hi")
        made.accept(1, [Candidate("i am a robot.", "model", 1, "base")])
        yield made


def test_clearing_a_rating_clears_its_reward(session: Session) -> None:
    before = session.dialog
    session.rate(1, 4)
    assert session.rate(1, None) == before.turns[1]
    assert session.dialog == before


def test_clearing_a_reward_leaves_the_rating(session: Session) -> None:
    session.rate(1, 4)
    session.reward(1, 7.0)
    turn = session.reward(1, None)
    assert (turn.rating, turn.reward) == (4, None)
    turn = session.reward(1, 2.0)
    assert (turn.rating, turn.reward) == (4, 2.0)


def test_clearing_the_dialogs_rating_clears_its_return(session: Session) -> None:
    before = session.dialog
    session.rate_dialog(4)
    session.rate_dialog(None)
    assert session.dialog == before


def test_clearing_what_a_correction_took_over_leaves_the_judgement_of_the_reply(
    session: Session,
) -> None:
    session.rate(1, 2)
    assert session.correct(1, "i am a nurse.").rating == 2
    assert session.rate(1, None).rating is None
    turn = session.choose(1, 0)
    assert (turn.rating, turn.reward) == (2, -0.5)
