"""Undo and redo: what was done, each with how to take it back and how to do it again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """One thing that was done.

    Attributes:
        label: what it is called in a message, such as ``reply``.
        undo: takes it back.
        redo: does it again after that.
    """

    label: str
    undo: Callable[[], object]
    redo: Callable[[], object]


class History:
    """Steps that can be undone, newest first, and then redone."""

    def __init__(self) -> None:
        """Begin with nothing done."""
        self._done: list[Step] = []
        self._undone: list[Step] = []

    def record(self, step: Step) -> None:
        """Add what was just done; what had been undone can no longer be redone."""
        self._done.append(step)
        self._undone.clear()

    def undo(self) -> str | None:
        """Take the newest step back and return its label; None when there is none.

        A step whose ``undo`` raises stays where it was.
        """
        if not self._done:
            return None
        step = self._done[-1]
        step.undo()
        self._undone.append(self._done.pop())
        return step.label

    def redo(self) -> str | None:
        """Do the step that was undone last again and return its label; None when there is none.

        A step whose ``redo`` raises stays where it was.
        """
        if not self._undone:
            return None
        step = self._undone[-1]
        step.redo()
        self._done.append(self._undone.pop())
        return step.label

    @property
    def undoable(self) -> str | None:
        """Label of the step that ``undo`` would take back."""
        return self._done[-1].label if self._done else None

    @property
    def redoable(self) -> str | None:
        """Label of the step that ``redo`` would do again."""
        return self._undone[-1].label if self._undone else None
