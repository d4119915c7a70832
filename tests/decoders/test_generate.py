"""Promise: a batch gives each row, to the token, what it would get alone, and what we ask for."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

import pytest
import torch

import convotui.decoders.generate as module
from convotui.decoders import Decoder, Sampling
from convotui.decoders.generate import Column, GenerationRequest, TokenRules, generate
from convotui.decoders.sampler import Sampler, draw_uniforms
from convotui.errors import ModelError

SHAPES = ["persona_decoder", "chat_decoder"]


@pytest.fixture
def decoder(request: pytest.FixtureRequest) -> Decoder:
    return request.getfixturevalue(request.param)


def prompts(decoder: Decoder, lengths: Sequence[int], seed: int = 0) -> list[tuple[int, ...]]:
    """Prompts of random text ids."""
    drawn = random.Random(seed)
    ids = sorted(decoder.codec.known_ids - decoder.codec.control_ids)
    return [tuple(drawn.choices(ids, k=length)) for length in lengths]


def play(model, requests: Sequence[GenerationRequest], rules: TokenRules):
    """All columns, as one list of ids and one of log-probabilities per request."""
    ids: list[list[int]] = [[] for _ in requests]
    scores: list[list[float]] = [[] for _ in requests]
    for column in generate(model, requests, rules):
        assert len(column.ids) == len(column.logprobs) == len(requests)
        for row, (token, score) in enumerate(zip(column.ids, column.logprobs, strict=True)):
            assert (token is None) == (score is None)
            if token is not None:
                ids[row].append(token)
                scores[row].append(score)
    return ids, scores


def transformers_greedy(model, prompt: tuple[int, ...], stops: frozenset[int], new: int):
    """What transformers' own generate gives to one prompt, alone."""
    inputs = torch.tensor([prompt])
    out = model.generate(
        inputs,
        attention_mask=torch.ones_like(inputs),
        do_sample=False,
        min_new_tokens=1,
        max_new_tokens=new,
        eos_token_id=sorted(stops),
        pad_token_id=min(stops),
    )
    return out[0, len(prompt) :].tolist()


def sharpened(model):
    """Make a random model's choices clear, so that rounding does not decide between tokens."""
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() > 1:
                parameter.mul_(5)
    return model


@pytest.mark.parametrize("decoder", SHAPES, indirect=True)
def test_greedy_equals_transformers_own_generate(decoder) -> None:
    rules = TokenRules(decoder.form.stop_ids)
    rows = prompts(decoder, [1, 7, 40, 19])
    how = Sampling(greedy=True, max_new_tokens=24)
    ours, scores = play(decoder.model, [GenerationRequest(r, 0, how) for r in rows], rules)
    theirs = [transformers_greedy(decoder.model, r, rules.stop_ids, 24) for r in rows]
    assert ours == theirs
    assert all(score == 0.0 for row in scores for score in row)


@pytest.mark.real
def test_greedy_equals_transformers_own_generate_on_the_real_model(real_decoder) -> None:
    from convotui.decoders.prompts import Prompt, Utterance

    asked = [
        Prompt(1, ("I love pizza.",), (Utterance(0, "Hi! What do you like to eat?"),)),
        Prompt(0, (), (), "ask about pets."),
        Prompt(1, ("I am a nurse.", "I have two dogs."), (Utterance(0, "What do you do?"),), None),
    ]
    rules = TokenRules(real_decoder.form.stop_ids)
    rows = [real_decoder.form.encode(prompt).ids for prompt in asked]
    how = Sampling(greedy=True, max_new_tokens=16)
    ours, _ = play(real_decoder.model, [GenerationRequest(r, 0, how) for r in rows], rules)
    assert ours == [transformers_greedy(real_decoder.model, r, rules.stop_ids, 16) for r in rows]


