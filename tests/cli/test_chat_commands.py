"""Every slash command of the plain chat does what ``/help`` says, and keeps it."""

from __future__ import annotations

import pytest

from convotui.cli.plain import HELP
from convotui.dialog import load_goals, load_persona
from tests.cli.conftest import Cli, stored, texts


def _goals(dialog: object) -> list[str | None]:
    return [turn.goal for turn in dialog.turns if turn.speaker == 1]


def test_help_lists_every_command_there_is(talk: Cli) -> None:
    done = talk("/help")
    assert done.out == f"{HELP}\n"
    commands = {line.split()[0] for line in HELP.splitlines()} - {"//TEXT"}
    assert commands == {
        "/goal",
        "/goals",
        "/rate",
        "/reward",
        "/correct",
        "/again",
        "/persona",
        "/reset",
        "/quit",
    }


def test_a_goal_is_for_the_next_reply_only(talk: Cli) -> None:
    done = talk("/goal ask-pets", "hi", "go on")
    assert done.lines[0] == "* goal for the next reply: ask about pets."
    assert _goals(stored()[0]) == ["ask-pets", None]


def test_a_goal_can_be_given_for_always_and_dropped(talk: Cli) -> None:
    done = talk("/goal ask-pets always", "one", "two", "/goal none", "three")
    assert done.lines[0] == "* goal for every reply: ask about pets."
    assert "* no goal" in done.lines
    assert _goals(stored()[0]) == ["ask-pets", "ask-pets", None]


def test_a_goal_of_several_words_is_made_up_on_the_spot(talk: Cli) -> None:
    done = talk("/goal talk about boats.", "hi")
    assert done.lines[0] == "* goal for the next reply: talk about boats."
    assert _goals(stored()[0]) == ["talk about boats."]


def test_a_made_up_goal_can_stay_too(talk: Cli) -> None:
    talk("/goal talk about boats. always", "one", "two")
    assert _goals(stored()[0]) == ["talk about boats.", "talk about boats."]


def test_a_goal_changes_the_reply(talk: Cli) -> None:
    plain = talk("hi", words=("--persona", "baker"))
    steered = talk("/goal talk about boats.", "hi", words=("--persona", "baker"))
    assert plain.lines[-1] != steered.lines[-1]


def test_an_empty_goal_drops_the_one_there_was(talk: Cli) -> None:
    talk("/goal ask-pets", "/goal", "hi")
    assert _goals(stored()[0]) == [None]


def test_a_word_that_is_no_goal_is_refused_and_the_rest_answered(talk: Cli) -> None:
    done = talk("/goal ask-cars", "hi")
    assert "ask-cars" in done.problem(1)
    assert len(done.lines) == 1
    assert _goals(stored()[0]) == [None]


def test_goals_lists_the_set(talk: Cli) -> None:
    done = talk("/goals", words=("--goals", "support"))
    assert done.lines == [f"* {goal.id}: {goal.text}" for goal in load_goals("support")]


def test_a_rating_is_kept_with_its_reward(talk: Cli) -> None:
    done = talk("hi", "/rate 4", "again", "/rate 1")
    assert "* rated 4, reward +0.5" in done.lines
    turns = stored()[0].turns
    assert [(turn.rating, turn.reward) for turn in turns] == [
        (None, None),
        (4, 0.5),
        (None, None),
        (1, -1.0),
    ]


def test_the_whole_dialog_can_be_rated(talk: Cli) -> None:
    done = talk("hi", "/rate dialog 2")
    assert "* dialog rated 2" in done.lines
    (dialog,) = stored()
    assert (dialog.rating, dialog.return_, dialog.turns[1].rating) == (2, -0.5, None)


@pytest.mark.parametrize(
    "line",
    ["/rate", "/rate 0", "/rate 6", "/rate 3.5", "/rate four", "/rate 4 4", "/rate dialog",
     "/rate dialog 9", "/rate turn 4", "/rate dialog 4 4", "/rate -1", "/rate ٣"],
)  # fmt: skip
def test_what_is_no_rating_is_refused_and_nothing_rated(talk: Cli, line: str) -> None:
    done = talk("hi", line)
    assert "1 to 5" in done.problem(1)
    (dialog,) = stored()
    assert dialog.rating is None
    assert [turn.rating for turn in dialog.turns] == [None, None]


