"""The fields of the form that starts a self-play, and the plan that they make."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from convotui.decoders.sampling import Sampling
from convotui.dialog import display_line
from convotui.errors import UsageError
from convotui.gyms.plan import SelfPlayPlan


@dataclass(frozen=True)
class Field:
    """A line of the form.

    Attributes:
        name: as in ``SelfPlayPlan``; ``out`` is the file.
        about: said below while the field has the focus.
        listed: whether there is a list to pick from.
    """

    name: str
    label: str
    about: str
    listed: bool = False


FIELDS = (
    Field("persona_a", "Persona A", "Who opens: a name, a .toml file, or random.", True),
    Field("persona_b", "Persona B", "Who answers: a name, a .toml file, or random.", True),
    Field(
        "policy",
        "Policy",
        "How A's goals are chosen: none, random, no-repeat, goal:ID, run:NAME or module:thing.",
        True,
    ),
    Field("goals", "Goal set", "The goals there are: a name or a .toml file.", True),
    Field("episodes", "Episodes", "How many dialogs."),
    Field("turns", "Turns", "Utterances in each dialog, both speakers counted."),
    Field("seed", "Seed", "Everything random is derived from it."),
    Field("batch", "Batch", "How many dialogs advance together."),
    Field("out", "Out file", "Write the finished dialogs to this file too; may be empty."),
)
WHOLE = ("episodes", "turns", "seed", "batch")
MOST = {"episodes": 100_000, "turns": 10_000}
"""Slips of the finger beyond these would fill the memory."""


def read_form(values: Mapping[str, Any], sampling: Sampling) -> tuple[SelfPlayPlan, Path | None]:
    """Make a plan of what stands in the form.

    Args:
        values: by the names of ``FIELDS``; texts, or what was given to begin with.
        sampling: how replies are sampled.

    Raises:
        UsageError: a number is none, a name is missing, or the file cannot be written.
    """
    counts = {name: _whole(values[name], name) for name in WHOLE}
    for name, most in MOST.items():
        if counts[name] > most:
            raise UsageError(f"'{name}': expected at most {most}, not {counts[name]}.")
    for field in FIELDS[:4]:
        if not values[field.name]:
            raise UsageError(f"'{field.label}' is empty. {field.about}")
    plan = SelfPlayPlan(
        persona_a=values["persona_a"],
        persona_b=values["persona_b"],
        policy=values["policy"],
        goals=values["goals"],
        sampling=sampling,
        **counts,
    )
    return plan, _file(str(values["out"]))


def sampling_words(sampling: Sampling) -> str:
    """Say how replies are sampled."""
    if sampling.greedy:
        return "Sampling: greedy, always the most likely token."
    top_k = sampling.top_k or "all"
    return (
        f"Sampling: temperature {sampling.temperature:g} · top-k {top_k} · "
        f"top-p {sampling.top_p:g} · at most {sampling.max_new_tokens} tokens"
    )


def _whole(text: str, name: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise UsageError(
            f"'{name}': expected a whole number, not '{display_line(text)}'."
        ) from None


def _file(text: str) -> Path | None:
    if not text:
        return None
    if "\0" in text:
        raise UsageError("No file name holds a NUL character: type another one.")
    # Of os.path, because Path.expanduser raises where a user does not exist.
    path = Path(os.path.expanduser(text))  # noqa: PTH111
    try:
        if path.is_dir() or (path.exists() and not path.is_file()):
            raise UsageError(f"{path} is not a file, so it cannot be written.")
        if not path.parent.is_dir():
            raise UsageError(f"There is no folder {path.parent} to write {path.name} to.")
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}.") from None
    return path
