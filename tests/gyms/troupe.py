"""A play to conduct without a model: agents that tick as they speak, and notes of what happened."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from convotui.agents import Ask, DecoderAgent
from convotui.decoders.prompts import Prompt, PromptTooLongError
from convotui.decoders.replies import Reply, ReplyRequest, StopReason
from convotui.dialog import Candidate, Dialog, Goal, derive_seed
from convotui.gyms.conductor import Conductor
from convotui.gyms.rounds import play
from convotui.gyms.watching import Played
from convotui.policies import NoGoal, Policy

COLUMNS = 3
"""How often a round ticks while its replies are made."""
LONGEST = 40
"""Characters of a turn that can be replied to."""


@dataclass
class Parrot:
    """A decoder that says what it was asked; ``batches`` are how many were asked at once."""

    batches: list[int] = field(default_factory=list)
    column: Callable[[], None] = lambda: None

    def encode(self, prompt: Prompt, max_new_tokens: int) -> None:
        if prompt.history and len(prompt.history[-1].text) > LONGEST:
            raise PromptTooLongError("Too long.")

    def reply(self, requests: Sequence[ReplyRequest], tick: Callable[[], None]) -> list[Reply]:
        self.batches.append(len(requests))
        for _ in range(COLUMNS):
            self.column()
            tick()
        return [
            Reply(f"{len(r.prompt.history)}:{r.seed}", (1,), StopReason.EOS, r.seed, "base")
            for r in requests
        ]


def dialogs(count: int) -> list[Dialog]:
    return [Dialog(f"d{i}", seed=derive_seed(1, "episode", i)) for i in range(count)]


@dataclass
class Notes:
    """A watcher that writes down what it is told, and does something about it."""

    told: list[tuple[object, ...]] = field(default_factory=list)
    reactions: dict[str, list[Callable[..., None]]] = field(default_factory=dict)

    def once(self, what: str, reaction: Callable[..., None]) -> None:
        """React the next time this is told."""
        self.reactions.setdefault(what, []).append(reaction)

    def of(self, what: str) -> list[tuple[object, ...]]:
        return [entry[1:] for entry in self.told if entry[0] == what]

    def note(self, what: str, *details: object) -> None:
        self.told.append((what, *details))
        if self.reactions.get(what):
            self.reactions[what].pop(0)(*details)

    def started(self, episode: int, dialog: Dialog) -> None:
        self.note("started", episode, dialog)

    def wanted(self, episode: int, dialog: Dialog, speaker: int) -> None:
        self.note("wanted", episode, len(dialog), speaker)

    def said(self, played: Played) -> None:
        self.note("said", played.episode, played.dialog.turns[-1], played.finished)

    def refused(self, episode: int, line: str, error: PromptTooLongError) -> None:
        self.note("refused", episode, line)

    def dropped(self, episode: int, dialog: Dialog) -> None:
        self.note("dropped", episode, len(dialog))

    def paused(self) -> None:
        self.note("paused")

    def resumed(self) -> None:
        self.note("resumed")


@dataclass
class Show:
    """A play with everything around it."""

    episodes: int = 4
    turns: int = 4
    batch: int = 2
    policy: Policy = field(default_factory=NoGoal)
    conductor: Conductor = field(default_factory=Conductor)
    notes: Notes = field(default_factory=Notes)
    parrot: Parrot = field(default_factory=Parrot)
    tick: Callable[[], None] = lambda: None

    def steps(self) -> Iterator[list[Played]]:
        agent = DecoderAgent(self.parrot)
        return play(
            dialogs(self.episodes),
            (agent, agent),
            turns=self.turns,
            policy=self.policy,
            batch=self.batch,
            tick=self.tick,
            conductor=self.conductor,
            watcher=self.notes,
        )

    def run(self) -> list[list[tuple[int, int]]]:
        """Play to the end: per round, episodes with their turns."""
        return [[(p.episode, len(p.dialog)) for p in step] for step in self.steps()]

    def ends(self) -> dict[int, Dialog]:
        """Play to the end: each dialog as it was last seen."""
        return {played.episode: played.dialog for step in self.steps() for played in step}


@dataclass
class Quick:
    """An agent that needs no decoder."""

    def prepare(
        self, dialog: Dialog, speaker: int, goal: Goal | None, seed: int
    ) -> Candidate | Ask:
        return Candidate(f"{speaker} at {len(dialog)}", "model", seed, "base")
