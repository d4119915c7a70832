"""What a dialog policy sees of a dialog: its state, how far it is, which goals were used."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from convotui.dialog import Dialog, GoalSet, Turn
from convotui.states.hidden import PARTNER, StateEstimator, Vectors

OPENER = 0
_SMALL = 1e-6


@dataclass(frozen=True)
class Observer:
    """Makes observations: state vector, share of the exchanges that are over, goals used.

    Attributes:
        estimator: makes the state vectors.
        goals: the policy's actions, in order.
        turns: exchanges in a dialog.
        mean: taken off every state vector, shape (width,).
        scale: what is left is divided by, shape (width,).
    """

    estimator: StateEstimator
    goals: GoalSet
    turns: int
    mean: Vectors
    scale: Vectors

    @property
    def width(self) -> int:
        """Numbers in an observation."""
        return self.estimator.width + 1 + len(self.goals)

    def observe(self, dialogs: Sequence[Dialog], tick: Callable[[], None] | None = None) -> Vectors:
        """Describe dialogs to a policy.

        Returns:
            Shape (dialogs, width), float32: the standardised state, which is zero before the
            partner has said anything and of length about 1 later; exchanges over, 0-1; a 1 for
            each goal that the opener has been given.
        """
        rows = np.zeros((len(dialogs), self.width), dtype=np.float32)
        states = self.estimator.estimate(dialogs, tick)
        for row, state, dialog in zip(rows, states, dialogs, strict=True):
            if state.any():
                unit = (state - self.mean) / self.scale
                row[: len(state)] = unit / np.sqrt(len(state))
            given = {turn.goal for turn in dialog.turns if turn.speaker == OPENER}
            row[len(state)] = min(1.0, len(dialog) // 2 / self.turns)
            row[len(state) + 1 :] = [goal.id in given for goal in self.goals]
        return rows


def calibrated(
    estimator: StateEstimator,
    goals: GoalSet,
    turns: int,
    texts: Sequence[str],
    tick: Callable[[], None] | None = None,
) -> Observer:
    """Make an observer whose state vectors are standardised on sample texts.

    Mean hidden states of different texts point in nearly the same direction, and a few of
    their numbers outweigh the rest; without this a network would see little but those.

    Args:
        estimator: makes the state vectors.
        goals: the policy's actions.
        turns: exchanges in a dialog.
        texts: things a partner might say, such as the facts of the personas learned on.
        tick: called between two passes of a model.
    """
    said = [Dialog(id="", turns=(Turn.say(PARTNER, text),)) for text in texts]
    if not said:
        width = estimator.width
        return Observer(estimator, goals, turns, np.zeros(width, "f4"), np.ones(width, "f4"))
    states = estimator.estimate(said, tick).astype(np.float64)
    spread = states.std(0)
    scale = np.where(spread > _SMALL, spread, 1.0)
    return Observer(
        estimator, goals, turns, states.mean(0).astype(np.float32), scale.astype(np.float32)
    )
