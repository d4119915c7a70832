"""Is there anything for a policy to learn? What each goal is worth, against noise.

The model talks to itself under goals drawn uniformly at random for every exchange, so that
every goal is met at every position. Each pair of personas and seed is played three times:
under two independent draws of goals, and in free talk. All dialogs are scored by both
computed rewards, goal-met and persona-rank, exchange by exchange:

- the mean reward of each goal and of free talk, with 95 % intervals bootstrapped over pairs;
- whether goals differ: permutation test of the variance between goals. Rewards are
  centred on the mean of their position, and goals are permuted within positions, which is how
  they were drawn, so the test is exact. "spread" is the standard deviation between goals that
  is left when noise is taken off (analysis of variance; 0 where there is less than noise);
- the gain of the best goal, chosen on one half of the pairs and valued on the other;
- how many pairs of dialogs (a policy and random goals on the same personas and seed) a gain of
  10 % of the mean return needs to be seen with 80 % power at the two-sided 5 % level,

      n = (1.960 + 0.842)^2 * sd^2 / (0.1 * mean)^2,

  with sd that of the differences between the returns under two independent draws of goals,
  and what gain 100 pairs would show. Where the mean return may be zero, only the latter.

Run: python benchmarks/policy_signal.py [--dialogs 96] [--exchanges 4] [--seed 0]
"""

from __future__ import annotations

import argparse
import json
import math
import random
import statistics
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, NamedTuple

from machine import describe

from convotui import Dialog, Goal, GoalSet, Sampling, load_decoder, load_goals, self_play
from convotui.decoders.encoder import load_encoder
from convotui.dialog import derive_seed
from convotui.evaluation import Estimate, cluster_bootstrap, wilson
from convotui.rewards import PersonaRank, chance, make_reward

REWARDS = ("goal-met", "persona-rank")
PERMUTATIONS = 5000
Z = 1.959964 + 0.841621
"""Standard normal quantiles of 1 - 5 %/2 and of 80 %."""


@dataclass(frozen=True)
class SaltedRandom:
    """Draws uniformly from all goals; another salt gives an independent draw for the same seed."""

    goals: GoalSet
    salt: str

    def choose(self, dialogs: Sequence[Dialog], seeds: Sequence[int]) -> list[Goal | None]:
        """Draw a goal for every dialog from its own seed and the salt."""
        drawn = [random.Random(derive_seed(self.salt, seed)) for seed in seeds]
        return [rng.choice(self.goals.goals) for rng in drawn]


class Scored(NamedTuple):
    """The reward of one exchange."""

    pair: int
    position: int
    goal: str
    reward: float


