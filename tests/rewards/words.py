"""A sentence encoder of our own for tests, and dialogs to score."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence

import numpy as np

from convotui import Dialog, Turn

WIDTH = 64
FACTS = ("i have a green parrot.", "my sister plays the trumpet.", "i bake bread at night.")


class Words:
    """Sums one fixed random vector per word, so that texts with the same words lie together.

    Attributes:
        seen: every text it was asked for, in order.
    """

    def __init__(self) -> None:
        self.seen: list[str] = []

    def __call__(self, texts: Sequence[str]) -> np.ndarray:
        self.seen.extend(texts)
        rows = np.zeros((len(texts), WIDTH), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in re.findall(r"\w+", text.lower()) or ["nothing"]:
                row += np.random.default_rng(zlib.crc32(word.encode())).normal(size=WIDTH)
            row /= np.linalg.norm(row)
        return rows


def dialog(
    *answers: str,
    goals: Sequence[str | None] | None = None,
    facts: tuple[str, ...] = FACTS,
    seed: int | None = 7,
    id: str = "d",
) -> Dialog:
    """Make a dialog of exchanges: the opener says ``hi``, the partner each answer."""
    turns: list[Turn] = []
    for i, answer in enumerate(answers):
        turns.append(Turn.say(0, "hi", goal=goals[i] if goals else None))
        turns.append(Turn.say(1, answer))
    return Dialog(id, personas=(("i am the opener.",), facts), turns=tuple(turns), seed=seed)


class Axes:
    """Gives every different text an axis of its own, so that cosines can be worked out."""

    def __init__(self) -> None:
        self._axes: dict[str, int] = {}

    def __call__(self, texts: Sequence[str]) -> np.ndarray:
        rows = np.zeros((len(texts), WIDTH), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            row[self._axes.setdefault(text, len(self._axes))] = 1
        return rows
