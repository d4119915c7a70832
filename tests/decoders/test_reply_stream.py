"""Promise: a reply can be watched, stopped and kept, and nothing shown is taken back."""

from __future__ import annotations

from itertools import pairwise

import pytest

from convotui.decoders import Decoder, Reply, ReplyRequest, Sampling, StopReason
from convotui.decoders.prompts import Prompt, Utterance
from convotui.errors import Cancelled

SHAPES = ["persona_decoder", "chat_decoder"]


@pytest.fixture
def decoder(request: pytest.FixtureRequest) -> Decoder:
    return request.getfixturevalue(request.param)


def requests_for(count: int, **sampling) -> list[ReplyRequest]:
    how = Sampling(**{"top_k": 0, "top_p": 1.0, "max_new_tokens": 25, **sampling})
    facts = ("i love pizza.", "i sing.")
    return [
        ReplyRequest(
            Prompt(i % 2, facts[: i % 3], (Utterance(0, "hello " * (i + 1)),), "ask." * (i % 2)),
            seed=i,
            sampling=how,
        )
        for i in range(count)
    ]


@pytest.mark.parametrize("decoder", SHAPES, indirect=True)
def test_streamed_texts_are_beginnings_of_the_final_ones(decoder) -> None:
    stream = decoder.stream(requests_for(12))
    shown = [stream.texts()]
    for _ in stream:
        shown.append(stream.texts())
    replies = stream.replies()
    for row, reply in enumerate(replies):
        texts = [texts[row] for texts in shown]
        assert texts[0] == ""
        assert texts[-1] == reply.text
        for earlier, later in pairwise(texts):
            assert later.startswith(earlier)


