"""A stored dialog under way: every change is on disk before the call returns (torch-free)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from convotui.dialog import Candidate, Dialog, GoalSet, Persona, Turn, derive_seed
from convotui.rewards import manual_reward
from convotui.store import Store


class Session:
    """A dialog that a person takes part in.

    Attributes:
        dialog: as it is now; never changed in place.
        key: the dialog's key in the store; None until something has been said.
    """

    def __init__(
        self,
        store: Store,
        *,
        seed: int,
        model: str,
        version: str,
        personas: tuple[Persona | None, Persona | None] = (None, None),
        goals: GoalSet | None = None,
        meta: Mapping[str, Any] | None = None,
    ) -> None:
        """Begin an empty dialog.

        Args:
            store: where it is kept.
            seed: seeds of replies are derived from it.
            model: name of the live model.
            version: its adapter version.
            personas: of the opener and the responder.
            goals: the goal set in use.
            meta: more to keep with the dialog, as JSON values.
        """
        self._store = store
        self.key: int | None = None
        self.goals = goals or GoalSet("none", ())
        names = [persona.name if persona else None for persona in personas]
        facts = [persona.facts if persona else () for persona in personas]
        self.dialog = Dialog(
            id=f"chat-{uuid.uuid4().hex[:12]}",
            personas=(facts[0], facts[1]),
            seed=seed,
            model=model,
            version=version,
            meta={
                "persona_names": names,
                "goal_set": goals.name if goals else None,
                "goals": self.goal_texts,
                **(meta or {}),
            },
        )

    @property
    def goal_texts(self) -> Mapping[str, str]:
        """Texts of all goals known here, by id."""
        return {goal.id: goal.text for goal in self.goals}

    def seeds(self, candidates: int = 1, *, position: int | None = None) -> tuple[int, ...]:
        """Seeds for the next candidates of the turn at ``position`` (default: the next turn)."""
        place = len(self.dialog) if position is None else position
        have = len(self.dialog.turns[place].candidates) if place < len(self.dialog) else 0
        seed = self.dialog.seed or 0
        return tuple(derive_seed(seed, "turn", place, have + i) for i in range(candidates))

    def say(self, speaker: int, text: str, *, goal: str | None = None) -> Turn:
        """Add a turn that a person wrote."""
        return self._add(Turn.say(speaker, text, goal=goal))

    def accept(
        self,
        speaker: int,
        candidates: Sequence[Candidate],
        *,
        chosen: int = 0,
        goal: str | None = None,
    ) -> Turn:
        """Add a turn from candidates."""
        return self._add(Turn(speaker, tuple(candidates), chosen, goal))

    def offer(self, position: int, candidate: Candidate, *, goal: str | None = None) -> Turn:
        """Add another candidate to a turn and choose it; ``goal`` is what it was made under."""
        place = self._place(position)
        self._store.add_candidate(self._stored, place, candidate, goal=goal)
        return self._reload(place)

    def correct(self, position: int, text: str) -> Turn:
        """Say what a turn should have been: a human candidate, chosen from now on."""
        return self.offer(position, Candidate(text, "human"))

    def choose(self, position: int, number: int) -> Turn:
        """Choose another candidate of a turn."""
        place = self._place(position)
        self._store.choose(self._stored, place, number)
        return self._reload(place)

    def rate(self, position: int, rating: int) -> Turn:
        """Rate a turn 1-5; its reward follows from the rating."""
        return self._judge(position, rating, manual_reward(rating))

    def reward(self, position: int, reward: float) -> Turn:
        """Give a turn any number as its reward; a rating of what is chosen now stays."""
        turn = self.dialog.turns[position]
        # A rating without a reward was given to a candidate that has been replaced.
        return self._judge(position, turn.rating if turn.reward is not None else None, reward)

    def rate_dialog(self, rating: int) -> None:
        """Rate the whole dialog 1-5; its return follows from the rating."""
        value = manual_reward(rating)
        self._store.rate(self._stored, None, rating, value)
        self.dialog = replace(self.dialog, rating=rating, return_=value)

    @property
    def _stored(self) -> int:
        """The dialog's key; an empty dialog is stored when it first needs to be."""
        if self.key is None:
            self.key = self._store.add_dialog(self.dialog)
        return self.key

    def _add(self, turn: Turn) -> Turn:
        self._store.add_turns([(self._stored, len(self.dialog), turn)])
        self.dialog = self.dialog.add(turn)
        return turn

    def _judge(self, position: int, rating: int | None, reward: float) -> Turn:
        place = self._place(position)
        self._store.rate(self._stored, place, rating, reward)
        return self._reload(place)

    def _reload(self, position: int) -> Turn:
        """Take the dialog as the store has it: which judgement counts is decided there."""
        self.dialog = self._store.load(self._stored)
        return self.dialog.turns[position]

    def _place(self, position: int) -> int:
        return range(len(self.dialog))[position]
