"""The policies that learn nothing choose as their names say, from the seeds alone."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from convotui.dialog import Dialog, Goal, GoalSet, Turn
from convotui.policies import FixedGoal, NoGoal, NoRepeat, Policy, RandomGoal

GOALS = GoalSet("small", tuple(Goal(f"g{i}", f"goal number {i}.") for i in range(5)))


def _dialogs(count: int) -> list[Dialog]:
    return [Dialog(f"d{i}") for i in range(count)]


def _drive(policy: Policy, turns: int, seed: int) -> list[str]:
    """Let a policy choose in one dialog, each choice a turn of it."""
    dialog, chosen = Dialog("d"), []
    for turn in range(turns):
        goal = policy.choose([dialog], [seed * 1000 + turn])[0]
        assert goal is not None
        chosen.append(goal.id)
        dialog = dialog.add(Turn.say(0, "hi", goal=goal.id)).add(Turn.say(1, "hello"))
    return chosen


def test_none_gives_no_goal_to_anyone() -> None:
    assert NoGoal().choose(_dialogs(3), [1, 2, 3]) == [None, None, None]


def test_a_fixed_goal_is_given_every_time() -> None:
    goal = GOALS["g2"]
    assert FixedGoal(goal).choose(_dialogs(3), [1, 2, 3]) == [goal, goal, goal]


def test_random_draws_every_goal_equally_often() -> None:
    draws = RandomGoal(GOALS).choose(_dialogs(5000), range(5000))
    counts = Counter(goal.id for goal in draws if goal)
    assert set(counts) == {goal.id for goal in GOALS}
    # Chi-squared with 4 degrees of freedom exceeds 23.5 once in ten thousand draws of seeds,
    # and these seeds are always the same.
    assert sum((n - 1000) ** 2 / 1000 for n in counts.values()) < 23.5


def test_random_may_repeat_a_goal() -> None:
    chosen = _drive(RandomGoal(GOALS), 5, seed=1)
    assert len(set(chosen)) < 5


def test_no_repeat_uses_every_goal_before_one_comes_again_and_then_starts_over() -> None:
    for seed in range(20):
        chosen = _drive(NoRepeat(GOALS), 15, seed)
        for begin in (0, 5, 10):
            assert sorted(chosen[begin : begin + 5]) == ["g0", "g1", "g2", "g3", "g4"]


def test_no_repeat_draws_every_order_of_the_first_two_goals() -> None:
    pairs = Counter(tuple(_drive(NoRepeat(GOALS), 2, seed)) for seed in range(600))
    assert len(pairs) == 20


def test_no_repeat_looks_at_each_dialog_on_its_own() -> None:
    used = Dialog("used")
    for goal in list(GOALS)[:4]:
        used = used.add(Turn.say(0, "hi", goal=goal.id))
    chosen = NoRepeat(GOALS).choose([used, Dialog("fresh")] * 50, range(100))
    assert {goal.id for goal in chosen[::2] if goal} == {"g4"}
    assert len({goal.id for goal in chosen[1::2] if goal}) == 5


def test_no_repeat_ignores_goals_that_are_not_in_its_set() -> None:
    dialog = Dialog("d", turns=(Turn.say(0, "hi", goal="talk about something else."),))
    chosen = NoRepeat(GOALS).choose([dialog] * 60, range(60))
    assert {goal.id for goal in chosen if goal} == {goal.id for goal in GOALS}


@pytest.mark.parametrize("kind", [RandomGoal, NoRepeat])
def test_a_choice_depends_on_its_own_seed_and_on_nothing_else_random(kind: type) -> None:
    policy, seeds = kind(GOALS), list(range(40))
    random.seed(1)
    together = policy.choose(_dialogs(40), seeds)
    random.seed(2)
    alone = [policy.choose(_dialogs(1), [seed])[0] for seed in seeds]
    assert together == alone
    assert together != policy.choose(_dialogs(40), [seed + 40 for seed in seeds])
