"""What a policy scored in dialogs, with the uncertainty that belongs beside it (torch-free)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from convotui.dialog import Dialog
from convotui.evaluation.intervals import Estimate, cluster_bootstrap, widened


@dataclass(frozen=True)
class PolicyScore:
    """What one policy got in a set of dialogs.

    Attributes:
        policy: its name, such as ``random``.
        returns: sum of rewards of each dialog, in the order they were laid out.
        estimate: mean return with its 95 % interval, bootstrapped over partners.
        parts: mean return of each reward by itself, unweighted.
        goals: how often each goal was given, by id.
        repeat_rate: share of goals that the dialog had had before, None without goals.
    """

    policy: str
    returns: tuple[float, ...]
    estimate: Estimate
    parts: Mapping[str, float] = field(default_factory=dict, hash=False)
    goals: Mapping[str, int] = field(default_factory=dict, hash=False)
    repeat_rate: float | None = None

    def record(self) -> dict[str, Any]:
        """Return the score as JSON values; ``score_from`` reads them."""
        return {**asdict(self), "returns": list(self.returns)}


def score_from(record: Mapping[str, Any]) -> PolicyScore:
    """Read a score from its record."""
    return PolicyScore(
        policy=record["policy"],
        returns=tuple(record["returns"]),
        estimate=Estimate(**record["estimate"]),
        parts=dict(record["parts"]),
        goals=dict(record["goals"]),
        repeat_rate=record["repeat_rate"],
    )


def paired_gain(policy: PolicyScore, baseline: PolicyScore, partners: Sequence[str]) -> Estimate:
    """Estimate how much more a policy got than a baseline in the same dialogs.

    Args:
        policy: the one.
        baseline: the other, on the same personas and seeds.
        partners: whom each dialog was with; dialogs with the same partner are drawn together.

    Raises:
        ValueError: they were not measured on the same dialogs.
    """
    pairs = zip(policy.returns, baseline.returns, strict=True)
    return by_partner([one - other for one, other in pairs], partners)


def by_partner(numbers: Sequence[float], partners: Sequence[str]) -> Estimate:
    """Estimate the mean of a number of each dialog.

    Dialogs with the same partner are drawn together. Where all have the same one, dialogs are
    drawn by themselves: the interval then holds for this partner only.

    Raises:
        ValueError: there are fewer than two dialogs, or not as many as partners.
    """
    groups: dict[str, list[float]] = {}
    for number, partner in zip(numbers, partners, strict=True):
        groups.setdefault(partner, []).append(number)
    drawn = list(groups.values()) if len(groups) > 1 else [[number] for number in numbers]
    return widened(cluster_bootstrap(drawn), len(drawn))


def goal_counts(dialogs: Sequence[Dialog]) -> dict[str, int]:
    """Count the goals that were given, by id, in the order they were first met."""
    counts: dict[str, int] = {}
    for dialog in dialogs:
        for turn in dialog.turns:
            if turn.goal is not None:
                counts[turn.goal] = counts.get(turn.goal, 0) + 1
    return counts


def repeat_rate(dialogs: Sequence[Dialog]) -> float | None:
    """Share of goals that their dialog had had before, None where none was given."""
    given = repeated = 0
    for dialog in dialogs:
        goals = [turn.goal for turn in dialog.turns if turn.goal is not None]
        given += len(goals)
        repeated += len(goals) - len(set(goals))
    return repeated / given if given else None
