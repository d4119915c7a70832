"""A training's numbers: curves with the baselines beside them, gains in words, goals' shares."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from convotui.evaluation.intervals import Estimate
from convotui.evaluation.scores import PolicyScore
from convotui.learning.history import TrainingPoint
from convotui.learning.plan import PolicyPlan
from convotui.tui.training_numbers import (
    MOST_POINTS,
    goal_shares,
    in_short,
    latest_goals,
    outcome,
    plot_data,
    repeats,
    running_mean,
    score_rows,
    thin,
)
from convotui.tui.trainings import Training

PLAN = PolicyPlan(episodes=40, batch=4, eval_episodes=6)
PARTNERS = tuple("aabbcc")


def score(policy: str, *returns: float, **options: object) -> PolicyScore:
    mean = sum(returns) / len(returns)
    return PolicyScore(policy, returns, Estimate(mean, min(returns), max(returns), 6), **options)


def measured(*scores: PolicyScore, final: PolicyScore | None = None) -> Training:
    training = Training("one", PLAN, partners=PARTNERS)
    training.scores = [("baseline", 0, s) for s in scores]
    if final is not None:
        training.scores.append(("final", 40, final))
    return training


NONE = score("none", 0, 0, 0, 0, 0, 0)
RANDOM = score("random", 1, 2, 1, 2, 1, 2)
NO_REPEAT = score("no-repeat", 2, 1, 2, 1, 1, 2, repeat_rate=0.0)
LEARNED = score("dqn", 2, 3, 2, 3, 2, 3, repeat_rate=0.25)


def points(*means: float, loss: float | None = 0.5) -> list[TrainingPoint]:
    return [
        TrainingPoint(4 * (i + 1), 16 * (i + 1), mean, (mean,), loss=loss)
        for i, mean in enumerate(means)
    ]


def test_baselines_stand_in_the_plot_as_soon_as_they_are_measured() -> None:
    assert plot_data(measured(NONE)).levels == {"none": 0.0}
    levels = plot_data(measured(NONE, RANDOM, NO_REPEAT, final=LEARNED)).levels
    assert levels == {"none": 0.0, "random": 1.5, "no-repeat": 1.5, "dqn": 2.5}


def test_rounds_their_mean_and_validations_are_drawn_by_dialogs() -> None:
    training = measured(RANDOM)
    training.points = points(1, 3, 5, 7, 9, 11, 13, 15)
    training.scores += [("validation", 8, LEARNED)]
    data = plot_data(training)
    assert data.rounds == ([4, 8, 12, 16, 20, 24, 28, 32], [1, 3, 5, 7, 9, 11, 13, 15])
    assert data.window == 2
    assert data.mean[1] == [1, 2, 4, 6, 8, 10, 12, 14]
    assert data.validations == ([8], [2.5])
    assert data.total == 40


def test_what_is_not_finite_is_not_drawn() -> None:
    training = measured()
    training.points = [*points(1.0, math.nan, 2.0), *points(math.inf, loss=math.nan)]
    data = plot_data(training)
    assert data.rounds[1] == [1.0, 2.0]
    assert data.loss[1] == [0.5, 0.5, 0.5]


def test_nothing_measured_is_an_empty_plot() -> None:
    assert plot_data(Training("one", PLAN)).empty
    assert not plot_data(measured(NONE)).empty


def test_a_running_mean_begins_with_what_there_is() -> None:
    assert running_mean([2, 4, 6, 8], 3) == [2, 3, 4, 6]
    assert running_mean([], 3) == []


def test_too_many_points_are_thinned_evenly() -> None:
    across = [float(i) for i in range(12_345)]
    few, up = thin((across, across))
    assert len(few) == MOST_POINTS
    assert (few[0], few[-1]) == (0, 12_344)
    assert few == up == sorted(set(few))
    assert thin(([1.0], [2.0])) == ([1.0], [2.0])


def test_policies_stand_side_by_side_with_their_gain_in_words() -> None:
    rows = score_rows(measured(NONE, RANDOM, NO_REPEAT, final=LEARNED))
    assert [row.policy for row in rows] == ["none", "random", "no-repeat", "dqn"]
    assert [row.verdict for row in rows] == [
        *("less than random", "", "no difference shown", "more than random"),
    ]
    assert rows[3].gain.mean == pytest.approx(1.0)
    assert rows[1].gain is None


def test_what_is_not_measured_yet_says_so() -> None:
    rows = score_rows(measured(NONE))
    assert [row.verdict for row in rows] == ["", *["not measured yet"] * 3]
    assert [row.estimate is None for row in rows] == [False, True, True, True]


def test_the_gain_that_the_engine_has_worked_out_counts() -> None:
    training = measured(NONE, RANDOM, NO_REPEAT, final=LEARNED)
    training.summary = {"gain": {"random": {"mean": 0.3, "low": -0.1, "high": 0.7, "n": 6}}}
    row = score_rows(training)[3]
    assert row.gain == Estimate(0.3, -0.1, 0.7, 6)
    assert row.verdict == "no difference shown"


def test_without_knowing_the_partners_no_gain_is_claimed() -> None:
    training = replace(measured(NONE, RANDOM, final=LEARNED), partners=())
    assert [row.gain for row in score_rows(training)] == [None] * 4


def test_goals_are_shared_out_of_all_there_are() -> None:
    assert goal_shares({"b": 3, "a": 1}, ("a", "b", "c")) == [("b", 0.75), ("a", 0.25), ("c", 0)]
    assert goal_shares({}, ("a",)) == [("a", 0.0)]


def test_the_latest_rounds_are_counted_together() -> None:
    rounds = [replace(point, goals={"a": 1, "b": 2}) for point in points(*range(9))]
    assert latest_goals(rounds) == {"a": 5, "b": 10}


def test_repeats_are_told_of_policies_that_give_goals() -> None:
    assert repeats(measured(NONE)) == ""
    told = repeats(measured(NONE, RANDOM, NO_REPEAT, final=LEARNED))
    assert told == "Goals repeated: no-repeat 0 %, dqn 25 %."


def test_what_rounds_return_is_set_against_nothing() -> None:
    training = measured(NONE)
    assert in_short(training) == ["no return yet"]
    training.points = points(1, 2, 3)
    training.scores.append(("baseline", 0, RANDOM))
    assert in_short(training) == ["training return 2.00,", "exploring"]
    assert outcome(training) == "it has learned from 12 dialogs; nothing was compared."


def test_what_was_learned_is_told_as_a_gain_with_its_interval() -> None:
    training = measured(NONE, RANDOM, NO_REPEAT, final=LEARNED)
    training.summary = {"gain": {"random": {"mean": 0.3, "low": -0.1, "high": 0.7, "n": 6}}}
    assert in_short(training) == ["+0.30 over random", "95 %: -0.10 to +0.70"]
    assert outcome(training) == (
        "+0.30 over random on dialogs it had not seen, 95 % interval -0.10 to +0.70: "
        "no difference shown."
    )


def test_what_was_compared_with_nothing_says_so() -> None:
    training = replace(measured(NONE, RANDOM, final=LEARNED), partners=())
    assert in_short(training) == ["return 2.50"]
    assert outcome(training) == (
        "mean return 2.50 on dialogs it had not seen, compared with nothing."
    )
