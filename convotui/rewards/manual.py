"""The manual reward: a person's rating as a number centred on zero, or the number they give."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from convotui.dialog import Dialog, Turn, display
from convotui.rewards.exchange import RewardError, newest_exchange


def manual_reward(rating: int) -> float:
    """Map a rating of 1-5 to -1 ... 1: ``(rating - 3) / 2``.

    Raises:
        ValueError: the rating is not 1 to 5.
    """
    if not 1 <= rating <= 5:
        raise ValueError(f"a rating is 1 to 5, not {rating}")
    return (rating - 3) / 2


@dataclass(frozen=True)
class ManualReward:
    """A person scores each exchange.

    Attributes:
        ask: gives a person's number for a dialog's newest exchange; without it the number is
            the one kept with the opener's newest turn: its reward, else its rating's.
    """

    ask: Callable[[Dialog], float] | None = None

    def __call__(self, dialogs: Sequence[Dialog]) -> list[float]:
        """Score the newest exchange of each dialog.

        Raises:
            RewardError: nobody can be asked and the exchange has not been judged.
        """
        return [float(self.ask(dialog)) if self.ask else _kept(dialog) for dialog in dialogs]


def ask_in_terminal(dialog: Dialog) -> float:
    """Show a dialog's newest exchange and read a judgement from the terminal.

    A whole number 1-5 is a rating; any other finite number is the reward itself (``1.0`` too).
    Asks again until it gets one.

    Raises:
        RewardError: the input ended.
    """
    opener, partner = newest_exchange(dialog)
    shown = [turn for turn in (opener, partner) if turn is not None]
    print()
    for turn in shown:
        print(f"{_NAMES[turn.speaker]}: {display(turn.text)}")
    while True:
        try:
            value = _number(input("rating 1-5, or any other number as the reward: "))
        except EOFError:
            raise RewardError(
                "The input ended before every exchange was judged: use a reward that asks nobody."
            ) from None
        if value is not None:
            return value
        print("That is no number: type a rating such as 4, or a reward such as 0.25.")


def _number(text: str) -> float | None:
    text = text.strip()
    if text in ("1", "2", "3", "4", "5"):
        return manual_reward(int(text))
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _kept(dialog: Dialog) -> float:
    opener, _ = newest_exchange(dialog)
    value = None if opener is None else _judgement(opener)
    if value is None:
        raise RewardError(
            "The reward 'manual' needs a person: rate the opener's newest turn, or give "
            "make_reward a function to ask with."
        )
    return value


def _judgement(turn: Turn) -> float | None:
    if turn.reward is not None:
        return turn.reward
    return None if turn.rating is None else manual_reward(turn.rating)


_NAMES = ("opener", "partner")
