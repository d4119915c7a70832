"""Questions of a training to a person, answered from any thread (torch-free)."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable

SAFETY_SECONDS = 0.25
"""A wait looks up this often, for a tick that can raise without anyone's telling."""


class Questions:
    """Asks one thing at a time and waits for its answer, using no CPU."""

    def __init__(
        self,
        changed: threading.Condition | None = None,
        busy: Callable[[], bool] | None = None,
    ) -> None:
        """Begin without a question.

        Args:
            changed: guards this and is notified of an answer; given where a waiting job has
                to wake for something else too.
            busy: says, under ``changed``, whether the job's tick has something to see to.
        """
        self._changed = changed or threading.Condition()
        self._busy = busy or _idle
        self._number = 0
        self._answer: float | None = None

    def next_number(self) -> int:
        """Begin a question and return its number; the one before can no longer be answered."""
        with self._changed:
            self._number += 1
            self._answer = None
            return self._number

    def answer(self, number: int, value: float) -> None:
        """Answer the question that is open; an answer to any other is ignored.

        Raises:
            ValueError: the value is not finite.
        """
        check_reward(value)
        with self._changed:
            if number == self._number and self._answer is None:
                self._answer = value
                self._changed.notify_all()

    def wait(self, tick: Callable[[], None]) -> float:
        """Wait for the answer, letting others in; raising in ``tick`` ends the wait."""
        while True:
            tick()
            with self._changed:
                if self._answer is None:
                    self._changed.wait_for(
                        lambda: self._answer is not None or self._busy(), SAFETY_SECONDS
                    )
                if self._answer is not None:
                    return self._answer


def check_reward(value: float) -> None:
    """Check a person's number.

    Raises:
        ValueError: it is not finite.
    """
    if not math.isfinite(value):
        raise ValueError("a reward is a finite number")


def _idle() -> bool:
    return False
