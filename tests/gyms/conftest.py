"""Gyms are tried with both kinds of model."""

from __future__ import annotations

import pytest

from convotui.decoders import Decoder


@pytest.fixture(params=["chat", "persona"])
def decoder(request: pytest.FixtureRequest) -> Decoder:
    """A tiny decoder, with a chat template and in personaGPT's format."""
    return request.getfixturevalue(f"{request.param}_decoder")
