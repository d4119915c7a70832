"""What was judged of a dialog is summed up in short lines."""

from __future__ import annotations

from dataclasses import replace

from convotui.dialog import Candidate, Dialog, Turn
from convotui.tui.summaries import dialog_summary, rewards_so_far

MODEL = Candidate("hm", "model")


def test_an_unjudged_dialog_says_so() -> None:
    assert rewards_so_far(Dialog("d")) == "rewards 0 of 0 turns"
    assert dialog_summary(Dialog("d")) == "0 turns · rewards 0 of 0 turns"


def test_rewards_are_averaged_over_those_given() -> None:
    turns = (
        Turn.say(0, "hi"),
        Turn(1, (MODEL,), reward=1.0),
        Turn(1, (MODEL,), reward=-0.5),
        Turn(1, (MODEL,), rating=3),  # of another candidate: no reward
    )
    lines = rewards_so_far(Dialog("d", turns=turns)).splitlines()
    assert lines == ["rewards 2 of 4 turns", "mean +0.25 · sum +0.50"]


def test_corrections_and_the_return_are_told() -> None:
    corrected = Turn(1, (MODEL, Candidate("ha", "human")), 1)
    dialog = Dialog("d", turns=(corrected,), rating=5, return_=1.0)
    assert rewards_so_far(dialog).splitlines()[1:] == ["1 corrected", "return +1 (rated 5)"]
    typed = replace(dialog, rating=None, return_=-0.25)
    assert rewards_so_far(typed).splitlines()[-1] == "return -0.25"
    assert dialog_summary(dialog) == (
        "1 turn · rewards 0 of 1 turns · 1 corrected · return +1 (rated 5)"
    )
