"""Personas and goal sets as TOML: shipped ones, the user's own, and any file by its path."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from convotui.dialog.reading import is_slug, problem, read_goals, read_persona
from convotui.dialog.saving import save_goals, save_goals_text, save_persona
from convotui.dialog.text import display_line
from convotui.dialog.types import GoalSet, Persona
from convotui.errors import UsageError
from convotui.paths import get_paths

__all__ = [
    "check_library",
    "is_slug",
    "list_goal_sets",
    "list_personas",
    "load_goals",
    "load_persona",
    "read_goals",
    "read_persona",
    "readable_goal_sets",
    "save_goals",
    "save_goals_text",
    "save_persona",
]

_Entry = TypeVar("_Entry", Persona, GoalSet)


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


def readable_goal_sets() -> tuple[list[GoalSet], list[str]]:
    """Load the goal sets that can be read, sorted by name, and say what is wrong with the rest."""
    sets, problems = [], []
    for path in _library_files("goals").values():
        try:
            sets.append(_named(read_goals(path), path))
        except UsageError as error:
            problems.append(str(error))
    return sets, problems


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
            except UsageError as error:
                problems.append(str(error))
    return count, problems


def _named(entry: _Entry, path: Path) -> _Entry:
    """Check that a library file is found under the name it is listed by."""
    if entry.name != path.stem and not is_slug(path.stem):
        raise UsageError(
            f"{display_line(str(path))} cannot be called that in a library: rename it to "
            f"{entry.name}.toml, as its 'name' says."
        )
    if entry.name != path.stem:
        raise problem(path, "name", f"{path.stem!r}, what the file is called")
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
