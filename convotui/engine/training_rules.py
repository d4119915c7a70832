"""What holds of a training in the app and on the command line alike (torch-free)."""

from __future__ import annotations

import math
import shlex

from convotui.dialog import display_line
from convotui.rewards import manual_reward

WENT_WRONG = "The training went wrong"
"""How the message of a training begins that would come to the same end again."""


def judgement(text: str) -> float | None:
    """Read a person's number; None where it is none.

    A whole number from 1 to 5 is a rating; any other finite one, ``4.0`` too, is the reward
    itself.
    """
    text = text.strip()
    if text in ("1", "2", "3", "4", "5"):
        return manual_reward(int(text))
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def imports_code(reward: str) -> bool:
    """Say whether a reward names ``module:thing``, which is run when it is made."""
    return ":" in reward


def resuming(name: str, reward: str) -> str:
    """Write the command that goes on with a run; code is named by whoever has it run."""
    command = f"convotui train-policy --name {name} --resume"
    if not imports_code(reward):
        return command
    return f"{command} --reward {shlex.quote(display_line(reward))}"


def went_wrong(message: str) -> bool:
    """Say whether a training failed in a way that going on with it does not mend."""
    return message.startswith(WENT_WRONG)
