"""Deep Q-learning finds what pays, in games whose best policy is known."""

from __future__ import annotations

import pytest

from convotui.learning.policy import train_policy
from tests.learning.games import (
    BANDIT,
    CHAIN,
    PAYS,
    Speaker,
    bandit_plan,
    chain_plan,
    pays,
    setting_of,
    unlocks,
)


def test_it_pulls_the_arm_that_pays_most() -> None:
    plan = bandit_plan(seed=1)
    setting = setting_of(BANDIT, pays, plan.seed)
    summary = train_policy(Speaker(), plan, name="bandit", setting=setting).summary
    best = max(PAYS) * plan.turns
    assert summary["eval"]["policy"]["mean"] >= 0.95 * best
    assert summary["eval"]["random"]["mean"] < 0.8 * best
    assert summary["gain"]["random"]["low"] > 0


def test_it_finds_three_goals_in_a_row_though_only_the_last_pays() -> None:
    plan = chain_plan(seed=1)
    setting = setting_of(CHAIN, unlocks, plan.seed)
    summary = train_policy(Speaker(), plan, name="chain", setting=setting).summary
    assert summary["eval"]["policy"]["mean"] >= 0.95
    assert summary["eval"]["random"]["mean"] < 0.5
    assert summary["gain"]["random"]["low"] > 0


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 6))
def test_the_chain_is_solved_with_other_seeds_too(seed: int) -> None:
    setting = setting_of(CHAIN, unlocks, seed)
    summary = train_policy(Speaker(), chain_plan(seed=seed), name="chain", setting=setting).summary
    assert summary["eval"]["policy"]["mean"] >= 0.95