def mixed_requests(decoder: Decoder) -> list[GenerationRequest]:
    """Rows of other lengths, settings and ends."""
    lengths = [3, 50, 1, 17, 33, 8, 21]
    hows = [
        Sampling(max_new_tokens=20),
        Sampling(greedy=True, max_new_tokens=9),
        Sampling(top_k=0, top_p=1.0, temperature=1.5, max_new_tokens=30),
        Sampling(top_k=3, max_new_tokens=1),
        Sampling(temperature=0.3, top_k=50, min_new_tokens=6, max_new_tokens=6),
        Sampling(max_new_tokens=20),
        Sampling(top_k=0, top_p=0.9, max_new_tokens=25),
    ]
    rows = prompts(decoder, lengths, seed=4)
    return [
        GenerationRequest(row, seed, how)
        for seed, (row, how) in enumerate(zip(rows, hows, strict=True), start=100)
    ]


@pytest.mark.parametrize("decoder", SHAPES, indirect=True)
def test_each_row_of_a_batch_gets_what_it_gets_alone(decoder) -> None:
    requests = mixed_requests(decoder)
    # Many stops, so that rows leave at different times and not only at their limits.
    stops = decoder.form.stop_ids | frozenset(range(300, 340))
    rules = TokenRules(stops, decoder.codec.control_ids - stops, decoder.codec.blank_ids)
    together, scores = play(decoder.model, requests, rules)
    for i, request in enumerate(requests):
        [alone], [alone_scores] = play(decoder.model, [request], rules)
        assert together[i] == alone
        assert scores[i] == pytest.approx(alone_scores, abs=1e-4)
    lengths = {len(row) for row in together}
    assert len(lengths) >= 4
    ended_early = [
        r for r, q in zip(together, requests, strict=True) if len(r) < q.sampling.max_new_tokens
    ]
    assert ended_early
    assert all(row[-1] in stops for row in ended_early)
    assert all(stops.isdisjoint(row[:-1]) for row in together)


@pytest.mark.parametrize("decoder", SHAPES, indirect=True)
def test_the_order_of_rows_in_a_batch_does_not_matter(decoder) -> None:
    requests = mixed_requests(decoder)
    forwards, _ = play(decoder.model, requests, decoder.rules)
    backwards, _ = play(decoder.model, requests[::-1], decoder.rules)
    assert forwards == backwards[::-1]


@pytest.mark.real
def test_each_row_of_a_batch_gets_what_it_gets_alone_on_the_real_model(real_decoder) -> None:
    texts = ["Hi there", "What is your favourite food in the whole wide world? " * 3, "Yes."]
    requests = [
        GenerationRequest(
            real_decoder.codec.encode(text),
            seed,
            Sampling(greedy=seed == 2, max_new_tokens=8 + seed),
        )
        for seed, text in enumerate(texts)
    ]
    together, _ = play(real_decoder.model, requests, real_decoder.rules)
    for request, ids in zip(requests, together, strict=True):
        assert play(real_decoder.model, [request], real_decoder.rules)[0] == [ids]


@pytest.mark.parametrize("decoder", SHAPES, indirect=True)
def test_sampling_follows_the_uncached_model_token_by_token(decoder) -> None:
    [row] = prompts(decoder, [23], seed=9)
    how = Sampling(temperature=0.8, top_k=20, top_p=0.95, max_new_tokens=15)
    [ids], [scores] = play(
        decoder.model, [GenerationRequest(row, 77, how)], TokenRules(frozenset())
    )
    sampler, uniforms = Sampler([how], torch.device("cpu")), draw_uniforms([77], 15)
    for i, token in enumerate(ids):
        with torch.inference_mode():
            logits = decoder.model(torch.tensor([[*row, *ids[:i]]])).logits[:, -1].float()
        wanted = sampler.step(logits, uniforms[:, i])
        assert wanted.ids.tolist() == [token]
        assert wanted.logprobs.item() == pytest.approx(scores[i], abs=1e-4)


@pytest.mark.parametrize("decoder", SHAPES, indirect=True)
def test_the_seed_makes_the_reply_and_another_seed_another(decoder) -> None:
    [row] = prompts(decoder, [12])
    how = Sampling(top_k=0, top_p=1.0, max_new_tokens=20)
    seeds = [1, 2, 1, 3]
    requests = [GenerationRequest(row, seed, how) for seed in seeds]
    first, scores = play(decoder.model, requests, decoder.rules)
    torch.manual_seed(999)
    assert play(decoder.model, requests, decoder.rules) == (first, scores)
    assert first[0] == first[2]
    assert len({tuple(row) for row in first}) == 3