def main() -> None:
    """Play, score, and print tables and one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="smollm2")
    parser.add_argument("--goals", default="everyday")
    parser.add_argument("--dialogs", type=int, default=96, help="under random goals; even, from 4")
    parser.add_argument("--exchanges", type=int, default=4)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--max-new-tokens", type=int, default=40)
    parser.add_argument("--batch", type=int, default=32)
    options = parser.parse_args()
    if options.dialogs < 4 or options.dialogs % 2:
        parser.error("--dialogs must be even, and 4 or more")

    goals = load_goals(options.goals)
    if options.dialogs * options.exchanges < 2 * len(goals):
        parser.error(f"{len(goals)} goals need at least {2 * len(goals)} exchanges in all")
    decoder, encoder = load_decoder(options.model), load_encoder()
    draws = {
        "first": SaltedRandom(goals, "first"),
        "second": SaltedRandom(goals, "second"),
        "free talk": "none",
    }
    played = {}
    for name, policy in draws.items():
        played[name] = self_play(
            decoder,
            episodes=options.dialogs // 2,
            turns=2 * options.exchanges,
            policy=policy,
            goals=goals,
            seed=options.seed,
            batch=options.batch,
            sampling=Sampling(max_new_tokens=options.max_new_tokens),
        )
        print(f"played: {name}", file=sys.stderr, flush=True)

    reward = make_reward(",".join(REWARDS), goals, encoder=encoder.embed)
    found: dict[str, Any] = {}
    for name in REWARDS:
        score = reward.rewards[name]
        sides = {side: _score_all(score, dialogs) for side, dialogs in played.items()}
        found[name] = report(name, goals, sides)
    ranks = rank_table(PersonaRank(encoder.embed), played)
    print(
        json.dumps(
            {
                "benchmark": "policy_signal",
                "model": decoder.name,
                "version": decoder.version,
                "dtype": decoder.dtype,
                "encoder": encoder.name,
                "goals": goals.name,
                **{
                    key: getattr(options, key)
                    for key in ("dialogs", "exchanges", "seed", "max_new_tokens")
                },
                **found,
                "rank_metrics": ranks,
                **describe(),
            }
        )
    )


def report(name: str, goals: GoalSet, sides: dict[str, list[Scored]]) -> dict[str, Any]:
    """Print what is known of one reward and return it as JSON values."""
    asked, free = [*sides["first"], *sides["second"]], sides["free talk"]
    by_goal = {goal.id: [x for x in asked if x.goal == goal.id] for goal in goals}
    means = {goal: mean(rows) for goal, rows in by_goal.items() if rows}
    everything, talk = mean(asked), mean(free)
    share, spread = permutation_test(asked)
    gain = held_out_gain(asked)
    returns = [_returns(sides[side]) for side in ("first", "second")]
    level = cluster_bootstrap([[a, b] for a, b in zip(*returns, strict=True)])
    noise = statistics.stdev(a - b for a, b in zip(*returns, strict=True))
    # A mean return whose interval holds zero has no tenth to look for.
    needed = None
    if level.low > 0 or level.high < 0:
        needed = math.ceil((Z * noise / (0.1 * level.mean)) ** 2)

    print(f"\n{name}: mean reward of an exchange")
    for goal, estimate in [*means.items(), ("random goals", everything), ("free talk", talk)]:
        print(f"  {goal:20} {_cell(estimate):32} n = {estimate.n}")
    print(f"  spread between goals {spread:.4f}, p = {share:.4f} ({PERMUTATIONS} permutations)")
    print(f"  best goal of one half, gain in the other: {gain:+.4f}")
    print(f"  return under random goals {_cell(level)}, sd of paired differences {noise:.4f}")
    if needed is None:
        print("  pairs for a gain of 10 %: the mean return may be zero, so there is no such number")
    else:
        print(f"  pairs for a gain of 10 % ({0.1 * abs(level.mean):.4f}): {needed}")
    print(f"  gain that 100 pairs show: {Z * noise / 10:.4f}")
    return {
        "by_goal": {goal: asdict(estimate) for goal, estimate in means.items()},
        "random_goals": asdict(everything),
        "free_talk": asdict(talk),
        "spread": spread,
        "p": share,
        "held_out_gain": gain,
        "return": asdict(level),
        "sd_of_differences": noise,
        "pairs_for_ten_percent": needed,
        "gain_shown_by_100_pairs": Z * noise / 10,
    }


def mean(rows: Sequence[Scored]) -> Estimate:
    """Average rewards; the clusters are the pairs, which share personas and seed.

    Where all are 0 or all are 1 a bootstrap knows no doubt: then Wilson's interval, with the
    pairs as trials.
    """
    groups: dict[int, list[float]] = {}
    for row in rows:
        groups.setdefault(row.pair, []).append(row.reward)
    if {row.reward for row in rows} in ({0.0}, {1.0}):
        return replace(wilson(rows[0].reward, len(groups)), n=len(rows))
    return cluster_bootstrap(list(groups.values()))


def centred(rows: Sequence[Scored]) -> list[Scored]:
    """Take the mean of each position off, and sort by position."""
    result = []
    for position in sorted({row.position for row in rows}):
        here = [row for row in rows if row.position == position]
        level = statistics.fmean(row.reward for row in here)
        result += [row._replace(reward=row.reward - level) for row in here]
    return result


def permutation_test(rows: Sequence[Scored], *, seed: int = 0) -> tuple[float, float]:
    """Test whether goals differ.

    Returns:
        The p value: the share of permutations, this one counted, with as much variance between
        goals; and the standard deviation between goals without noise.
    """
    import numpy as np

    rng, rows = np.random.default_rng(seed), centred(rows)
    names = sorted({row.goal for row in rows})
    labels = np.array([names.index(row.goal) for row in rows])
    values = np.array([row.reward for row in rows])
    positions = np.array([row.position for row in rows])
    places = [np.flatnonzero(positions == p) for p in np.unique(positions)]

    def between(these: Any) -> float:
        sums = np.bincount(these, weights=values, minlength=len(names))
        return float((sums**2 / np.bincount(these, minlength=len(names))).sum())

    actual, as_much, shuffled = between(labels), 1, labels.copy()
    for _ in range(PERMUTATIONS):
        for place in places:
            shuffled[place] = rng.permutation(labels[place])
        as_much += between(shuffled) >= actual - 1e-12
    counts = np.bincount(labels)
    inside = (float((values**2).sum()) - actual) / (len(rows) - len(names) - len(places) + 1)
    each = (len(rows) - (counts**2).sum() / len(rows)) / (len(names) - 1)
    variance = (actual / (len(names) - 1) - inside) / each
    return as_much / (PERMUTATIONS + 1), math.sqrt(max(0.0, float(variance)))


def held_out_gain(rows: Sequence[Scored]) -> float:
    """Choose the best goal on half of the pairs, value it on the other; the mean of both ways.

    In units of reward over the mean of random goals, positions taken out.
    """
    halves = [[row for row in rows if row.pair % 2 == side] for side in (0, 1)]
    gains = []
    for chosen_on, valued_on in (halves, halves[::-1]):
        best = max(_goal_means(centred(chosen_on)).items(), key=lambda item: item[1])[0]
        gains.append(_goal_means(centred(valued_on)).get(best, 0.0))
    return statistics.fmean(gains)


def rank_table(rank: PersonaRank, played: dict[str, list[Dialog]]) -> dict[str, Any]:
    """Print how well the partner's facts can be told from others' at the end of the dialogs."""
    facts = [len(dialog.personas[1]) for dialog in played["first"]]
    by_chance = [chance(count) for count in facts]
    asked = [*played["first"], *played["second"]]
    table: dict[str, Any] = {}
    print("\npersona ranking at the end of the dialogs")
    for name in by_chance[0]:
        level = statistics.fmean(row[name] for row in by_chance)
        rows = {}
        for side, dialogs in (("random goals", asked), ("free talk", played["free talk"])):
            values = [rank.rank_metrics(dialog)[name] for dialog in dialogs]
            count = len(facts)
            rows[side] = cluster_bootstrap([values[i::count] for i in range(count)])
        cells = ", ".join(f"{side} {_cell(estimate)}" for side, estimate in rows.items())
        print(f"  {name:8} {cells}, chance {level:.4f}")
        table[name] = {side: asdict(estimate) for side, estimate in rows.items()}
        table[name]["chance"] = level
    return table


def _score_all(reward: Any, dialogs: Sequence[Dialog]) -> list[Scored]:
    rows = []
    for pair, dialog in enumerate(dialogs):
        ends = range(2, len(dialog) + 1, 2)
        values = reward([replace(dialog, turns=dialog.turns[:end]) for end in ends])
        for end, value in zip(ends, values, strict=True):
            rows.append(Scored(pair, end // 2, dialog.turns[end - 2].goal or "", value))
    return rows


def _returns(rows: Sequence[Scored]) -> list[float]:
    totals: dict[int, float] = {}
    for row in rows:
        totals[row.pair] = totals.get(row.pair, 0.0) + row.reward
    return [totals[pair] for pair in sorted(totals)]


def _goal_means(rows: Sequence[Scored]) -> dict[str, float]:
    groups: dict[str, list[float]] = {}
    for row in rows:
        groups.setdefault(row.goal, []).append(row.reward)
    return {goal: statistics.fmean(values) for goal, values in groups.items()}


def _cell(estimate: Estimate) -> str:
    return f"{estimate.mean:+.4f} [{estimate.low:+.4f}, {estimate.high:+.4f}]"


if __name__ == "__main__":
    main()
