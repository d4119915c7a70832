"""What a reward is, and the newest exchange of a dialog, which it scores."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from convotui.dialog import Dialog, Turn, display_line
from convotui.errors import ConvoTUIError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]

Reward = Callable[[Sequence[Dialog]], list[float]]
"""Scores the newest exchange of each dialog; depends on each dialog alone, not on its company."""

Embed = Callable[[Sequence[str]], "Vectors"]
"""Texts to unit vectors, shape (texts, width), as ``SentenceEncoder.embed`` makes them."""


class RewardError(ConvoTUIError):
    """A dialog could not be scored."""


def newest_exchange(dialog: Dialog) -> tuple[Turn | None, Turn]:
    """Find the opener's newest turn and the partner's answer to it.

    Returns:
        The turns; None for the opener's where the partner spoke first.

    Raises:
        RewardError: the dialog does not end with the partner's turn.
    """
    if not dialog.turns or dialog.turns[-1].speaker != 1:
        raise RewardError(
            f"The dialog {display_line(dialog.id)} does not end with the partner's turn: a reward "
            "scores an exchange, the opener's turn and the partner's answer."
        )
    openers = [turn for turn in dialog.turns if turn.speaker == 0]
    return (openers[-1] if openers else None), dialog.turns[-1]


def partner_texts(dialog: Dialog) -> list[str]:
    """List what the partner (speaker 1) has said, oldest first."""
    return [turn.text for turn in dialog.turns if turn.speaker == 1]
