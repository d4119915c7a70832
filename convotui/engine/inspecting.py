"""Looking into prompts: their tokens, and how many a text has (torch-free)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from convotui.decoders.prompts import prompt_for
from convotui.engine.api import CountTokens, InspectPrompt, PromptPart, PromptShown, TokensCounted
from convotui.engine.jobs import JobContext

if TYPE_CHECKING:
    from convotui.decoders.decoder import Decoder


def inspect_prompt(
    request: InspectPrompt, context: JobContext, decoder: Decoder
) -> dict[str, object]:
    """Show the prompt a reply would be made from."""
    goal = request.goal.text if request.goal else None
    prompt = prompt_for(request.dialog, request.speaker, goal, request.goal_texts)
    encoded = decoder.encode(prompt, request.sampling.max_new_tokens)
    tokens = len(encoded.ids)
    context.publish(
        PromptShown(
            context.job.number,
            form=decoder.form.name,
            parts=tuple(PromptPart(p.label, p.ids, decoder.pieces(p.ids)) for p in encoded.parts),
            dropped_turns=encoded.dropped_turns,
            goal_place=encoded.goal_place,
            context_length=decoder.context_length,
            room_for_reply=decoder.context_length - tokens,
        )
    )
    return {"tokens": tokens}


def count_tokens(request: CountTokens, context: JobContext, decoder: Decoder) -> dict[str, object]:
    """Count the tokens of texts."""
    counts = tuple(decoder.count_tokens(text) for text in request.texts)
    context.publish(TokensCounted(context.job.number, counts))
    return {"tokens": sum(counts)}
