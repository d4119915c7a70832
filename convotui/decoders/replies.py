"""Requests for replies and the replies that come back (torch-free)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from convotui.decoders.prompts import Prompt
from convotui.decoders.sampling import Sampling


class StopReason(StrEnum):
    """Why a reply ended."""

    EOS = "eos"
    """The model ended its turn."""
    LENGTH = "length"
    """``max_new_tokens`` was reached."""
    CONTEXT = "context"
    """The model ended its turn, or was cut, after the oldest turns had to be dropped."""
    CANCELLED = "cancelled"
    """The caller stopped it."""


@dataclass(frozen=True)
class ReplyRequest:
    """One reply to be sampled.

    Attributes:
        seed: of the reply's own random numbers; the same request with the same seed gives
            the same reply, alone or in a batch.
    """

    prompt: Prompt
    seed: int
    sampling: Sampling = Sampling()


@dataclass(frozen=True)
class Reply:
    """A sampled reply.

    Attributes:
        text: what was said, tidied; the model's raw text is ``ids`` decoded.
        ids: sampled ids, the end of turn included if there was one.
        stop: why it ended.
        seed: of its sampler.
        version: adapter version that wrote it.
        dropped_turns: how many of the oldest turns the prompt had to leave out.
        logprobs: per id, log-probability under the distribution that was sampled from
            (temperature, top-k, top-p applied).
    """

    text: str
    ids: tuple[int, ...]
    stop: StopReason
    seed: int
    version: str
    dropped_turns: int = 0
    logprobs: tuple[float, ...] = ()
