"""Intervals cover what they claim and respect groups."""

from __future__ import annotations

import random

import pytest

from convotui.evaluation import Estimate, cluster_bootstrap, widened, wilson
from convotui.evaluation.intervals import student_t


def test_wilson_gives_the_textbook_interval() -> None:
    estimate = wilson(0.5, 10)
    assert (estimate.low, estimate.high) == pytest.approx((0.2366, 0.7634), abs=1e-4)


def test_wilson_is_not_certain_at_zero_and_one() -> None:
    assert wilson(0.0, 20).low == 0
    assert wilson(0.0, 20).high == pytest.approx(0.1611, abs=1e-4)
    assert wilson(1.0, 20).high == pytest.approx(1)
    assert wilson(1.0, 20).low == pytest.approx(0.8389, abs=1e-4)


@pytest.mark.parametrize(("share", "n"), [(0.5, 0), (-0.1, 10), (1.1, 10)])
def test_wilson_refuses_what_is_no_share(share: float, n: int) -> None:
    with pytest.raises(ValueError, match="share"):
        wilson(share, n)


def test_the_bootstrap_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    rng = random.Random(1)
    covered = 0
    for trial in range(200):
        groups = [[rng.gauss(0, 1) + shift] * 3 for shift in (rng.gauss(0, 1) for _ in range(30))]
        estimate = cluster_bootstrap(groups, draws=300, seed=trial)
        covered += estimate.low <= 0 <= estimate.high
    assert 0.86 <= covered / 200 <= 0.99


def test_repeating_numbers_within_groups_does_not_narrow_the_interval() -> None:
    rng = random.Random(2)
    values = [rng.random() for _ in range(20)]
    once = cluster_bootstrap([[v] for v in values])
    often = cluster_bootstrap([[v] * 50 for v in values])
    assert (often.low, often.high) == pytest.approx((once.low, once.high))
    assert often.n == 1000


def test_an_average_of_nothing_is_an_error() -> None:
    with pytest.raises(ValueError, match="nothing"):
        cluster_bootstrap([[], []])


@pytest.mark.parametrize(
    ("degrees", "quantile"), [(1, 12.706), (2, 4.303), (3, 3.182), (5, 2.571), (13, 2.160)]
)
def test_students_quantile_is_that_of_the_tables(degrees: int, quantile: float) -> None:
    assert student_t(degrees) == pytest.approx(quantile, rel=1.5e-3)


def test_an_interval_of_many_groups_stays_as_it_is() -> None:
    estimate = Estimate(0.5, 0.4, 0.7, 1000)
    wide = widened(estimate, 1000)
    assert (wide.low, wide.high) == pytest.approx((0.4, 0.7), abs=1e-3)
