"""How a reply is sampled (torch-free, so that config and requests can hold it)."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Sampling:
    """Settings of the sampler; top-k is applied first, top-p inside it.

    Attributes:
        temperature: divides the logits, > 0.
        top_k: keep the k most likely tokens; 0 keeps all.
        top_p: keep the smallest set with this share of the probability, in (0, 1].
        greedy: take the most likely token; the other three are ignored.
        min_new_tokens: no end of turn before this many tokens, >= 1, so no reply is empty.
        max_new_tokens: a reply is cut there, in tokens.
    """

    temperature: float = 1.0
    top_k: int = 10
    top_p: float = 0.92
    greedy: bool = False
    min_new_tokens: int = 1
    max_new_tokens: int = 40

    def __post_init__(self) -> None:
        """Check the ranges.

        Raises:
            ValueError: naming the setting and what is expected.
        """
        if not (self.temperature > 0 and math.isfinite(self.temperature)):
            raise ValueError("'temperature': expected a number above 0")
        if self.top_k < 0:
            raise ValueError("'top_k': expected 0 (all tokens) or more")
        if not 0 < self.top_p <= 1:
            raise ValueError("'top_p': expected a number above 0, at most 1")
        if self.min_new_tokens < 1:
            raise ValueError("'min_new_tokens': expected 1 or more")
        if self.max_new_tokens < self.min_new_tokens:
            raise ValueError("'max_new_tokens': expected at least min_new_tokens")
