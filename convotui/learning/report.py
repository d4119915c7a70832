"""A training in words and tables: the run's ``report.md`` (torch-free)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from convotui.evaluation.scores import PolicyScore
from convotui.learning.history import Stage, TrainingPoint
from convotui.learning.plan import PolicyPlan


def report(
    plan: PolicyPlan,
    points: Sequence[TrainingPoint],
    scores: Sequence[tuple[Stage, int, PolicyScore]],
    summary: Mapping[str, Any],
) -> str:
    """Write what was trained and what came of it, as Markdown."""
    lines = [
        f"# {summary['run']}",
        "",
        f"{plan.algo} on {summary['model']}, reward `{plan.reward}`, goals {summary['goals']}, "
        f"{summary['episodes']} dialogs of {plan.turns} exchanges, seed {plan.seed}.",
        "",
    ]
    if "eval" in summary:
        lines += [*_comparison(summary), "", *_goals(scores), ""]
    lines += [*_validations(scores), "", *_rounds(points)]
    return "\n".join(lines).rstrip() + "\n"


def verdict(gain: Mapping[str, float]) -> str:
    """Say in words what a gain's interval shows."""
    if gain["low"] > 0:
        return "better"
    return "worse" if gain["high"] < 0 else "no difference shown"


def _comparison(summary: Mapping[str, Any]) -> list[str]:
    measured, gains = summary["eval"], summary["gain"]
    lines = [
        f"## On {measured['episodes']} held-out dialogs",
        "",
        "| policy | mean return | 95 % interval | the learned one against it | |",
        "|---|---|---|---|---|",
    ]
    for name, estimate in measured.items():
        if name == "episodes":
            continue
        gain = gains.get(name)
        against = (
            f"{_signed(gain['mean'])} [{_signed(gain['low'])}, {_signed(gain['high'])}]"
            if gain
            else ""
        )
        words = verdict(gain) if gain else "the learned one"
        lines.append(
            f"| {name} | {estimate['mean']:.3f} | [{estimate['low']:.3f}, {estimate['high']:.3f}] "
            f"| {against} | {words} |"
        )
    return [
        *lines,
        "",
        "Same personas and seeds for all; intervals are bootstrapped over partners, the last "
        "column's over the differences dialog by dialog.",
    ]


def _goals(scores: Sequence[tuple[Stage, int, PolicyScore]]) -> list[str]:
    lines = ["## Goals given", "", "| policy | repeats | goals |", "|---|---|---|"]
    for stage, _, score in scores:
        if stage == "validation":
            continue
        repeats = "" if score.repeat_rate is None else f"{100 * score.repeat_rate:.0f} %"
        ordered = sorted(score.goals.items(), key=lambda item: -item[1])
        given = ", ".join(f"{goal} {count}" for goal, count in ordered)
        lines.append(f"| {score.policy} | {repeats} | {given} |")
    return lines


def _validations(scores: Sequence[tuple[Stage, int, PolicyScore]]) -> list[str]:
    looks = [(episodes, score) for stage, episodes, score in scores if stage == "validation"]
    if not looks:
        return []
    lines = [
        "## On the validation personas",
        "",
        "| dialogs | mean return | 95 % |",
        "|---|---|---|",
    ]
    for episodes, score in looks:
        e = score.estimate
        lines.append(f"| {episodes} | {e.mean:.3f} | [{e.low:.3f}, {e.high:.3f}] |")
    return lines


def _rounds(points: Sequence[TrainingPoint]) -> list[str]:
    lines = [
        "## Rounds",
        "",
        "| dialogs | mean return | loss | random goals |",
        "|---|---|---|---|",
    ]
    for point in points:
        loss = "" if point.loss is None else f"{point.loss:.4f}"
        share = f"{100 * point.exploration:.0f} %"
        lines.append(f"| {point.episodes} | {point.mean_return:.3f} | {loss} | {share} |")
    return lines


def _signed(number: float) -> str:
    return f"{number:+.3f}"