@pytest.mark.parametrize("decoder", SHAPES, indirect=True)
def test_no_row_ends_before_its_min_new_tokens(decoder) -> None:
    stops = decoder.form.stop_ids | frozenset(range(200, 500))  # half of the vocabulary stops
    [row] = prompts(decoder, [5])
    hows = [Sampling(min_new_tokens=n, max_new_tokens=30, top_k=0, top_p=1.0) for n in (1, 2, 5, 9)]
    requests = [GenerationRequest(row, 10 + i, how) for i, how in enumerate(hows * 5)]
    ids, _ = play(decoder.model, requests, TokenRules(stops))
    for reply, request in zip(ids, requests, strict=True):
        least = request.sampling.min_new_tokens
        assert len(reply) > least  # the token that stops comes after that many others
        assert stops.isdisjoint(reply[:-1])
        assert reply[-1] in stops or len(reply) == 30


@pytest.mark.parametrize("decoder", SHAPES, indirect=True)
def test_every_row_has_a_limit_of_its_own(decoder) -> None:
    rows = prompts(decoder, [4, 4, 9, 2])
    limits = [1, 7, 3, 12]
    requests = [
        GenerationRequest(row, 0, Sampling(max_new_tokens=limit))
        for row, limit in zip(rows, limits, strict=True)
    ]
    ids, _ = play(decoder.model, requests, TokenRules(frozenset()))
    assert [len(reply) for reply in ids] == limits


@pytest.mark.parametrize("decoder", SHAPES, indirect=True)
def test_banned_ids_are_never_sampled_and_blanks_never_first(decoder) -> None:
    banned, blank = frozenset(range(350)), frozenset(range(350, 690))
    how = Sampling(top_k=0, top_p=1.0, temperature=5.0, max_new_tokens=12)
    requests = [GenerationRequest(p, i, how) for i, p in enumerate(prompts(decoder, [3] * 20))]
    ids, _ = play(decoder.model, requests, TokenRules(frozenset(), banned, blank))
    said = {token for reply in ids for token in reply}
    assert banned.isdisjoint(said)
    assert blank.isdisjoint(reply[0] for reply in ids)
    assert said & blank  # later they may come


@pytest.mark.parametrize("decoder", SHAPES, indirect=True)
def test_a_decoder_bans_control_ids_that_are_no_stop_and_ids_without_text(decoder) -> None:
    rules = decoder.rules
    assert rules.stop_ids == decoder.form.stop_ids
    assert rules.banned_ids == decoder.codec.control_ids - rules.stop_ids
    assert rules.not_first_ids == decoder.codec.blank_ids
    # Push the model towards everything it must not say: it still does not.
    how = Sampling(top_k=0, top_p=1.0, temperature=50.0, max_new_tokens=40)
    requests = [GenerationRequest(p, i, how) for i, p in enumerate(prompts(decoder, [3] * 30))]
    ids, _ = play(decoder.model, requests, rules)
    assert decoder.codec.control_ids - rules.stop_ids
    assert (decoder.codec.control_ids - rules.stop_ids).isdisjoint(t for row in ids for t in row)
    assert all(decoder.codec.decode(row).strip() for row in ids)


def test_rows_of_the_model_beyond_the_tokenizer_are_never_sampled(chat_folder, copied) -> None:
    from transformers import AutoModelForCausalLM

    from convotui import load_decoder

    folder = copied(chat_folder)
    model = AutoModelForCausalLM.from_pretrained(folder)
    known = model.config.vocab_size
    model.resize_token_embeddings(known + 300)  # padded for speed, as many published models are
    model.save_pretrained(folder)
    decoder = load_decoder(str(folder), device="cpu")
    how = Sampling(top_k=0, top_p=1.0, temperature=50.0, max_new_tokens=20)
    requests = [GenerationRequest(p, i, how) for i, p in enumerate(prompts(decoder, [3] * 20))]
    ids, _ = play(decoder.model, requests, decoder.rules)
    assert max(token for row in ids for token in row) < known
    unruly, _ = play(decoder.model, requests, TokenRules(frozenset()))
    assert max(token for row in unruly for token in row) >= known  # the trap is real


