"""A training's folder as a text to read: settings, how it ended, what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from convotui.runs import Run


def details(run: Run) -> str:
    """Write the settings and the summary of a run.

    Raises:
        ConvoTUIError: a file of it cannot be read.
    """
    state = run.state
    facts = {key: value for key, value in state.items() if key not in ("summary", "name")}
    summary = state.get("summary")
    parts = [
        str(run.path),
        _lines(facts),
        "What came of it",
        _lines(summary) if isinstance(summary, Mapping) else "  nothing yet",
        "Settings",
        _lines(run.config),
    ]
    return "\n\n".join(part for part in parts if part)


def _lines(values: Mapping[str, Any], indent: int = 2) -> str:
    """Write values one below the other, tables indented."""
    lines = []
    for key, value in values.items():
        if isinstance(value, Mapping):
            lines += [f"{'':{indent}}{key}", _lines(value, indent + 2)]
        elif value is not None and value != "":
            lines.append(f"{'':{indent}}{key:<22}{_shown(value)}")
    return "\n".join(lines)


def _shown(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, list | tuple):
        return ", ".join(_shown(item) for item in value)
    return str(value)
