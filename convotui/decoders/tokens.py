"""Text to ids and back, such that no text can become a control token."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Any

from convotui.dialog.text import whole


class TextCodec:
    """Encodes text that nobody vouches for with a transformers tokenizer.

    ``split_special_tokens=True`` keeps *special* tokens from being parsed out of text, but
    not tokens added as ordinary ones; so what comes back is checked against every added
    token, and text that still forges one is encoded in pieces that cannot.
    """

    def __init__(self, tokenizer: Any) -> None:
        """Wrap a transformers tokenizer.

        Args:
            tokenizer: ``PreTrainedTokenizerBase``; it is not changed.
        """
        self.tokenizer = tokenizer
        # A dialog's turns are encoded again for every reply.
        self._encode = lru_cache(maxsize=8192)(self._encode_uncached)
        self.control_ids: frozenset[int] = frozenset(
            {*tokenizer.all_special_ids, *tokenizer.added_tokens_decoder}
        )

    def encode(self, text: str) -> tuple[int, ...]:
        """Encode text to ids, none of which is a control id.

        Lone surrogates, which no UTF-8 encoder takes, become U+FFFD; bytes the vocabulary
        has no token for (SmolLM2 lacks a few control characters) are left out.
        """
        return self._encode(whole(text))

    def _encode_uncached(self, clean: str) -> tuple[int, ...]:
        ids = self._plain(clean)
        if self.control_ids.isdisjoint(ids):
            return ids
        ids = tuple(i for piece in self._split(clean) for i in self._plain(piece))
        if self.control_ids.isdisjoint(ids):
            return ids
        # A tokenizer that normalises before matching: no single character is a control
        # token, save one unknown to the vocabulary, which carries no text to keep.
        singles = (i for char in clean for i in self._plain(char))
        return tuple(i for i in singles if i not in self.control_ids)

    def decode(self, ids: Iterable[int]) -> str:
        """Decode ids to text; control ids are left out."""
        kept = [i for i in ids if i not in self.control_ids]
        return str(self.tokenizer.decode(kept, clean_up_tokenization_spaces=False))

    @cached_property
    def known_ids(self) -> frozenset[int]:
        """Ids the tokenizer has a token for; a model may have rows for more."""
        return frozenset(self.tokenizer.get_vocab().values())

    @cached_property
    def blank_ids(self) -> frozenset[int]:
        """Ids that decode to nothing but white space: no reply may begin with one."""
        return frozenset(i for i, text in enumerate(self._vocabulary) if not text.strip())

    @cached_property
    def newline_ids(self) -> frozenset[int]:
        """Ids whose text holds a line break."""
        return frozenset(i for i, text in enumerate(self._vocabulary) if "\n" in text)

    @cached_property
    def _vocabulary(self) -> list[str]:
        rows = [[i] for i in range(max(self.known_ids) + 1)]
        return list(self.tokenizer.batch_decode(rows, clean_up_tokenization_spaces=False))

    def _plain(self, text: str) -> tuple[int, ...]:
        # "verbose" only silences the warning on texts longer than the model's context.
        encoded = self.tokenizer(
            text, add_special_tokens=False, split_special_tokens=True, verbose=False
        )
        return tuple(encoded["input_ids"])

    def _split(self, text: str) -> list[str]:
        """Cut the text behind the first character of every control token written in it."""
        names = {str(token) for token in self.tokenizer.added_tokens_decoder.values()}
        pattern = "|".join(re.escape(n) for n in sorted(names, key=len, reverse=True) if n)
        cuts = [0, *(match.start() + 1 for match in re.finditer(pattern, text)), len(text)]
        return [text[a:b] for a, b in pairwise(cuts)]
