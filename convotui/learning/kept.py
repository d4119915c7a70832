"""What a run keeps of the libraries it began with, so that it goes on with the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from convotui.dialog import GoalSet, Persona, list_personas, load_goals
from convotui.errors import ConvoTUIError, UsageError
from convotui.gyms.casting import named_persona, split_of
from convotui.learning.learned import goals_from, goals_record
from convotui.learning.plan import PolicyPlan
from convotui.runs import GOALS, Run

PERSONAS = "personas.json"


@dataclass(frozen=True)
class Kept:
    """Goals with their cues and examples, and everybody who may play.

    Attributes:
        personas: those of the libraries.
        opener: the persona of speaker 0, None where it is drawn.
        responder: the persona of speaker 1, likewise.
    """

    goals: GoalSet
    personas: tuple[Persona, ...]
    opener: Persona | None
    responder: Persona | None


def from_libraries(plan: PolicyPlan, goals: GoalSet | None = None) -> Kept:
    """Read what a plan names from the libraries as they are now.

    Raises:
        UsageError: something named does not exist.
    """
    return Kept(
        goals or load_goals(plan.goals),
        # Sorted, as they are when they are read again: who plays is drawn from them in order.
        tuple(sorted(list_personas(), key=lambda persona: persona.name)),
        named_persona(plan.persona_a),
        named_persona(plan.persona_b),
    )


def keep(run: Run, kept: Kept) -> None:
    """Write it into the run's folder."""
    library: dict[str, dict[str, list[str]]] = {"train": {}, "validation": {}, "held-out": {}}
    for persona in kept.personas:
        library[split_of(persona.name)][persona.name] = list(persona.facts)
    run.write_json(
        PERSONAS,
        {
            "opener": _record(kept.opener),
            "responder": _record(kept.responder),
            "library": library,
        },
    )
    run.write_json(GOALS, goals_record(kept.goals))


def recall(run: Run) -> Kept | None:
    """Read it from the run's folder; None for a run that was stopped before it was written.

    Raises:
        ConvoTUIError: the files are damaged.
    """
    personas, goals = run.read_json(PERSONAS), run.read_json(GOALS)
    if personas is None or goals is None:
        return None
    try:
        known = {
            name: facts for split in personas["library"].values() for name, facts in split.items()
        }
        library = tuple(Persona(name, tuple(known[name])) for name in sorted(known))
        named = [_persona(personas[side]) for side in ("opener", "responder")]
        return Kept(goals_from(goals), library, named[0], named[1])
    except (KeyError, TypeError, ValueError, AttributeError):
        raise ConvoTUIError(f"{run.path / PERSONAS} or {GOALS} beside it is damaged.") from None


def differences(kept: Kept, plan: PolicyPlan) -> list[str]:
    """Say what has changed in the libraries since a run began."""
    try:
        now = from_libraries(plan)
    except UsageError as gone:
        return [f"{gone} The run goes on with what it began with."]
    changed = []
    if goals_record(now.goals) != goals_record(kept.goals):
        changed.append(f"the goal set {kept.goals.name}")
    if _facts(now) != _facts(kept):
        changed.append("the personas")
    if not changed:
        return []
    return [
        f"In the libraries {' and '.join(changed)} changed since the run began: it goes on with "
        "what it began with."
    ]


def _facts(kept: Kept) -> dict[str, Any]:
    library = {persona.name: persona.facts for persona in kept.personas}
    return {
        "library": library,
        "opener": _record(kept.opener),
        "responder": _record(kept.responder),
    }


def _record(persona: Persona | None) -> dict[str, Any] | None:
    return None if persona is None else {"name": persona.name, "facts": list(persona.facts)}


def _persona(record: Mapping[str, Any] | None) -> Persona | None:
    return None if record is None else Persona(record["name"], tuple(record["facts"]))
