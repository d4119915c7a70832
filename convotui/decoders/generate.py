"""Batched generation: prompts of unequal length advance together, one token column a step."""

from __future__ import annotations

import inspect
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from transformers import DynamicCache

from convotui.decoders.sampler import Sampler, draw_uniforms
from convotui.decoders.sampling import Sampling
from convotui.errors import ModelError

CHUNK_TOKENS = 128
"""Prompt tokens, of all rows, read in one pass on a CPU: a pass is then a fraction of a second."""
GPU_CHUNK_TOKENS = 16_384
MIN_CHUNK = 8
"""Columns read in one pass however many rows there are."""


@dataclass(frozen=True)
class GenerationRequest:
    """One row: prompt ids, how to sample, and the seed of its random numbers."""

    ids: tuple[int, ...]
    seed: int
    sampling: Sampling = Sampling()


@dataclass(frozen=True)
class Column:
    """What one step sampled.

    Attributes:
        ids: per request, the token, or None for a request that has ended; None for all while
            the prompts are still being read.
        logprobs: per request, log-probability under the distribution sampled from.
    """

    ids: tuple[int | None, ...]
    logprobs: tuple[float | None, ...]


@dataclass(frozen=True)
class TokenRules:
    """Which tokens may be sampled when.

    Attributes:
        stop_ids: end a reply; not before ``min_new_tokens``.
        banned_ids: never sampled (control tokens that are no stop).
        not_first_ids: not sampled as the first token (white space).
    """

    stop_ids: frozenset[int]
    banned_ids: frozenset[int] = frozenset()
    not_first_ids: frozenset[int] = frozenset()


def generate(
    model: Any, requests: Sequence[GenerationRequest], rules: TokenRules
) -> Iterator[Column]:
    """Sample replies to all requests, yielding each column of tokens as it is sampled.

    The caller stops by not asking for the next column. Prompts are read in chunks, each of
    which yields an empty column first, so that a caller has its turn every fraction of a
    second. A request ends after a stop token or after its ``max_new_tokens``; rows that have
    ended leave the batch.

    Args:
        model: a transformers causal language model.
        requests: at least one; prompts must not be empty, and prompt plus new tokens must
            fit the model's context.
        rules: tokens that stop, and tokens that may not be sampled.

    Raises:
        ModelError: the model's numbers are not finite.
    """
    batch = _Batch(model, requests, rules)
    while batch.rows:
        yield batch.step()


