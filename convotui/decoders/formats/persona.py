"""personaGPT's prompt format: facts or a goal in front, then the turns, each ended by eos.

Layout and ids follow the model card of af1tang/personaGPT and convogym 0.1.2; the three
goal dialects are those of convogym's gyms (A), the model card (B), and the data the
weights were trained on (C).
"""

from __future__ import annotations

import re
from itertools import groupby

from convotui.decoders.prompts import EncodedPrompt, Part, Prompt
from convotui.decoders.tokens import TextCodec

PERSONA_TOKENS = ("<|sep|>", "<|start|>", "<|p1|>", "<|p2|>", "<|act|>")
DIALECTS = ("A", "B", "C")
_GAP = re.compile(r"\s+")
_LOOSE = re.compile(r" (?=[.,!?;:](?:\s|$)|'(?:s|m|re|ve|ll|d|t)\b|n't\b)")
# The end of a text that may or may not turn out to be one of those.
_OPEN = re.compile(r" (?:[.,!?;:]|'\w{0,2}|n(?:'t?)?)$")


class PersonaFormat:
    """Encodes prompts for personaGPT.

    The history carries no speaker marks: roles follow from turn order, so several turns of
    one speaker in a row are joined. A goal stands in front of everything, in the opener's
    control prefix whoever speaks, because that is the only one the weights have seen.
    """

    def __init__(self, codec: TextCodec, dialect: str = "C") -> None:
        """Look the control tokens up.

        Raises:
            ValueError: the dialect is not A, B or C.
        """
        if dialect not in DIALECTS:
            raise ValueError("'dialect': expected A, B or C")
        self.codec = codec
        self.dialect = dialect
        self.name = f"persona-{dialect}"
        ids = codec.tokenizer.convert_tokens_to_ids(list(PERSONA_TOKENS))
        self.sep, self.start, self.p1, self.p2, self.act = ids
        self.eos: int = codec.tokenizer.eos_token_id

    @property
    def stop_ids(self) -> frozenset[int]:
        """End of text ends a turn."""
        return frozenset({self.eos})

    def encode(self, prompt: Prompt) -> EncodedPrompt:
        """Encode prefix and history."""
        if prompt.goal is None:
            marker = self.p2 if prompt.speaker == 1 else self.p1
            prefix = [Part("speaker", (marker,)), *self._facts(prompt.facts)]
        else:
            prefix = self._goal(prompt)
        parts = [*prefix, Part("start", (self.sep, self.start))]
        for speaker, run in groupby(prompt.history, key=lambda u: u.speaker):
            text = " ".join(utterance.text for utterance in run)
            parts.append(Part(f"turn of speaker {speaker}", (*self._text(text), self.eos)))
        return EncodedPrompt(tuple(parts), goal_place="prefix" if prompt.goal else None)

    def encode_reply(self, text: str) -> tuple[int, ...]:
        """Encode a reply and its end of text."""
        return (*self._text(text), self.eos)

    def tidy(self, text: str) -> str:
        """Close the gaps that tokenised training text leaves before punctuation."""
        return _LOOSE.sub("", _GAP.sub(" ", text)).strip()

    def settled(self, text: str) -> str:
        """Tidy a text under way, less a last word whose gap may still close."""
        return self.tidy(_OPEN.sub("", _GAP.sub(" ", text)))

    def _goal(self, prompt: Prompt) -> list[Part]:
        goal = self._text(prompt.goal or "")
        parts = [Part("goal", (self.act, *goal))]
        if self.dialect == "A":
            parts.append(Part("speaker", (self.sep, self.p1)))
        elif self.dialect == "B":
            parts.append(Part("speaker", (self.p1,)))
        else:
            parts.append(Part("speaker", (self.eos, self.sep, self.p1)))
            parts.extend(self._facts(prompt.facts))
        return parts

    def _facts(self, facts: tuple[str, ...]) -> list[Part]:
        return [Part("fact", (*self._text(fact), self.eos)) for fact in facts]

    def _text(self, text: str) -> tuple[int, ...]:
        # The weights know lower-case text without a space behind a control token.
        return self.codec.encode(_GAP.sub(" ", text).strip().lower())
