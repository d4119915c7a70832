"""A training follows from its plan: the same seed gives the same weights, another does not."""

from __future__ import annotations

from typing import Any

from tests.learning.courses import course, differing, kept, plan_of


def test_the_same_seed_gives_the_same_tensors_logs_and_summary(
    uninterrupted: dict[str, Any],
) -> None:
    course()
    again = kept()
    assert {"last.policy.q_net.q_net.0.weight", "last.buffer.rewards"} <= again.keys()
    assert differing(uninterrupted, again) == []


def test_the_name_of_the_run_changes_its_name_only(uninterrupted: dict[str, Any]) -> None:
    course(name="other")
    assert differing(uninterrupted, kept("other")) == ["report", "summary"]
    ours, theirs = uninterrupted["summary"], kept("other")["summary"]
    assert {key for key in ours if ours[key] != theirs[key]} == {"run"}


def test_what_the_process_drew_before_changes_nothing(uninterrupted: dict[str, Any]) -> None:
    import numpy as np
    import torch

    np.random.seed(9)
    torch.manual_seed(9)
    course()
    assert differing(uninterrupted, kept()) == []


def test_another_seed_gives_other_weights_and_dialogs(uninterrupted: dict[str, Any]) -> None:
    course(plan=plan_of(seed=2))
    changed = differing(uninterrupted, kept())
    assert {"last.policy.q_net.q_net.0.weight", "last.buffer.actions", "dialogs.jsonl"} <= set(
        changed
    )
