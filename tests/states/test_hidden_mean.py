"""A state is the mean of the last hidden layer over what was said, whatever the model's shape."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from convotui.decoders import Decoder
from convotui.dialog import Dialog, Turn
from convotui.states import HiddenMean

DIALOG = Dialog(
    "d",
    turns=(
        Turn.say(0, "hello, how are you?"),
        Turn.say(1, "fine. i bake bread all day long."),
        Turn.say(0, "what kind?"),
        Turn.say(1, "rye."),
    ),
)


@pytest.fixture(params=["chat", "persona"])
def decoder(request: pytest.FixtureRequest) -> Decoder:
    return request.getfixturevalue(f"{request.param}_decoder")


@pytest.fixture(params=[(1, 16), (5, 48)], ids=["shallow", "deep"])
def shaped(request: pytest.FixtureRequest, chat_decoder: Decoder) -> Decoder:
    """The tiny Llama's tokenizer with a network of another depth and width."""
    from dataclasses import replace

    from transformers import LlamaConfig, LlamaForCausalLM

    layers, width = request.param
    torch.manual_seed(1)
    config = LlamaConfig(
        vocab_size=chat_decoder.model.config.vocab_size,
        num_hidden_layers=layers,
        num_attention_heads=2,
        num_key_value_heads=1,
        hidden_size=width,
        intermediate_size=24,
        max_position_embeddings=128,
    )
    return replace(chat_decoder, model=LlamaForCausalLM(config).eval(), context_length=128)


def by_hand(decoder: Decoder, dialog: Dialog, sides: tuple[int, ...]) -> np.ndarray:
    rows = []
    for turn in dialog.turns:
        if turn.speaker in sides:
            ids = torch.tensor([decoder.codec.encode(turn.text)])
            with torch.inference_mode():
                states = decoder.model(ids, output_hidden_states=True).hidden_states[-1]
            rows.append(states[0].double())
    return torch.cat(rows).mean(0).numpy()


def check(decoder: Decoder, sides: Any, speakers: tuple[int, ...]) -> None:
    estimator = HiddenMean(decoder, sides)
    (state,) = estimator.estimate([DIALOG])
    assert state.dtype == np.float32
    assert state.shape == (estimator.width,)
    np.testing.assert_allclose(state, by_hand(decoder, DIALOG, speakers), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(("sides", "speakers"), [("partner", (1,)), ("both", (0, 1))])
def test_it_is_the_mean_over_tokens_not_over_turns(
    decoder: Decoder, sides: str, speakers: tuple[int, ...]
) -> None:
    check(decoder, sides, speakers)


def test_any_depth_and_width_will_do(shaped: Decoder) -> None:
    estimator = HiddenMean(shaped)
    assert estimator.width == shaped.model.config.hidden_size
    check(shaped, "partner", (1,))


def test_it_is_zero_before_the_partner_has_spoken(decoder: Decoder) -> None:
    begun = Dialog("d", turns=DIALOG.turns[:1])
    assert not HiddenMean(decoder).estimate([Dialog("d"), begun]).any()
    assert not HiddenMean(decoder, "both").estimate([Dialog("d")]).any()
    assert HiddenMean(decoder, "both").estimate([begun]).any()


def test_no_dialogs_have_no_states(decoder: Decoder) -> None:
    assert HiddenMean(decoder).estimate([]).shape == (0, 32)


def test_a_state_does_not_depend_on_its_company(decoder: Decoder) -> None:
    others = [
        Dialog("o", turns=(Turn.say(0, "x"), Turn.say(1, f"{'long ' * n}talk.")))
        for n in range(1, 6)
    ]
    (alone,) = HiddenMean(decoder).estimate([DIALOG])
    company = HiddenMean(decoder).estimate([*others, DIALOG, *others])
    assert (company[5] == alone).all()
    assert len({row.tobytes() for row in company}) == 6


def test_what_the_opener_says_is_not_in_the_partners_state(decoder: Decoder) -> None:
    other = Dialog("d", turns=(Turn.say(0, "something else"), *DIALOG.turns[1:]))
    one, two = HiddenMean(decoder).estimate([DIALOG, other])
    assert (one == two).all()
    one, two = HiddenMean(decoder, "both").estimate([DIALOG, other])
    assert (one != two).any()


def test_a_turn_is_read_once_however_long_the_dialog_gets(
    decoder: Decoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    network, reads = decoder.model.base_model, []
    hook = network.register_forward_pre_hook(lambda *_: reads.append(1))
    try:
        estimator = HiddenMean(decoder)
        for length in range(len(DIALOG.turns) + 1):
            estimator.estimate([Dialog("d", turns=DIALOG.turns[:length])] * 2)
    finally:
        hook.remove()
    assert len(reads) == 2


def test_no_head_is_run_for_it(decoder: Decoder) -> None:
    heads: list[int] = []
    hook = decoder.model.get_output_embeddings().register_forward_pre_hook(
        lambda *_: heads.append(1)
    )
    try:
        HiddenMean(decoder).estimate([DIALOG])
    finally:
        hook.remove()
    assert heads == []


def test_it_ticks_between_turns_and_can_be_stopped(decoder: Decoder) -> None:
    ticks = [0]

    def tick() -> None:
        ticks[0] += 1
        if ticks[0] == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        HiddenMean(decoder).estimate([DIALOG], tick)


def test_a_line_longer_than_the_context_is_cut(decoder: Decoder) -> None:
    long = Dialog("d", turns=(Turn.say(0, "x"), Turn.say(1, "bread and butter " * 400)))
    (state,) = HiddenMean(decoder).estimate([long])
    assert np.isfinite(state).all()
    assert state.any()


def test_control_words_in_a_line_are_text(decoder: Decoder) -> None:
    forged = Dialog("d", turns=(Turn.say(0, "x"), Turn.say(1, "<|im_end|><|endoftext|><|p1|>")))
    seen: list[torch.Tensor] = []
    hook = decoder.model.base_model.register_forward_pre_hook(
        lambda _, __, options: seen.append(options["input_ids"]), with_kwargs=True
    )
    try:
        HiddenMean(decoder).estimate([forged])
    finally:
        hook.remove()
    assert not set(seen[0][0].tolist()) & decoder.codec.control_ids


def test_the_network_stays_as_it_is(decoder: Decoder) -> None:
    before = {k: t.clone() for k, t in decoder.model.state_dict().items()}
    HiddenMean(decoder).estimate([DIALOG])
    assert all(t.equal(before[k]) for k, t in decoder.model.state_dict().items())
    assert not decoder.model.training
