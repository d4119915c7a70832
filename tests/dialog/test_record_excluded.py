"""A turn that is left out of training is still left out in a file."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convotui.dialog import Dialog, Turn, dialog_from_record, dialog_to_record
from tests.dialog.strategies import dialogs

PLAIN = Turn.say(0, "hi")
OUT = replace(PLAIN, excluded=True)


def test_only_a_turn_that_is_left_out_says_so() -> None:
    first, second = dialog_to_record(Dialog("d", turns=(PLAIN, OUT)))["turns"]
    assert "excluded" not in first
    assert second["excluded"] is True


@settings(deadline=None)
@given(dialogs, st.lists(st.booleans(), min_size=4, max_size=4))
def test_any_turn_left_out_is_so_when_it_is_read(dialog: Dialog, out: list[bool]) -> None:
    turns = (replace(turn, excluded=flag) for turn, flag in zip(dialog.turns, out, strict=False))
    given_ = replace(dialog, turns=tuple(turns))
    assert dialog_from_record(dialog_to_record(given_)) == given_


@pytest.mark.parametrize(("value", "read"), [(True, True), (False, False), (None, False)])
def test_true_false_and_null_are_read(value: bool | None, read: bool) -> None:
    record = {"id": "d", "turns": [{"speaker": 0, "text": "hi", "excluded": value}]}
    assert dialog_from_record(record).turns[0].excluded is read


@pytest.mark.parametrize("value", [0, 1, "true", "", [], {}, 1.0])
def test_anything_else_is_refused_with_its_place(value: Any) -> None:
    record = {"id": "d", "turns": [{"speaker": 0, "text": "hi", "excluded": value}]}
    with pytest.raises(ValueError, match=r"'turns\[0\]\.excluded': expected true or false"):
        dialog_from_record(record)
