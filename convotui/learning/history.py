"""What a training of a policy has shown so far, round by round (torch-free)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Stage = Literal["baseline", "validation", "final"]
BASELINES = ("none", "random", "no-repeat")


@dataclass(frozen=True)
class TrainingPoint:
    """What one round of dialogs showed.

    Attributes:
        episodes: dialogs learned from by then.
        steps: exchanges learned from by then.
        mean_return: of the round's dialogs, exploration and all.
        returns: of each of them.
        parts: mean return of each reward by itself, unweighted.
        loss: mean of the round's updates, None before the first.
        exploration: share of random goals at the end of the round, 0-1.
        goals: how often each goal was given in the round, by id.
        skipped: updates left out so far because a loss or gradient was not finite.
    """

    episodes: int
    steps: int
    mean_return: float
    returns: tuple[float, ...]
    parts: Mapping[str, float] = field(default_factory=dict, hash=False)
    loss: float | None = None
    exploration: float = 0.0
    goals: Mapping[str, int] = field(default_factory=dict, hash=False)
    skipped: int = 0

    def record(self) -> dict[str, Any]:
        """Return the point as JSON values; ``point_from`` reads them."""
        return {**asdict(self), "returns": list(self.returns)}


def point_from(record: Mapping[str, Any]) -> TrainingPoint:
    """Read a point from its record."""
    return TrainingPoint(**{**record, "returns": tuple(record["returns"])})