class _Batch:
    """Rows still being generated, left-padded, with their key/value cache.

    Padding is masked by length, never by id: pad is a stop token in many vocabularies.
    """

    def __init__(
        self, model: Any, requests: Sequence[GenerationRequest], rules: TokenRules
    ) -> None:
        self.model = model
        self.rules = rules
        self.requests = requests
        self.rows = list(range(len(requests)))
        device = model.device
        accepted = inspect.signature(model.forward).parameters
        self.takes_positions = "position_ids" in accepted
        self.takes_last_only = "logits_to_keep" in accepted

        width = max(len(r.ids) for r in requests)
        padded = [[0] * (width - len(r.ids)) + list(r.ids) for r in requests]
        lengths = torch.tensor([len(r.ids) for r in requests], device=device)
        columns = torch.arange(width, device=device)
        self.inputs = torch.tensor(padded, device=device)
        self.mask = (columns[None, :] >= width - lengths[:, None]).long()
        self.positions = (self.mask.cumsum(-1) - 1).clamp(min=0)
        self.cache = DynamicCache(config=model.config)
        tokens = CHUNK_TOKENS if device.type == "cpu" else GPU_CHUNK_TOKENS
        self.chunk = max(tokens // len(requests), MIN_CHUNK)

        # The sampler needs float64, which Apple's GPUs do not have.
        self.place = torch.device("cpu") if device.type == "mps" else device
        longest = max(r.sampling.max_new_tokens for r in requests)
        self.uniforms = draw_uniforms([r.seed for r in requests], longest).to(self.place)
        self.sampler = Sampler([r.sampling for r in requests], self.place)
        vocabulary = model.get_output_embeddings().weight.shape[0]
        self.banned = _mask(rules.banned_ids, vocabulary, self.place)
        self.stops = _mask(rules.stop_ids, vocabulary, self.place)
        self.blanks = _mask(rules.not_first_ids, vocabulary, self.place)
        self.count = 0

    @torch.inference_mode()
    def step(self) -> Column:
        column: list[int | None] = [None] * len(self.requests)
        scores: list[float | None] = [None] * len(self.requests)
        waiting = self.inputs.shape[1]
        if waiting > self.chunk:
            self._forward(self.chunk)
            self.inputs = self.inputs[:, self.chunk :]
            self.positions = self.positions[:, self.chunk :]
            return Column(tuple(column), tuple(scores))
        logits = self._forward(waiting).to(self.place).masked_fill(self.banned, -torch.inf)
        if self.count == 0:
            logits = logits.masked_fill(self.blanks, -torch.inf)
        early = [self.count < self.requests[r].sampling.min_new_tokens for r in self.rows]
        if any(early):
            hold = torch.tensor(early, device=logits.device)[:, None] & self.stops
            logits = logits.masked_fill(hold, -torch.inf)
        sampled = self.sampler.step(logits, self.uniforms[:, self.count])
        ids, logprobs = sampled.ids.tolist(), sampled.logprobs.tolist()
        if not all(map(math.isfinite, logprobs)):
            raise ModelError(
                "The model's numbers are no longer finite, so nothing can be sampled: its weights "
                "are damaged, or its training diverged."
            )
        self.count += 1

        keep = []
        for place, (row, token, score) in enumerate(zip(self.rows, ids, logprobs, strict=True)):
            column[row], scores[row] = token, score
            limit = self.requests[row].sampling.max_new_tokens
            if token not in self.rules.stop_ids and self.count < limit:
                keep.append(place)
        self._advance(sampled.ids.to(self.inputs.device), keep)
        return Column(tuple(column), tuple(scores))

    def _forward(self, columns: int) -> Tensor:
        """Run the model on the next columns of the pending inputs.

        Returns:
            (rows, vocabulary) float32 logits of the last of them.
        """
        later = self.inputs.shape[1] - columns
        inputs: dict[str, Any] = {
            "input_ids": self.inputs[:, :columns],
            "attention_mask": self.mask[:, : self.mask.shape[1] - later],
            "past_key_values": self.cache,
            "use_cache": True,
        }
        if self.takes_positions:
            inputs["position_ids"] = self.positions[:, :columns]
        if self.takes_last_only:
            inputs["logits_to_keep"] = 1
        out = self.model(**inputs)
        self.cache = getattr(out, "past_key_values", None)
        if self.cache is None:
            raise ModelError(
                "This model keeps no cache of keys and values (a state-space model, perhaps), "
                "which is how replies are made here: use a transformer."
            )
        logits: Tensor = out.logits[:, -1].float()
        return logits

    def _advance(self, ids: Tensor, keep: list[int]) -> None:
        """Make the sampled tokens the next inputs and let rows that ended leave."""
        inputs, mask, positions = ids[:, None], self.mask, self.positions[:, -1:] + 1
        if len(keep) < len(self.rows):
            self.rows = [self.rows[place] for place in keep]
            if not keep:
                return
            index = torch.tensor(keep, device=ids.device)
            inputs, mask, positions = inputs[index], mask[index], positions[index]
            self.uniforms = self.uniforms[keep]
            self.cache.batch_select_indices(index)
            self.sampler = self.sampler.rows(keep)
        self.inputs, self.positions = inputs, positions
        self.mask = torch.cat([mask, torch.ones_like(inputs)], dim=-1)


def _mask(ids: frozenset[int], vocabulary: int, device: torch.device) -> Tensor:
    mask = torch.zeros(vocabulary, dtype=torch.bool, device=device)
    mask[[i for i in ids if i < vocabulary]] = True
    return mask
