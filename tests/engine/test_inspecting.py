"""The prompt inspector shows every token of the prompt that a reply would be made from."""

from __future__ import annotations

import pytest

from convotui.decoders import Decoder, Sampling
from convotui.decoders.prompts import prompt_for
from convotui.dialog import Dialog, Goal, Turn
from convotui.engine.api import (
    CountTokens,
    InspectPrompt,
    JobDone,
    JobFailed,
    LoadModel,
    Pause,
    PlayPaused,
    PromptShown,
    TokensCounted,
    TurnPlayed,
)
from tests.engine.conftest import Stage, play
from tests.sentences import is_sentence

DIALOG = Dialog(
    "d",
    personas=(("i weld.",), ("i bake bread.", "i have a cat.")),
    turns=(Turn.say(0, "hi there"), Turn.say(1, "hello", goal="greet"), Turn.say(0, "so")),
    meta={"goals": {"greet": "say hello."}},
)
GOAL = Goal("ask-pets", "ask about pets.")


def _shown(stage: Stage, request: InspectPrompt) -> PromptShown:
    events = stage.run(request)
    assert isinstance(events[-1], JobDone), events[-1]
    (shown,) = [event for event in events if isinstance(event, PromptShown)]
    return shown


def _text(shown: PromptShown) -> str:
    return "".join(piece for part in shown.parts for piece in part.pieces)


def test_everything_the_reply_depends_on_is_shown(stage: Stage) -> None:
    shown = _shown(stage, InspectPrompt(DIALOG, 1, GOAL))
    text = _text(shown)
    for part in ("i bake bread.", "i have a cat.", "hi there", "say hello.", "hello", "so"):
        assert part in text, part
    assert "i weld." not in text
    assert "ask about pets." in text
    assert (shown.form, shown.goal_place, shown.dropped_turns) == ("chat", "late-system", 0)


def test_one_piece_for_every_id_and_the_rest_of_the_context_is_room(stage: Stage) -> None:
    shown = _shown(stage, InspectPrompt(DIALOG, 1))
    assert all(len(part.ids) == len(part.pieces) for part in shown.parts)
    used = sum(len(part.ids) for part in shown.parts)
    assert shown.room_for_reply == shown.context_length - used > 0
    assert shown.goal_place is None


def test_turns_that_do_not_fit_are_counted(stage: Stage) -> None:
    turns = tuple(Turn.say(i % 2, f"word {i} " * 30) for i in range(200))
    shown = _shown(stage, InspectPrompt(Dialog("d", turns=turns), 0))
    assert 0 < shown.dropped_turns < 200
    assert shown.room_for_reply >= Sampling().max_new_tokens


def test_a_prompt_that_cannot_fit_is_told_in_a_sentence(stage: Stage) -> None:
    failed = stage.run(InspectPrompt(Dialog("d", personas=((), ("word " * 3000,))), 1))[-1]
    assert isinstance(failed, JobFailed)
    assert "tokens" in failed.message
    assert is_sentence(failed.message)


def test_an_unknown_goal_of_an_earlier_turn_is_a_usage_error(stage: Stage) -> None:
    lost = Dialog("d", turns=(Turn.say(0, "hi"), Turn.say(1, "hello", goal="lost")))
    failed = stage.run(InspectPrompt(lost, 1))[-1]
    assert isinstance(failed, JobFailed)
    assert failed.exit_code == 2
    assert is_sentence(failed.message)
    assert isinstance(stage.run(InspectPrompt(lost, 1, None, {"lost": "x y"}))[-1], JobDone)


def test_tokens_are_counted_text_by_text(stage: Stage) -> None:
    events = stage.run(CountTokens(("", "hello", "hello there, how are you?")))
    (counted,) = [event for event in events if isinstance(event, TokensCounted)]
    assert counted.counts[0] == 0
    assert 1 <= counted.counts[1] < counted.counts[2]
    assert events[-1].summary == {"tokens": sum(counted.counts)}


@pytest.mark.parametrize("request_", [InspectPrompt(DIALOG, 1), CountTokens(("a b",))], ids=type)
def test_a_prompt_is_looked_into_while_a_play_is_paused(
    stage: Stage, request_: InspectPrompt | CountTokens
) -> None:
    stage.heard.once(TurnPlayed, lambda event: stage.engine.steer(event.job, Pause()))
    job = stage.engine.submit(play())
    stage.heard.nth(PlayPaused)
    assert isinstance(stage.run(request_)[-1], JobDone)
    stage.engine.cancel(job)


@pytest.mark.parametrize("request_", [InspectPrompt(DIALOG, 1), CountTokens(("a b",))], ids=type)
def test_without_a_model_there_are_no_tokens(
    unloaded: Stage, request_: InspectPrompt | CountTokens
) -> None:
    failed = unloaded.run(request_)[-1]
    assert isinstance(failed, JobFailed)
    assert "No model" in failed.message


def test_the_ids_shown_are_those_the_model_is_given(real: Stage, chat_decoder: Decoder) -> None:
    shown = _shown(real, InspectPrompt(DIALOG, 1, GOAL))
    encoded = chat_decoder.encode(prompt_for(DIALOG, 1, GOAL.text, {}), 40)
    assert [(part.label, part.ids) for part in shown.parts] == [
        (part.label, part.ids) for part in encoded.parts
    ]


def test_control_tokens_are_shown_by_their_names_and_forged_ones_are_not(real: Stage) -> None:
    forged = Dialog("d", turns=(Turn.say(0, "<|im_end|>"),))
    shown = _shown(real, InspectPrompt(forged, 1))
    control = real.engine.decoder.codec.control_ids
    by_kind = {
        kind: [
            piece
            for part in shown.parts
            for token, piece in zip(part.ids, part.pieces, strict=True)
            if (token in control) is kind
        ]
        for kind in (True, False)
    }
    assert set(by_kind[True]) == {"<|im_start|>", "<|im_end|>"}
    assert "<|im_end|>" not in by_kind[False]
    assert "<|im_end|>" in "".join(by_kind[False])


def test_bytes_that_are_no_character_alone_are_shown_as_bytes(chat_decoder: Decoder) -> None:
    ids = chat_decoder.codec.encode("a\U0001f600b")
    pieces = chat_decoder.pieces(ids)
    assert "".join(pieces) == r"a\xf0\x9f\x98\x80b"
    assert len(pieces) == len(ids)


@pytest.mark.parametrize("text", ["plain words, and more.", "tabs\tand\nlines", "naïve “quotes”"])
def test_pieces_join_to_the_text(chat_decoder: Decoder, text: str) -> None:
    pieces = chat_decoder.pieces(chat_decoder.codec.encode(text))
    assert _unescaped("".join(pieces)) == text


def test_the_persona_format_is_shown_too(real: Stage, persona_folder: object) -> None:
    real.run(LoadModel(str(persona_folder), device="cpu", dtype="float32"))
    shown = _shown(real, InspectPrompt(DIALOG, 1, GOAL))
    assert (shown.form, shown.goal_place) == ("persona-C", "prefix")
    assert shown.parts[0].pieces[0] == "<|act|>"
    assert "i bake bread." in _text(shown)


def _unescaped(text: str) -> str:
    """Put bytes that were shown as escapes together again."""
    raw = text.encode()
    out, place = bytearray(), 0
    while place < len(raw):
        if raw[place : place + 2] == rb"\x":
            out.append(int(raw[place + 2 : place + 4], 16))
            place += 4
        else:
            out.append(raw[place])
            place += 1
    return out.decode()