@pytest.mark.parametrize("decoder", SHAPES, indirect=True)
def test_tokens_of_a_prompt_that_equal_the_pad_are_attended_to(decoder) -> None:
    pad = decoder.codec.tokenizer.pad_token_id
    assert pad == decoder.codec.tokenizer.eos_token_id  # the trap
    [text] = prompts(decoder, [6])
    with_pads = (pad, pad, *text[:3], pad, *text[3:], pad, pad)
    longer = prompts(decoder, [40], seed=1)[0]
    how = Sampling(greedy=True, max_new_tokens=1)
    requests = [GenerationRequest(p, 0, how) for p in (with_pads, (*text, pad), longer)]
    ids, _ = play(decoder.model, requests, TokenRules(frozenset()))
    for request, [token] in zip(requests, ids, strict=True):
        with torch.inference_mode():
            logits = decoder.model(torch.tensor([request.ids])).logits[0, -1]
            masked = decoder.model(torch.tensor([[i for i in request.ids if i != pad]]))
        assert token == int(logits.argmax())
        if pad in request.ids:  # masking them would have changed what the model computes
            assert not torch.allclose(logits, masked.logits[0, -1], atol=1e-4)


def sampled(columns: Iterator[Column]) -> Iterator[Column]:
    """Leave out the empty columns that come while prompts are read."""
    return (column for column in columns if any(token is not None for token in column.ids))


@pytest.mark.parametrize("decoder", SHAPES, indirect=True)
def test_prompts_are_read_in_chunks_with_a_turn_for_the_caller_after_each(
    decoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    requests = mixed_requests(decoder)
    whole, _ = play(decoder.model, requests, decoder.rules)
    monkeypatch.setattr(module, "CHUNK_TOKENS", 1)
    monkeypatch.setattr(module, "MIN_CHUNK", 3)
    columns = list(generate(decoder.model, requests, decoder.rules))
    longest = max(len(request.ids) for request in requests)
    empty = [c for c in columns if all(token is None for token in c.ids)]
    assert len(empty) == (longest - 1) // 3
    assert columns[: len(empty)] == empty
    assert play(decoder.model, requests, decoder.rules)[0] == whole


@pytest.mark.parametrize("decoder", SHAPES, indirect=True)
def test_a_generation_can_be_left_and_another_begun(decoder) -> None:
    requests = mixed_requests(decoder)
    whole, _ = play(decoder.model, requests, decoder.rules)
    left = sampled(generate(decoder.model, requests, decoder.rules))
    column = next(left)
    assert list(column.ids) == [row[0] for row in whole]
    other = sampled(generate(decoder.model, requests[:2], decoder.rules))
    assert list(next(other).ids) == [row[0] for row in whole[:2]]
    assert list(next(left).ids) == [row[1] if len(row) > 1 else None for row in whole]
    left.close()
    with pytest.raises(StopIteration):
        next(left)
    assert play(decoder.model, requests, decoder.rules)[0] == whole


def test_nothing_is_computed_before_the_first_column_is_asked_for(persona_decoder) -> None:
    calls = []
    handle = persona_decoder.model.register_forward_hook(lambda *_: calls.append(1))
    try:
        requests = [GenerationRequest((5, 6), 0, Sampling(max_new_tokens=3))]
        columns = generate(persona_decoder.model, requests, TokenRules(frozenset()))
        assert not calls
        next(columns)
        assert len(calls) == 1
        assert len(list(columns)) == 2
        assert len(calls) == 3  # one forward a token, none for what nobody needs
    finally:
        handle.remove()


def test_rows_that_ended_are_no_longer_computed(persona_decoder) -> None:
    widths = []
    handle = persona_decoder.model.transformer.h[0].register_forward_hook(
        lambda _module, inputs, _out: widths.append(inputs[0].shape[0])
    )
    try:
        requests = [
            GenerationRequest((5, 6), i, Sampling(max_new_tokens=limit))
            for i, limit in enumerate([1, 4, 2])
        ]
        play(persona_decoder.model, requests, TokenRules(frozenset()))
    finally:
        handle.remove()
    assert widths == [3, 2, 1, 1]


def test_no_gradients_are_kept(persona_decoder) -> None:
    persona_decoder.model.requires_grad_(True)
    try:
        list(generate(persona_decoder.model, [GenerationRequest((5,), 0)], TokenRules(frozenset())))
        assert torch.is_grad_enabled()
        assert all(p.grad is None for p in persona_decoder.model.parameters())
    finally:
        persona_decoder.model.requires_grad_(False)


def test_a_diverged_model_is_an_error_in_words(persona_decoder) -> None:
    weights = persona_decoder.model.transformer.h[1].mlp.c_fc.weight
    kept = weights[3, 3].clone()
    with torch.no_grad():
        weights[3, 3] = torch.nan
    try:
        requests = [GenerationRequest((5, 6), 0, Sampling(greedy=g)) for g in (True, False)]
        for request in requests:
            with pytest.raises(ModelError, match="no longer finite"):
                play(persona_decoder.model, [request], TokenRules(frozenset()))
    finally:
        with torch.no_grad():
            weights[3, 3] = kept


def bare(**sizes: int) -> dict[str, int]:
    """The sizes of a tiny model under the names that most configs use."""
    common = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4}
    return {**common, "intermediate_size": 64, **sizes}


