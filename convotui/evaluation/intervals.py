"""Means with bootstrap intervals that respect how the numbers came about."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

Z = 1.959964
"""The 97.5 % quantile of the normal distribution."""


@dataclass(frozen=True)
class Estimate:
    """A mean and its 95 % interval.

    Attributes:
        n: how many numbers went into it.
    """

    mean: float
    low: float
    high: float
    n: int


def cluster_bootstrap(
    groups: Sequence[Sequence[float]], *, draws: int = 2000, seed: int = 0
) -> Estimate:
    """Estimate a mean over groups of dependent numbers.

    Whole groups are drawn with replacement, because the numbers within one (replies to the
    same history, say) are not independent. Percentile interval; Efron and Tibshirani, "An
    Introduction to the Bootstrap", chapter 13.

    Args:
        groups: numbers by group; empty groups are left out.
        draws: bootstrap samples.
        seed: of the drawing.

    Raises:
        ValueError: there are no numbers.
    """
    filled = [list(group) for group in groups if group]
    if not filled:
        raise ValueError("there is nothing to average")
    sums = [(sum(group), len(group)) for group in filled]
    rng = random.Random(seed)
    means = []
    for _ in range(draws):
        drawn = rng.choices(sums, k=len(sums))
        means.append(sum(s for s, _ in drawn) / sum(n for _, n in drawn))
    means.sort()
    total, count = sum(s for s, _ in sums), sum(n for _, n in sums)
    low, high = means[int(0.025 * draws)], means[min(draws - 1, int(0.975 * draws))]
    return Estimate(total / count, low, high, count)


def wilson(share: float, n: int) -> Estimate:
    """Estimate a share with Wilson's score interval, which also holds at 0 and 1.

    Args:
        share: of successes, 0-1.
        n: independent trials; for replies to the same histories, the number of histories is
            the cautious choice.

    Raises:
        ValueError: n is below 1 or the share outside 0-1.

    Source: Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", 1927.
    """
    if n < 1 or not 0 <= share <= 1:
        raise ValueError(f"a share of 0-1 and at least one trial, not {share} of {n}")
    z = Z
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return Estimate(share, max(0.0, centre - half), min(1.0, centre + half), n)


def widened(estimate: Estimate, groups: int) -> Estimate:
    """Widen a bootstrap interval as far as so few groups ask for.

    The percentile interval of a mean is too narrow with few groups: it takes their spread for the
    true one and a normal distribution for Student's. Both are mended by a factor.

    Args:
        estimate: with a percentile interval.
        groups: how many were drawn from.

    Raises:
        ValueError: there are fewer than two groups, whose spread nobody can know.

    Source: Hesterberg, "What Teachers Should Know About the Bootstrap", 2015, section 5.2.
    """
    if groups < 2:
        raise ValueError("an interval takes two groups at least")
    factor = math.sqrt(groups / (groups - 1)) * student_t(groups - 1) / Z
    low = estimate.mean - factor * (estimate.mean - estimate.low)
    return Estimate(
        estimate.mean, low, estimate.mean + factor * (estimate.high - estimate.mean), estimate.n
    )


def student_t(degrees: int) -> float:
    """Give the 97.5 % quantile of Student's t distribution, to 0.1 %.

    Raises:
        ValueError: there are no degrees of freedom.

    Source: closed forms for 1 and 2; Abramowitz and Stegun, 26.7.5, from there on.
    """
    if degrees < 1:
        raise ValueError("at least one degree of freedom")
    if degrees == 1:
        return math.tan(math.pi * 0.475)
    if degrees == 2:
        return 0.95 * math.sqrt(2 / (1 - 0.95**2))
    terms = (
        (Z**3 + Z) / 4,
        (5 * Z**5 + 16 * Z**3 + 3 * Z) / 96,
        (3 * Z**7 + 19 * Z**5 + 17 * Z**3 - 15 * Z) / 384,
        (79 * Z**9 + 776 * Z**7 + 1482 * Z**5 - 1920 * Z**3 - 945 * Z) / 92160,
    )
    return Z + math.fsum(term / degrees ** (i + 1) for i, term in enumerate(terms))
