"""What each kind of job does, in the engine's thread."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

from convotui.decoders import sources
from convotui.decoders.decoder import Decoder, load_decoder
from convotui.decoders.encoder import pull_minilm
from convotui.decoders.prompts import prompt_for
from convotui.decoders.replies import ReplyRequest
from convotui.dialog import Candidate
from convotui.engine.api import (
    LoadModel,
    MakeReply,
    ModelReady,
    PlayDialogs,
    PullModel,
    ReplyReady,
    ReplyText,
)
from convotui.engine.jobs import JobContext
from convotui.engine.playing import play_dialogs
from convotui.policies.learned import LearnedGoal
from convotui.store import Store

TEXT_SECONDS = 1 / 30


def pull_model(request: PullModel, context: JobContext) -> dict[str, object]:
    """Fetch and convert a model into the cache."""
    progress = source_progress(context)
    if request.model == sources.PERSONAGPT:
        folder = Path(request.folder) if request.folder else None
        source = sources.pull_personagpt(progress, folder=folder, sha256=request.sha256)
    elif request.model == sources.MINILM:
        source = pull_minilm(progress)
    else:
        source = sources.ensure_model(request.model, progress=progress)
    return {"model": source.name, "folder": str(source.folder)}


def load_model(request: LoadModel, context: JobContext) -> Decoder:
    """Load a decoder and announce it.

    Raises:
        Cancelled: it was called off, be it in a step that cannot be stopped midway.
    """
    decoder = load_decoder(
        request.model,
        dtype=request.dtype,
        device=request.device,
        threads=request.threads,
        dialect=request.dialect,
        progress=source_progress(context),
    )
    context.tick()
    context.publish(
        ModelReady(
            context.job.number,
            name=decoder.name,
            version=decoder.version,
            device=decoder.device,
            dtype=decoder.dtype,
            form=decoder.form.name,
            context_length=decoder.context_length,
        )
    )
    return decoder


def make_reply(request: MakeReply, context: JobContext, decoder: Decoder) -> dict[str, object]:
    """Sample candidates, publishing their texts as they grow."""
    goal = request.goal.text if request.goal else None
    prompt = prompt_for(request.dialog, request.speaker, goal, request.goal_texts)
    stream = decoder.stream([ReplyRequest(prompt, s, request.sampling) for s in request.seeds])
    began, shown = time.monotonic(), 0.0
    for _ in stream:
        context.tick()
        if time.monotonic() - shown >= TEXT_SECONDS:
            shown = time.monotonic()
            context.publish(ReplyText(context.job.number, stream.texts()))
    replies = stream.replies()
    seconds = time.monotonic() - began
    tokens = sum(len(r.ids) for r in replies)
    candidates = tuple(Candidate(r.text, "model", r.seed, r.version) for r in replies)
    context.publish(ReplyText(context.job.number, tuple(r.text for r in replies)))
    context.publish(
        ReplyReady(
            context.job.number,
            candidates,
            tuple(r.stop.value for r in replies),
            dropped_turns=max((r.dropped_turns for r in replies), default=0),
            seconds=seconds,
            tokens=tokens,
        )
    )
    return {"tokens": tokens}


def play(
    request: PlayDialogs, context: JobContext, decoder: Decoder, store: Store
) -> dict[str, object]:
    """Play a plan; a policy that was trained here is loaded for the decoder that plays."""
    policy = request.plan.resolve().policy
    if not isinstance(policy, LearnedGoal):
        return play_dialogs(request, context, decoder, store)
    from convotui.learning.learned import load_policy

    learned = load_policy(policy.run, decoder, which=policy.which)
    plan = replace(request.plan, policy=learned)
    summary = play_dialogs(replace(request, plan=plan), context, decoder, store)
    return {**summary, "notes": list(learned.notes)} if learned.notes else summary


def source_progress(context: JobContext) -> sources.ProgressFn:
    """Report a source's stages as the job's progress, in percent where a share is known."""

    def tell(stage: str, fraction: float | None) -> None:
        context.tick()
        known = fraction is not None
        context.progress(stage, (fraction or 0) * 100, 100 if known else None)

    return tell
