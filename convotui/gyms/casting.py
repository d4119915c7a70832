"""Who plays in the dialogs of a training: personas to learn on and personas kept apart."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from convotui.dialog import Dialog, GoalSet, Persona, derive_seed, list_personas, load_persona
from convotui.errors import UsageError

Split = Literal["train", "validation", "held-out"]
RANDOM = "random"
HELD_OUT, VALIDATION = 30, 15
"""Percent of the personas in the two smaller splits."""


@dataclass(frozen=True)
class Casting:
    """Lays out the empty dialogs of a training; the same episode always gets the same dialog.

    Attributes:
        seed: everything random is derived from it.
        goals: the goal set of the openers.
        split: which personas may be drawn, and part of every dialog's seed.
        opener: the persona of speaker 0, None to draw one for each dialog.
        responder: the persona of speaker 1, likewise.
        pool: personas to draw from.
        meta: what every dialog's ``meta`` holds beside names and goals.
    """

    seed: int
    goals: GoalSet
    split: Split
    opener: Persona | None
    responder: Persona | None
    pool: tuple[Persona, ...]
    meta: Mapping[str, Any]
    model: str = ""
    version: str = ""

    def dialog(self, episode: int) -> Dialog:
        """Lay out the dialog of an episode."""
        seed = derive_seed(self.seed, self.split, episode)
        rng = random.Random(derive_seed(seed, "personas"))
        rest = list(self.pool)
        rng.shuffle(rest)
        if self.responder is None:
            # Every partner comes up as often as any other, so that means do not hang on a few.
            order = sorted(self.pool, key=lambda p: derive_seed(self.seed, self.split, p.name))
            responder = order[episode % len(order)]
            rest.remove(responder)
        else:
            responder = self.responder
        opener = self.opener or rest.pop()
        return Dialog(
            id=f"{self.split}-{self.seed}-{episode:05d}",
            personas=(opener.facts, responder.facts),
            seed=seed,
            model=self.model or None,
            version=self.version or None,
            meta={
                **self.meta,
                "persona_names": [opener.name, responder.name],
                "goal_set": self.goals.name,
                "goals": {goal.id: goal.text for goal in self.goals},
            },
        )


def split_of(name: str) -> Split:
    """Say which split a persona belongs to: by its name alone, so on every machine the same.

    A persona that is added later moves no other one.
    """
    place = derive_seed("split", name) % 100
    if place < HELD_OUT:
        return "held-out"
    return "validation" if place < HELD_OUT + VALIDATION else "train"


def named_persona(wanted: Persona | str) -> Persona | None:
    """Load the persona that is wanted, None where one is to be drawn.

    Raises:
        UsageError: there is none of that name.
    """
    if isinstance(wanted, Persona):
        return wanted
    return None if wanted == RANDOM else load_persona(wanted)


def cast(
    split: Split,
    goals: GoalSet,
    *,
    seed: int,
    persona_a: Persona | str = RANDOM,
    persona_b: Persona | str = RANDOM,
    personas: Sequence[Persona] | None = None,
    model: str = "",
    version: str = "",
    meta: Mapping[str, Any] | None = None,
) -> Casting:
    """Find who may play in a split.

    Args:
        split: personas to draw from; one that is named plays in every split.
        goals: the goal set of the openers.
        seed: everything random is derived from it.
        persona_a: the opener's: a persona, its name or path, or ``random``.
        persona_b: the responder's, likewise.
        personas: what to draw from in place of the libraries.
        model: name of the model that will speak.
        version: its adapter version.
        meta: what every dialog's ``meta`` should hold too.

    Raises:
        UsageError: there is no such persona, or there are too few to draw from.
    """
    opener, responder = named_persona(persona_a), named_persona(persona_b)
    taken = {persona.name for persona in (opener, responder) if persona}
    pool = tuple(
        persona
        for persona in (list_personas() if personas is None else personas)
        if persona.name not in taken and split_of(persona.name) == split
    )
    if len(pool) < (opener is None) + (responder is None):
        raise UsageError(
            f"There are too few personas in the libraries for the {split} dialogs: add some to "
            "your personas folder ('convotui locate' shows it), or name personas."
        )
    return Casting(seed, goals, split, opener, responder, pool, dict(meta or {}), model, version)
