"""Numbers about a dialog, in words."""

from __future__ import annotations

from statistics import fmean

from convotui.dialog import Dialog


def rewards_so_far(dialog: Dialog) -> str:
    """Say what was judged so far, in lines that fit a narrow pane."""
    rewards = [turn.reward for turn in dialog.turns if turn.reward is not None]
    corrected = sum(turn.correction is not None for turn in dialog.turns)
    lines = [f"rewards {len(rewards)} of {len(dialog)} turns"]
    if rewards:
        lines.append(f"mean {fmean(rewards):+.2f} · sum {sum(rewards):+.2f}")
    if corrected:
        lines.append(f"{corrected} corrected")
    if dialog.return_ is not None:
        stars = f" (rated {dialog.rating})" if dialog.rating else ""
        lines.append(f"return {dialog.return_:+g}{stars}")
    return "\n".join(lines)


def dialog_summary(dialog: Dialog) -> str:
    """Say the same in one line, for the form at the end of a dialog."""
    turns = "1 turn" if len(dialog) == 1 else f"{len(dialog)} turns"
    return f"{turns} · " + " · ".join(rewards_so_far(dialog).splitlines())
