"""What a prompt is made of, before and after it becomes token ids (torch-free)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from convotui.dialog import Dialog, Turn, display_line
from convotui.errors import UsageError

GoalPlace = Literal["prefix", "late-system", "user-turn", "line"]


class PromptTooLongError(ValueError):
    """Persona, goal and newest turn alone do not fit into the context."""


@dataclass(frozen=True)
class Utterance:
    """One turn of the history; ``goal`` is the text of the goal its speaker was given."""

    speaker: int
    text: str
    goal: str | None = None


@dataclass(frozen=True)
class Prompt:
    """Everything a reply depends on, as text.

    Attributes:
        speaker: who speaks next, 0 or 1.
        facts: persona of that speaker; empty for none.
        history: the turns so far, oldest first.
        goal: text of the goal for this reply.
    """

    speaker: int
    facts: tuple[str, ...] = ()
    history: tuple[Utterance, ...] = ()
    goal: str | None = None


@dataclass(frozen=True)
class Part:
    """A run of prompt ids with what it is, for the prompt inspector."""

    label: str
    ids: tuple[int, ...]


@dataclass(frozen=True)
class EncodedPrompt:
    """A prompt as token ids.

    Attributes:
        parts: the ids in order, labelled.
        dropped_turns: how many of the oldest turns did not fit.
        goal_place: where the goal stands, None without a goal.
    """

    parts: tuple[Part, ...]
    dropped_turns: int = 0
    goal_place: GoalPlace | None = None

    @property
    def ids(self) -> tuple[int, ...]:
        """All token ids in order."""
        return tuple(i for part in self.parts for i in part.ids)


class PromptFormat(Protocol):
    """Turns prompts into ids and owns what ends a reply and how its text is tidied."""

    name: str

    @property
    def stop_ids(self) -> frozenset[int]:
        """Ids that end a reply."""
        ...

    def encode(self, prompt: Prompt) -> EncodedPrompt:
        """Encode the whole prompt, however long it gets."""
        ...

    def encode_reply(self, text: str) -> tuple[int, ...]:
        """Encode a reply as the model should have written it, its end included."""
        ...

    def tidy(self, text: str) -> str:
        """Make text decoded from sampled ids fit to be said."""
        ...

    def settled(self, text: str) -> str:
        """Tidy a text under way, less what its next characters could still change.

        What this gives is a beginning of ``tidy`` of every text that goes on from here.
        """
        ...


def prompt_for(
    dialog: Dialog, speaker: int, goal: str | None, goal_texts: Mapping[str, str]
) -> Prompt:
    """Make the prompt of a speaker's next reply in a dialog.

    Earlier goals stay with the speaker who was given them: the partner's prompt
    never shows them.

    Args:
        dialog: the turns so far and both personas.
        speaker: who speaks next.
        goal: text of the goal for this reply.
        goal_texts: goal texts by id, for the goals of earlier turns, beside those in the
            dialog's ``meta["goals"]``; a goal written on the spot has its text as its id.

    Raises:
        UsageError: an earlier goal of this speaker is in neither.
    """
    # An imported dialog may have anything under that name.
    carried = dialog.meta.get("goals")
    texts: dict[str, str] = {**(carried if isinstance(carried, dict) else {}), **goal_texts}

    def own_goal(turn: Turn) -> str | None:
        if turn.goal is None or turn.speaker != speaker:
            return None
        if turn.goal in texts:
            return texts[turn.goal]
        if " " in turn.goal:
            return turn.goal
        raise UsageError(
            f"The goal '{display_line(turn.goal)}' of an earlier turn is in no goal set in "
            "use: choose its set, with --goals or in the goal pane."
        )

    history = tuple(Utterance(t.speaker, t.text, own_goal(t)) for t in dialog.turns)
    return Prompt(speaker=speaker, facts=dialog.personas[speaker], history=history, goal=goal)


def fit(form: PromptFormat, prompt: Prompt, limit: int) -> EncodedPrompt:
    """Encode a prompt into at most ``limit`` tokens by dropping the oldest turns.

    Turns go two at a time, so that the speakers keep alternating as before. The newest turn
    stays: a reply to nothing would be worse than none.

    Raises:
        PromptTooLongError: persona, goal and the newest turn alone do not fit.
    """
    history = prompt.history

    def without(dropped: int) -> EncodedPrompt:
        return form.encode(Prompt(prompt.speaker, prompt.facts, history[dropped:], prompt.goal))

    encoded, dropped = without(0), 0
    if len(encoded.ids) > limit and len(history) > 1:
        # By halves: dropping pair by pair would encode a long dialog hundreds of times.
        too_few, enough = 0, len(history) // 2
        while enough - too_few > 1:
            pairs = (too_few + enough) // 2
            if len(without(2 * pairs).ids) > limit:
                too_few = pairs
            else:
                enough = pairs
        dropped = min(2 * enough, len(history) - 1)
        encoded = without(dropped)
    if len(encoded.ids) > limit:
        newest = len(encoded.ids) - len(without(len(history)).ids)
        raise PromptTooLongError(
            f"The prompt takes {len(encoded.ids)} tokens, {newest} of them for the newest turn, "
            f"and the model has room for {max(limit, 0)}: shorten the turn, the persona or the "
            "goal, or lower max_new_tokens."
        )
    return EncodedPrompt(encoded.parts, dropped, encoded.goal_place)


def training_ids(
    form: PromptFormat, prompt: Prompt, reply: str
) -> tuple[tuple[int, ...], tuple[bool, ...]]:
    """Encode a prompt with the reply it should get, and the loss mask.

    Returns:
        ids and mask of the same length; the mask is True on every token of the reply,
        the first and the end of turn included.
    """
    before = form.encode(prompt).ids
    after = form.encode_reply(reply)
    return (*before, *after), (*(False for _ in before), *(True for _ in after))
