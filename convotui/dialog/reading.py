"""Persona and goal-set files read strictly: what is wrong in one is named by file and key."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from convotui.dialog.text import display_line
from convotui.dialog.types import MAX_FACTS, Goal, GoalSet, Persona
from convotui.errors import UsageError

MAX_BYTES = 1_000_000
_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


def is_slug(name: str) -> bool:
    """Say whether a name is safe as a file name: lower-case letters, digits, ``-`` and ``_``."""
    return _SLUG.fullmatch(name) is not None


def read_persona(path: Path) -> Persona:
    """Read one persona file.

    Raises:
        UsageError: naming the file, the key and what is expected.
    """
    data = _parse(_read(path), path)
    _only(data, {"name", "facts", "greeting", "tags"}, path)
    facts = _texts(data, "facts", path, required=True)
    if len(facts) > MAX_FACTS:
        raise problem(path, "facts", f"at most {MAX_FACTS} facts, found {len(facts)}")
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
    return parse_goals(_read(path), path)


def parse_goals(raw: bytes, path: Path) -> GoalSet:
    """Read a goal set from what its file holds or would hold.

    Raises:
        UsageError: naming the file, the key and what is expected.
    """
    data = _parse(raw, path)
    _only(data, {"name", "description", "goals"}, path)
    rows = data.get("goals")
    if not isinstance(rows, list) or not rows or not all(isinstance(r, dict) for r in rows):
        raise problem(path, "goals", "at least one [[goals]] table")
    goals = tuple(_goal(row, f"goals[{i}]", path) for i, row in enumerate(rows))
    ids = [goal.id for goal in goals]
    for goal_id in ids:
        if ids.count(goal_id) > 1:
            raise problem(path, "goals.id", f"ids that differ, but {goal_id!r} is there twice")
    return GoalSet(
        name=_name(data, path),
        goals=goals,
        description=_text(data, "description", path) or "",
    )


def _goal(row: Mapping[str, Any], where: str, path: Path) -> Goal:
    _only(row, {"id", "text", "examples", "cues"}, path, where)
    goal_id = _text(row, "id", path, where, required=True) or ""
    if not is_slug(goal_id):
        raise problem(path, f"{where}.id", "lower-case letters, digits, '-' and '_', up to 64")
    return Goal(
        id=goal_id,
        text=_text(row, "text", path, where, required=True) or "",
        examples=_texts(row, "examples", path, where),
        cues=_texts(row, "cues", path, where),
    )


def _read(path: Path) -> bytes:
    shown = display_line(str(path))
    try:
        with path.expanduser().open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except (FileNotFoundError, ValueError, RuntimeError):
        # Not only missing: no path holds a NUL byte, and "~nobody" may have no home.
        raise UsageError(f"There is no file {shown}.") from None
    except OSError as error:
        raise UsageError(f"{shown} cannot be read: {error.strerror}.") from None


def _parse(raw: bytes, path: Path) -> dict[str, Any]:
    shown = display_line(str(path))
    if len(raw) > MAX_BYTES:
        raise UsageError(f"{shown} is larger than {MAX_BYTES} bytes, too large for a library file.")
    try:
        # Some editors begin a file with a byte-order mark, which is no TOML.
        return tomllib.loads(raw.decode("utf-8").removeprefix("\ufeff"))
    except UnicodeDecodeError as error:
        raise UsageError(f"{shown} is not UTF-8 (byte {error.start}): save it as UTF-8.") from None
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{shown} is not valid TOML: {display_line(str(error))}.") from None


def problem(path: Path, key: str, expected: str) -> UsageError:
    """Make the error of one key of one file, safe to show."""
    return UsageError(
        f"{display_line(str(path))}: '{display_line(key)}': expected {display_line(expected)}."
    )


def _only(data: Mapping[str, Any], keys: set[str], path: Path, where: str = "") -> None:
    for key in data:
        if key not in keys:
            full = f"{where}.{key}" if where else key
            raise problem(path, full, f"only the keys {', '.join(sorted(keys))}")


def _text(
    data: Mapping[str, Any], key: str, path: Path, where: str = "", *, required: bool = False
) -> str | None:
    value = data.get(key)
    if value is None and not required:
        return None
    if not isinstance(value, str) or not value.strip():
        raise problem(path, f"{where}.{key}" if where else key, "a text that is not empty")
    return value


def _texts(
    data: Mapping[str, Any], key: str, path: Path, where: str = "", *, required: bool = False
) -> tuple[str, ...]:
    value = data.get(key, None if required else [])
    good = isinstance(value, list) and all(isinstance(t, str) and t.strip() for t in value)
    if not good or (required and not value):
        expected = "a list of texts, none of them empty"
        raise problem(path, f"{where}.{key}" if where else key, expected)
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
        raise problem(path, "name", allowed)
    return name or path.stem
