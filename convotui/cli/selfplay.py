"""``convotui selfplay``: the model talks to itself."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from convotui.cli import options
from convotui.cli.jobs import JobError, running
from convotui.cli.output import json_line
from convotui.dialog import Dialog, dialog_to_record, display_line
from convotui.engine.api import Event, PlayDialogs, TurnPlayed
from convotui.errors import Cancelled, UsageError
from convotui.gyms.plan import RANDOM, SelfPlayPlan
from convotui.paths import get_paths
from convotui.store import Store, write_dialogs


@options.grouped
def selfplay(
    *,
    episodes: Annotated[int, typer.Option(help="How many dialogs.")] = 8,
    turns: Annotated[int, typer.Option(help="Utterances in each, both speakers counted.")] = 8,
    persona_a: Annotated[
        str, typer.Option(help="The opener's persona: a name, a .toml file, or random.")
    ] = RANDOM,
    persona_b: Annotated[str, typer.Option(help="The responder's persona, likewise.")] = RANDOM,
    policy: Annotated[
        str,
        typer.Option(
            help="How the opener's goals are chosen: none, random, no-repeat, goal:ID or "
            "module:thing."
        ),
    ] = "none",
    batch: Annotated[int, typer.Option(help="How many dialogs advance together.")] = 8,
    seed: Annotated[int, typer.Option(help="Everything random is derived from it.")] = 0,
    out: Annotated[
        Path | None, typer.Option(help="Write the dialogs to this file (JSON Lines).")
    ] = None,
    headless: Annotated[
        bool,
        typer.Option("--headless", help="No screen, which is the only way so far."),
    ] = False,
    goals: options.Goals = None,
    model: options.ModelOptions,
    replies: options.SamplingOptions,
    config: options.ConfigFile = None,
) -> None:
    """Let the model talk to itself and keep the dialogs.

    Each dialog is a line of JSON, on stdout or in the file given with --out; the last line
    on stdout is a summary.
    """
    settings = options.read_config(config)
    plan = SelfPlayPlan(
        episodes=episodes,
        turns=turns,
        persona_a=persona_a,
        persona_b=persona_b,
        policy=policy,
        goals=goals or settings.goals,
        seed=seed,
        batch=batch,
        sampling=replies.sampling(settings),
    )
    _check(plan, out)
    request = model.request(settings)
    finished: list[Dialog] = []

    def on_event(event: Event) -> None:
        if isinstance(event, TurnPlayed) and event.finished:
            finished.append(event.dialog)
            if out is None:
                runner.bar.close()
                json_line(dialog_to_record(event.dialog))

    with Store(get_paths().database) as store, running(store) as runner:
        try:
            runner.run(request)
            done = runner.run(PlayDialogs(plan), on_event)
        except (Cancelled, JobError) as problem:
            known = problem.summary if isinstance(problem, Cancelled) else {}
            summary = {"episodes": len(finished), **known}
            written = out if finished else None
            if written is not None:
                write_dialogs(written, finished)
            status = "cancelled" if isinstance(problem, Cancelled) else "failed"
            json_line({"status": status, **summary, "out": _name(written)})
            raise
        if out is not None:
            write_dialogs(out, finished)
    json_line({"status": "done", **done.summary, "out": _name(out)})


def _name(path: Path | None) -> str | None:
    return None if path is None else str(path)


def _check(plan: SelfPlayPlan, out: Path | None) -> None:
    """Find mistakes before a model is loaded for minutes."""
    plan.resolve()
    if out is not None and not out.parent.is_dir():
        raise UsageError(
            f"There is no folder {display_line(str(out.parent))} to write {out.name} to."
        )
    if out is not None and out.exists() and not out.is_file():
        raise UsageError(f"{display_line(str(out))} is not a file, so it cannot be written.")
