"""A policy learns on the embedded model: what was planted in the reward is found."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from convotui import Sampling, load_policy, self_play, train_policy
from convotui.decoders import Decoder
from convotui.dialog import Dialog

PLANTED = ("ask-pets", "talk-music")


def planted(dialogs: Sequence[Dialog]) -> list[float]:
    return [float(dialog.turns[-2].goal in PLANTED) for dialog in dialogs]


@pytest.mark.real
@pytest.mark.slow
def test_a_planted_reward_is_learned_on_the_real_decoder(real_decoder: Decoder, home: Path) -> None:
    trained = train_policy(
        real_decoder,
        reward=planted,
        goals="everyday",
        name="planted",
        episodes=60,
        turns=2,
        batch=10,
        seed=1,
        eval_every=0,
        eval_episodes=6,
        # What is said does not matter to this reward, so it may be short.
        sampling=Sampling(max_new_tokens=4),
    )
    counts = trained.summary["goal_counts"]
    share = sum(counts.get(goal, 0) for goal in PLANTED) / sum(counts.values())
    assert share >= 0.9, counts
    assert trained.summary["gain"]["random"]["low"] > 0

    policy = load_policy("planted", real_decoder)
    (dialog,) = self_play(
        real_decoder, turns=4, policy=policy, seed=5, sampling=Sampling(max_new_tokens=4)
    )
    assert {turn.goal for turn in dialog.turns[::2]} <= set(PLANTED)
    assert dialog.meta["policy"] == policy.name
