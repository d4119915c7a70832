"""What a training's numbers say: curves to draw, rows to compare, shares of goals."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from convotui.evaluation.intervals import Estimate
from convotui.evaluation.scores import PolicyScore, paired_gain
from convotui.learning.history import BASELINES, TrainingPoint
from convotui.tui.trainings import Training

MOST_POINTS = 500
"""Drawing more than that takes longer and shows no more."""
RECENT = 5
"""Rounds that count as the latest."""
Curve = tuple[list[float], list[float]]
"""Numbers across and numbers up, equally many."""


@dataclass(frozen=True)
class PlotData:
    """What is drawn of a training.

    Attributes:
        rounds: mean return of each round, by dialogs learned from.
        mean: running mean of these.
        validations: mean return of the policy as it was, exploration left out.
        levels: mean return of each baseline that has been measured, and of what was learned
            in the end.
        loss: of the rounds that have one.
        window: rounds that the running mean is taken over.
        total: dialogs in all, where the drawing ends.
    """

    rounds: Curve
    mean: Curve
    validations: Curve
    levels: Mapping[str, float]
    loss: Curve
    window: int
    total: int

    @property
    def empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not (self.rounds[0] or self.validations[0] or self.levels)


def plot_data(training: Training) -> PlotData:
    """Gather what is drawn, at most ``MOST_POINTS`` of each kind."""
    points = [p for p in training.points if math.isfinite(p.mean_return)]
    across = [float(p.episodes) for p in points]
    returns = [p.mean_return for p in points]
    window = max(1, min(10, len(points) // 4))
    losses = [(float(p.episodes), p.loss) for p in training.points if p.loss is not None]
    losses = [(place, loss) for place, loss in losses if math.isfinite(loss)]
    looks = [(float(done), s.estimate.mean) for done, s in training.validations]
    looks = [(place, mean) for place, mean in looks if math.isfinite(mean)]
    levels = {name: training.baseline(name) for name in BASELINES}
    if training.final is not None:
        levels[training.final.policy] = training.final
    return PlotData(
        rounds=thin((across, returns)),
        mean=thin((across, running_mean(returns, window))),
        validations=thin(_apart(looks)),
        levels={
            name: score.estimate.mean
            for name, score in levels.items()
            if score is not None and math.isfinite(score.estimate.mean)
        },
        loss=thin(_apart(losses)),
        window=window,
        total=training.total,
    )


def running_mean(numbers: Sequence[float], window: int) -> list[float]:
    """Take the mean of each number and those before it, ``window`` in all."""
    sums = [0.0, *accumulate(numbers)]
    return [
        (sums[end] - sums[max(0, end - window)]) / min(end, window)
        for end in range(1, len(numbers) + 1)
    ]


def thin(curve: Curve, most: int = MOST_POINTS) -> Curve:
    """Leave out points evenly where there are too many; the first and the last stay."""
    across, up = curve
    if len(across) <= most:
        return across, up
    step = (len(across) - 1) / (most - 1)
    places = [round(number * step) for number in range(most)]
    return [across[place] for place in places], [up[place] for place in places]


def _apart(pairs: Sequence[tuple[float, float]]) -> Curve:
    return [place for place, _ in pairs], [number for _, number in pairs]


# --- the comparison -----------------------------------------------------------------------


@dataclass(frozen=True)
class ScoreRow:
    """A policy in the comparison.

    Attributes:
        policy: its name.
        estimate: mean return with its interval, None before it is measured.
        gain: how much more than random it got in the same dialogs, None where that is not
            known, or for random itself.
    """

    policy: str
    estimate: Estimate | None = None
    gain: Estimate | None = None

    @property
    def verdict(self) -> str:
        """Say in words what the gain's interval shows."""
        if self.gain is None:
            return "" if self.estimate else "not measured yet"
        if self.gain.low > 0:
            return "more than random"
        if self.gain.high < 0:
            return "less than random"
        return "no difference shown"


def score_rows(training: Training) -> list[ScoreRow]:
    """Compare the baselines and what was learned, on the held-out dialogs."""
    random = training.baseline("random")
    learned = training.final
    names = (*BASELINES, learned.policy if learned else training.plan.algo)
    scores = (*(training.baseline(name) for name in BASELINES), learned)
    rows = [
        ScoreRow(name, score.estimate if score else None, _gain(training, score, random))
        for name, score in zip(names, scores, strict=True)
    ]
    told = _told_gain(training) if learned is not None and random is not None else None
    if told is not None:
        rows[-1] = replace(rows[-1], gain=told)
    return rows


def _told_gain(training: Training) -> Estimate | None:
    """Find the gain over random that the engine has worked out itself."""
    try:
        return Estimate(**training.summary["gain"]["random"])
    except (KeyError, TypeError):
        return None


def _gain(
    training: Training, score: PolicyScore | None, random: PolicyScore | None
) -> Estimate | None:
    if score is None or random is None or score.policy == random.policy:
        return None
    partners = training.partners
    if not len(score.returns) == len(random.returns) == len(partners) > 0:
        return None
    return paired_gain(score, random, partners)


def repeats(training: Training) -> str:
    """Say how often policies gave a goal that their dialog had had before."""
    scores = [training.baseline("random"), training.baseline("no-repeat"), training.final]
    parts = [
        f"{score.policy} {100 * score.repeat_rate:.0f} %"
        for score in scores
        if score is not None and score.repeat_rate is not None
    ]
    return f"Goals repeated: {', '.join(parts)}." if parts else ""


# --- goals --------------------------------------------------------------------------------


def goal_shares(counts: Mapping[str, int], goals: Sequence[str]) -> list[tuple[str, float]]:
    """List goals with their shares, 0-1, the most frequent first.

    Args:
        counts: how often each was given.
        goals: all there are; those that were never given have a share of 0.
    """
    every = {**dict.fromkeys(goals, 0), **counts}
    total = sum(every.values())
    shares = [(name, count / total if total else 0.0) for name, count in every.items()]
    return sorted(shares, key=lambda share: -share[1])


def latest_goals(points: Sequence[TrainingPoint]) -> dict[str, int]:
    """Count the goals of the latest rounds."""
    counts: dict[str, int] = {}
    for point in points[-RECENT:]:
        for name, count in point.goals.items():
            counts[name] = counts.get(name, 0) + count
    return counts


def in_short(training: Training) -> list[str]:
    """Say in a line or two what it has come to.

    What rounds return while goals are still tried out at random is not what the policy returns,
    so it is set against nothing.
    """
    if training.final is not None:
        gain = score_rows(training)[-1].gain
        if gain is None:
            return [f"return {training.final.estimate.mean:.2f}"]
        return [f"{gain.mean:+.2f} over random", f"95 %: {gain.low:+.2f} to {gain.high:+.2f}"]
    if not training.points:
        return ["no return yet"]
    recent = training.points[-RECENT:]
    mean = sum(point.mean_return for point in recent) / len(recent)
    return [f"training return {mean:.2f},", "exploring"]


def outcome(training: Training) -> str:
    """Say in a sentence what came of it."""
    final = training.final
    if final is None:
        return f"it has learned from {training.episodes} dialogs; nothing was compared."
    row = score_rows(training)[-1]
    if row.gain is None:
        mean = f"{final.estimate.mean:.2f}"
        return f"mean return {mean} on dialogs it had not seen, compared with nothing."
    gain = row.gain
    return (
        f"{gain.mean:+.2f} over random on dialogs it had not seen, 95 % interval {gain.low:+.2f} "
        f"to {gain.high:+.2f}: {row.verdict}."
    )
