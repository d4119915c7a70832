"""What a front end needs of the engine: requests, commands, events, protocol (torch-free)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

from convotui.decoders.sampling import Sampling
from convotui.dialog import Dialog, Goal
from convotui.engine.commands import (
    Command,
    Drop,
    HandBack,
    Pace,
    Pause,
    Resume,
    Reward,
    SayLine,
    Step,
    TakeOver,
)
from convotui.engine.events import (
    ENDINGS,
    EpisodeDropped,
    EpisodeStarted,
    Event,
    JobCancelled,
    JobDone,
    JobFailed,
    JobProgress,
    JobStarted,
    LineRefused,
    Listener,
    ModelReady,
    PlayPaused,
    PlayResumed,
    PlayStarted,
    PolicyMeasured,
    PromptPart,
    PromptShown,
    RatingWanted,
    ReplyReady,
    ReplyText,
    RoundTrained,
    TokensCounted,
    TrainingStarted,
    TurnPlayed,
    TurnWanted,
)
from convotui.gyms.plan import SelfPlayPlan
from convotui.learning.plan import PolicyPlan

__all__ = [
    "ENDINGS",
    "Command",
    "CountTokens",
    "Drop",
    "Engine",
    "EpisodeDropped",
    "EpisodeStarted",
    "Event",
    "HandBack",
    "InspectPrompt",
    "JobCancelled",
    "JobDone",
    "JobFailed",
    "JobProgress",
    "JobStarted",
    "LineRefused",
    "Listener",
    "LoadModel",
    "MakeReply",
    "ModelReady",
    "Pace",
    "Pause",
    "PlayDialogs",
    "PlayPaused",
    "PlayResumed",
    "PlayStarted",
    "PolicyMeasured",
    "PromptPart",
    "PromptShown",
    "PullModel",
    "RatingWanted",
    "ReplyReady",
    "ReplyText",
    "Request",
    "Resume",
    "Reward",
    "RoundTrained",
    "SayLine",
    "Step",
    "TakeOver",
    "TokensCounted",
    "TrainPolicy",
    "TrainingStarted",
    "TurnPlayed",
    "TurnWanted",
]

# --- requests -----------------------------------------------------------------------------


@dataclass(frozen=True)
class LoadModel:
    """Load a model, fetching and converting it first where needed; it becomes the live one."""

    model: str = "auto"
    dtype: str = "auto"
    device: str = "auto"
    threads: int = 0
    dialect: str = "C"
    short: ClassVar[bool] = False


@dataclass(frozen=True)
class PullModel:
    """Fetch and convert a model without loading it.

    Attributes:
        folder: for personagpt, read these files instead of asking the hub.
        sha256: for personagpt, accept weights with this digest.
    """

    model: str
    folder: str | None = None
    sha256: str | None = None
    short: ClassVar[bool] = False


@dataclass(frozen=True)
class MakeReply:
    """Sample candidates for a speaker's next turn.

    Attributes:
        dialog: as it is before the reply.
        seeds: one per candidate.
        goal_texts: texts of goals by id, for goals of earlier turns.
    """

    dialog: Dialog
    speaker: int
    seeds: tuple[int, ...]
    goal: Goal | None = None
    goal_texts: Mapping[str, str] = field(default_factory=dict, hash=False)
    sampling: Sampling = Sampling()
    short: ClassVar[bool] = True


@dataclass(frozen=True)
class InspectPrompt:
    """Show the prompt a reply would be made from, as tokens.

    Attributes:
        dialog: as it is before the reply.
        goal_texts: texts of goals by id, for goals of earlier turns.
    """

    dialog: Dialog
    speaker: int
    goal: Goal | None = None
    goal_texts: Mapping[str, str] = field(default_factory=dict, hash=False)
    sampling: Sampling = Sampling()
    short: ClassVar[bool] = True


@dataclass(frozen=True)
class CountTokens:
    """Count the tokens of texts, each by itself."""

    texts: tuple[str, ...]
    short: ClassVar[bool] = True


@dataclass(frozen=True)
class PlayDialogs:
    """Play a self-play plan with the live model; every turn is stored as it is played.

    It takes commands while it runs and while it waits to run, see ``Engine.steer``.
    """

    plan: SelfPlayPlan
    short: ClassVar[bool] = False


@dataclass(frozen=True)
class TrainPolicy:
    """Train a dialog policy on talk of the live model, and compare it with baselines.

    All that was learned is in the run's folder after each round of dialogs: a training that was
    cancelled or killed can be resumed, and loses the round it was in.

    Attributes:
        plan: what to train; for a run that is resumed, as it was or with more episodes.
        name: of the run; None makes one of the algorithm and the time.
        resume: go on with the run of this name.
    """

    plan: PolicyPlan
    name: str | None = None
    resume: bool = False
    short: ClassVar[bool] = False


Request = (
    LoadModel | PullModel | MakeReply | InspectPrompt | CountTokens | PlayDialogs | TrainPolicy
)

# --- the engine ---------------------------------------------------------------------------


class Engine(Protocol):
    """Runs jobs in a thread of its own; every method may be called from any thread."""

    def submit(self, request: Request) -> int:
        """Queue a job and return its number; events carry it.

        Every job has one ending, its last event; a closed engine cancels it at once.
        """
        ...

    def cancel(self, job: int) -> None:
        """Ask a job to end: at once if it waits, at its next tick if it runs.

        One that has ended is left alone.
        """
        ...

    def steer(self, job: int, command: Command) -> None:
        """Command a self-play or training, which follows at its next tick.

        A job that has ended, or that takes no commands, is left alone.
        """
        ...

    def close(self, timeout: float = 2.0) -> bool:
        """Cancel everything and wait for the thread; say whether it ended in time."""
        ...