def scripted(decoder: Decoder, text: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Stream a reply whose tokens are given, and return every text shown."""
    from convotui.decoders import decoder as module
    from convotui.decoders.generate import Column

    ids = [i for piece in text.split("|") for i in decoder.codec.encode(piece)]
    columns = [Column((i,), (0.0,)) for i in (*ids, min(decoder.form.stop_ids))]
    monkeypatch.setattr(module, "generate", lambda *_: iter(columns))
    stream = decoder.stream([ReplyRequest(Prompt(0), 0, Sampling(max_new_tokens=60))])
    shown = []
    for _ in stream:
        shown.extend(stream.texts())
    return shown


def test_a_gap_that_may_close_is_held_back_until_it_is_known(persona_decoder, monkeypatch) -> None:
    shown = scripted(persona_decoder, "i do n|'t know ,| it |'s fine .|5 or .", monkeypatch)
    assert shown[-1] == "i don't know, it's fine .5 or."
    assert all(shown[-1].startswith(text) for text in shown)
    assert "i do n" not in shown


def test_half_a_character_is_not_shown(persona_decoder, monkeypatch) -> None:
    shown = scripted(persona_decoder, "ok 😀 é 漢", monkeypatch)
    assert shown[-1] == "ok 😀 é 漢"
    assert not any("\ufffd" in text for text in shown)
    assert len(shown) > 12  # the tiny vocabulary spells these byte by byte


@pytest.mark.parametrize("decoder", SHAPES, indirect=True)
def test_a_reply_says_why_it_ended(decoder) -> None:
    replies = decoder.reply(requests_for(40, max_new_tokens=60))
    reasons = {reply.stop for reply in replies}
    assert reasons <= {StopReason.EOS, StopReason.LENGTH}
    for reply in replies:
        ended = reply.ids[-1] in decoder.form.stop_ids
        assert reply.stop is (StopReason.EOS if ended else StopReason.LENGTH)
        assert ended or len(reply.ids) == 60
        assert reply.dropped_turns == 0


@pytest.mark.parametrize("decoder", SHAPES, indirect=True)
def test_an_end_of_turn_at_the_last_token_counts_as_ended(decoder, monkeypatch) -> None:
    from convotui.decoders import decoder as module
    from convotui.decoders.generate import Column

    hello, end = decoder.codec.encode("hello"), min(decoder.form.stop_ids)
    columns = [Column((i,), (0.0,)) for i in (*hello, end)]
    monkeypatch.setattr(module, "generate", lambda *_: iter(columns))
    how = Sampling(max_new_tokens=len(columns))
    [reply] = decoder.reply([ReplyRequest(Prompt(0), 0, how)])
    assert reply.stop is StopReason.EOS
    assert reply.text == "hello"
    assert reply.ids == (*hello, end)


@pytest.mark.parametrize("decoder", SHAPES, indirect=True)
def test_what_was_said_before_a_stop_is_kept_as_cancelled(decoder) -> None:
    requests = requests_for(3, min_new_tokens=10)
    stream = decoder.stream(requests)
    columns = iter(stream)
    while len(stream.replies()[0].ids) < 4:
        next(columns)
    replies = stream.replies()
    assert [reply.stop for reply in replies] == [StopReason.CANCELLED] * 3
    assert [len(reply.ids) for reply in replies] == [4] * 3
    whole = decoder.reply(requests)
    assert [reply.ids[:4] for reply in whole] == [reply.ids for reply in replies]
    assert all(reply.text for reply in replies)


def test_before_the_first_token_a_reply_is_empty_and_cancelled(persona_decoder) -> None:
    [reply] = persona_decoder.stream(requests_for(1)).replies()
    assert reply == Reply("", (), StopReason.CANCELLED, seed=0, version="base")


@pytest.mark.parametrize("decoder", SHAPES, indirect=True)
def test_no_reply_is_empty_or_holds_a_control_token(decoder) -> None:
    replies = decoder.reply(requests_for(60, temperature=30.0, max_new_tokens=8))
    for reply in replies:
        assert reply.text.strip()
        assert decoder.codec.control_ids.isdisjoint(
            set(reply.ids) - (decoder.form.stop_ids if reply.stop is StopReason.EOS else set())
        )
        assert not any(str(t) in reply.text for t in decoder.codec.tokenizer.all_special_tokens)


@pytest.mark.parametrize("decoder", SHAPES, indirect=True)
def test_a_batch_gives_each_request_its_own_reply(decoder) -> None:
    requests = requests_for(9)
    together = decoder.reply(requests)
    alone = [decoder.reply([request])[0] for request in requests]
    for one, other in zip(together, alone, strict=True):
        assert (one.text, one.ids, one.stop, one.seed) == (
            other.text,
            other.ids,
            other.stop,
            other.seed,
        )
        assert one.logprobs == pytest.approx(other.logprobs, abs=1e-4)
        assert len(one.logprobs) == len(one.ids)


def test_no_requests_give_no_replies(persona_decoder) -> None:
    assert persona_decoder.reply([]) == []
    assert persona_decoder.stream([]).texts() == ()


def test_tick_is_called_after_every_column_and_can_abandon_the_batch(persona_decoder) -> None:
    requests = requests_for(2, min_new_tokens=12, max_new_tokens=12)
    ticks = []
    replies = persona_decoder.reply(requests, tick=lambda: ticks.append(1))
    assert len(ticks) == max(len(reply.ids) for reply in replies)

    def cancel() -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        persona_decoder.reply(requests, tick=cancel)
    assert persona_decoder.reply(requests) == replies


@pytest.mark.real
def test_the_real_model_speaks_and_streams(real_decoder) -> None:
    prompt = Prompt(1, ("I love pizza.",), (Utterance(0, "Hi! What do you like to eat?"),))
    stream = real_decoder.stream(
        [ReplyRequest(prompt, seed, Sampling(max_new_tokens=12)) for seed in (1, 2)]
    )
    shown = []
    for _ in stream:
        shown.append(stream.texts())
    for row, reply in enumerate(stream.replies()):
        assert any(char.isalpha() for char in reply.text)
        assert all(reply.text.startswith(texts[row]) for texts in shown)
