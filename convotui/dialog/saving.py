"""Personas and goal sets written into the user's library, whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import tomlkit
from tomlkit.items import Array

from convotui.dialog.reading import MAX_BYTES, is_slug, parse_goals, problem
from convotui.dialog.text import display_line, whole
from convotui.dialog.types import Goal, GoalSet, Persona
from convotui.errors import ConvoTUIError, UsageError
from convotui.paths import get_paths


def save_persona(persona: Persona, *, overwrite: bool = False) -> Path:
    """Write a persona into the user's library and return its file.

    Raises:
        UsageError: its name is not a slug, or the file exists and ``overwrite`` is off.
        ConvoTUIError: the file cannot be written.
    """
    path = _place("personas", "A persona", persona.name, overwrite)
    document = tomlkit.document()
    document["name"] = persona.name
    # What is blank says nothing, and read_persona would refuse it.
    tags = [tag for tag in persona.tags if tag.strip()]
    if tags:
        document["tags"] = tags
    if persona.greeting and persona.greeting.strip():
        document["greeting"] = persona.greeting
    document["facts"] = _lines(persona.facts)
    return _write(path, tomlkit.dumps(document))


def save_goals(goal_set: GoalSet, *, overwrite: bool = False) -> Path:
    """Write a goal set into the user's library and return its file.

    Raises:
        UsageError: its name or the id of a goal is not a slug, two ids are the same, a goal has
            no text, there is no goal, or the file exists and ``overwrite`` is off.
        ConvoTUIError: the file cannot be written.
    """
    path = _place("goals", "A goal set", goal_set.name, overwrite)
    return _write(path, goals_text(goal_set))


def save_goals_text(name: str, text: str) -> GoalSet:
    """Write a goal set's file as a person typed it, comments included, and return what it says.

    Raises:
        UsageError: the text is not a goal set of this name; nothing is written then.
        ConvoTUIError: the file cannot be written.
    """
    path = _place("goals", "A goal set", name, overwrite=True)
    goal_set = parse_goals(whole(text).encode("utf-8"), path)
    if goal_set.name != name:
        raise problem(path, "name", f"{name!r}, what the set is called")
    _write(path, text)
    return goal_set


def goals_text(goal_set: GoalSet) -> str:
    """Say a goal set in TOML.

    Raises:
        UsageError: it has no goal, two of the same id, or one that no file can hold.
    """
    _check_goals(goal_set)
    document = tomlkit.document()
    document["name"] = goal_set.name
    if goal_set.description.strip():
        document["description"] = goal_set.description
    goals = tomlkit.aot()
    for goal in goal_set:
        table = tomlkit.table()
        table["id"] = goal.id
        table["text"] = goal.text
        for key, texts in (("cues", goal.cues), ("examples", goal.examples)):
            # What is blank says nothing, and read_goals would refuse it.
            filled = [text for text in texts if text.strip()]
            if filled:
                table[key] = _lines(filled)
        goals.append(table)
    document["goals"] = goals
    return tomlkit.dumps(document)


def _check_goals(goal_set: GoalSet) -> None:
    if not goal_set.goals:
        raise UsageError("A goal set has at least one goal: write one before it is saved.")
    seen: set[str] = set()
    for goal in goal_set:
        _check_goal(goal)
        if goal.id in seen:
            raise UsageError(f"Two goals are called '{goal.id}': give one of them another id.")
        seen.add(goal.id)


def _check_goal(goal: Goal) -> None:
    if not is_slug(goal.id):
        raise UsageError(_no_slug("A goal", goal.id))
    if not goal.text.strip():
        raise UsageError(f"The goal '{goal.id}' has no text: say what the speaker is to do.")


def _no_slug(what: str, name: str) -> str:
    return (
        f"{what} cannot be called '{display_line(name)}': use lower-case letters, "
        "digits, '-' and '_', up to 64."
    )


def _place(kind: str, what: str, name: str, overwrite: bool) -> Path:
    if not is_slug(name):
        raise UsageError(_no_slug(what, name))
    path = get_paths().libraries(kind)[0] / f"{name}.toml"
    if path.exists() and not overwrite:
        shown = display_line(str(path))
        raise UsageError(f"{shown} exists already: choose another name, or pass --overwrite.")
    return path


def _lines(texts: Iterable[str]) -> Array:
    array = tomlkit.array()
    array.extend(texts)
    return array.multiline(True)


def _write(path: Path, text: str) -> Path:
    content = whole(text).encode("utf-8")
    shown = display_line(str(path))
    if len(content) > MAX_BYTES:
        raise UsageError(
            f"{shown} would be larger than {MAX_BYTES} bytes, too large for a library file."
        )
    work = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            work.write_bytes(content)
            os.replace(work, path)
        finally:
            work.unlink(missing_ok=True)
    except OSError as error:
        raise ConvoTUIError(f"{shown} cannot be written: {error.strerror}.") from error
    return path
