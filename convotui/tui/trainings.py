"""A training of a policy as a screen shows it: under way, or read from the folder of its run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, NamedTuple

from convotui.dialog import Dialog, load_goals
from convotui.engine.api import (
    Event,
    JobCancelled,
    JobDone,
    JobFailed,
    JobProgress,
    JobStarted,
    PolicyMeasured,
    RatingWanted,
    RoundTrained,
    TrainingStarted,
)
from convotui.engine.training_rules import imports_code, resuming, went_wrong
from convotui.errors import UsageError
from convotui.evaluation.scores import PolicyScore
from convotui.gyms.casting import cast
from convotui.learning.history import Stage, TrainingPoint
from convotui.learning.plan import PolicyPlan

LEARNING = "learning"
"""How the stage in which dialogs are learned from begins."""
Measured = tuple[Stage, int, PolicyScore]
"""A stage, the dialogs learned from by then, and a score."""


class Model(NamedTuple):
    """What talks in a training; empty where not known.

    Attributes:
        dtype: of its numbers.
        form: name of its prompt format.
    """

    name: str = ""
    version: str = ""
    dtype: str = ""
    form: str = ""


class Phase(Enum):
    """What a training is doing: its symbol and its words."""

    QUEUED = ("…", "waiting to start")
    RUNNING = ("▶", "running")
    ASKING = ("?", "waits for your rating")
    STOPPING = ("■", "stopping…")
    DONE = ("✓", "done")
    STOPPED = ("■", "stopped")
    INTERRUPTED = ("■", "interrupted")
    FAILED = ("✗", "failed")
    ELSEWHERE = ("▷", "runs elsewhere")
    DAMAGED = ("✗", "cannot be read")

    @property
    def symbol(self) -> str:
        """One character."""
        return self.value[0]

    @property
    def words(self) -> str:
        """What it means."""
        return self.value[1]

    @property
    def ended(self) -> bool:
        """Whether nothing more will come, unless it is resumed."""
        return self not in (Phase.QUEUED, Phase.RUNNING, Phase.ASKING, Phase.STOPPING)

    @property
    def resumable(self) -> bool:
        """Whether it came to its end before it was done."""
        return self in (Phase.STOPPED, Phase.INTERRUPTED, Phase.FAILED)


@dataclass
class Training:
    """A training: under way, or one of before.

    Attributes:
        name: of its run, empty until known.
        plan: what is trained.
        job: of the engine, None for one of before.
        model: the model that talks.
        goals: ids of the goals, in the order of the policy's actions.
        points: what its rounds showed.
        scores: what was measured.
        dialog: the newest one to show.
        shown_as: what that dialog is.
        stage: what the engine is doing, for people.
        progress: exchanges played and in all, those of measuring too.
        eta: seconds left, None while unknown.
        summary: what came of it, as JSON values; empty before its end.
        partners: whom each held-out dialog is with, empty where that is not known.
        question: what a person is asked, None while nothing is.
        answer: what the person has typed and not sent.
        created: when the run was begun, as its folder says.
        problem: why it failed.
        folder: where its run is kept.
    """

    name: str
    plan: PolicyPlan
    phase: Phase = Phase.QUEUED
    job: int | None = None
    model: Model = field(default_factory=Model)
    goals: tuple[str, ...] = ()
    points: list[TrainingPoint] = field(default_factory=list)
    scores: list[Measured] = field(default_factory=list)
    dialog: Dialog | None = None
    shown_as: str = ""
    stage: str = ""
    progress: tuple[float, float | None] = (0, None)
    eta: float | None = None
    summary: Mapping[str, Any] = field(default_factory=dict)
    partners: tuple[str, ...] = ()
    question: RatingWanted | None = None
    answer: str = ""
    created: str = ""
    problem: str = ""
    folder: str = ""

    @property
    def episodes(self) -> int:
        """Count the dialogs learned from."""
        return self.points[-1].episodes if self.points else 0

    @property
    def total(self) -> int:
        """Count the dialogs it is to learn from, in whole rounds."""
        return self.plan.rounds * self.plan.width

    @property
    def kept(self) -> str:
        """Say how far it is, in dialogs."""
        return f"{self.episodes} of {self.total} dialogs"

    @property
    def going_on(self) -> str:
        """Say how it can go on, empty where it cannot or should not."""
        if not self.phase.resumable or went_wrong(self.problem):
            return ""
        if imports_code(self.plan.reward):
            return f"'{resuming(self.name, self.plan.reward)}' resumes"
        return "r resumes"

    @property
    def share(self) -> float:
        """How much of all is over, 0-1; of the learning where that is unknown."""
        done, total = self.progress
        if total and not self.phase.ended:
            return max(0.0, min(1.0, done / total))
        return 1.0 if self.phase is Phase.DONE else min(1.0, self.episodes / self.total)

    def baseline(self, policy: str) -> PolicyScore | None:
        """Find what a policy got that learns nothing."""
        return self._last("baseline", policy)

    @property
    def final(self) -> PolicyScore | None:
        """What was learned got in the end, None before that is measured."""
        return self._last("final", None)

    @property
    def validations(self) -> list[tuple[int, PolicyScore]]:
        """What was measured during the learning, with the dialogs learned from by then."""
        return [(done, score) for stage, done, score in self.scores if stage == "validation"]

    def handle(self, event: Event) -> None:
        """Take an event of the training's job."""
        if isinstance(event, TrainingStarted):
            self.name, self.folder, self.plan = event.run, event.folder, event.plan
            self.goals = event.goals
            self.points, self.scores = list(event.points), list(event.scores)
            self.partners = held_out_partners(event.plan)
        elif isinstance(event, RoundTrained):
            self._add(event)
        elif isinstance(event, PolicyMeasured):
            self.scores.append((event.stage, event.episodes, event.score))
            self._show(event.dialog, f"{event.score.policy}, {event.stage}")
        elif isinstance(event, JobProgress):
            self.stage = event.stage
            self.progress, self.eta = (event.done, event.total), event.eta
        elif isinstance(event, RatingWanted):
            self._ask(event)
        elif isinstance(event, JobStarted):
            self.phase = Phase.RUNNING
        elif isinstance(event, JobDone | JobCancelled | JobFailed):
            self._end(event)

    def answered(self) -> None:
        """Take the question away, because it has been answered."""
        self.question, self.answer = None, ""
        if self.phase is Phase.ASKING:
            self.phase = Phase.RUNNING

    def stop(self) -> None:
        """Note that it was asked to end."""
        self.question = None
        self.phase = Phase.STOPPING

    def _ask(self, event: RatingWanted) -> None:
        if self.phase is not Phase.STOPPING:
            self.question, self.phase = event, Phase.ASKING

    def _add(self, event: RoundTrained) -> None:
        # A round that was cut short is played again when the training goes on.
        self.points = [p for p in self.points if p.episodes < event.point.episodes]
        self.points.append(event.point)
        self._show(event.dialog, f"learned from, dialog {event.point.episodes}")

    def _show(self, dialog: Dialog, what: str) -> None:
        self.dialog, self.shown_as = dialog, what

    def _last(self, stage: Stage, policy: str | None) -> PolicyScore | None:
        found = (s for kind, _, s in reversed(self.scores) if kind == stage)
        return next((s for s in found if policy is None or s.policy == policy), None)

    def _end(self, event: JobDone | JobCancelled | JobFailed) -> None:
        self.eta, self.question = None, None
        self.stage, self.progress = "", (0, None)
        if isinstance(event, JobFailed):
            self.phase, self.problem = Phase.FAILED, event.message
        else:
            self.phase = Phase.DONE if isinstance(event, JobDone) else Phase.STOPPED
            self.summary = event.summary


def held_out_partners(plan: PolicyPlan) -> tuple[str, ...]:
    """Find whom each held-out dialog is with, for intervals that respect it.

    It is laid out again from the plan; where the libraries no longer have what it names,
    nothing is found.
    """
    try:
        casting = cast(
            "held-out",
            load_goals(plan.goals),
            seed=plan.seed,
            persona_a=plan.persona_a,
            persona_b=plan.persona_b,
        )
    except UsageError:
        return ()
    return tuple(
        " | ".join(casting.dialog(number).personas[1]) for number in range(plan.eval_episodes)
    )
