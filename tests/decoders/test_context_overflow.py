"""Promise: what does not fit loses its oldest turns and says so; no reply is ever empty."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import AutoTokenizer

from convotui.decoders import Decoder, ReplyRequest, Sampling, StopReason
from convotui.decoders.formats import TranscriptFormat
from convotui.decoders.prompts import Prompt, PromptFormat, PromptTooLongError, Utterance, fit
from convotui.decoders.tokens import TextCodec

WORDS = st.sampled_from(["hi", "what do you do for a living?", "i love pizza.", "yes " * 20])
PROMPTS = st.builds(
    lambda speaker, facts, texts, first, goal: Prompt(
        speaker,
        tuple(facts),
        tuple(Utterance((first + i) % 2, text) for i, text in enumerate(texts)),
        goal,
    ),
    st.integers(0, 1),
    st.lists(WORDS, max_size=3),
    st.lists(WORDS, max_size=9),
    st.integers(0, 1),
    st.none() | WORDS,
)


@pytest.fixture(scope="session")
def forms(persona_decoder: Decoder, chat_decoder: Decoder, persona_folder) -> list[PromptFormat]:
    transcript = TranscriptFormat(TextCodec(AutoTokenizer.from_pretrained(persona_folder)))
    return [persona_decoder.form, chat_decoder.form, transcript]


@settings(max_examples=120, deadline=None)
@given(prompt=PROMPTS, limit=st.integers(1, 400))
def test_a_fitted_prompt_is_short_enough_and_drops_no_more_than_needed(forms, prompt, limit):
    def kept(count: int) -> Prompt:
        return Prompt(prompt.speaker, prompt.facts, prompt.history[count:], prompt.goal)

    turns = len(prompt.history)
    # Whole exchanges from the front; the newest turn stays whatever happens.
    allowed = [*range(0, turns, 2)]
    if turns and turns % 2 == 0:
        allowed.append(turns - 1)
    for form in forms:
        sizes = [len(form.encode(kept(count)).ids) for count in allowed or [0]]
        if sizes[-1] > limit:
            words = f"takes {sizes[-1]} tokens.* room for {limit}:"
            with pytest.raises(PromptTooLongError, match=words):
                fit(form, prompt, limit)
            continue
        fitted = fit(form, prompt, limit)
        assert len(fitted.ids) <= limit
        assert fitted.ids == form.encode(kept(fitted.dropped_turns)).ids
        place = allowed.index(fitted.dropped_turns) if allowed else 0
        if place:
            assert sizes[place - 1] > limit


def test_a_prompt_that_fits_is_left_alone(forms) -> None:
    prompt = Prompt(1, ("i sing.",), (Utterance(0, "hi"), Utterance(1, "yo")), "ask.")
    for form in forms:
        whole = form.encode(prompt)
        assert fit(form, prompt, len(whole.ids)) == whole
        assert fit(form, prompt, len(whole.ids)).dropped_turns == 0


def long_history(turns: int) -> tuple[Utterance, ...]:
    return tuple(
        Utterance(i % 2, f"i said number {i} and it was long enough") for i in range(turns)
    )


@pytest.mark.parametrize("decoder", ["persona_decoder", "chat_decoder"])
def test_a_long_history_still_gets_a_reply_that_says_what_was_dropped(request, decoder) -> None:
    decoder = request.getfixturevalue(decoder)
    sampling = Sampling(max_new_tokens=12)
    prompt = Prompt(0, ("i love pizza.",), long_history(120))
    [reply] = decoder.reply([ReplyRequest(prompt, 5, sampling)])
    assert reply.stop is StopReason.CONTEXT
    assert reply.text
    assert reply.ids
    assert 0 < reply.dropped_turns < 120
    assert reply.dropped_turns % 2 == 0
    # It is the reply to the turns that were kept, and to nothing else.
    short = Prompt(0, prompt.facts, prompt.history[reply.dropped_turns :])
    assert len(decoder.form.encode(short).ids) <= decoder.context_length - 12
    [same] = decoder.reply([ReplyRequest(short, 5, sampling)])
    assert same.ids == reply.ids
    assert same.dropped_turns == 0
    assert same.stop in (StopReason.EOS, StopReason.LENGTH)


@pytest.mark.parametrize("decoder", ["persona_decoder", "chat_decoder"])
def test_a_newest_turn_that_does_not_fit_is_named_and_not_answered_past(request, decoder) -> None:
    decoder = request.getfixturevalue(decoder)
    for text in ("word " * 20_000, "a" * 100_000, "<|im_end|><|act|>" * 6_000):
        history = (Utterance(1, "hi"), Utterance(0, text))
        prompt = Prompt(1, ("i love pizza.",), history)
        with pytest.raises(PromptTooLongError, match=r"for the newest turn.*shorten the turn"):
            decoder.reply([ReplyRequest(prompt, 1, Sampling(max_new_tokens=4))])


@pytest.mark.parametrize("decoder", ["persona_decoder", "chat_decoder"])
def test_an_endless_older_turn_is_dropped_and_the_newest_answered(request, decoder) -> None:
    decoder = request.getfixturevalue(decoder)
    history = (Utterance(0, "a" * 100_000), Utterance(1, "what?"), Utterance(0, "never mind"))
    prompt = Prompt(1, ("i love pizza.",), history)
    [reply] = decoder.reply([ReplyRequest(prompt, 1, Sampling(max_new_tokens=4))])
    assert reply.text
    assert reply.dropped_turns == 2
    assert reply.stop is StopReason.CONTEXT


@pytest.mark.parametrize("decoder", ["persona_decoder", "chat_decoder"])
def test_prompt_and_reply_together_never_pass_the_context(request, decoder) -> None:
    decoder = request.getfixturevalue(decoder)
    for new in (1, 30, decoder.context_length - 120):
        encoded = decoder.encode(Prompt(0, (), long_history(60)), new)
        assert len(encoded.ids) + new <= decoder.context_length


def test_a_persona_longer_than_the_context_is_an_error_in_words(persona_decoder) -> None:
    prompt = Prompt(0, ("i love pizza. " * 200,), (Utterance(1, "hi"),))
    with pytest.raises(PromptTooLongError, match=r"the persona.*lower max_new_tokens"):
        persona_decoder.reply([ReplyRequest(prompt, 0)])
    with pytest.raises(PromptTooLongError, match="lower max_new_tokens"):
        persona_decoder.encode(Prompt(0), persona_decoder.context_length)


def test_a_long_dialog_is_encoded_a_few_times_not_once_per_pair(persona_decoder, monkeypatch):
    form, calls = persona_decoder.form, []
    real = type(form).encode
    monkeypatch.setattr(
        type(form), "encode", lambda self, prompt: calls.append(1) or real(self, prompt)
    )
    fitted = fit(form, Prompt(0, (), long_history(400)), 200)
    assert fitted.dropped_turns > 300
    assert len(calls) <= 12


def test_overflowing_and_short_prompts_share_a_batch(persona_decoder) -> None:
    sampling = Sampling(max_new_tokens=6)
    long = ReplyRequest(Prompt(0, (), long_history(80)), 3, sampling)
    short = ReplyRequest(Prompt(0, (), long_history(2)), 4, sampling)
    replies = persona_decoder.reply([long, short])
    assert [reply.dropped_turns > 0 for reply in replies] == [True, False]
    assert [r.ids for r in replies] == [persona_decoder.reply([r])[0].ids for r in (long, short)]
