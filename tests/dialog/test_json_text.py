"""A line of our JSON means what was written and is safe to ``cat``."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convotui.dialog.text import to_json
from tests.dialog.active import active_in
from tests.dialog.strategies import json_values


def test_hostile_texts_come_back_and_their_json_is_inert(hostile_texts: tuple[str, ...]) -> None:
    for text in hostile_texts:
        raw = to_json({text: [text]})
        assert json.loads(raw) == {text: [text]}
        assert active_in(raw) == [], ascii(text)


@settings(deadline=None)
@given(st.text())
def test_any_text_comes_back_and_its_json_is_inert(text: str) -> None:
    raw = to_json(text)
    assert json.loads(raw) == text
    assert active_in(raw) == []


@settings(deadline=None)
@given(json_values)
def test_any_value_comes_back_from_one_inert_line(value: Any) -> None:
    raw = to_json(value)
    assert json.loads(raw) == value
    assert len(raw.splitlines()) == 1
    assert active_in(raw) == []


@pytest.mark.parametrize("half", ["\ud800", "a\udc80b"])
def test_half_a_surrogate_pair_comes_back(half: str) -> None:
    raw = to_json(half)
    assert json.loads(raw) == half
    raw.encode("utf-8")


def test_harmless_text_of_any_script_is_written_as_it_is() -> None:
    assert to_json("\u4f60\u597d \u0645\u0631\u062d\u0628\u0627") == (
        '"\u4f60\u597d \u0645\u0631\u062d\u0628\u0627"'
    )


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_a_number_that_json_has_not_is_refused(number: float) -> None:
    with pytest.raises(ValueError, match="JSON"):
        to_json({"reward": number})
