"""``convotui selfplay``: the model talks to itself, in the app or without a screen."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Annotated

import typer

from convotui.cli import options
from convotui.cli.chat import draw_persona
from convotui.cli.jobs import JobError, running
from convotui.cli.output import json_line, note
from convotui.cli.screen import in_terminal, open_app
from convotui.config import Config
from convotui.dialog import Dialog, dialog_to_record, display_line, load_goals
from convotui.engine.api import Event, LoadModel, PlayDialogs, TurnPlayed
from convotui.errors import Cancelled, UsageError
from convotui.gyms.plan import SelfPlayPlan
from convotui.paths import get_paths
from convotui.store import Store, write_dialogs


@options.grouped
def selfplay(
    *,
    play: options.PlayOptions,
    headless: Annotated[
        bool,
        typer.Option("--headless", help="No app: JSON Lines on stdout, as without a terminal."),
    ] = False,
    goals: options.Goals = None,
    model: options.ModelOptions,
    replies: options.SamplingOptions,
    config: options.ConfigFile = None,
) -> None:
    """Let the model talk to itself and keep the dialogs.

    In a terminal the app shows it: at once when something is said here about what to play, else
    after its form. With --headless each dialog is a line of JSON, on stdout or in the file given
    with --out; the last line on stdout is a summary.
    """
    settings = options.read_config(config)
    plan = play.plan(goals or settings.goals, replies.sampling(settings))
    _check_file(play.out)
    if headless or not in_terminal():
        plan.resolve()
        _play(plan, play.out, model.request(settings))
    else:
        raise typer.Exit(_show(plan, play, settings, model.request(settings, leave_free=1)))


def _show(
    plan: SelfPlayPlan, play: options.PlayOptions, settings: Config, request: LoadModel
) -> int:
    """Open the app on its self-play screen, and return its exit code."""
    from convotui.tui.start import Start

    if play.given:
        plan.resolve()
    seed = random.SystemRandom().getrandbits(31)
    start = Start(
        load=request,
        goals=load_goals(str(plan.goals)),
        sampling=plan.sampling,
        mode="selfplay",
        config=settings,
        persona=draw_persona(None, settings, seed),
        seed=seed,
        plan=plan,
        autostart=play.given,
        out=play.out,
    )
    with Store(get_paths().database) as store:
        return open_app(start, store)


def _play(plan: SelfPlayPlan, out: Path | None, request: LoadModel) -> None:
    """Play without a screen."""
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
    for sentence in done.summary.get("notes", ()):
        note(sentence)
    json_line({"status": "done", **done.summary, "out": _name(out)})


def _name(path: Path | None) -> str | None:
    return None if path is None else str(path)


def _check_file(out: Path | None) -> None:
    """Find mistakes before a model is loaded for minutes."""
    if out is not None and not out.parent.is_dir():
        raise UsageError(
            f"There is no folder {display_line(str(out.parent))} to write {out.name} to."
        )
    if out is not None and out.exists() and not out.is_file():
        raise UsageError(f"{display_line(str(out))} is not a file, so it cannot be written.")
