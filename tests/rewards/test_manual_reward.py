"""A person's rating becomes a number centred on zero."""

from __future__ import annotations

import pytest

from convotui.rewards import manual_reward


@pytest.mark.parametrize(("rating", "reward"), [(1, -1.0), (2, -0.5), (3, 0.0), (4, 0.5), (5, 1.0)])
def test_a_rating_is_worth_half_its_distance_from_three(rating: int, reward: float) -> None:
    assert manual_reward(rating) == reward


@pytest.mark.parametrize("rating", [0, 6, -1, 100])
def test_a_rating_outside_one_to_five_is_refused_by_name(rating: int) -> None:
    with pytest.raises(ValueError, match=f"1 to 5, not {rating}"):
        manual_reward(rating)
