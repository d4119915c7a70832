"""A self-play plan: who talks to whom, how long, under which policy, from which seed."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from convotui.decoders.sampling import Sampling
from convotui.dialog import Dialog, Persona, derive_seed, list_personas, load_persona
from convotui.errors import UsageError

RANDOM = "random"


@dataclass(frozen=True)
class SelfPlayPlan:
    """What to play.

    Attributes:
        episodes: how many dialogs.
        turns: utterances in each, both speakers counted.
        persona_a: name or path of the opener's persona, or ``random`` (drawn per episode).
        persona_b: the responder's.
        policy: how the opener's goals are chosen, see ``make_policy``.
        goals: name or path of the goal set.
        seed: everything random is derived from it.
        batch: how many dialogs advance together; it does not change what is said.
        sampling: how replies are sampled.
    """

    episodes: int
    turns: int
    persona_a: str = RANDOM
    persona_b: str = RANDOM
    policy: str = "none"
    goals: str = "everyday"
    seed: int = 0
    batch: int = 8
    sampling: Sampling = Sampling()

    def __post_init__(self) -> None:
        """Check the counts.

        Raises:
            UsageError: one is below 1, or the seed is below 0.
        """
        for name in ("episodes", "turns", "batch"):
            if getattr(self, name) < 1:
                raise UsageError(f"--{name} must be 1 or more, not {getattr(self, name)}.")
        if self.seed < 0:
            raise UsageError(f"--seed must be 0 or more, not {self.seed}.")

    def record(self) -> dict[str, Any]:
        """Return the plan as JSON values, for the run's config."""
        return asdict(self)


def new_dialogs(plan: SelfPlayPlan, model: str, version: str) -> list[Dialog]:
    """Lay out the empty dialogs of a plan.

    Ids, seeds and personas depend on the plan, model and version alone: the same plan
    played again gives dialogs of the same names, wherever and in whatever batches.
    """
    known = list_personas() if RANDOM in (plan.persona_a, plan.persona_b) else []
    fixed = [
        None if name == RANDOM else load_persona(name) for name in (plan.persona_a, plan.persona_b)
    ]
    what = {**plan.record(), "model": model, "version": version, "batch": None, "episodes": None}
    digest = hashlib.blake2b(json.dumps(what, sort_keys=True).encode(), digest_size=4).hexdigest()
    dialogs = []
    for index in range(plan.episodes):
        seed = derive_seed(plan.seed, "episode", index)
        personas = _draw(fixed, known, derive_seed(seed, "personas"))
        dialogs.append(
            Dialog(
                id=f"selfplay-{digest}-{index:05d}",
                personas=(personas[0].facts, personas[1].facts),
                seed=seed,
                model=model,
                version=version,
                meta={
                    "persona_names": [p.name for p in personas],
                    "policy": plan.policy,
                    "goal_set": plan.goals,
                    "sampling": asdict(plan.sampling),
                },
            )
        )
    return dialogs


def _draw(fixed: Sequence[Persona | None], known: Sequence[Persona], seed: int) -> list[Persona]:
    """Fill the open places with different personas, drawn from the libraries."""
    taken = {persona.name for persona in fixed if persona}
    rest = [persona for persona in known if persona.name not in taken]
    if len(rest) < sum(persona is None for persona in fixed):
        raise UsageError("There are too few personas in the libraries to draw from.")
    random.Random(seed).shuffle(rest)
    return [persona or rest.pop() for persona in fixed]
