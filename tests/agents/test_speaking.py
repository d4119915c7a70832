"""``speak`` lets agents of any kind take a turn together, each by its own rules."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count

import pytest

from convotui.agents import Ask, DecoderAgent, PersonAgent, TranscriptAgent, speak
from convotui.decoders import Decoder, ReplyRequest, Sampling
from convotui.decoders.prompts import prompt_for
from convotui.dialog import Candidate, Dialog, Goal, Turn

SHORT = Sampling(max_new_tokens=6)
HEARD = Dialog("d", personas=(("i bake.",), ("i weld.",)), turns=(Turn.say(0, "hi there"),))
RECORDED = Dialog(
    "r",
    turns=(
        Turn.say(0, "hello"),
        Turn(1, (Candidate("no", "model", 3, "base"), Candidate("yes", "human")), chosen=1),
        Turn.say(0, "so?"),
        Turn.say(1, "well"),
    ),
)


def test_a_decoder_says_what_it_replies_to_the_dialogs_prompt(chat_decoder: Decoder) -> None:
    (said,) = speak([DecoderAgent(chat_decoder, SHORT)], [HEARD], 1, [None], [7])
    request = ReplyRequest(prompt_for(HEARD, 1, None, {}), 7, SHORT)
    (reply,) = chat_decoder.reply([request])
    assert said == Candidate(reply.text, "model", 7, "base")


def test_answers_come_in_the_order_of_the_dialogs_whoever_gives_them(
    chat_decoder: Decoder, persona_decoder: Decoder
) -> None:
    agents = [
        DecoderAgent(chat_decoder, SHORT),
        TranscriptAgent(RECORDED),
        DecoderAgent(persona_decoder, SHORT),
        PersonAgent(lambda dialog, goal: "a person"),
        DecoderAgent(chat_decoder, SHORT),
    ]
    seeds = [1, 2, 3, 4, 5]
    together = speak(agents, [HEARD] * 5, 1, [None] * 5, seeds)
    alone = [
        speak([agent], [HEARD], 1, [None], [seed])[0]
        for agent, seed in zip(agents, seeds, strict=True)
    ]
    assert together == alone
    assert [said.source for said in together] == ["model", "human", "model", "human", "model"]


def test_every_column_of_tokens_ticks(chat_decoder: Decoder) -> None:
    ticks = count()
    sampling = Sampling(min_new_tokens=6, max_new_tokens=6)
    speak([DecoderAgent(chat_decoder, sampling)], [HEARD], 1, [None], [1], lambda: next(ticks))
    assert next(ticks) == 6


def test_what_a_tick_raises_stops_the_talk(chat_decoder: Decoder) -> None:
    def tick() -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        speak([DecoderAgent(chat_decoder, SHORT)], [HEARD], 1, [None], [1], tick)


def test_a_person_is_asked_with_the_dialog_and_the_goal() -> None:
    asked: list[tuple[Dialog, Goal | None]] = []

    def ask(dialog: Dialog, goal: Goal | None) -> str:
        asked.append((dialog, goal))
        return "  as typed  "

    goal = Goal("g", "ask about pets.")
    (said,) = speak([PersonAgent(ask)], [HEARD], 1, [goal], [1])
    assert said == Candidate("  as typed  ", "human")
    assert asked == [(HEARD, goal)]


def test_a_transcript_repeats_its_speakers_chosen_lines_whatever_the_other_side_says() -> None:
    agent, dialog, lines = TranscriptAgent(RECORDED), Dialog("d"), []
    for _ in range(2):
        dialog = dialog.add(Turn.say(0, "something else entirely"))
        (said,) = speak([agent], [dialog], 1, [None], [0])
        dialog = dialog.add(Turn(1, (said,)))
        lines.append(said)
    assert lines == [Candidate("yes", "human"), Candidate("well", "human")]


def test_a_transcript_can_take_the_openers_side() -> None:
    (said,) = speak([TranscriptAgent(RECORDED)], [Dialog("d")], 0, [None], [0])
    assert said.text == "hello"


def test_a_transcript_that_has_ended_says_so() -> None:
    dialog = Dialog("d", turns=(Turn.say(1, "a"), Turn.say(1, "b")))
    with pytest.raises(IndexError):
        speak([TranscriptAgent(RECORDED)], [dialog], 1, [None], [0])


def test_an_agent_of_ones_own_may_ask_a_decoder_and_shares_its_batch(
    chat_decoder: Decoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    @dataclass
    class Own:
        def prepare(self, dialog: Dialog, speaker: int, goal: Goal | None, seed: int) -> Ask:
            request = ReplyRequest(prompt_for(dialog, speaker, None, {}), seed, SHORT)
            return Ask(chat_decoder, request)

    batches: list[int] = []
    reply = Decoder.reply
    monkeypatch.setattr(
        Decoder, "reply", lambda self, asked, tick: batches.append(len(asked)) or reply(self, asked)
    )
    shipped = DecoderAgent(chat_decoder, SHORT)
    own, theirs = speak([Own(), shipped], [HEARD, HEARD], 1, [None, None], [7, 7])
    assert own == theirs
    assert batches == [2]


def test_nobody_speaking_says_nothing() -> None:
    assert speak([], [], 1, [], []) == []
