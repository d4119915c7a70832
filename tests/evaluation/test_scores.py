"""What a policy scored: means, counts and repeats that can be checked by hand."""

from __future__ import annotations

import json
import random

import pytest

from convotui.dialog import Candidate, Dialog, Turn
from convotui.evaluation.intervals import Estimate, cluster_bootstrap
from convotui.evaluation.scores import (
    PolicyScore,
    by_partner,
    goal_counts,
    paired_gain,
    repeat_rate,
    score_from,
)


def dialog(*goals: str | None) -> Dialog:
    turns: list[Turn] = []
    for goal in goals:
        turns += [Turn(0, (Candidate("x", "model"),), goal=goal), Turn.say(1, "y")]
    return Dialog("d", turns=tuple(turns))


def score(name: str, *returns: float) -> PolicyScore:
    return PolicyScore(name, returns, cluster_bootstrap([[r] for r in returns]))


def test_goals_are_counted_by_id_in_the_order_they_were_met() -> None:
    dialogs = [dialog("b", "a", "b"), dialog(None, "c"), dialog()]
    assert goal_counts(dialogs) == {"b": 2, "a": 1, "c": 1}
    assert list(goal_counts(dialogs)) == ["b", "a", "c"]
    assert goal_counts([]) == {}


@pytest.mark.parametrize(
    ("dialogs", "rate"),
    [
        ([dialog("a", "b", "c")], 0.0),
        ([dialog("a", "a", "a", "a")], 3 / 4),
        ([dialog("a", "b", "a")], 1 / 3),
        ([dialog("a"), dialog("a")], 0.0),  # in another dialog is no repeat
        ([dialog("a", "a"), dialog("b", "c", "d")], 1 / 5),
        ([dialog("a", None, "a")], 1 / 2),
        ([dialog(None, None)], None),
        ([], None),
    ],
)
def test_a_repeat_is_a_goal_its_dialog_has_had(dialogs: list[Dialog], rate: float | None) -> None:
    assert repeat_rate(dialogs) == rate


def test_a_gain_is_the_mean_of_differences_in_the_same_dialogs() -> None:
    ours, theirs = score("dqn", 3.0, 5.0, 7.0, 9.0), score("random", 1.0, 4.0, 4.0, 7.0)
    gain = paired_gain(ours, theirs, ["p", "q", "r", "s"])
    assert (gain.mean, gain.n) == (2.0, 4)
    # Four differences are few: 1.6 times as wide as their percentiles, by Student's t.
    assert 0.5 < gain.low < 1.0
    assert 3.0 < gain.high < 3.5


def test_a_gain_that_is_the_same_everywhere_is_certain() -> None:
    ours, theirs = score("dqn", 11.0, 101.0, 6.0), score("random", 10.0, 100.0, 5.0)
    assert paired_gain(ours, theirs, ["p", "q", "r"]) == Estimate(1.0, 1.0, 1.0, 3)
    # Unpaired, nothing could be said.
    assert ours.estimate.low < theirs.estimate.high


def test_a_loss_is_a_negative_gain() -> None:
    one, other = score("a", 1.0, 2.0), score("b", 2.0, 4.0)
    assert paired_gain(one, other, ["p", "q"]).mean == -paired_gain(other, one, ["p", "q"]).mean


def test_dialogs_with_one_partner_are_drawn_together() -> None:
    numbers, partners = [0.0] * 4 + [1.0] * 4, ["p"] * 4 + ["q"] * 4
    together = by_partner(numbers, partners)
    assert (together.mean, together.n) == (0.5, 8)
    # Two partners say next to nothing about a third.
    assert together.low < -4
    assert together.high > 5
    alone = by_partner(numbers, [str(i) for i in range(8)])
    assert alone.low > 0
    assert alone.high < 1


@pytest.mark.parametrize("partners", [["p"], ["p", "q", "r"]])
def test_numbers_and_partners_belong_together(partners: list[str]) -> None:
    with pytest.raises(ValueError):
        by_partner([1.0, 2.0], partners)


def test_scores_of_other_dialogs_are_not_compared() -> None:
    with pytest.raises(ValueError):
        paired_gain(score("a", 1.0, 2.0), score("b", 1.0), ["p", "q"])
    with pytest.raises(ValueError, match="nothing"):
        by_partner([], [])


def test_a_score_reads_as_it_was_written() -> None:
    whole = PolicyScore(
        "dqn",
        (0.1 + 0.2, -1.0),
        Estimate(-0.35, -1.0, 0.3, 2),
        parts={"goal-met": 0.25},
        goals={"a": 3},
        repeat_rate=1 / 3,
    )
    for one in (whole, score("none", 1.0)):
        assert score_from(json.loads(json.dumps(one.record()))) == one


def test_with_one_partner_only_dialogs_are_drawn_by_themselves() -> None:
    numbers = [0.0, 1.0] * 6
    assert by_partner(numbers, ["p"] * 12) == by_partner(numbers, [str(i) for i in range(12)])


def test_one_dialog_has_no_interval() -> None:
    with pytest.raises(ValueError, match="two groups"):
        by_partner([1.0], ["p"])


@pytest.mark.parametrize(("dialogs", "partners"), [(20, 14), (10, 5), (3, 3), (20, 1)])
def test_the_interval_covers_the_mean_as_often_as_it_says(dialogs: int, partners: int) -> None:
    covered = 0
    for seed in range(200):
        rng = random.Random(seed)
        drawn = by_partner(
            [rng.gauss(0, 1) for _ in range(dialogs)], [str(i % partners) for i in range(dialogs)]
        )
        covered += drawn.low <= 0 <= drawn.high
    assert 0.90 <= covered / 200 <= 0.99
