"""Promise: with the real encoder, goal-met judges answers much as a reader did."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from convotui import load_goals
from convotui.rewards import TopicJudge
from tests.conftest import REPOSITORY

LABELS = REPOSITORY / "benchmarks" / "labels" / "goal_met.jsonl"
ROWS = [json.loads(line) for line in LABELS.read_text(encoding="utf-8").splitlines()]


def test_the_labels_are_whole_and_spread_over_all_goals() -> None:
    goals = load_goals("everyday")
    assert {row["goal"] for row in ROWS} == {goal.id for goal in goals}
    asked = Counter(row["goal"] for row in ROWS if row["asked"])
    assert set(asked.values()) == {9}
    assert {row["label"] for row in ROWS} == {0, 1}
    keys = [(row["dialog"], row["opener"], row["reply"], row["goal"]) for row in ROWS]
    assert len(set(keys)) == len(keys)


@pytest.mark.real
def test_goal_met_agrees_with_the_reader_far_beyond_the_majority(real_home: Path) -> None:
    from convotui.decoders.encoder import load_encoder

    goals = load_goals("everyday")
    judge = TopicJudge(goals, load_encoder().embed)
    said = [judge.on_topic(row["reply"], goals[row["goal"]]) for row in ROWS]
    true = [bool(row["label"]) for row in ROWS]
    agreement = sum(a == b for a, b in zip(said, true, strict=True)) / len(ROWS)
    majority = max(sum(true), len(true) - sum(true)) / len(true)
    # Measured: 0.90 [0.86, 0.94] against 0.55. The floor is the interval's lower end.
    assert agreement > majority + 0.2
    assert agreement >= 0.85
