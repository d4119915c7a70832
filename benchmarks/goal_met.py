"""Does the reward goal-met judge as a reader does? Agreement with a reader's labels.

The labels (see labels/README.md) say of a partner's reply whether it is about a goal's
topic. Judges: the goal's cues alone, the classifier made from the goal's examples alone,
both as the reward uses them, and the answer given most often ("majority"). The classifier's
threshold comes from leaving each example out, never from these labels. Intervals are 95 %,
bootstrapped over dialogs, because replies of one dialog are not independent.

Run: python benchmarks/goal_met.py [--goals everyday]
"""

from __future__ import annotations

import argparse
import json
import math
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from machine import describe

from convotui import load_goals
from convotui.decoders.encoder import load_encoder
from convotui.dialog import meets_cues
from convotui.rewards import TopicJudge

LABELS = Path(__file__).parent / "labels" / "goal_met.jsonl"
Verdict = tuple[bool, bool]
"""What the judge says, and the reader."""


class Interval(NamedTuple):
    """A figure with its 95 % interval; NaN where it is not defined."""

    value: float
    low: float
    high: float


def main() -> None:
    """Measure and print a table and one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--goals", default="everyday")
    options = parser.parse_args()

    goals, encoder = load_goals(options.goals), load_encoder()
    judge = TopicJudge(goals, encoder.embed)
    rows = [json.loads(line) for line in LABELS.read_text(encoding="utf-8").splitlines()]
    most = sum(row["label"] for row in rows) * 2 > len(rows)
    judges = {
        "majority": lambda text, goal: most,
        "cues": lambda text, goal: meets_cues(text, goal.cues),
        "classifier": lambda text, goal: bool(judge.by_examples(text, goal)),
        "both": judge.on_topic,
    }
    table = {}
    print(f"{'judge':12}" + "".join(f"{name:28}" for name in FIGURES))
    for name, ask in judges.items():
        groups: dict[int, list[Verdict]] = {}
        for row in rows:
            verdict = (ask(row["reply"], goals[row["goal"]]), bool(row["label"]))
            groups.setdefault(row["dialog"], []).append(verdict)
        table[name] = {
            figure: bootstrap(list(groups.values()), measure) for figure, measure in FIGURES.items()
        }
        print(f"{name:12}" + "".join(f"{_cell(cell):28}" for cell in table[name].values()))
    print(
        json.dumps(
            {
                "benchmark": "goal_met",
                "encoder": encoder.name,
                "goals": goals.name,
                "labels": len(rows),
                "on_topic": sum(row["label"] for row in rows),
                "dialogs": len({row["dialog"] for row in rows}),
                **{
                    name: {figure: [_plain(x) for x in cell] for figure, cell in cells.items()}
                    for name, cells in table.items()
                },
                **describe(),
            }
        )
    )


def agreement(verdicts: Sequence[Verdict]) -> float:
    """Share of verdicts in which judge and reader are equal."""
    return sum(said == true for said, true in verdicts) / len(verdicts)


def kappa(verdicts: Sequence[Verdict]) -> float:
    """Agreement beyond chance: Cohen, "A Coefficient of Agreement for Nominal Scales", 1960."""
    count = len(verdicts)
    said, true = sum(s for s, _ in verdicts) / count, sum(t for _, t in verdicts) / count
    by_chance = said * true + (1 - said) * (1 - true)
    return (agreement(verdicts) - by_chance) / (1 - by_chance) if by_chance < 1 else math.nan


def precision(verdicts: Sequence[Verdict]) -> float:
    """Share of the judge's yes that the reader shares."""
    yes = [true for said, true in verdicts if said]
    return sum(yes) / len(yes) if yes else math.nan


def recall(verdicts: Sequence[Verdict]) -> float:
    """Share of the reader's yes that the judge shares."""
    yes = [said for said, true in verdicts if true]
    return sum(yes) / len(yes) if yes else math.nan


FIGURES: dict[str, Callable[[Sequence[Verdict]], float]] = {
    "agreement": agreement,
    "kappa": kappa,
    "precision": precision,
    "recall": recall,
}


def bootstrap(
    groups: Sequence[Sequence[Verdict]],
    measure: Callable[[Sequence[Verdict]], float],
    *,
    draws: int = 2000,
    seed: int = 0,
) -> Interval:
    """Estimate a figure; whole groups are drawn with replacement, undefined draws left out."""
    rng = random.Random(seed)
    drawn = (rng.choices(groups, k=len(groups)) for _ in range(draws))
    values = sorted(
        value
        for sample in drawn
        if not math.isnan(value := measure([verdict for group in sample for verdict in group]))
    )
    whole = measure([verdict for group in groups for verdict in group])
    if not values:
        return Interval(whole, math.nan, math.nan)
    return Interval(whole, values[int(0.025 * len(values))], values[int(0.975 * len(values))])


def _cell(cell: Interval) -> str:
    return (
        "undefined" if math.isnan(cell.value) else f"{cell[0]:.2f} [{cell[1]:.2f}, {cell[2]:.2f}]"
    )


def _plain(number: float) -> float | None:
    return None if math.isnan(number) else number


if __name__ == "__main__":
    main()
