"""Gyms for policies with a tiny decoder and a reward that is a function of what was said."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from typing import Any

from convotui.decoders import Decoder, Sampling
from convotui.dialog import Dialog, GoalSet
from convotui.gyms.dialog_batch import DialogBatch
from convotui.gyms.setting import Setting, make_setting

SAMPLING = Sampling(max_new_tokens=6)
REWARD = "tests.gyms.stages:checksum"


def checksum(goals: GoalSet) -> Callable[[Sequence[Dialog]], list[float]]:
    """Make a reward that any other talk would change: 0-1, of the newest exchange."""

    def score(dialogs: Sequence[Dialog]) -> list[float]:
        texts = ["|".join(turn.text for turn in dialog.turns[-2:]) for dialog in dialogs]
        return [zlib.crc32(text.encode()) % 1000 / 1000 for text in texts]

    return score


def setting(decoder: Decoder, **options: Any) -> Setting:
    """Set up dialogs of the tiny decoder."""
    return make_setting(decoder, **{"reward": REWARD, "sampling": SAMPLING, "seed": 3, **options})


def batch(made: Setting, turns: int = 2, tick: Callable[[], None] | None = None) -> DialogBatch:
    """Make a core of it."""
    return DialogBatch(made.agents, made.observer(turns), made.reward, turns, tick)