ZOO = {
    "bloom": {"hidden_size": 32, "n_layer": 2, "n_head": 2},  # alibi, takes no positions
    "opt": bare(ffn_dim=64, word_embed_proj_dim=32, max_position_embeddings=128),
    "gpt_neox": bare(),
    "gpt_neo": {
        "hidden_size": 32,
        "num_layers": 2,
        "num_heads": 2,
        "attention_types": [[["global", "local"], 1]],
        "window_size": 8,
        "max_position_embeddings": 128,
    },
    "gptj": {"n_embd": 32, "n_layer": 2, "n_head": 2, "rotary_dim": 8, "n_positions": 128},
    "gpt_bigcode": {"n_embd": 32, "n_layer": 2, "n_head": 2, "n_positions": 128},
    "qwen2": bare(num_key_value_heads=2),
    "qwen3": bare(num_key_value_heads=2, head_dim=8),
    "gemma2": bare(num_key_value_heads=2, head_dim=8, sliding_window=8),
    "gemma3_text": bare(num_key_value_heads=2, head_dim=8, sliding_window=8),
    "mistral": bare(num_key_value_heads=2, sliding_window=8),
    "phi": bare(),
    "phi3": bare(),
    "falcon": bare(),
    "mpt": {"d_model": 32, "n_layers": 2, "n_heads": 2},
    "olmo2": bare(),
}


@pytest.mark.parametrize("chunk", [1000, 3], ids=["at once", "in chunks"])
@pytest.mark.parametrize("kind", ZOO)
def test_other_causal_models_work_batched_too(kind, chunk, monkeypatch) -> None:
    from transformers import AutoConfig, AutoModelForCausalLM

    monkeypatch.setattr(module, "CHUNK_TOKENS", 4 * chunk)
    monkeypatch.setattr(module, "MIN_CHUNK", chunk)
    torch.manual_seed(1)
    ends = {"bos_token_id": 0, "eos_token_id": 0, "pad_token_id": 0}
    config = AutoConfig.for_model(kind, vocab_size=96, **ends, **ZOO[kind])
    model = sharpened(AutoModelForCausalLM.from_config(config).eval())
    drawn = torch.Generator().manual_seed(0)
    rows = [
        tuple(torch.randint(1, 96, (length,), generator=drawn).tolist())
        for length in (3, 17, 9, 30)
    ]
    how = Sampling(greedy=True, max_new_tokens=10)
    rules = TokenRules(frozenset({0}))
    ours, _ = play(model, [GenerationRequest(row, 0, how) for row in rows], rules)
    assert ours == [transformers_greedy(model, row, rules.stop_ids, 10) for row in rows]
