"""The form that starts a training makes the plan its fields say."""

from __future__ import annotations

from convotui.learning.plan import PolicyPlan
from convotui.tui.training_fields import first_values, read_form


def read(plan: PolicyPlan, **typed: str) -> PolicyPlan:
    return read_form({**first_values(plan, None), **typed}, plan)[0]


def test_what_is_left_as_it_stands_is_the_plan() -> None:
    assert read(PolicyPlan()) == PolicyPlan()


def test_a_person_is_not_asked_for_comparisons_that_nobody_wanted() -> None:
    plan = read(PolicyPlan(), reward="manual")
    assert (plan.eval_episodes, plan.eval_every) == (0, 0)


def test_a_person_is_asked_for_the_comparisons_that_were_wanted() -> None:
    plan = read(PolicyPlan(), reward="manual", eval_episodes="2")
    assert plan.eval_episodes == 2
    begun = PolicyPlan(reward="manual", eval_episodes=3)
    assert read(begun).eval_episodes == 3
