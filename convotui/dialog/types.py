"""The vocabulary as frozen dataclasses: Persona, Goal, GoalSet, Candidate, Turn, Dialog."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from convotui.dialog.text import display_line
from convotui.errors import UsageError

Source = Literal["model", "human"]
MAX_FACTS = 8


@dataclass(frozen=True)
class Persona:
    """1-8 first-person facts, and optionally a greeting, that a speaker plays.

    Raises:
        ValueError: no facts, more than eight, or an empty one.
    """

    name: str
    facts: tuple[str, ...]
    greeting: str | None = None
    tags: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Accept any sequence of facts, but keep tuples, so that personas are hashable."""
        given: object = self.facts
        if isinstance(given, str):
            raise ValueError("facts must be a sequence of texts, not one text")
        object.__setattr__(self, "facts", tuple(self.facts))
        object.__setattr__(self, "tags", tuple(self.tags))
        if not 1 <= len(self.facts) <= MAX_FACTS:
            raise ValueError(f"a persona has 1 to {MAX_FACTS} facts, not {len(self.facts)}")
        if not all(fact.strip() for fact in self.facts):
            raise ValueError("a fact of a persona must not be empty")


@dataclass(frozen=True)
class Goal:
    """A turn-level instruction to a speaker for its next reply.

    Attributes:
        id: what commands and files call it, such as ``ask-pets``.
        text: what the model is told, such as ``ask about pets.``.
        examples: hand-written replies that meet it.
        cues: words or phrases of replies that meet it; a trailing ``*`` matches any ending.
    """

    id: str
    text: str
    examples: tuple[str, ...] = ()
    cues: tuple[str, ...] = ()


@dataclass(frozen=True)
class GoalSet:
    """An ordered list of goals: the action space of a policy."""

    name: str
    goals: tuple[Goal, ...]
    description: str = ""

    def __len__(self) -> int:
        """Count the goals."""
        return len(self.goals)

    def __iter__(self) -> Iterator[Goal]:
        """Walk the goals in order."""
        return iter(self.goals)

    def __contains__(self, goal_id: object) -> bool:
        """Say whether a goal with this id is in the set."""
        return any(goal.id == goal_id for goal in self.goals)

    def find(self, id_or_text: str) -> Goal:
        """Look a goal up by its id, or make one from a text of several words.

        Raises:
            UsageError: a single word that is no id.
        """
        text = " ".join(id_or_text.split())
        if text in self:
            return self[text]
        if " " not in text:
            raise UsageError(
                f"The goal set {self.name} has no goal '{display_line(text)}': 'convotui goals "
                f"show {self.name}' lists them, or write a goal of several words."
            )
        return Goal(id=text, text=text)

    def __getitem__(self, goal_id: str) -> Goal:
        """Look a goal up by its id.

        Raises:
            KeyError: no goal has this id.
        """
        for goal in self.goals:
            if goal.id == goal_id:
                return goal
        raise KeyError(goal_id)


@dataclass(frozen=True)
class Candidate:
    """One reply offered for a turn.

    Attributes:
        text: what would be said.
        source: ``model`` or ``human``.
        seed: seed of its sampler (model only).
        version: adapter version that wrote it, such as ``base`` or ``v0003`` (model only).
    """

    text: str
    source: Source
    seed: int | None = None
    version: str | None = None


@dataclass(frozen=True)
class Turn:
    """One utterance: the candidates offered, the one chosen, and what people thought of it.

    Attributes:
        speaker: 0 (opener) or 1 (responder).
        candidates: at least one.
        chosen: index of the candidate that was said.
        goal: id of the goal the speaker was given, if any.
        rating: 1-5.
        reward: the number learning uses.
        excluded: left out of training.
    """

    speaker: int
    candidates: tuple[Candidate, ...]
    chosen: int = 0
    goal: str | None = None
    rating: int | None = None
    reward: float | None = None
    excluded: bool = False

    def __post_init__(self) -> None:
        """Refuse a turn that nobody could have said."""
        if self.speaker not in (0, 1):
            raise ValueError(f"speaker must be 0 or 1, not {self.speaker}")
        if not 0 <= self.chosen < len(self.candidates):
            raise ValueError(
                f"chosen is {self.chosen} but there are {len(self.candidates)} candidates"
            )
        if self.rating is not None and not 1 <= self.rating <= 5:
            raise ValueError(f"a rating is 1 to 5, not {self.rating}")

    @classmethod
    def say(cls, speaker: int, text: str, *, goal: str | None = None) -> Turn:
        """Make a turn that a person wrote."""
        return cls(speaker=speaker, candidates=(Candidate(text=text, source="human"),), goal=goal)

    @property
    def text(self) -> str:
        """What was said."""
        return self.candidates[self.chosen].text

    @property
    def replaced(self) -> int | None:
        """Index of the model's candidate that the chosen one, a person's, replaced."""
        if self.candidates[self.chosen].source != "human":
            return None
        before = range(self.chosen - 1, -1, -1)
        return next((i for i in before if self.candidates[i].source == "model"), None)

    @property
    def correction(self) -> tuple[str, str] | None:
        """The pair (given instead, replaced) when a person's candidate replaced a model's."""
        replaced = self.replaced
        return None if replaced is None else (self.text, self.candidates[replaced].text)

    def offer(self, candidate: Candidate) -> Turn:
        """Add a candidate and choose it; the reward, which the old one had earned, goes."""
        candidates = (*self.candidates, candidate)
        return replace(self, candidates=candidates, chosen=len(self.candidates), reward=None)


@dataclass(frozen=True)
class Dialog:
    """Ordered turns of two speakers with their personas.

    Attributes:
        id: external name, as in exported files.
        personas: facts of the opener (speaker 0) and the responder (speaker 1).
        meta: anything else worth keeping (persona names, sampling, origin of the data).
    """

    id: str
    personas: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
    turns: tuple[Turn, ...] = ()
    seed: int | None = None
    model: str | None = None
    version: str | None = None
    rating: int | None = None
    return_: float | None = None
    meta: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def __len__(self) -> int:
        """Count the turns."""
        return len(self.turns)

    def add(self, turn: Turn) -> Dialog:
        """Return the dialog with one more turn."""
        return replace(self, turns=(*self.turns, turn))

    def with_turn(self, index: int, turn: Turn) -> Dialog:
        """Return the dialog with the turn at ``index`` replaced.

        Raises:
            IndexError: no such turn.
        """
        if not -len(self.turns) <= index < len(self.turns):
            raise IndexError(f"the dialog has {len(self.turns)} turns, none at {index}")
        turns = list(self.turns)
        turns[index] = turn
        return replace(self, turns=tuple(turns))
