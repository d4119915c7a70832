"""A turn holds candidates, one of them chosen; a correction is a person's choice over a model's."""

from __future__ import annotations

import pytest

from convotui.dialog import Candidate, Turn

MODEL = Candidate("i like rain.", "model", seed=7, version="base")
OTHER = Candidate("rain is wet.", "model", seed=8, version="base")
HUMAN = Candidate("i love rain, do you?", "human")


@pytest.mark.parametrize("speaker", [-1, 2])
def test_a_speaker_other_than_0_and_1_is_refused(speaker: int) -> None:
    with pytest.raises(ValueError, match="speaker must be 0 or 1"):
        Turn(speaker, (MODEL,))


@pytest.mark.parametrize("chosen", [-1, 2])
def test_a_choice_outside_the_candidates_is_refused(chosen: int) -> None:
    with pytest.raises(ValueError, match=f"chosen is {chosen} but there are 2 candidates"):
        Turn(0, (MODEL, OTHER), chosen)


def test_a_turn_without_candidates_is_refused() -> None:
    with pytest.raises(ValueError, match="there are 0 candidates"):
        Turn(0, ())


@pytest.mark.parametrize("rating", [0, 6, -1])
def test_a_rating_outside_1_to_5_is_refused(rating: int) -> None:
    with pytest.raises(ValueError, match="a rating is 1 to 5"):
        Turn(0, (MODEL,), rating=rating)


@pytest.mark.parametrize("rating", [1, 5, None])
def test_a_rating_of_1_to_5_or_none_is_taken(rating: int | None) -> None:
    assert Turn(0, (MODEL,), rating=rating).rating == rating


def test_the_text_of_a_turn_is_its_chosen_candidate() -> None:
    assert Turn(1, (MODEL, OTHER), chosen=1).text == OTHER.text


def test_what_a_person_says_is_one_human_candidate() -> None:
    turn = Turn.say(0, "hello!", goal="ask-pets")
    assert turn.candidates == (Candidate("hello!", "human"),)
    assert (turn.speaker, turn.goal, turn.correction) == (0, "ask-pets", None)


def test_an_offered_candidate_is_added_last_and_chosen_and_the_turn_stays_as_it_was() -> None:
    turn = Turn(1, (MODEL, OTHER), chosen=0, goal="ask-pets")
    offered = turn.offer(HUMAN)
    assert offered.candidates == (MODEL, OTHER, HUMAN)
    assert (offered.chosen, offered.text, offered.goal) == (2, HUMAN.text, "ask-pets")
    assert turn == Turn(1, (MODEL, OTHER), chosen=0, goal="ask-pets")


def test_a_human_candidate_after_a_models_is_a_correction_of_it() -> None:
    assert Turn(1, (MODEL,)).offer(HUMAN).correction == (HUMAN.text, MODEL.text)


def test_a_second_correction_still_names_the_models_reply() -> None:
    again = Candidate("rain? always.", "human")
    assert Turn(1, (MODEL,)).offer(HUMAN).offer(again).correction == (again.text, MODEL.text)


@pytest.mark.parametrize(
    "turn",
    [
        Turn.say(0, "hello!"),
        Turn.say(0, "hello!").offer(Candidate("hello there!", "human")),
        Turn(1, (MODEL,)),
        Turn(1, (MODEL,)).offer(OTHER),
        Turn(1, (MODEL, HUMAN), chosen=0),
        Turn(1, (HUMAN, MODEL), chosen=0),
    ],
    ids=["said", "said-again", "model", "model-again", "not-chosen", "model-came-later"],
)
def test_a_turn_without_a_replaced_model_reply_is_no_correction(turn: Turn) -> None:
    assert turn.correction is None


def test_equal_turns_hash_alike() -> None:
    assert len({Turn(1, (MODEL, HUMAN), 1), Turn(1, (MODEL,)).offer(HUMAN)}) == 1
