"""Training a policy as a job: its course as events, a person's numbers as answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from convotui.decoders.decoder import Decoder
from convotui.decoders.encoder import load_encoder
from convotui.dialog import Dialog
from convotui.engine.api import (
    LoadModel,
    PolicyMeasured,
    RatingWanted,
    RoundTrained,
    TrainingStarted,
    TrainPolicy,
)
from convotui.engine.jobs import JobContext
from convotui.engine.work import source_progress
from convotui.evaluation.scores import PolicyScore
from convotui.learning.history import Stage, TrainingPoint
from convotui.learning.learned import goals_from
from convotui.learning.plan import PolicyPlan
from convotui.learning.policy import train_policy
from convotui.rewards.composition import needs_encoder
from convotui.runs import GOALS, Run


def train(
    request: TrainPolicy, context: JobContext, decoder: Decoder, loaded: LoadModel
) -> dict[str, object]:
    """Train a policy with the live model, which was loaded as ``loaded`` says."""
    watch = _Watch(context)

    def opened(run: Run, plan: PolicyPlan) -> None:
        watch.run, watch.plan = run, plan

    encoder = None
    if needs_encoder(request.plan.reward):
        # At the start: without a network it should not fail after an hour of play.
        encoder = load_encoder(source_progress(context)).embed
    trained = train_policy(
        decoder,
        request.plan,
        name=request.name,
        resume=request.resume,
        ask=watch.ask,
        encoder=encoder,
        watcher=watch,
        tick=context.tick,
        opened=opened,
        loaded={**asdict(loaded), "model": decoder.name},
    )
    return dict(trained.summary)


class _Watch:
    """Publishes what a training tells, as a ``convotui.learning.watching.Watcher``."""

    def __init__(self, context: JobContext) -> None:
        self.run: Run | None = None
        self.plan = PolicyPlan()
        self._context = context

    def began(
        self, points: Sequence[TrainingPoint], scores: Sequence[tuple[Stage, int, PolicyScore]]
    ) -> None:
        """Announce the run."""
        if self.run is None:
            raise RuntimeError("began before the run was opened")
        self._context.publish(
            TrainingStarted(
                self._context.job.number,
                run=self.run.name,
                folder=str(self.run.path),
                plan=self.plan,
                goals=tuple(goal.id for goal in goals_from(self.run.read_json(GOALS))),
                points=tuple(points),
                scores=tuple(scores),
            )
        )

    def progress(self, stage: str, done: int, total: int, before: int) -> None:
        """Say how far it is."""
        self._context.progress(stage, done, total, before=before)

    def trained(self, point: TrainingPoint, dialog: Dialog) -> None:
        """Announce a round."""
        self._context.publish(RoundTrained(self._context.job.number, point, dialog))

    def measured(self, stage: Stage, episodes: int, score: PolicyScore, dialog: Dialog) -> None:
        """Announce a measurement."""
        number = self._context.job.number
        self._context.publish(PolicyMeasured(number, stage, episodes, score, dialog))

    def ask(self, dialog: Dialog) -> float:
        """Ask the front end for a person's number; the wait is not counted as work."""
        questions = self._context.job.questions
        if questions is None:
            raise RuntimeError("a training that takes no answers")
        number = questions.next_number()
        self._context.stop_clock()
        self._context.publish(RatingWanted(self._context.job.number, number, dialog))
        value = questions.wait(self._context.tick)
        self._context.start_clock()
        return value
