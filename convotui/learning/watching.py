"""Who is told how a training goes (torch-free)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from convotui.dialog import Dialog
from convotui.evaluation.scores import PolicyScore
from convotui.learning.history import Stage, TrainingPoint


class Watcher(Protocol):
    """Told how a training goes, in its thread; what it is told of is on disk already."""

    def began(
        self, points: Sequence[TrainingPoint], scores: Sequence[tuple[Stage, int, PolicyScore]]
    ) -> None:
        """The training begins, or goes on from what it had shown."""
        ...

    def progress(self, stage: str, done: int, total: int, before: int) -> None:
        """So many exchanges of all have been played, ``before`` of them before this stage."""
        ...

    def trained(self, point: TrainingPoint, dialog: Dialog) -> None:
        """A round of dialogs has been learned from."""
        ...

    def measured(self, stage: Stage, episodes: int, score: PolicyScore, dialog: Dialog) -> None:
        """A policy has been measured."""
        ...


class Nobody:
    """Watches where nobody does."""

    def began(
        self, points: Sequence[TrainingPoint], scores: Sequence[tuple[Stage, int, PolicyScore]]
    ) -> None:
        """Leave it untold."""

    def progress(self, stage: str, done: int, total: int, before: int) -> None:
        """Leave it untold."""

    def trained(self, point: TrainingPoint, dialog: Dialog) -> None:
        """Leave it untold."""

    def measured(self, stage: Stage, episodes: int, score: PolicyScore, dialog: Dialog) -> None:
        """Leave it untold."""
