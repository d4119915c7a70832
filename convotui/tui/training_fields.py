"""The fields of the form that starts a training, and the plan that they make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from convotui.dialog import display_line, load_goals, load_persona
from convotui.errors import UsageError
from convotui.gyms.plan import RANDOM
from convotui.learning.plan import SIDES, PolicyPlan, sparing
from convotui.rewards.composition import NAMES, needs_person, parse_reward
from convotui.runs import unused_name


@dataclass(frozen=True)
class Field:
    """A line of the form.

    Attributes:
        name: as in ``PolicyPlan``; ``name`` is that of the run.
        about: said below while the field has the focus.
        listed: whether there is a list to pick from.
    """

    name: str
    label: str
    about: str
    listed: bool = False


FIELDS = (
    Field(
        "reward",
        "Reward",
        f"What a good exchange is: {', '.join(NAMES)}, or several with weights "
        "(goal-met=1,persona-rank=0.5). manual asks you, and compares nothing unless you change "
        "the number below.",
        True,
    ),
    Field("goals", "Goal set", "What the policy may choose from: a name or a .toml file.", True),
    Field(
        "episodes",
        "Dialogs",
        "How many dialogs to learn from; rounded up to whole rounds of the batch.",
    ),
    Field("turns", "Exchanges", "Exchanges in each dialog, one goal each."),
    Field("name", "Name", "What the run is called; empty names it by algorithm and time."),
    Field("seed", "Seed", "Everything random is derived from it."),
    Field("batch", "Batch", "How many dialogs advance together."),
    Field(
        "eval_episodes",
        "Compare on",
        "Held-out dialogs that each policy is measured in; 0 leaves the comparison out.",
    ),
    Field("persona_a", "Persona A", "Who opens: a name, a .toml file, or random.", True),
    Field("persona_b", "Persona B", "Who answers: a name, a .toml file, or random.", True),
    Field("state", "State", f"Whose words the policy looks at: {' or '.join(SIDES)}.", True),
)
MOST = {"episodes": 1_000_000, "turns": 1_000, "eval_episodes": 10_000, "batch": 4_096}
"""Slips of the finger beyond these would never end."""


class FieldError(UsageError):
    """What stands in a field cannot be used.

    Attributes:
        field: its name.
    """

    def __init__(self, field: str, sentence: str) -> None:
        """Take the field's name and what is wrong with it."""
        super().__init__(sentence)
        self.field = field


def first_values(plan: PolicyPlan, name: str | None) -> dict[str, str]:
    """Write a plan into the fields."""
    record = {**plan.record(), "name": name or ""}
    return {field.name: str(record[field.name]) for field in FIELDS}


def read_form(values: Mapping[str, str], base: PolicyPlan) -> tuple[PolicyPlan, str | None]:
    """Make a plan and a name of what stands in the form.

    Args:
        values: by the names of ``FIELDS``.
        base: has all other settings.

    Raises:
        FieldError: naming the field and what is wrong with it.
    """
    changed: dict[str, str | int] = {}
    for field in FIELDS:
        text = values[field.name]
        if field.name in ("episodes", "turns", "seed", "batch", "eval_episodes"):
            changed[field.name] = _whole(field, text)
        elif field.name != "name":
            changed[field.name] = _text(field, text)
    name = values["name"] or None
    if name is not None:
        _check_name(name)
    plan = base
    for key, value in changed.items():
        try:
            plan = replace(plan, **{key: value})  # type: ignore[arg-type]
        except UsageError as error:
            raise FieldError(key, str(error)) from None
    untouched = plan.eval_episodes == base.eval_episodes
    if untouched and needs_person(plan.reward) and not needs_person(base.reward):
        # The number there was meant for a computer, which does not mind rating hundreds.
        plan = sparing(plan)
    return plan, name


def _whole(field: Field, text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        shown = f"not '{display_line(text)}'" if text else "but it is empty"
        raise FieldError(field.name, f"Expected a whole number, {shown}.") from None
    most = MOST.get(field.name)
    if most is not None and number > most:
        raise FieldError(field.name, f"Expected at most {most}, not {number}.")
    return number


def _text(field: Field, text: str) -> str:
    if not text:
        raise FieldError(field.name, f"This is empty. {field.about}")
    try:
        if field.name == "reward":
            parse_reward(text)
        elif field.name == "goals":
            load_goals(text)
        elif field.name in ("persona_a", "persona_b") and text != RANDOM:
            load_persona(text)
    except UsageError as error:
        raise FieldError(field.name, str(error)) from None
    return text


def _check_name(name: str) -> None:
    try:
        free = unused_name(name)
    except UsageError as error:
        raise FieldError("name", str(error)) from None
    if free != name:
        raise FieldError("name", f"There is a run of this name: {free} is free.")
