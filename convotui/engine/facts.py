"""Personas of a dialog under way: facts edited and muted, and those that earlier turns saw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from convotui.dialog import Dialog
from convotui.dialog.text import whole
from convotui.dialog.types import MAX_FACTS
from convotui.errors import UsageError


@dataclass(frozen=True)
class Fact:
    """A fact of a persona in a dialog.

    Attributes:
        text: in the first person.
        muted: kept, but not told to the model.
    """

    text: str
    muted: bool = False


def facts_of(dialog: Dialog, side: int) -> tuple[Fact, ...]:
    """Facts of a side, the muted ones in their places."""
    facts = [Fact(text) for text in dialog.personas[side]]
    for place, text in sorted(_muted(dialog.meta)[side]):
        facts.insert(min(place, len(facts)), Fact(text, muted=True))
    return tuple(facts)


def name_of(dialog: Dialog, side: int) -> str | None:
    """Name of a side's persona, None where it has none."""
    return _names(dialog.meta)[side]


def with_facts(dialog: Dialog, side: int, facts: Sequence[Fact], name: str | None) -> Dialog:
    """Give a side other facts, and keep those that the turns so far were said under.

    Raises:
        UsageError: a fact is blank, or more than eight are not muted.
        ValueError: the side is neither 0 nor 1.
    """
    if side not in (0, 1):
        raise ValueError(f"a side is 0 or 1, not {side}")
    if not all(fact.text.strip() for fact in facts):
        raise UsageError("A fact must not be blank: write something, or remove it.")
    used = tuple(whole(fact.text) for fact in facts if not fact.muted)
    if len(used) > MAX_FACTS:
        raise UsageError(
            f"A persona has at most {MAX_FACTS} facts, not {len(used)}: mute or remove some."
        )
    personas = (used, dialog.personas[1]) if side == 0 else (dialog.personas[0], used)
    meta = dict(dialog.meta)
    muted = _muted(meta)
    muted[side] = [(place, whole(fact.text)) for place, fact in enumerate(facts) if fact.muted]
    meta.pop("muted", None)
    if any(muted):
        meta["muted"] = [[list(fact) for fact in facts] for facts in muted]
    names = _names(meta)
    if name != names[side]:
        names[side] = None if name is None else whole(name)
        meta["persona_names"] = names
    earlier = _earlier(meta)
    changed = len(dialog) > 0 and personas != dialog.personas
    if changed and all(turns != len(dialog) for turns, _ in earlier):
        before = [list(facts) for facts in dialog.personas]
        meta["earlier_personas"] = [*_plain(earlier), {"turns": len(dialog), "personas": before}]
    return replace(dialog, personas=personas, meta=meta)


def cut_earlier(meta: Mapping[str, Any], turns: int) -> dict[str, Any]:
    """Meta of a dialog with only the first turns of another, under that one's facts of now."""
    cut = dict(meta)
    cut.pop("earlier_personas", None)
    earlier = sorted(_earlier(meta), key=lambda entry: entry[0])
    kept = [entry for entry in earlier if entry[0] < turns]
    # Facts that were in force until some turn after the cut were in force at the cut.
    kept += [(turns, personas) for until, personas in earlier if until >= turns > 0][:1]
    if kept:
        cut["earlier_personas"] = _plain(kept)
    return cut


# What an imported dialog has under these names may be anything: what is not as expected
# counts as absent.


def _muted(meta: Mapping[str, Any]) -> list[list[tuple[int, str]]]:
    match meta.get("muted"):
        case [list() as first, list() as second]:
            sides = (first, second)
        case _:
            return [[], []]
    muted: list[list[tuple[int, str]]] = [[], []]
    for kept, side in zip(muted, sides, strict=True):
        for fact in side:
            match fact:
                case [int(place), str(text)]:
                    kept.append((max(0, place), text))
    return muted


def _names(meta: Mapping[str, Any]) -> list[str | None]:
    match meta.get("persona_names"):
        case [str() | None as first, str() | None as second]:
            return [first, second]
    return [None, None]


def _earlier(meta: Mapping[str, Any]) -> list[tuple[int, list[Any]]]:
    entries = meta.get("earlier_personas")
    earlier = []
    for entry in entries if isinstance(entries, list) else ():
        match entry:
            case {"turns": int(turns), "personas": [list() as first, list() as second]}:
                earlier.append((turns, [first, second]))
    return earlier


def _plain(earlier: list[tuple[int, list[Any]]]) -> list[dict[str, Any]]:
    return [{"turns": turns, "personas": personas} for turns, personas in earlier]
