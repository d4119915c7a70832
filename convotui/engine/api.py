"""What a front end needs of the engine: requests, events and the protocol (torch-free)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

from convotui.decoders.sampling import Sampling
from convotui.dialog import Candidate, Dialog, Goal
from convotui.gyms.plan import SelfPlayPlan

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
class PlayDialogs:
    """Play a self-play plan with the live model; every turn is stored as it is played."""

    plan: SelfPlayPlan
    short: ClassVar[bool] = False


Request = LoadModel | PullModel | MakeReply | PlayDialogs

# --- events -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Event:
    """Something happened to a job."""

    job: int


@dataclass(frozen=True)
class JobStarted(Event):
    """The engine has begun the job."""


@dataclass(frozen=True)
class JobProgress(Event):
    """How far a job is; at most ten of these a second and job.

    Attributes:
        stage: what is being done, for people.
        done: units done.
        total: units in all, None while unknown.
        eta: seconds left, None while unknown.
    """

    stage: str
    done: float = 0
    total: float | None = None
    eta: float | None = None


@dataclass(frozen=True)
class JobDone(Event):
    """The job ended well.

    Attributes:
        summary: JSON values that say what came of it.
    """

    summary: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class JobFailed(Event):
    """The job ended badly; the message is a plain sentence.

    Attributes:
        exit_code: what a command should exit with.
    """

    message: str
    exit_code: int = 1


@dataclass(frozen=True)
class JobCancelled(Event):
    """The job ended because it was asked to; what it had stored is kept.

    Attributes:
        summary: JSON values that say what had been done by then.
    """

    summary: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class ModelReady(Event):
    """A model is live.

    Attributes:
        form: name of its prompt format.
        context_length: tokens a prompt and its reply may have together.
    """

    name: str
    version: str
    device: str
    dtype: str
    form: str
    context_length: int


@dataclass(frozen=True)
class ReplyText(Event):
    """Candidates so far, one text each; at most thirty of these a second."""

    texts: tuple[str, ...]


@dataclass(frozen=True)
class ReplyReady(Event):
    """Candidates are complete.

    Attributes:
        dropped_turns: how many of the oldest turns the prompt had to leave out.
        stops: why each candidate ended, as ``StopReason`` values.
    """

    candidates: tuple[Candidate, ...]
    stops: tuple[str, ...]
    dropped_turns: int = 0


@dataclass(frozen=True)
class TurnPlayed(Event):
    """A self-play dialog has got one more turn, already stored.

    Attributes:
        episode: its index in the plan.
        key: its key in the store.
        finished: whether that was its last turn.
    """

    episode: int
    key: int
    dialog: Dialog
    finished: bool


Listener = Callable[[Event], None]
"""Called in the engine's thread, or in one that cancels a waiting job; must return quickly."""
ENDINGS = (JobDone, JobFailed, JobCancelled)

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

    def close(self, timeout: float = 2.0) -> bool:
        """Cancel everything and wait for the thread; say whether it ended in time."""
        ...