def test_a_reward_is_any_number(talk: Cli) -> None:
    done = talk("hi", "/reward 0.25", "/rate 5", "/reward -12")
    assert [line for line in done.lines if line.startswith("* ")] == [
        "* reward +0.25",
        "* rated 5, reward +1",
        "* reward -12",
    ]
    turn = stored()[0].turns[1]
    assert (turn.rating, turn.reward) == (5, -12.0)


@pytest.mark.parametrize("line", ["/reward", "/reward much", "/reward nan", "/reward inf"])
def test_what_is_no_number_is_refused(talk: Cli, line: str) -> None:
    done = talk("hi", line)
    assert "number" in done.problem(1)
    assert stored()[0].turns[1].reward is None


def test_the_dialog_goes_on_with_the_corrected_reply(talk: Cli) -> None:
    done = talk("what do you do?", "/correct I am a  nurse.", "where?")
    assert "* corrected: I am a nurse." in done.lines
    (dialog,) = stored()
    turn = dialog.turns[1]
    assert turn.text == "I am a  nurse."
    assert turn.correction == ("I am a  nurse.", turn.candidates[0].text)
    uncorrected = talk("what do you do?", "where?")
    assert uncorrected.lines[-1] != done.lines[-1]
    assert uncorrected.lines[0] == done.lines[0]


def test_a_correction_must_say_something(talk: Cli) -> None:
    done = talk("hi", "/correct")
    assert "/correct TEXT" in done.problem(1)
    assert len(stored()[0].turns[1].candidates) == 1


def test_again_offers_another_reply_and_keeps_the_first(talk: Cli) -> None:
    done = talk("/goal ask-pets", "hi", "/again")
    turn = stored()[0].turns[1]
    assert len(turn.candidates) == 2
    assert turn.chosen == 1
    assert turn.goal == "ask-pets"
    assert done.lines[1] != done.lines[2]
    assert turn.candidates[0].seed != turn.candidates[1].seed


def test_again_after_a_correction_takes_its_place(talk: Cli) -> None:
    talk("hi", "/correct hello you.", "/again")
    turn = stored()[0].turns[1]
    assert [candidate.source for candidate in turn.candidates] == ["model", "human", "model"]
    assert turn.chosen == 2


def test_persona_shows_the_facts(talk: Cli) -> None:
    done = talk("/persona", words=("--persona", "baker"))
    assert done.lines == [f"* {fact}" for fact in load_persona("baker").facts]


def test_reset_begins_a_new_dialog_without_the_old_goal(talk: Cli) -> None:
    done = talk("/goal ask-pets always", "one", "/reset", "two", "/reset", "/reset", "three")
    assert done.lines.count("* new dialog") == 3
    dialogs = stored()
    assert [texts(dialog)[0] for dialog in dialogs] == ["one", "two", "three"]
    assert [_goals(dialog) for dialog in dialogs] == [["ask-pets"], [None], [None]]
    assert len({dialog.seed for dialog in dialogs}) == 3


def test_two_slashes_say_a_line_that_begins_with_one(talk: Cli) -> None:
    assert talk("//quit", "//", "///x").code == 0
    assert texts(stored()[0])[::2] == ["/quit", "/", "//x"]


@pytest.mark.parametrize("line", ["/nothing", "/", "/Rate 4", "/rates 4", "/quit now", "/ rate 4"])
def test_an_unknown_command_is_refused_and_the_rest_answered(talk: Cli, line: str) -> None:
    done = talk(line, "hi", line)
    assert done.code == 1
    assert all("/help" in problem for problem in done.problems)
    assert len(done.problems) == 2
    assert texts(stored()[0])[0] == "hi"


@pytest.mark.parametrize("line", ["/rate 4", "/rate dialog 4", "/reward 1", "/correct x", "/again"])
def test_there_must_be_a_reply_before_it_can_be_judged(talk: Cli, line: str) -> None:
    assert "no reply yet" in talk(line).problem(1)
    assert stored() == []


def test_any_white_space_parts_a_command_from_its_text(talk: Cli) -> None:
    assert talk("/goal\task-pets", "hi", "/rate\t \t4", "/correct \t so be it ").code == 0
    (dialog,) = stored()
    assert dialog.turns[1].goal == "ask-pets"
    assert (dialog.turns[1].rating, dialog.turns[1].text) == (4, "so be it")


def test_commands_are_not_said_to_the_model(talk: Cli) -> None:
    talk("/help", "/goals", "/persona", "hi", "/rate 4")
    assert texts(stored()[0])[::2] == ["hi"]
