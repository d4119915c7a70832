"""The manual reward: a person's rating as a number centred on zero."""

from __future__ import annotations


def manual_reward(rating: int) -> float:
    """Map a rating of 1-5 to -1 ... 1: ``(rating - 3) / 2``.

    Raises:
        ValueError: the rating is not 1 to 5.
    """
    if not 1 <= rating <= 5:
        raise ValueError(f"a rating is 1 to 5, not {rating}")
    return (rating - 3) / 2
