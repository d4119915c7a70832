"""Personas and goal sets as TOML: shipped ones, the user's own, and any file by its path."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import tomlkit

from convotui.dialog.text import display_line, whole
from convotui.dialog.types import MAX_FACTS, Goal, GoalSet, Persona
from convotui.errors import ConvoTUIError, UsageError
from convotui.paths import get_paths

_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_MAX_BYTES = 1_000_000
_Entry = TypeVar("_Entry", Persona, GoalSet)


def is_slug(name: str) -> bool:
    """Say whether a name is safe as a file name: lower-case letters, digits, ``-`` and ``_``."""
    return _SLUG.fullmatch(name) is not None


def load_persona(name: str | Path) -> Persona:
    """Load a persona by its library name or from a TOML file.

    Raises:
        UsageError: there is none of this name, or its file is not a persona.
    """
    return read_persona(_find("personas", name))


def load_goals(name: str | Path) -> GoalSet:
    """Load a goal set by its library name or from a TOML file.

    Raises:
        UsageError: there is none of this name, or its file is not a goal set.
    """
    return read_goals(_find("goals", name))


def list_personas() -> list[Persona]:
    """Load every persona of the libraries, sorted by name; the user's own hide shipped ones."""
    return [_named(read_persona(path), path) for path in _library_files("personas").values()]


def list_goal_sets() -> list[GoalSet]:
    """Load every goal set of the libraries, sorted by name."""
    return [_named(read_goals(path), path) for path in _library_files("goals").values()]


def check_library(kind: str) -> tuple[int, list[str]]:
    """Read every file of the libraries, those hidden by others too.

    Args:
        kind: ``personas`` or ``goals``.

    Returns:
        How many files there are, and a sentence about each that is wrong.
    """
    count, problems = 0, []
    for folder in get_paths().libraries(kind):
        for path in sorted(folder.glob("*.toml")):
            count += 1
            try:
                if kind == "personas":
                    _named(read_persona(path), path)
                else:
                    _named(read_goals(path), path)
            except UsageError as problem:
                problems.append(str(problem))
    return count, problems


def read_persona(path: Path) -> Persona:
    """Read one persona file.

    Raises:
        UsageError: naming the file, the key and what is expected.
    """
    data = _read(path)
    _only(data, {"name", "facts", "greeting", "tags"}, path)
    facts = _texts(data, "facts", path, required=True)
    if len(facts) > MAX_FACTS:
        raise _problem(path, "facts", f"at most {MAX_FACTS} facts, found {len(facts)}")
    return Persona(
        name=_name(data, path),
        facts=facts,
        greeting=_text(data, "greeting", path),
        tags=_texts(data, "tags", path),
    )


def read_goals(path: Path) -> GoalSet:
    """Read one goal-set file.

    Raises:
        UsageError: naming the file, the key and what is expected.
    """
    data = _read(path)
    _only(data, {"name", "description", "goals"}, path)
    rows = data.get("goals")
    if not isinstance(rows, list) or not rows or not all(isinstance(r, dict) for r in rows):
        raise _problem(path, "goals", "at least one [[goals]] table")
    goals = tuple(_goal(row, f"goals[{i}]", path) for i, row in enumerate(rows))
    ids = [goal.id for goal in goals]
    for goal_id in ids:
        if ids.count(goal_id) > 1:
            raise _problem(path, "goals.id", f"ids that differ, but {goal_id!r} is there twice")
    return GoalSet(
        name=_name(data, path),
        goals=goals,
        description=_text(data, "description", path) or "",
    )


def save_persona(persona: Persona, *, overwrite: bool = False) -> Path:
    """Write a persona into the user's library and return its file.

    Raises:
        UsageError: its name is not a slug, or the file exists and ``overwrite`` is off.
        ConvoTUIError: the file cannot be written.
    """
    if not is_slug(persona.name):
        raise UsageError(
            f"A persona cannot be called '{display_line(persona.name)}': use lower-case letters, "
            "digits, '-' and '_', up to 64."
        )
    folder = get_paths().libraries("personas")[0]
    path = folder / f"{persona.name}.toml"
    if path.exists() and not overwrite:
        raise UsageError(f"{path} exists already: choose another name, or pass --overwrite.")
    document = tomlkit.document()
    document["name"] = persona.name
    # What is blank says nothing, and read_persona would refuse it.
    tags = [tag for tag in persona.tags if tag.strip()]
    if tags:
        document["tags"] = tags
    if persona.greeting and persona.greeting.strip():
        document["greeting"] = persona.greeting
    facts = tomlkit.array()
    facts.extend(persona.facts)
    document["facts"] = facts.multiline(True)
    content = whole(tomlkit.dumps(document)).encode("utf-8")
    work = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            work.write_bytes(content)
            os.replace(work, path)
        finally:
            work.unlink(missing_ok=True)
    except OSError as error:
        shown = display_line(str(path))
        raise ConvoTUIError(f"{shown} cannot be written: {error.strerror}.") from error
    return path


