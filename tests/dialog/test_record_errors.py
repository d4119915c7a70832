"""A malformed record is refused with the key and what is expected there."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given, settings

from convotui.dialog import dialog_from_record
from tests.dialog.strategies import json_values


def record(**changed: Any) -> dict[str, Any]:
    """Make a good record, with changes."""
    return {"id": "d", "turns": [turn()], "personas": [["a"], []], **changed}


def turn(**changed: Any) -> dict[str, Any]:
    """Make a good turn of two candidates, with changes."""
    return {
        "speaker": 0,
        "text": "b",
        "chosen": 1,
        "candidates": [candidate(text="a"), candidate()],
        **changed,
    }


def candidate(**changed: Any) -> dict[str, Any]:
    """Make a good candidate, with changes."""
    return {"text": "b", "source": "model", "seed": 1, "version": "base", **changed}


def without(data: dict[str, Any], key: str) -> dict[str, Any]:
    """Leave a key out."""
    return {name: value for name, value in data.items() if name != key}


BAD = {
    "a list": ([], "expected a JSON object"),
    "a text": ("d", "expected a JSON object"),
    "null": (None, "expected a JSON object"),
    "no id": (without(record(), "id"), "'id' is missing"),
    "id null": (record(id=None), "'id': expected a text"),
    "id a number": (record(id=1), "'id': expected a text"),
    "no turns": (without(record(), "turns"), "'turns' is missing"),
    "turns null": (record(turns=None), "'turns': expected a list"),
    "turns an object": (record(turns={}), "'turns': expected a list"),
    "seed a text": (record(seed="1"), "'seed': expected a whole number"),
    "seed a fraction": (record(seed=1.5), "'seed': expected a whole number"),
    "seed a truth": (record(seed=True), "'seed': expected a whole number"),
    "seed too long": (record(seed=2**63), "'seed': expected a whole number of at most 64 bits"),
    "model": (record(model=3), "'model': expected a text"),
    "version": (record(version=["v1"]), "'version': expected a text"),
    "personas a text": (record(personas="a"), "'personas': expected two lists"),
    "one persona": (record(personas=[["a"]]), "'personas': expected two lists"),
    "three personas": (record(personas=[[], [], []]), "'personas': expected two lists"),
    "persona a text": (record(personas=["a", "b"]), "'personas': expected two lists"),
    "persona null": (record(personas=[None, []]), "'personas': expected two lists"),
    "fact a number": (record(personas=[[1], []]), "'personas': expected two lists"),
    "rating 0": (record(rating=0), "'rating': expected 1 to 5"),
    "rating 6": (record(rating=6), "'rating': expected 1 to 5"),
    "rating a half": (record(rating=2.5), "'rating': expected a whole number"),
    "rating a truth": (record(rating=True), "'rating': expected a whole number"),
    "return a text": (record(**{"return": "1"}), "'return': expected a finite number"),
    "return a truth": (record(**{"return": True}), "'return': expected a finite number"),
    "return NaN": (record(**{"return": math.nan}), "'return': expected a finite number"),
    "return too large": (record(**{"return": 10**400}), "'return': expected a finite number"),
    "meta a list": (record(meta=[]), "'meta': expected an object"),
    "meta NaN": (record(meta={"a": [{"b": math.nan}]}), "'meta.a.b': expected finite numbers"),
    "meta infinite": (record(meta={"a": math.inf}), "'meta.a': expected finite numbers"),
    "source NaN": (record(source=math.nan), "'source': expected finite numbers"),
    "act NaN": (record(turns=[turn(act=math.nan)]), "'act': expected finite numbers"),
    "turn a text": (record(turns=["hi"]), "'turns[0]': expected an object"),
    "turn null": (record(turns=[turn(), None]), "'turns[1]': expected an object"),
    "no speaker": (
        record(turns=[turn(), without(turn(), "speaker")]),
        "'turns[1].speaker' is missing",
    ),
    "speaker 2": (record(turns=[turn(speaker=2)]), "'turns[0].speaker': expected 0 or 1"),
    "speaker a text": (record(turns=[turn(speaker="0")]), "'turns[0].speaker': expected a whole"),
    "speaker a truth": (record(turns=[turn(speaker=True)]), "'turns[0].speaker': expected a whole"),
    "no text": (record(turns=[without(turn(), "text")]), "'turns[0].text' is missing"),
    "text null": (record(turns=[turn(text=None)]), "'turns[0].text': expected a text"),
    "another text": (
        record(turns=[turn(text="c")]),
        "'turns[0].text': expected the text of the chosen candidate",
    ),
    "goal a number": (record(turns=[turn(goal=1)]), "'turns[0].goal': expected a text"),
    "chosen too high": (record(turns=[turn(chosen=2)]), "'turns[0].chosen': expected an index"),
    "chosen below 0": (record(turns=[turn(chosen=-1)]), "'turns[0].chosen': expected an index"),
    "chosen a truth": (record(turns=[turn(chosen=True)]), "'turns[0].chosen': expected a whole"),
    "turn rating": (record(turns=[turn(rating=9)]), "'turns[0].rating': expected 1 to 5"),
    "reward NaN": (record(turns=[turn(reward=math.nan)]), "'turns[0].reward': expected a finite"),
    "reward infinite": (
        record(turns=[turn(reward=-math.inf)]),
        "'turns[0].reward': expected a finite",
    ),
    "reward a list": (record(turns=[turn(reward=[1])]), "'turns[0].reward': expected a finite"),
    "candidates null": (record(turns=[turn(candidates=None)]), "'turns[0].candidates': expected"),
    "no candidates": (record(turns=[turn(candidates=[])]), "'turns[0].chosen': expected an index"),
    "candidate a text": (
        record(turns=[turn(candidates=["b"])]),
        "'turns[0].candidates[0]': expected an object",
    ),
    "candidate without text": (
        record(turns=[turn(candidates=[without(candidate(), "text")])]),
        "'turns[0].candidates[0].text' is missing",
    ),
    "candidate without source": (
        record(turns=[turn(candidates=[candidate(), without(candidate(), "source")])]),
        "'turns[0].candidates[1].source' is missing",
    ),
    "candidate from a dog": (
        record(turns=[turn(candidates=[candidate(source="dog")])]),
        '\'turns[0].candidates[0].source\': expected "model" or "human"',
    ),
    "candidate seed": (
        record(turns=[turn(candidates=[candidate(seed=-(2**63) - 1)])]),
        "'turns[0].candidates[0].seed': expected a whole number of at most 64 bits",
    ),
    "candidate version": (
        record(turns=[turn(candidates=[candidate(version=1)])]),
        "'turns[0].candidates[0].version': expected a text",
    ),
}


def test_the_record_that_the_others_spoil_is_good() -> None:
    assert dialog_from_record(record()).turns[0].text == "b"


@pytest.mark.parametrize("kind", BAD)
def test_a_malformed_record_is_refused_with_its_key_and_the_expectation(kind: str) -> None:
    bad, words = BAD[kind]
    with pytest.raises(ValueError) as caught:
        dialog_from_record(bad)
    assert words in str(caught.value)


@settings(deadline=None)
@given(json_values)
def test_any_json_value_is_a_dialog_or_a_value_error(value: Any) -> None:
    turns = ([value], [turn(text=value)], [turn(candidates=value)], value)
    for data in (value, *(record(turns=spoiled) for spoiled in turns)):
        try:
            dialog_from_record(data)
        except ValueError as error:
            words = str(error)
        else:
            words = "as expected"
        assert "expected" in words or "is missing" in words


@pytest.mark.parametrize("spelled", ["NaN", "Infinity", "-Infinity", "1e999"])
@pytest.mark.parametrize("place", ['"return": %s', '"meta": {"a": [%s]}'])
def test_no_spelling_of_a_number_without_end_is_taken(spelled: str, place: str) -> None:
    raw = '{"id": "d", "turns": [], ' + place % spelled + "}"
    with pytest.raises(ValueError, match=r"expected (a )?finite number"):
        dialog_from_record(json.loads(raw))
