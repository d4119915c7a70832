"""What each kind of job does, in the engine's thread."""

from __future__ import annotations

import time
from pathlib import Path

from convotui.decoders import sources
from convotui.decoders.decoder import Decoder, load_decoder
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
    TurnPlayed,
)
from convotui.engine.jobs import JobContext
from convotui.errors import Cancelled
from convotui.gyms.selfplay import play_plan
from convotui.store import Store

TEXT_SECONDS = 1 / 30


def pull_model(request: PullModel, context: JobContext) -> dict[str, object]:
    """Fetch and convert a model into the cache."""
    progress = _progress(context)
    if request.model == sources.PERSONAGPT:
        folder = Path(request.folder) if request.folder else None
        source = sources.pull_personagpt(progress, folder=folder, sha256=request.sha256)
    else:
        source = sources.ensure_model(request.model, progress=progress)
    return {"model": source.name, "folder": str(source.folder)}


def load_model(request: LoadModel, context: JobContext) -> Decoder:
    """Load a decoder and announce it."""
    decoder = load_decoder(
        request.model,
        dtype=request.dtype,
        device=request.device,
        threads=request.threads,
        dialect=request.dialect,
        progress=_progress(context),
    )
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
    shown = 0.0
    for _ in stream:
        context.tick()
        if time.monotonic() - shown >= TEXT_SECONDS:
            shown = time.monotonic()
            context.publish(ReplyText(context.job.number, stream.texts()))
    replies = stream.replies()
    candidates = tuple(Candidate(r.text, "model", r.seed, r.version) for r in replies)
    context.publish(ReplyText(context.job.number, tuple(r.text for r in replies)))
    context.publish(
        ReplyReady(
            context.job.number,
            candidates,
            tuple(r.stop.value for r in replies),
            dropped_turns=max((r.dropped_turns for r in replies), default=0),
        )
    )
    return {"tokens": sum(len(r.ids) for r in replies)}


def play_dialogs(
    request: PlayDialogs, context: JobContext, decoder: Decoder, store: Store
) -> dict[str, object]:
    """Play a plan, storing every turn before it is announced."""
    plan = request.plan
    steps = play_plan(decoder, plan, context.tick)
    config = {**plan.record(), "model": decoder.name, "version": decoder.version}
    config |= {"prompt_format": decoder.form.name}
    config |= {"dtype": decoder.dtype, "device": decoder.device}
    run = store.start_run(f"selfplay-{time.strftime('%Y%m%d-%H%M%S')}", "selfplay", config)
    total, done, finished = plan.episodes * plan.turns, 0, 0
    keys: dict[int, int] = {}
    began = time.monotonic()

    def summary() -> dict[str, object]:
        seconds = round(time.monotonic() - began, 2)
        return {"run": run, "episodes": finished, "turns": done, "seconds": seconds}

    try:
        context.progress("playing", 0, total)
        for step in steps:
            # A dialog is stored with its first turn: a cancelled run leaves no empty ones.
            for played in step:
                if played.episode not in keys:
                    keys[played.episode] = store.add_dialog(played.dialog, run)
            later = [p for p in step if len(p.dialog) > 1]
            store.add_turns(
                [(keys[p.episode], len(p.dialog) - 1, p.dialog.turns[-1]) for p in later]
            )
            done += len(step)
            finished += sum(played.finished for played in step)
            for played in step:
                key = keys[played.episode]
                context.publish(
                    TurnPlayed(
                        context.job.number, played.episode, key, played.dialog, played.finished
                    )
                )
            context.progress("playing", done, total)
    except Cancelled as stop:
        stop.summary = summary()
        store.end_run(run, "cancelled", stop.summary)
        raise
    except BaseException:
        store.end_run(run, "failed", summary())
        raise
    result = summary()
    store.end_run(run, "done", result)
    return result


def _progress(context: JobContext) -> sources.ProgressFn:
    """Report a source's stages as the job's progress, in percent where a share is known."""

    def tell(stage: str, fraction: float | None) -> None:
        known = fraction is not None
        context.progress(stage, (fraction or 0) * 100, 100 if known else None)

    return tell
