"""Playing policies on the same personas and seeds, and scoring what was said (torch-free)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from convotui.agents import Agent
from convotui.dialog import Dialog
from convotui.evaluation.scores import PolicyScore, by_partner, goal_counts, repeat_rate
from convotui.gyms.casting import Casting
from convotui.gyms.rounds import play
from convotui.policies import Policy
from convotui.rewards.composition import WeightedReward

Tick = Callable[[], None]


def play_policy(
    policy: Policy,
    agents: tuple[Agent, Agent],
    casting: Casting,
    *,
    episodes: int,
    turns: int,
    batch: int,
    tick: Tick | None = None,
    heard: Callable[[int], None] | None = None,
) -> list[Dialog]:
    """Let a policy steer the first dialogs of a casting.

    Args:
        policy: chooses the opener's goals.
        agents: opener and responder.
        casting: lays the dialogs out; the same for every policy that is to be compared.
        episodes: how many dialogs.
        turns: exchanges in each.
        batch: dialogs that advance together.
        tick: called after every token column; raising in it stops the play.
        heard: told the number of exchanges that have been completed, after each round.

    Returns:
        The dialogs, in the order of the casting.
    """
    dialogs = [casting.dialog(episode) for episode in range(episodes)]
    for round_ in play(dialogs, agents, turns=2 * turns, policy=policy, batch=batch, tick=tick):
        for played in round_:
            dialogs[played.episode] = played.dialog
        if heard:
            heard(sum(len(played.dialog) % 2 == 0 for played in round_))
    return dialogs


def score_policy(
    name: str, dialogs: Sequence[Dialog], reward: WeightedReward
) -> tuple[PolicyScore, list[Dialog]]:
    """Score dialogs exchange by exchange.

    Args:
        name: of the policy that steered them.
        dialogs: complete ones, at least one.
        reward: scores an exchange.

    Returns:
        The score, and the dialogs with each reward on the opener's turn that earned it.

    Raises:
        RewardError: a reward cannot score an exchange.
    """
    scored = list(dialogs)
    returns = [0.0] * len(dialogs)
    sums = dict.fromkeys(reward.rewards, 0.0)
    for end in range(2, max(len(dialog) for dialog in dialogs) + 1, 2):
        rows = [i for i, dialog in enumerate(dialogs) if len(dialog) >= end]
        # A reward sees what it would have seen in training: nothing after the exchange.
        parts = reward.parts([replace(scored[i], turns=scored[i].turns[:end]) for i in rows])
        for part, values in parts.items():
            sums[part] += sum(values)
        for i, total in zip(rows, reward.total(parts), strict=True):
            returns[i] += total
            turn = scored[i].turns[end - 2]
            scored[i] = scored[i].with_turn(end - 2, replace(turn, reward=total))
    score = PolicyScore(
        policy=name,
        returns=tuple(returns),
        estimate=by_partner(returns, partners(dialogs)),
        parts={part: total / len(dialogs) for part, total in sums.items()},
        goals=goal_counts(dialogs),
        repeat_rate=repeat_rate(dialogs),
    )
    return score, scored


def partners(dialogs: Sequence[Dialog]) -> list[str]:
    """Name whom each dialog was with, for drawing dialogs with the same partner together."""
    return [" | ".join(dialog.personas[1]) for dialog in dialogs]
