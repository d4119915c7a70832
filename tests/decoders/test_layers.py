"""A forward pass can be interrupted before any of its layers, and is the same otherwise."""

from __future__ import annotations

import copy

import pytest

from convotui.decoders import Decoder
from convotui.decoders.layers import before_layers
from convotui.errors import Cancelled


@pytest.mark.parametrize("kind", ["chat", "persona"])
def test_every_layer_calls_once_a_pass_and_changes_nothing(
    kind: str, request: pytest.FixtureRequest
) -> None:
    import torch

    decoder: Decoder = request.getfixturevalue(f"{kind}_decoder")
    network = copy.deepcopy(decoder.model)
    ids = torch.tensor([[5, 6, 7]])
    with torch.inference_mode():
        before = network(ids).logits
        calls = []
        before_layers(network, lambda: calls.append(1))
        after = network(ids).logits
    assert torch.equal(before, after)
    assert len(calls) == 3


def test_what_is_raised_before_a_layer_ends_the_pass(chat_decoder: Decoder) -> None:
    import torch

    network = copy.deepcopy(chat_decoder.model)
    seen = []

    def second() -> None:
        seen.append(1)
        if len(seen) == 2:
            raise Cancelled

    before_layers(network, second)
    with torch.inference_mode(), pytest.raises(Cancelled):
        network(torch.tensor([[5, 6, 7]]))
    assert len(seen) == 2


def test_a_network_without_layers_is_left_alone() -> None:
    import torch

    network = torch.nn.Linear(2, 2)
    before_layers(network, lambda: pytest.fail("there is no layer"))
    network(torch.zeros(1, 2))
