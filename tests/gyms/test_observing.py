"""An observation is a standardised state, how far the dialog is, and which goals were given."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from convotui.decoders import Decoder
from convotui.dialog import Candidate, Dialog, Goal, GoalSet, Turn
from convotui.gyms.observing import Observer, calibrated
from convotui.states import HiddenMean

GOALS = GoalSet("three", (Goal("a", "be a."), Goal("b", "be b."), Goal("c", "be c.")))


class Lengths:
    """A state: characters and words that the partner has said, and a number that never changes."""

    name = "lengths"
    width = 3

    def estimate(
        self, dialogs: Sequence[Dialog], tick: Callable[[], None] | None = None
    ) -> np.ndarray:
        rows = np.zeros((len(dialogs), 3), dtype=np.float32)
        for row, dialog in zip(rows, dialogs, strict=True):
            for turn in dialog.turns:
                if turn.speaker == 1:
                    row += (len(turn.text), len(turn.text.split()), 0)
                    row[2] = 7
        return rows


def opener(goal: str | None) -> Turn:
    return Turn(0, (Candidate("x", "model"),), goal=goal)


TEXTS = ("one", "one two", "one two three four")


def test_it_has_the_standardised_state_the_share_and_the_goals() -> None:
    observer = calibrated(Lengths(), GOALS, 4, TEXTS)
    dialog = Dialog(
        "d", turns=(opener("c"), Turn.say(1, "one two"), opener("a"), Turn.say(1, "one"))
    )
    (row,) = observer.observe([dialog])
    assert row.dtype == np.float32
    assert len(row) == observer.width == 3 + 1 + 3
    states = np.array([(len(t), len(t.split()), 7) for t in TEXTS])
    spread = states.std(0)
    wanted = (np.array([10, 3, 7]) - states.mean(0)) / np.where(spread > 0, spread, 1)
    np.testing.assert_allclose(row[:3], wanted / np.sqrt(3), rtol=1e-5)
    assert row[3] == 0.5
    assert row[4:].tolist() == [1, 0, 1]


def test_before_anything_was_said_it_is_zero() -> None:
    assert not calibrated(Lengths(), GOALS, 4, TEXTS).observe([Dialog("d")]).any()


def test_the_state_is_zero_until_the_partner_has_spoken() -> None:
    observer = calibrated(Lengths(), GOALS, 2, TEXTS)
    (row,) = observer.observe([Dialog("d", turns=(opener("b"),))])
    assert row.tolist() == [0, 0, 0, 0, 0, 1, 0]


def test_the_share_does_not_pass_one_in_longer_dialogs() -> None:
    observer = calibrated(Lengths(), GOALS, 1, TEXTS)
    turns = (opener(None), Turn.say(1, "one")) * 3
    (row,) = observer.observe([Dialog("d", turns=turns)])
    assert row[3] == 1
    assert row[4:].tolist() == [0, 0, 0]


def test_goals_of_another_set_leave_no_trace() -> None:
    observer = calibrated(Lengths(), GOALS, 1, TEXTS)
    (row,) = observer.observe([Dialog("d", turns=(opener("elsewhere"), Turn.say(1, "one")))])
    assert row[4:].tolist() == [0, 0, 0]


def test_without_texts_states_stay_as_they_are() -> None:
    observer = calibrated(Lengths(), GOALS, 2, ())
    (row,) = observer.observe([Dialog("d", turns=(opener("a"), Turn.say(1, "one")))])
    np.testing.assert_allclose(row[:3], np.array([3, 1, 7]) / np.sqrt(3), rtol=1e-6)


def test_an_observation_does_not_depend_on_its_company(decoder: Decoder) -> None:
    observer = calibrated(HiddenMean(decoder), GOALS, 2, TEXTS)
    dialogs = [
        Dialog("d", turns=(opener("a"), Turn.say(1, text))) for text in ("i bake.", "no", *TEXTS)
    ]
    together = observer.observe(dialogs)
    for dialog, row in zip(dialogs, together, strict=True):
        assert (observer.observe([dialog])[0] == row).all()


def test_what_is_seen_of_a_real_network_is_of_length_about_one(decoder: Decoder) -> None:
    facts = [f"i have {n} cats and {n + 1} dogs." for n in range(12)]
    observer = calibrated(HiddenMean(decoder), GOALS, 2, facts)
    rows = observer.observe([Dialog("d", turns=(opener("a"), Turn.say(1, t))) for t in facts])
    lengths = np.linalg.norm(rows[:, : observer.estimator.width], axis=1)
    assert np.sqrt((lengths**2).mean()) == pytest.approx(1, abs=0.01)


def test_calibrating_ticks_and_can_be_stopped(chat_decoder: Decoder) -> None:
    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        calibrated(HiddenMean(chat_decoder), GOALS, 2, TEXTS, stop)


def test_the_same_texts_calibrate_the_same(decoder: Decoder) -> None:
    one, two = (calibrated(HiddenMean(decoder), GOALS, 2, TEXTS) for _ in range(2))
    assert isinstance(one, Observer)
    assert (one.mean == two.mean).all()
    assert (one.scale == two.scale).all()
