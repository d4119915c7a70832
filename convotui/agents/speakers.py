"""Agents, and one function that lets many of them speak at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Protocol

from convotui.decoders.prompts import prompt_for
from convotui.decoders.replies import ReplyRequest
from convotui.decoders.sampling import Sampling
from convotui.dialog import Candidate, Dialog, Goal

if TYPE_CHECKING:
    from convotui.decoders.decoder import Decoder


class Ask(NamedTuple):
    """What an agent needs of a decoder before it can speak."""

    decoder: Decoder
    request: ReplyRequest


class Agent(Protocol):
    """Something that can take a speaker's next turn."""

    def prepare(
        self, dialog: Dialog, speaker: int, goal: Goal | None, seed: int
    ) -> Candidate | Ask:
        """Speak at once, or say what a decoder has to be asked, so that it can be batched."""
        ...


@dataclass(frozen=True)
class DecoderAgent:
    """A decoder that plays the persona the dialog gives to its speaker.

    Attributes:
        goal_texts: texts of goals by id, for goals given in earlier turns.
    """

    decoder: Decoder
    sampling: Sampling = Sampling()
    goal_texts: Mapping[str, str] = field(default_factory=dict, hash=False)

    def prepare(
        self, dialog: Dialog, speaker: int, goal: Goal | None, seed: int
    ) -> Candidate | Ask:
        """Ask for a reply of the decoder."""
        prompt = prompt_for(dialog, speaker, goal.text if goal else None, self.goal_texts)
        return Ask(self.decoder, ReplyRequest(prompt, seed, self.sampling))


@dataclass(frozen=True)
class PersonAgent:
    """A person, asked through a callable that gets the dialog and the goal."""

    ask: Callable[[Dialog, Goal | None], str]

    def prepare(
        self, dialog: Dialog, speaker: int, goal: Goal | None, seed: int
    ) -> Candidate | Ask:
        """Ask the person."""
        return Candidate(self.ask(dialog, goal), "human")


@dataclass(frozen=True)
class TranscriptAgent:
    """Repeats its speaker's turns of a recorded dialog, whatever the other side says."""

    recorded: Dialog

    def prepare(
        self, dialog: Dialog, speaker: int, goal: Goal | None, seed: int
    ) -> Candidate | Ask:
        """Say the next recorded line of this speaker.

        Raises:
            IndexError: the recording has no more lines of this speaker.
        """
        said = sum(turn.speaker == speaker for turn in dialog.turns)
        lines = [turn for turn in self.recorded.turns if turn.speaker == speaker]
        return lines[said].candidates[lines[said].chosen]


def speak(
    agents: Sequence[Agent],
    dialogs: Sequence[Dialog],
    speaker: int,
    goals: Sequence[Goal | None],
    seeds: Sequence[int],
    tick: Callable[[], None] | None = None,
) -> list[Candidate]:
    """Let one agent per dialog take the speaker's next turn; decoders reply in batches.

    Returns:
        What each agent says, in the order of the dialogs.
    """
    said: list[Candidate | None] = [None] * len(dialogs)
    waiting: dict[int, list[tuple[int, ReplyRequest]]] = {}
    decoders: dict[int, Decoder] = {}
    rows = zip(agents, dialogs, goals, seeds, strict=True)
    for place, (agent, dialog, goal, seed) in enumerate(rows):
        prepared = agent.prepare(dialog, speaker, goal, seed)
        if isinstance(prepared, Candidate):
            said[place] = prepared
        else:
            decoders[id(prepared.decoder)] = prepared.decoder
            waiting.setdefault(id(prepared.decoder), []).append((place, prepared.request))
    for key, asked in waiting.items():
        replies = decoders[key].reply([request for _, request in asked], tick)
        for (place, _), reply in zip(asked, replies, strict=True):
            said[place] = Candidate(reply.text, "model", reply.seed, reply.version)
    return [candidate for candidate in said if candidate is not None]
