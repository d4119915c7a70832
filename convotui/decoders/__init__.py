"""Language models that speak: sources, prompt formats, tokens, sampling, batched generation."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

_NAMES = {
    "Sampling": "convotui.decoders.sampling",
    "Prompt": "convotui.decoders.prompts",
    "Utterance": "convotui.decoders.prompts",
    "Reply": "convotui.decoders.replies",
    "ReplyRequest": "convotui.decoders.replies",
    "StopReason": "convotui.decoders.replies",
    "Decoder": "convotui.decoders.decoder",
    "load_decoder": "convotui.decoders.decoder",
}

__all__ = [
    "Decoder",
    "Prompt",
    "Reply",
    "ReplyRequest",
    "Sampling",
    "StopReason",
    "Utterance",
    "load_decoder",
]

if TYPE_CHECKING:
    from convotui.decoders.decoder import Decoder, load_decoder
    from convotui.decoders.prompts import Prompt, Utterance
    from convotui.decoders.replies import Reply, ReplyRequest, StopReason
    from convotui.decoders.sampling import Sampling


def __getattr__(name: str) -> Any:
    """Import on first use: requests and settings must not cost an ``import torch``."""
    if name not in _NAMES:
        raise AttributeError(f"module 'convotui.decoders' has no attribute {name!r}")
    return getattr(import_module(_NAMES[name]), name)
