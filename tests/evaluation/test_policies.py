"""Policies are measured in the same dialogs, and a reward sees what it would in training."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from convotui.dialog import Dialog
from convotui.evaluation.policies import partners, play_policy, score_policy
from convotui.gyms.casting import cast
from convotui.policies import make_policy
from convotui.rewards.composition import WeightedReward
from tests.learning.games import BANDIT, PAYS, Echo, pays

CASTING = cast("held-out", BANDIT, seed=4)


def played(name: str, episodes: int = 5, turns: int = 3, batch: int = 2, **more: object) -> list:
    policy = make_policy(name, BANDIT)
    return play_policy(
        policy, (Echo(), Echo()), CASTING, episodes=episodes, turns=turns, batch=batch, **more
    )


def test_policies_meet_the_same_people_with_the_same_seeds() -> None:
    for name in ("none", "random", "no-repeat"):
        dialogs = played(name)
        laid_out = [CASTING.dialog(episode) for episode in range(5)]
        assert [(d.id, d.seed, d.personas) for d in dialogs] == [
            (d.id, d.seed, d.personas) for d in laid_out
        ]
        assert [len(d) for d in dialogs] == [6] * 5
        given = {turn.goal is not None for d in dialogs for turn in d.turns[::2]}
        assert given == {name != "none"}
        assert all(turn.goal is None for d in dialogs for turn in d.turns[1::2])


def test_the_batch_changes_nothing() -> None:
    assert played("random", batch=1) == played("random", batch=2) == played("random", batch=9)


def test_completed_exchanges_are_told_as_they_are_heard() -> None:
    heard: list[int] = []
    played("random", heard=heard.append)
    assert sum(heard) == 15
    assert max(heard) == 2


def test_raising_in_a_tick_stops_the_play() -> None:
    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        played("random", tick=stop)


def test_returns_parts_and_rewards_add_up() -> None:
    def words(dialogs: Sequence[Dialog]) -> list[float]:
        return [float(len(d.turns[-1].text.split())) for d in dialogs]

    reward = WeightedReward([("pays", pays, 2.0), ("words", words, 0.5)])
    dialogs = played("random")
    score, scored = score_policy("random", dialogs, reward)
    pay = dict(zip((goal.id for goal in BANDIT), PAYS, strict=True))
    for dialog, total in zip(scored, score.returns, strict=True):
        # The partner always says two words: "heard arm-1".
        wanted = [2 * pay[turn.goal] + 0.5 * 2 for turn in dialog.turns[::2]]
        assert [turn.reward for turn in dialog.turns[::2]] == pytest.approx(wanted)
        assert [turn.reward for turn in dialog.turns[1::2]] == [None] * 3
        assert total == pytest.approx(sum(wanted))
    assert score.estimate.mean == pytest.approx(sum(score.returns) / 5)
    assert score.parts["words"] == 6
    earned = [sum(pay[turn.goal] for turn in d.turns[::2]) for d in dialogs]
    assert score.parts["pays"] == pytest.approx(sum(earned) / 5)
    assert sum(score.goals.values()) == 15
    assert score.policy == "random"


def test_a_reward_sees_nothing_after_the_exchange_it_scores() -> None:
    seen: list[list[str]] = []

    def watching(dialogs: Sequence[Dialog]) -> list[float]:
        seen.extend([turn.text for turn in d.turns] for d in dialogs)
        return [0.0 for _ in dialogs]

    dialogs = played("random", episodes=2)
    score_policy("random", dialogs, WeightedReward([("watching", watching, 1.0)]))
    texts = [[turn.text for turn in d.turns] for d in dialogs]
    assert seen == [row[:end] for end in (2, 4, 6) for row in texts]


def test_a_reward_finds_the_rewards_before_as_in_training() -> None:
    def climbing(dialogs: Sequence[Dialog]) -> list[float]:
        return [1.0 + sum(turn.reward or 0.0 for turn in d.turns[:-2]) for d in dialogs]

    score, _ = score_policy(
        "random", played("random"), WeightedReward([("climbing", climbing, 1.0)])
    )
    assert set(score.returns) == {1.0 + 2.0 + 4.0}


def test_dialogs_that_ended_early_are_scored_to_their_end() -> None:
    dialogs = played("random", episodes=2)
    short = Dialog("s", personas=dialogs[0].personas, turns=dialogs[0].turns[:2])
    score, scored = score_policy(
        "random", [dialogs[1], short], WeightedReward([("pays", pays, 1.0)])
    )
    assert score.returns[1] == pays([short])[0]
    assert len(scored[1]) == 2


def test_none_gives_no_goals_and_so_no_repeats() -> None:
    score, _ = score_policy("none", played("none"), WeightedReward([("pays", pays, 1.0)]))
    assert (score.goals, score.repeat_rate, score.estimate.mean) == ({}, None, 0.0)


def test_partners_are_told_apart_by_who_they_are() -> None:
    dialogs = [CASTING.dialog(e) for e in range(2 * len(CASTING.pool))]
    names = partners(dialogs)
    assert len(set(names)) == len(CASTING.pool)
    assert names[: len(CASTING.pool)] == names[len(CASTING.pool) :]
