"""Tables of a run: its settings, what was measured, what was gained (rows of text)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from convotui.errors import ConvoTUIError, UsageError
from convotui.evaluation.intervals import Estimate
from convotui.evaluation.scores import score_from
from convotui.learning.plan import plan_from
from convotui.policies.learned import KIND
from convotui.runs import CONFIG, METRICS, SCORES, Run

YARDSTICK = "random"
"""The baseline that a list sets what was learned against."""


def dialogs_learned(run: Run) -> int:
    """Count the dialogs a training has learned from.

    Raises:
        ConvoTUIError: its log is damaged.
    """
    rounds = run.lines(METRICS)
    try:
        return int(rounds[-1]["episodes"]) if rounds else 0
    except (KeyError, TypeError, ValueError):
        raise _damaged(run, METRICS) from None


def dialogs_planned(run: Run) -> int | None:
    """Count the dialogs a training is to learn from, in whole rounds; None for other runs.

    Raises:
        ConvoTUIError: its settings are damaged.
    """
    config = run.config
    if run.state.get("kind") != KIND:
        return None
    config.pop("model", None)
    try:
        plan = plan_from(config)
    except UsageError as problem:
        raise ConvoTUIError(f"{run.path / CONFIG} is damaged: {problem}") from None
    return plan.rounds * plan.width


def result(summary: object) -> str:
    """Say what a training came to: how much more than goals drawn at random, with interval."""
    gain = _estimate(summary, "gain", YARDSTICK)
    if gain is None:
        return "-"
    return f"{gain.mean:+.2f} [{gain.low:+.2f}, {gain.high:+.2f}] over {YARDSTICK}"


def problem_of(state: Mapping[str, Any]) -> str:
    """Say why a training failed; empty where it did not."""
    summary = state.get("summary")
    told = summary.get("message") if isinstance(summary, Mapping) else None
    return str(state.get("message") or told or "")


def score_rows(run: Run) -> list[tuple[str, ...]]:
    """List what was measured, in the order it was.

    Raises:
        ConvoTUIError: its log is damaged.
    """
    rows: list[tuple[str, ...]] = []
    try:
        for found in run.lines(SCORES):
            score = score_from(found["score"])
            measured = _shown(score.estimate)
            rows.append((str(found["stage"]), str(found["episodes"]), score.policy, *measured))
    except (KeyError, TypeError, ValueError):
        raise _damaged(run, SCORES) from None
    return rows


def gain_rows(summary: object) -> list[tuple[str, ...]]:
    """List how much more the policy got than each baseline in the same dialogs."""
    gains = summary.get("gain") if isinstance(summary, Mapping) else None
    names = list(gains) if isinstance(gains, Mapping) else []
    found = [(str(name), _estimate(summary, "gain", name)) for name in names]
    return [(name, *_shown(gain)) for name, gain in found if gain is not None]


def flattened(config: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """List settings, those of a table as ``table.name``."""
    for name, value in config.items():
        if isinstance(value, Mapping):
            yield from flattened(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", str(value)


def _estimate(summary: object, part: str, name: str) -> Estimate | None:
    """Find a number of a summary; one of a run that was cut short may have none."""
    try:
        return Estimate(**summary[part][name])  # type: ignore[index]
    except (KeyError, TypeError):
        return None


def _shown(estimate: Estimate) -> tuple[str, str, str]:
    interval = f"{estimate.low:+.3f} .. {estimate.high:+.3f}"
    return f"{estimate.mean:+.3f}", interval, f"{estimate.n} dialogs"


def _damaged(run: Run, file: str) -> ConvoTUIError:
    return ConvoTUIError(f"{run.path / file} is damaged: it is not what a training writes.")
