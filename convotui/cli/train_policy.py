"""``convotui train-policy``: a policy learns which goals to give, in the app or without one."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Annotated, Any

import typer

from convotui.cli import options
from convotui.cli.chat import draw_persona
from convotui.cli.jobs import JobError, Runner, running
from convotui.cli.output import json_line, note
from convotui.cli.rating import InputEnded, Rater
from convotui.cli.screen import in_terminal, open_app
from convotui.cli.training_plan import Flags, ask_for, check_plan
from convotui.config import Config
from convotui.dialog import load_goals
from convotui.engine.api import (
    Event,
    LoadModel,
    PolicyMeasured,
    RatingWanted,
    Reward,
    RoundTrained,
    TrainingStarted,
    TrainPolicy,
)
from convotui.engine.training_rules import resuming, went_wrong
from convotui.errors import Cancelled
from convotui.paths import get_paths
from convotui.store import Store


@options.grouped
def train_policy(
    *,
    policy: options.PolicyOptions,
    name: Annotated[
        str | None, typer.Option(help="What to call the run; without it, algorithm and time.")
    ] = None,
    resume: Annotated[
        bool,
        typer.Option("--resume", help="Go on with the run of this name; --episodes may be more."),
    ] = False,
    headless: Annotated[
        bool,
        typer.Option("--headless", help="No app: JSON Lines on stdout, as without a terminal."),
    ] = False,
    goals: options.Goals = None,
    model: options.ModelOptions,
    replies: options.SamplingOptions,
    config: Annotated[
        Path | None,
        typer.Option("--config", help="Settings to begin with, such as a run's config.toml."),
    ] = None,
) -> None:
    """Train a policy that chooses the opener's goals, and compare it with baselines.

    In a terminal the app shows it: at once when something is said here about the training, else
    after its form. With --headless each round of dialogs and each measurement is a line of JSON
    on stdout, and the last line is a summary; the reward manual then reads numbers from stdin.
    All that was learned is kept in the run: 'convotui runs list' shows them.
    """
    settings = options.read_config(None)
    flags = Flags(policy, goals, model, replies, name, resume, config)
    request, loaded = ask_for(flags, settings)
    if headless or not in_terminal():
        check_plan(request.plan)
        _train(request, model.request(loaded))
    else:
        if flags.given:
            check_plan(request.plan)
        load = model.request(loaded, leave_free=1)
        raise typer.Exit(_show(request, flags.given, settings, load))


def _show(request: TrainPolicy, given: bool, settings: Config, load: LoadModel) -> int:
    """Open the app on its training screen, and return its exit code."""
    from convotui.tui.start import Start

    seed = random.SystemRandom().getrandbits(31)
    start = Start(
        load=load,
        goals=load_goals(request.plan.goals),
        sampling=request.plan.sampling,
        mode="train",
        config=settings,
        persona=draw_persona(None, settings, seed),
        seed=seed,
        training=request,
        autostart=given,
    )
    with Store(get_paths().database) as store:
        return open_app(start, store)


def _train(request: TrainPolicy, load: LoadModel) -> None:
    """Train without a screen."""
    with Store(get_paths().database) as store, running(store) as runner, Rater() as rater:
        report = _Report(runner, rater)
        try:
            runner.run(load)
            done = runner.run(request, report.on_event)
        except (Cancelled, JobError) as problem:
            report.stopped(problem)
            raise
    for sentence in done.summary.get("notes", ()):
        note(sentence)
    json_line({"status": "done", **done.summary})


class _Report:
    """Tells what happens in a training, and asks a person where its reward does."""

    def __init__(self, runner: Runner, rater: Rater) -> None:
        self._runner = runner
        self._rater = rater
        self._run: dict[str, Any] = {}
        self._again = ""

    def on_event(self, event: Event) -> None:
        """Pass an event on."""
        if isinstance(event, TrainingStarted):
            self._run = {"run": event.run, "folder": event.folder}
            self._again = resuming(event.run, event.plan.reward)
            self._runner.bar.close()
            note(f"The run {event.run} is kept in {event.folder}.")
        elif isinstance(event, RoundTrained):
            point = event.point.record()
            del point["returns"]
            self._tell("round", point)
        elif isinstance(event, PolicyMeasured):
            score = event.score
            measured = {"stage": event.stage, "episodes": event.episodes, "policy": score.policy}
            self._tell("measured", {**measured, **vars(score.estimate)})
        elif isinstance(event, RatingWanted):
            self._ask(event)

    def stopped(self, problem: Cancelled | JobError) -> None:
        """Say where a training stands that has not come to its end."""
        known = problem.summary if isinstance(problem, Cancelled) else {}
        status = "cancelled" if isinstance(problem, Cancelled) else "failed"
        json_line({"status": status, **self._run, **known})
        if self._run and went_wrong(str(problem)):
            note("What was learned before is kept; going on from there would go wrong again.")
        elif self._run:
            note(f"What was learned is kept: '{self._again}' goes on.")

    def _tell(self, what: str, record: dict[str, Any]) -> None:
        self._runner.bar.close()
        json_line({"event": what, **record})

    def _ask(self, event: RatingWanted) -> None:
        self._runner.bar.close()
        try:
            value = self._rater.ask(event.dialog)
        except InputEnded:
            note("The input ended before every exchange was judged, so the training stops here.")
            self._runner.engine.cancel(event.job)
            return
        if value is not None:
            self._runner.engine.steer(event.job, Reward(event.number, value))
