"""What an engine tells a front end: one event after the other, all frozen (torch-free)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from convotui.decoders.prompts import GoalPlace
from convotui.dialog import Candidate, Dialog
from convotui.evaluation.scores import PolicyScore
from convotui.learning.history import Stage, TrainingPoint
from convotui.learning.plan import PolicyPlan


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
        seconds: how long it took, 0 while unknown.
        tokens: how many were sampled, of all candidates together.
    """

    candidates: tuple[Candidate, ...]
    stops: tuple[str, ...]
    dropped_turns: int = 0
    seconds: float = 0.0
    tokens: int = 0


@dataclass(frozen=True)
class PromptPart:
    r"""A run of tokens of a prompt.

    Attributes:
        label: what it is, such as ``system``, ``fact`` or ``template``.
        pieces: the text of each id: control tokens by their names, bytes that are no
            character by themselves as ``\xe2``.
    """

    label: str
    ids: tuple[int, ...]
    pieces: tuple[str, ...]


@dataclass(frozen=True)
class PromptShown(Event):
    """The prompt that was asked for.

    Attributes:
        form: name of the prompt format.
        dropped_turns: how many of the oldest turns had to be left out.
        goal_place: where the goal stands, None without a goal.
        context_length: tokens a prompt and its reply may have together.
        room_for_reply: those the prompt leaves.
    """

    form: str
    parts: tuple[PromptPart, ...]
    dropped_turns: int
    goal_place: GoalPlace | None
    context_length: int
    room_for_reply: int


@dataclass(frozen=True)
class TokensCounted(Event):
    """The counts that were asked for, in the order of the texts."""

    counts: tuple[int, ...]


@dataclass(frozen=True)
class PlayStarted(Event):
    """A self-play begins.

    Attributes:
        run: the id of its run in the store.
        episodes: how many dialogs its plan has.
    """

    run: str
    episodes: int


@dataclass(frozen=True)
class EpisodeStarted(Event):
    """A self-play dialog is about to get its first turn; it is not stored before that.

    Attributes:
        episode: its index in the plan.
        dialog: empty, with its personas.
    """

    episode: int
    dialog: Dialog


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


@dataclass(frozen=True)
class TurnWanted(Event):
    """A person has taken over and has to say a dialog's next turn; sent once for each.

    Attributes:
        episode: its index in the plan.
        key: its key in the store, None before its first turn.
        speaker: the side the person speaks for.
    """

    episode: int
    key: int | None
    dialog: Dialog
    speaker: int


@dataclass(frozen=True)
class LineRefused(Event):
    """A person's line did not become a turn; the turn is still wanted.

    Attributes:
        episode: its index in the plan.
        text: the line, as it was typed.
        message: a plain sentence that says why.
    """

    episode: int
    text: str
    message: str


@dataclass(frozen=True)
class EpisodeDropped(Event):
    """A dialog has left the self-play before its end, as commanded; its turns stay stored.

    Attributes:
        episode: its index in the plan.
        key: its key in the store, None if it has no turn.
    """

    episode: int
    key: int | None


@dataclass(frozen=True)
class PlayPaused(Event):
    """A self-play stands still, perhaps inside a turn."""


@dataclass(frozen=True)
class PlayResumed(Event):
    """A self-play that stood still goes on."""


@dataclass(frozen=True)
class TrainingStarted(Event):
    """A training of a policy begins or goes on.

    Attributes:
        run: name of its run.
        folder: where the run is kept.
        goals: ids of the goals it may give, in the order of its actions.
        points: what it had shown before, when it goes on.
        scores: what had been measured before, each with its stage and the number of dialogs
            learned from by then.
    """

    run: str
    folder: str
    plan: PolicyPlan
    goals: tuple[str, ...]
    points: tuple[TrainingPoint, ...] = ()
    scores: tuple[tuple[Stage, int, PolicyScore], ...] = ()


@dataclass(frozen=True)
class RoundTrained(Event):
    """A round of dialogs has been learned from; its checkpoint is on disk.

    Attributes:
        dialog: one of them; each reward is on the opener's turn that earned it.
    """

    point: TrainingPoint
    dialog: Dialog


@dataclass(frozen=True)
class PolicyMeasured(Event):
    """A policy has been measured, on disk already.

    Attributes:
        stage: ``baseline`` (before the training, held-out dialogs), ``validation`` (during it,
            dialogs that choose ``best``) or ``final`` (what was learned, held-out dialogs).
        episodes: dialogs learned from by then.
        dialog: one of those it was measured in.
    """

    stage: Stage
    episodes: int
    score: PolicyScore
    dialog: Dialog


@dataclass(frozen=True)
class RatingWanted(Event):
    """The reward ``manual`` asks a person for the number of the newest exchange.

    Attributes:
        number: of the question; the answer names it.
        dialog: ends with the exchange in question.
    """

    number: int
    dialog: Dialog


Listener = Callable[[Event], None]
"""Called in the engine's thread, or in one that cancels a waiting job; must return quickly."""
ENDINGS = (JobDone, JobFailed, JobCancelled)
