"""Dialogs as plain JSON values: the project's own schema, and the shape of published data sets.

Own schema, one object a dialog (``docs/formats.md``)::

    {"id", "seed", "model", "version", "personas": [[...], [...]],
     "turns": [{"speaker", "text", "goal", "rating", "reward", "chosen",
                "candidates": [{"text", "source", "seed", "version"}]}],
     "rating", "return", "meta": {}}

A turn that is left out of training also has ``"excluded": true``; others lack the key.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from convotui.dialog.text import whole
from convotui.dialog.types import Candidate, Dialog, Turn

_MISSING = object()


def dialog_to_record(dialog: Dialog) -> dict[str, Any]:
    """Turn a dialog into the JSON object of the schema, keys in the documented order."""
    return {
        "id": dialog.id,
        "seed": dialog.seed,
        "model": dialog.model,
        "version": dialog.version,
        "personas": [list(facts) for facts in dialog.personas],
        "turns": [
            {
                "speaker": turn.speaker,
                "text": turn.text,
                "goal": turn.goal,
                "rating": turn.rating,
                "reward": turn.reward,
                "chosen": turn.chosen,
                "candidates": [
                    {"text": c.text, "source": c.source, "seed": c.seed, "version": c.version}
                    for c in turn.candidates
                ],
                **({"excluded": True} if turn.excluded else {}),
            }
            for turn in dialog.turns
        ],
        "rating": dialog.rating,
        "return": dialog.return_,
        "meta": dict(dialog.meta),
    }


def dialog_from_record(record: Any) -> Dialog:
    """Read a JSON object in either shape.

    In the data-set shape ``personas`` may be null, turns hold only ``speaker`` and ``text``
    and may carry ``act`` and ``emotion``; those and ``source`` and ``split`` go to ``meta``.

    Raises:
        ValueError: naming the key and what is expected there.
    """
    if not isinstance(record, Mapping):
        raise ValueError("expected a JSON object, one dialog a line")
    turns = _get(record, "turns", list, "")
    meta = _plain(_get(record, "meta", dict, "", default={}), "meta")
    for key in ("source", "split"):
        if key in record:
            meta.setdefault(key, _plain(record[key], key))
    for key in ("act", "emotion"):
        labels = [turn.get(key) if isinstance(turn, Mapping) else None for turn in turns]
        if any(label is not None for label in labels):
            meta.setdefault(key, _plain(labels, key))
    return Dialog(
        id=_get(record, "id", str, ""),
        personas=_personas(record),
        turns=tuple(_turn(turn, f"turns[{i}]") for i, turn in enumerate(turns)),
        seed=_get(record, "seed", int, "", default=None),
        model=_get(record, "model", str, "", default=None),
        version=_get(record, "version", str, "", default=None),
        rating=_rating(record, ""),
        return_=_number(record, "return", ""),
        meta=meta,
    )


def _turn(data: Any, where: str) -> Turn:
    if not isinstance(data, Mapping):
        raise ValueError(f"'{where}': expected an object")
    speaker = _get(data, "speaker", int, where)
    if speaker not in (0, 1):
        raise ValueError(f"'{where}.speaker': expected 0 or 1")
    text = _get(data, "text", str, where)
    if "candidates" not in data:
        candidates: tuple[Candidate, ...] = (Candidate(text=text, source="human"),)
    else:
        rows = _get(data, "candidates", list, where)
        candidates = tuple(_candidate(c, f"{where}.candidates[{i}]") for i, c in enumerate(rows))
    chosen = _get(data, "chosen", int, where, default=0)
    if not 0 <= chosen < len(candidates):
        raise ValueError(f"'{where}.chosen': expected an index into the candidates")
    if candidates[chosen].text != text:
        raise ValueError(f"'{where}.text': expected the text of the chosen candidate")
    return Turn(
        speaker=speaker,
        candidates=candidates,
        chosen=chosen,
        goal=_get(data, "goal", str, where, default=None),
        rating=_rating(data, where),
        reward=_number(data, "reward", where),
        excluded=_truth(data, "excluded", where),
    )


def _candidate(data: Any, where: str) -> Candidate:
    if not isinstance(data, Mapping):
        raise ValueError(f"'{where}': expected an object")
    source = _get(data, "source", str, where)
    if source not in ("model", "human"):
        raise ValueError(f'\'{where}.source\': expected "model" or "human"')
    return Candidate(
        text=_get(data, "text", str, where),
        source="model" if source == "model" else "human",
        seed=_get(data, "seed", int, where, default=None),
        version=_get(data, "version", str, where, default=None),
    )


def _personas(record: Mapping[str, Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    value = record.get("personas")
    if value is None:
        return ((), ())
    good = (
        isinstance(value, list)
        and len(value) == 2
        and all(isinstance(side, list) and all(isinstance(f, str) for f in side) for side in value)
    )
    if not good:
        raise ValueError("'personas': expected two lists of texts, or null")
    first, second = (tuple(whole(fact) for fact in side) for side in value)
    return (first, second)


def _rating(data: Mapping[str, Any], where: str) -> int | None:
    value = _get(data, "rating", int, where, default=None)
    if value is not None and not 1 <= value <= 5:
        raise ValueError(f"'{_path(where, 'rating')}': expected 1 to 5, or null")
    return value if value is None else int(value)


def _number(data: Mapping[str, Any], key: str, where: str) -> float | None:
    value = data.get(key)
    if value is None:
        return None
    try:
        good = not isinstance(value, bool) and math.isfinite(value)
    except (TypeError, OverflowError):
        good = False
    if not good:
        raise ValueError(f"'{_path(where, key)}': expected a finite number, or null")
    return float(value)


def _truth(data: Mapping[str, Any], key: str, where: str) -> bool:
    value = data.get(key)
    if value is not None and not isinstance(value, bool):
        raise ValueError(f"'{_path(where, key)}': expected true or false")
    return bool(value)


def _plain(value: Any, where: str) -> Any:
    """Copy a JSON value that may hold anything: NaN refused, since no JSON file may hold it."""
    if isinstance(value, dict):
        return {whole(key): _plain(item, f"{where}.{key}") for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item, where) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"'{where}': expected finite numbers")
    return whole(value) if isinstance(value, str) else value


def _get(data: Mapping[str, Any], key: str, kind: type, where: str, default: Any = _MISSING) -> Any:
    value = data.get(key, _MISSING)
    if value is _MISSING or (value is None and default is not _MISSING):
        if default is _MISSING:
            raise ValueError(f"'{_path(where, key)}' is missing")
        return default
    if not isinstance(value, kind) or isinstance(value, bool):
        names = {str: "a text", int: "a whole number", list: "a list", dict: "an object"}
        raise ValueError(f"'{_path(where, key)}': expected {names[kind]}")
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise ValueError(f"'{_path(where, key)}': expected a whole number of at most 64 bits")
    return whole(value) if isinstance(value, str) else value


def _path(where: str, key: str) -> str:
    return f"{where}.{key}" if where else key
