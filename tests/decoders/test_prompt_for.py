"""Promise: a speaker's prompt holds its own goals and persona, and never the partner's."""

from __future__ import annotations

import pytest

from convotui.decoders.prompts import Prompt, Utterance, prompt_for
from convotui.dialog import Candidate, Dialog, Turn
from convotui.errors import UsageError

TEXTS = {"greet": "greet them warmly.", "pets": "ask about pets."}
DIALOG = Dialog(
    "d",
    personas=(("i sing.",), ("i love pizza.", "i am a nurse.")),
    turns=(
        Turn.say(0, "hello!", goal="greet"),
        Turn.say(1, "hi.", goal="pets"),
        Turn.say(0, "so?"),
    ),
)


def test_each_speaker_gets_its_own_persona_and_goals() -> None:
    assert prompt_for(DIALOG, 0, None, TEXTS) == Prompt(
        0,
        ("i sing.",),
        (Utterance(0, "hello!", "greet them warmly."), Utterance(1, "hi."), Utterance(0, "so?")),
    )
    assert prompt_for(DIALOG, 1, "be brief.", TEXTS) == Prompt(
        1,
        ("i love pizza.", "i am a nurse."),
        (Utterance(0, "hello!"), Utterance(1, "hi.", "ask about pets."), Utterance(0, "so?")),
        "be brief.",
    )


def test_a_goal_written_on_the_spot_is_its_own_text() -> None:
    dialog = Dialog("d").add(Turn.say(0, "hello!", goal="talk about the sea."))
    assert prompt_for(dialog, 0, None, {}).history[0].goal == "talk about the sea."
    assert prompt_for(dialog, 1, None, {}).history[0].goal is None


def test_a_goal_whose_text_is_known_nowhere_is_named_not_left_out() -> None:
    dialog = Dialog("d").add(Turn.say(0, "hello!", goal="gone-from-the-set"))
    with pytest.raises(UsageError, match="gone-from-the-set"):
        prompt_for(dialog, 0, None, TEXTS)
    # The partner's prompt shows no goal and needs no text.
    assert prompt_for(dialog, 1, None, TEXTS).history[0].goal is None


def test_a_dialog_brings_the_texts_of_its_goals() -> None:
    dialog = Dialog("d", meta={"goals": {"mine": "ask about bees."}})
    dialog = dialog.add(Turn.say(0, "hello!", goal="mine"))
    assert prompt_for(dialog, 0, None, {}).history[0].goal == "ask about bees."


@pytest.mark.parametrize("chosen", [0, 1])
def test_what_was_chosen_is_what_was_said(chosen) -> None:
    candidates = (Candidate("first", "model"), Candidate("better", "human"))
    dialog = Dialog("d").add(Turn(0, candidates, chosen=chosen))
    assert prompt_for(dialog, 1, None, {}).history[0].text == candidates[chosen].text
