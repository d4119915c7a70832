"""A training lets others in while it updates, and a stop there loses no more than elsewhere."""

from __future__ import annotations

from typing import Any

import pytest

from convotui.errors import Cancelled
from convotui.learning.dqn import DialogDQN
from tests.learning.courses import course, differing, kept


def test_every_update_ticks(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks, inside = [0], [0]
    train = DialogDQN.train

    def training(self: DialogDQN, *args: Any, **options: Any) -> None:
        before = ticks[0]
        train(self, *args, **options)
        inside[0] += ticks[0] - before

    monkeypatch.setattr(DialogDQN, "train", training)

    def tick() -> None:
        ticks[0] += 1

    course(tick=tick)
    assert inside[0] == 90


def test_cancelled_in_an_update_and_resumed_is_as_if_never_stopped(
    uninterrupted: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    train, updates = DialogDQN.train, [0]

    def training(self: DialogDQN, *args: Any, **options: Any) -> None:
        updates[0] += 1
        train(self, *args, **options)
        updates[0] -= 1

    monkeypatch.setattr(DialogDQN, "train", training)
    left = [55]

    def tick() -> None:
        left[0] -= updates[0]
        if left[0] == 0:
            raise Cancelled

    with pytest.raises(Cancelled):
        course(tick=tick)
    updates[0] = 0
    course(resume=True)
    assert differing(uninterrupted, kept()) == []
