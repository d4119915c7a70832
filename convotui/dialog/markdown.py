"""A dialog as Markdown to read: who said what, under which goal, and what was thought of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from convotui.dialog.text import display, display_line
from convotui.dialog.types import Candidate, Dialog, Turn

_SPEAKERS = "AB"
_ACTIVE = re.compile(r"([\\`*_\[\]<>#|~&$])")
_AT_START = re.compile(r"^(\d*)([-+=.)])")


def dialog_markdown(dialog: Dialog) -> str:
    """Write a dialog as a Markdown document.

    Texts stand there as they were said: what Markdown or a terminal would act on is escaped.
    """
    return "\n".join(_document(dialog)) + "\n"


def _document(dialog: Dialog) -> Iterator[str]:
    title = dialog.meta.get("title")
    yield f"# {_line(title if isinstance(title, str) and title.strip() else dialog.id)}"
    yield ""
    yield from (f"- {fact}" for fact in _facts(dialog))
    names = _list(dialog.meta.get("persona_names"))
    for side, facts in enumerate(dialog.personas):
        name = names[side] if side < len(names) and isinstance(names[side], str) else None
        yield from ("", f"## Persona {_SPEAKERS[side]}{f': {_line(name)}' if name else ''}", "")
        yield from (f"- {_line(fact)}" for fact in facts)
        if not facts:
            yield "none"
    yield from ("", "## Turns")
    goals = dialog.meta.get("goals")
    for turn in dialog.turns:
        yield from ("", f"**{_SPEAKERS[turn.speaker]}:** {_text(turn.text)}")
        about = list(_about(turn, goals if isinstance(goals, Mapping) else {}))
        if about:
            yield from ("", *about)


def _facts(dialog: Dialog) -> Iterator[str]:
    """Say what there is to say about the dialog as a whole."""
    yield f"id: {_line(dialog.id)}"
    if dialog.model:
        version = f", version {_line(dialog.version)}" if dialog.version else ""
        yield f"model: {_line(dialog.model)}{version}"
    if dialog.seed is not None:
        yield f"seed: {dialog.seed}"
    judged = _judged(dialog.rating, dialog.return_, "return")
    if judged:
        yield judged
    judgement = dialog.meta.get("judgement")
    if isinstance(judgement, Mapping):
        if judgement.get("outcome"):
            yield f"outcome: {_line(judgement['outcome'])}"
        if isinstance(judgement.get("goal_reached"), bool):
            yield f"goal reached: {'yes' if judgement['goal_reached'] else 'no'}"
        if judgement.get("note"):
            yield f"note: {_text(str(judgement['note']), indent='  ')}"


def _about(turn: Turn, goals: Mapping[str, Any]) -> Iterator[str]:
    """Say what lies behind a turn, as items of a list."""
    if turn.goal is not None:
        text = goals.get(turn.goal)
        told = f" ({_line(text)})" if text and text != turn.goal else ""
        yield f"- goal: {_line(turn.goal)}{told}"
    judged = _judged(turn.rating, turn.reward, "reward")
    if judged:
        stale = turn.rating is not None and turn.reward is None
        yield f"- {judged}{' (of another candidate)' if stale else ''}"
    if turn.excluded:
        yield "- left out of training"
    if turn.correction is not None:
        yield f"- correction of: {_text(turn.correction[1], indent='  ')}"
    if len(turn.candidates) > 1:
        yield "- candidates:"
        for number, candidate in enumerate(turn.candidates):
            said = ", **said**" if number == turn.chosen else ""
            text = _text(candidate.text, indent="       ")
            yield f"    {number + 1}. {_origin(candidate)}{said}: {text}"


def _origin(candidate: Candidate) -> str:
    if candidate.source == "human":
        return "written by a person"
    seed = f", seed {candidate.seed}" if candidate.seed is not None else ""
    return f"model{f' {_line(candidate.version)}' if candidate.version else ''}{seed}"


def _judged(rating: int | None, number: float | None, name: str) -> str:
    stars = "" if rating is None else f"rating {rating} of 5 {'★' * rating}{'☆' * (5 - rating)}"
    return " · ".join(filter(None, [stars, "" if number is None else f"{name} {number:+}"]))


def _text(text: str, indent: str = "") -> str:
    """Escape a text, keeping its line breaks."""
    lines = [_line(line) for line in display(text).splitlines()]
    return f"\\\n{indent}".join(line for line in lines if line)


def _line(text: object) -> str:
    """Escape a text as one line."""
    return _AT_START.sub(r"\1\\\2", _ACTIVE.sub(r"\\\1", display_line(str(text))))


def _list(value: object) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []
