"""A person talks with a decoder from Python: say, again, correct, rate."""

from __future__ import annotations

import pytest

from convotui.agents import DecoderAgent, speak
from convotui.decoders import Decoder, Sampling
from convotui.dialog import Dialog, Goal, Turn, load_persona
from convotui.errors import UsageError
from convotui.gyms import InteractiveDialog

SAMPLING = Sampling(max_new_tokens=12)


def _chat(decoder: Decoder, **options: object) -> InteractiveDialog:
    return InteractiveDialog(decoder, load_persona("baker"), sampling=SAMPLING, **options)


def test_the_reply_to_what_was_said_is_returned_and_kept(decoder: Decoder) -> None:
    chat = _chat(decoder)
    reply = chat.say("hi there")
    assert reply.strip()
    assert [(turn.speaker, turn.text) for turn in chat.dialog.turns] == [
        (0, "hi there"),
        (1, reply),
    ]


def test_both_personas_are_kept_with_the_dialog(decoder: Decoder) -> None:
    chat = _chat(decoder, me=load_persona("welder"))
    assert chat.dialog.personas == (load_persona("welder").facts, load_persona("baker").facts)
    assert chat.dialog.model == decoder.name


def test_the_same_lines_under_the_same_seed_get_the_same_replies(decoder: Decoder) -> None:
    def talk(seed: int) -> Dialog:
        chat = _chat(decoder, seed=seed)
        chat.say("hi there", goal="ask-pets")
        chat.again()
        chat.say("and you?")
        return chat.dialog

    assert talk(3).turns == talk(3).turns
    assert [t.text for t in talk(3).turns] != [t.text for t in talk(4).turns]


def test_a_persona_changes_the_replies(decoder: Decoder) -> None:
    with_one = _chat(decoder, seed=1).say("hi there")
    without = InteractiveDialog(decoder, sampling=SAMPLING, seed=1).say("hi there")
    assert with_one != without


def test_a_goal_goes_to_the_reply_it_was_given_for(decoder: Decoder) -> None:
    chat = _chat(decoder)
    chat.say("hi there", goal="ask-pets")
    chat.say("really?")
    assert [turn.goal for turn in chat.dialog.turns] == [None, "ask-pets", None, None]


def test_a_goal_made_up_on_the_spot_is_remembered_by_its_id(decoder: Decoder) -> None:
    chat, goal = _chat(decoder, seed=2), Goal("boats", "talk about boats.")
    chat.say("hi there", goal=goal)
    second = chat.again()
    third = chat.say("go on")
    texts = {"boats": goal.text}
    agent = DecoderAgent(decoder, SAMPLING, texts)
    before = Dialog("x", personas=chat.dialog.personas, turns=chat.dialog.turns[:1], seed=2)
    seed = chat.dialog.turns[1].candidates[1].seed
    assert speak([agent], [before], 1, [goal], [seed])[0].text == second
    heard = Dialog("x", personas=chat.dialog.personas, turns=chat.dialog.turns[:3], seed=2)
    seed = chat.dialog.turns[3].candidates[0].seed
    assert speak([agent], [heard], 1, [None], [seed])[0].text == third


def test_again_offers_another_candidate_and_keeps_the_first(decoder: Decoder) -> None:
    chat = _chat(decoder)
    first = chat.say("hi there", goal="ask-pets")
    second = chat.again()
    turn = chat.dialog.turns[1]
    assert [candidate.text for candidate in turn.candidates] == [first, second]
    assert turn.text == second
    assert turn.goal == "ask-pets"
    assert len({candidate.seed for candidate in turn.candidates}) == 2
    assert len(chat.dialog) == 2


def test_the_dialog_goes_on_with_the_corrected_text(decoder: Decoder) -> None:
    chat = _chat(decoder, seed=1)
    missed = chat.say("what do you do?")
    chat.correct("i am a nurse.")
    turn = chat.dialog.turns[1]
    assert turn.correction == ("i am a nurse.", missed)
    next_reply = chat.say("where?")

    def reply_after(answer: str) -> str:
        history = (Turn.say(0, "what do you do?"), Turn.say(1, answer), Turn.say(0, "where?"))
        heard = Dialog("x", personas=chat.dialog.personas, turns=history)
        seed = chat.dialog.turns[3].candidates[0].seed
        (said,) = speak([DecoderAgent(decoder, SAMPLING)], [heard], 1, [None], [seed])
        return said.text

    assert next_reply == reply_after("i am a nurse.")
    assert next_reply != reply_after(missed)


def test_a_rating_is_kept_with_its_reward(decoder: Decoder) -> None:
    chat = _chat(decoder)
    chat.say("hi there")
    chat.rate(4)
    assert (chat.dialog.turns[1].rating, chat.dialog.turns[1].reward) == (4, 0.5)
    assert chat.dialog.turns[0].rating is None


@pytest.mark.parametrize("text", ["", "   ", "\n\t"])
def test_nothing_cannot_be_said_or_be_a_correction(chat_decoder: Decoder, text: str) -> None:
    chat = _chat(chat_decoder)
    with pytest.raises(ValueError, match="empty"):
        chat.say(text)
    assert len(chat.dialog) == 0
    chat.say("hi")
    with pytest.raises(ValueError, match="empty"):
        chat.correct(text)
    assert len(chat.dialog.turns[1].candidates) == 1


def test_there_must_be_a_reply_to_judge_or_replace(chat_decoder: Decoder) -> None:
    chat = _chat(chat_decoder)
    for action in (chat.again, lambda: chat.correct("x"), lambda: chat.rate(3)):
        with pytest.raises(ValueError, match="no reply yet"):
            action()


@pytest.mark.parametrize("rating", [0, 6])
def test_a_rating_out_of_range_changes_nothing(chat_decoder: Decoder, rating: int) -> None:
    chat = _chat(chat_decoder)
    chat.say("hi")
    before = chat.dialog
    with pytest.raises(ValueError, match="1 to 5"):
        chat.rate(rating)
    assert chat.dialog == before


def test_an_unknown_goal_is_refused_and_nothing_is_said(chat_decoder: Decoder) -> None:
    chat = _chat(chat_decoder)
    with pytest.raises(UsageError, match="no goal 'ask-cars'"):
        chat.say("hi", goal="ask-cars")
    assert len(chat.dialog) == 0


def test_an_unknown_goal_set_is_refused(chat_decoder: Decoder) -> None:
    with pytest.raises(UsageError):
        InteractiveDialog(chat_decoder, goals="nothing")
