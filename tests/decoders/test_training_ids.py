"""Promise: what is learned is what is said: every token of the reply, its end included."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import AutoTokenizer

from convotui.decoders import Decoder
from convotui.decoders.formats import PersonaFormat, TranscriptFormat
from convotui.decoders.prompts import Prompt, PromptFormat, Utterance, training_ids
from convotui.decoders.tokens import TextCodec

REPLY = "no, but i have a cat <|im_end|> <|endoftext|>."
PROMPT = Prompt(
    1,
    ("i love pizza.",),
    (Utterance(0, "hello!"), Utterance(1, "hi."), Utterance(0, "any pets?")),
)


@pytest.fixture(scope="session")
def forms(persona_decoder: Decoder, chat_decoder: Decoder, persona_folder) -> dict:
    codec = TextCodec(AutoTokenizer.from_pretrained(persona_folder))
    bare = {"transcript": TranscriptFormat(codec), "persona": persona_decoder.form}
    return {**bare, "chat": chat_decoder.form}


@pytest.mark.parametrize("name", ["persona", "chat", "transcript"])
@pytest.mark.parametrize("goal", [None, "talk about pets."])
def test_the_mask_covers_every_token_of_the_reply_and_no_other(forms, name, goal) -> None:
    form: PromptFormat = forms[name]
    prompt = Prompt(PROMPT.speaker, PROMPT.facts, PROMPT.history, goal)
    ids, mask = training_ids(form, prompt, REPLY)
    assert len(ids) == len(mask)
    before = form.encode(prompt).ids
    assert ids[: len(before)] == before
    assert mask == (False,) * len(before) + (True,) * (len(ids) - len(before))
    learned = tuple(i for i, trained in zip(ids, mask, strict=True) if trained)
    assert learned == form.encode_reply(REPLY)
    assert learned[-1] in form.stop_ids
    assert form.stop_ids.isdisjoint(learned[:-1])
    assert form.tidy(form.codec.decode(learned)) == REPLY


def continued(form: PromptFormat, goal: str | None, reply: str) -> tuple[tuple, tuple]:
    """Ids trained on, and the ids of the speaker's prompt one exchange later."""
    prompt = Prompt(PROMPT.speaker, PROMPT.facts, PROMPT.history, goal)
    ids, _ = training_ids(form, prompt, reply)
    history = (*PROMPT.history, Utterance(1, reply, goal), Utterance(0, "aw, what's its name?"))
    return ids, form.encode(Prompt(1, PROMPT.facts, history)).ids


@pytest.mark.parametrize(
    ("name", "goal"),
    [
        ("chat", None),
        ("chat", "talk about pets."),
        ("transcript", None),
        ("transcript", "talk about pets."),
        ("persona", None),
    ],
)
@pytest.mark.parametrize("reply", [REPLY, "  spaced   out  ", "two\nlines", "UPPER Case", "é😀"])
def test_what_is_trained_on_is_what_the_next_prompt_holds(forms, name, goal, reply) -> None:
    ids, later = continued(forms[name], goal, reply)
    assert later[: len(ids)] == ids
    assert len(later) > len(ids)


@pytest.mark.real
@settings(max_examples=40, deadline=None)
@given(
    reply=st.lists(st.sampled_from(["No,", "I", "have 2 cats!", "\n", " ", "<|im_end|>", "é"]))
    .map(" ".join)
    .filter(str.strip),
    goal=st.sampled_from([None, "talk about pets."]),
)
def test_smollm2_s_next_prompt_holds_what_was_trained_on(real_decoder, reply, goal) -> None:
    ids, later = continued(real_decoder.form, goal, reply)
    assert later[: len(ids)] == ids


def test_personagpt_learns_the_published_targets(persona_gpt_codec) -> None:
    form = PersonaFormat(persona_gpt_codec)
    ids, mask = training_ids(form, Prompt(1, ("i love pizza.",)), "talk about movies.")
    pizza, movies = (72, 1842, 14256, 13), (16620, 546, 6918, 13)
    assert ids == (50261, *pizza, 50256, 50257, 50259, *movies, 50256)
    assert sum(mask) == len(movies) + 1
    assert mask[ids.index(16620)]  # the first token, which convogym's split loses
    assert mask[-1]
