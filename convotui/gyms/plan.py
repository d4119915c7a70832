"""A self-play plan: who talks to whom, how long, under which policy, from which seed."""

from __future__ import annotations

import hashlib
import json
import random
from dataclasses import asdict, dataclass
from typing import Any

from convotui.decoders.sampling import Sampling
from convotui.dialog import (
    Dialog,
    GoalSet,
    Persona,
    derive_seed,
    list_personas,
    load_goals,
    load_persona,
)
from convotui.errors import UsageError
from convotui.policies import Policy, make_policy

RANDOM = "random"


@dataclass(frozen=True)
class Cast:
    """What a plan's names stand for.

    Attributes:
        personas: opener and responder; None is drawn per episode.
        drawn_from: personas to draw from, empty where none is drawn.
        goals: the goal set.
        policy: chooses the opener's goals.
    """

    personas: tuple[Persona | None, Persona | None]
    drawn_from: tuple[Persona, ...]
    goals: GoalSet
    policy: Policy


@dataclass(frozen=True)
class SelfPlayPlan:
    """What to play.

    Attributes:
        episodes: how many dialogs.
        turns: utterances in each, both speakers counted.
        persona_a: the opener's: a persona, its name or path, or ``random`` (drawn per episode).
        persona_b: the responder's.
        policy: how the opener's goals are chosen: a policy, or a name of ``make_policy``.
        goals: the goal set, its name or path.
        seed: everything random is derived from it.
        batch: how many dialogs advance together; it does not change what is said.
        sampling: how replies are sampled.
    """

    episodes: int
    turns: int
    persona_a: Persona | str = RANDOM
    persona_b: Persona | str = RANDOM
    policy: Policy | str = "none"
    goals: GoalSet | str = "everyday"
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
                raise UsageError(f"'{name}': expected 1 or more, not {getattr(self, name)}.")
        if self.seed < 0:
            raise UsageError(f"'seed': expected 0 or more, not {self.seed}.")

    def resolve(self) -> Cast:
        """Load what the plan names.

        Raises:
            UsageError: a persona, goal set or policy does not exist, or there are too few
                personas to draw from.
        """
        chosen = [_persona(self.persona_a), _persona(self.persona_b)]
        taken = {persona.name for persona in chosen if persona}
        known = list_personas() if None in chosen else []
        rest = tuple(persona for persona in known if persona.name not in taken)
        if len(rest) < chosen.count(None):
            raise UsageError("There are too few personas in the libraries to draw from.")
        goals = load_goals(self.goals) if isinstance(self.goals, str) else self.goals
        policy = make_policy(self.policy, goals) if isinstance(self.policy, str) else self.policy
        return Cast((chosen[0], chosen[1]), rest, goals, policy)

    def record(self) -> dict[str, Any]:
        """Return the plan as JSON values, for the run's config."""
        names = {
            "persona_a": self.persona_a if isinstance(self.persona_a, str) else self.persona_a.name,
            "persona_b": self.persona_b if isinstance(self.persona_b, str) else self.persona_b.name,
            "policy": self.policy if isinstance(self.policy, str) else _name_of(self.policy),
            "goals": self.goals if isinstance(self.goals, str) else self.goals.name,
        }
        counts = {name: getattr(self, name) for name in ("episodes", "turns", "seed", "batch")}
        return {**counts, **names, "sampling": asdict(self.sampling)}


def new_dialogs(
    plan: SelfPlayPlan,
    model: str,
    version: str,
    *,
    cast: Cast | None = None,
    prompt_format: str = "",
    dtype: str = "",
) -> list[Dialog]:
    """Lay out the empty dialogs of a plan.

    Ids, seeds and personas depend on what is played alone (the texts of personas and goals,
    model, version, prompt format, turns, policy, sampling, seed), not on where or in what
    batches, nor on the dtype.

    Args:
        plan: what to play.
        model: name of the model.
        version: its adapter version.
        cast: what the plan's names stand for, if that is known already.
        prompt_format: name of the model's prompt format.
        dtype: its number format, kept in ``meta``.
    """
    known = cast or plan.resolve()
    record = plan.record()
    goals = {goal.id: goal.text for goal in known.goals}
    digest = _digest(
        {
            **{key: record[key] for key in ("turns", "seed", "policy", "sampling")},
            "personas": [persona and persona.facts for persona in known.personas],
            "drawn_from": [persona.facts for persona in known.drawn_from],
            "goals": goals,
            "model": [model, version, prompt_format],
        }
    )
    dialogs = []
    for index in range(plan.episodes):
        seed = derive_seed(plan.seed, "episode", index)
        opener, responder = _draw(known, derive_seed(seed, "personas"))
        meta = {
            "persona_names": [opener.name, responder.name],
            "policy": record["policy"],
            "goal_set": record["goals"],
            "sampling": record["sampling"],
            "prompt_format": prompt_format,
            "dtype": dtype,
        }
        dialogs.append(
            Dialog(
                id=f"selfplay-{digest}-{index:05d}",
                personas=(opener.facts, responder.facts),
                seed=seed,
                model=model,
                version=version,
                meta={**meta, "goals": goals} if record["policy"] != "none" else meta,
            )
        )
    return dialogs


def _name_of(policy: Policy) -> str:
    return str(getattr(policy, "name", type(policy).__name__))


def _persona(wanted: Persona | str) -> Persona | None:
    if isinstance(wanted, Persona):
        return wanted
    return None if wanted == RANDOM else load_persona(wanted)


def _draw(cast: Cast, seed: int) -> list[Persona]:
    """Fill the open places with different personas."""
    rest = list(cast.drawn_from)
    random.Random(seed).shuffle(rest)
    return [persona or rest.pop() for persona in cast.personas]


def _digest(what: dict[str, Any]) -> str:
    text = json.dumps(what, sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=4).hexdigest()
