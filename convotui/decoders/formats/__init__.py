"""Prompt formats: how persona, goal and turns become token ids for one kind of model."""

from __future__ import annotations

from convotui.decoders.formats.chat import ChatFormat
from convotui.decoders.formats.persona import PERSONA_TOKENS, PersonaFormat
from convotui.decoders.formats.transcript import TranscriptFormat
from convotui.decoders.prompts import PromptFormat
from convotui.decoders.tokens import TextCodec

__all__ = ["PERSONA_TOKENS", "ChatFormat", "PersonaFormat", "TranscriptFormat", "choose_format"]


def choose_format(codec: TextCodec, dialect: str = "C") -> PromptFormat:
    """Pick the format a tokenizer was trained for.

    personaGPT's control tokens mean the persona format, a chat template the chat format;
    any other causal language model continues a transcript.
    """
    vocabulary = codec.tokenizer.get_vocab()
    if all(token in vocabulary for token in PERSONA_TOKENS):
        return PersonaFormat(codec, dialect)
    if codec.tokenizer.chat_template:
        return ChatFormat(codec)
    return TranscriptFormat(codec)
