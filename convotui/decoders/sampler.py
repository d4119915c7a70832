"""One sampling step for a batch of rows, each with its own settings and random numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from convotui.decoders.sampling import Sampling


class Sampled(NamedTuple):
    """What a step chose.

    Attributes:
        ids: (rows,) chosen token ids, int64.
        logprobs: (rows,) log-probability under the distribution sampled from, float64.
    """

    ids: Tensor
    logprobs: Tensor


def draw_uniforms(seeds: Sequence[int], length: int) -> Tensor:
    """Draw each reply's random numbers once, on the CPU, from its own generator.

    Returns:
        (rows, length) numbers in [0, 1), float64: what a row gets does not depend on its batch.
    """
    rows = []
    for seed in seeds:
        generator = torch.Generator().manual_seed(seed)
        rows.append(torch.rand(length, generator=generator, dtype=torch.float64))
    return torch.stack(rows)


class Sampler:
    """Samples by inverse CDF: temperature, then top-k, then top-p inside it."""

    def __init__(self, settings: Sequence[Sampling], device: torch.device) -> None:
        """Lay the settings of the rows out as columns.

        Args:
            settings: one per row.
            device: where the logits will be.
        """
        self.settings = tuple(settings)
        self.greedy = torch.tensor([s.greedy for s in settings], device=device)[:, None]
        self.temperature = torch.tensor(
            [s.temperature for s in settings], device=device, dtype=torch.float64
        )[:, None]
        self.top_p = torch.tensor([s.top_p for s in settings], device=device, dtype=torch.float64)[
            :, None
        ]
        self.top_k = torch.tensor([s.top_k for s in settings], device=device)[:, None]
        self.widest = 0 if any(s.top_k == 0 for s in settings) else max(s.top_k for s in settings)

    def rows(self, keep: Sequence[int]) -> Sampler:
        """Return the sampler of some of the rows."""
        return Sampler([self.settings[i] for i in keep], self.temperature.device)

    def step(self, logits: Tensor, uniforms: Tensor) -> Sampled:
        """Choose one token per row.

        Args:
            logits: (rows, vocabulary) float32, banned tokens at -inf.
            uniforms: (rows,) numbers in [0, 1), float64.

        Returns:
            Ids, and log-probabilities that are NaN where the logits were not usable.
        """
        vocabulary = logits.shape[-1]
        width = min(self.widest or vocabulary, vocabulary)
        values, ids = torch.topk(logits, width, dim=-1)
        # Less the largest before dividing: a tiny temperature would make it infinite.
        values = values.double()
        weights = torch.softmax((values - values[:, :1]) / self.temperature, dim=-1)
        rank = torch.arange(width, device=logits.device)[None, :]
        cut = (self.top_k > 0) & (rank >= self.top_k)
        weights = weights.masked_fill(cut, 0.0)
        weights = weights / weights.sum(-1, keepdim=True)
        before = weights.cumsum(-1) - weights
        weights = weights.masked_fill(before >= self.top_p, 0.0)
        sharp = self.greedy & ~weights.isnan()  # NaN is no choice, greedy or not
        weights = torch.where(sharp, (rank == 0).double(), weights)
        cdf = weights.cumsum(-1)
        total = cdf[:, -1:]
        place = (cdf <= uniforms[:, None] * total).sum(-1, keepdim=True)
        # Rounding could leave the last kept token just short of the total; with NaN none is kept.
        place = torch.minimum(place, ((weights > 0).sum(-1, keepdim=True) - 1).clamp(min=0))
        chosen = ids.gather(-1, place)[:, 0]
        logprobs = (weights.gather(-1, place) / total).log()[:, 0]
        return Sampled(chosen, logprobs)