def _goal(row: Mapping[str, Any], where: str, path: Path) -> Goal:
    _only(row, {"id", "text", "examples", "cues"}, path, where)
    goal_id = _text(row, "id", path, where, required=True) or ""
    if not is_slug(goal_id):
        raise _problem(path, f"{where}.id", "lower-case letters, digits, '-' and '_', up to 64")
    return Goal(
        id=goal_id,
        text=_text(row, "text", path, where, required=True) or "",
        examples=_texts(row, "examples", path, where, required=True),
        cues=_texts(row, "cues", path, where),
    )


def _named(entry: _Entry, path: Path) -> _Entry:
    """Check that a library file is found under the name it is listed by."""
    if entry.name != path.stem and not is_slug(path.stem):
        raise UsageError(
            f"{display_line(str(path))} cannot be called that in a library: rename it to "
            f"{entry.name}.toml, as its 'name' says."
        )
    if entry.name != path.stem:
        raise _problem(path, "name", f"{path.stem!r}, what the file is called")
    return entry


def _library_files(kind: str) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for folder in reversed(get_paths().libraries(kind)):
        if folder.is_dir():
            found.update({path.stem: path for path in folder.glob("*.toml")})
    return dict(sorted(found.items()))


def _find(kind: str, name: str | Path) -> Path:
    text = str(name)
    if isinstance(name, Path) or text.endswith(".toml"):
        return Path(name)
    known = _library_files(kind)
    if text in known:
        return known[text]
    noun = {"personas": "persona", "goals": "goal set"}[kind]
    raise UsageError(
        f"There is no {noun} called '{display_line(text)}': 'convotui {kind} list' shows them, "
        "or give the path of a .toml file."
    )


def _read(path: Path) -> dict[str, Any]:
    shown = display_line(str(path))
    try:
        with path.expanduser().open("rb") as file:
            raw = file.read(_MAX_BYTES + 1)
    except (FileNotFoundError, ValueError, RuntimeError):
        # Not only missing: no path holds a NUL byte, and "~nobody" may have no home.
        raise UsageError(f"There is no file {shown}.") from None
    except OSError as error:
        raise UsageError(f"{shown} cannot be read: {error.strerror}.") from None
    if len(raw) > _MAX_BYTES:
        raise UsageError(
            f"{shown} is larger than {_MAX_BYTES} bytes, too large for a library file."
        )
    try:
        # Some editors begin a file with a byte-order mark, which is no TOML.
        return tomllib.loads(raw.decode("utf-8").removeprefix("\ufeff"))
    except UnicodeDecodeError as error:
        raise UsageError(f"{shown} is not UTF-8 (byte {error.start}): save it as UTF-8.") from None
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{shown} is not valid TOML: {display_line(str(error))}.") from None


def _problem(path: Path, key: str, expected: str) -> UsageError:
    return UsageError(
        f"{display_line(str(path))}: '{display_line(key)}': expected {display_line(expected)}."
    )


def _only(data: Mapping[str, Any], keys: set[str], path: Path, where: str = "") -> None:
    for key in data:
        if key not in keys:
            full = f"{where}.{key}" if where else key
            raise _problem(path, full, f"only the keys {', '.join(sorted(keys))}")


def _text(
    data: Mapping[str, Any], key: str, path: Path, where: str = "", *, required: bool = False
) -> str | None:
    value = data.get(key)
    if value is None and not required:
        return None
    if not isinstance(value, str) or not value.strip():
        raise _problem(path, f"{where}.{key}" if where else key, "a text that is not empty")
    return value


def _texts(
    data: Mapping[str, Any], key: str, path: Path, where: str = "", *, required: bool = False
) -> tuple[str, ...]:
    value = data.get(key, None if required else [])
    good = isinstance(value, list) and all(isinstance(t, str) and t.strip() for t in value)
    if not good or (required and not value):
        expected = "a list of texts, none of them empty"
        raise _problem(path, f"{where}.{key}" if where else key, expected)
    return tuple(value) if isinstance(value, Sequence) else ()


def _name(data: Mapping[str, Any], path: Path) -> str:
    allowed = "lower-case letters, digits, '-' and '_', up to 64"
    name = _text(data, "name", path)
    if name is None and not is_slug(path.stem):
        raise UsageError(
            f"{display_line(str(path))}: the file's own name, '{display_line(path.stem)}', is no "
            f"valid name ({allowed}): rename the file, or add a 'name' key to it."
        )
    if name is not None and not is_slug(name):
        raise _problem(path, "name", allowed)
    return name or path.stem
