"""A dialog written as a record is read back as the same dialog."""

from __future__ import annotations

import json

from hypothesis import given, settings

from convotui.dialog import Candidate, Dialog, Turn, dialog_from_record, dialog_to_record
from convotui.dialog.text import to_json
from tests.dialog.strategies import HOSTILE, dialogs

FULL = Dialog(
    id="d1",
    personas=(("i sing.",), ()),
    turns=(
        Turn(1, (Candidate("hi.", "model", 9, "v0001"), Candidate("hi!", "human")), 1, "g", 4, 0.5),
    ),
    seed=3,
    model="tiny",
    version="v0001",
    rating=5,
    return_=1.0,
    meta={"set": "everyday"},
)


@settings(deadline=None)
@given(dialogs)
def test_any_dialog_comes_back_from_its_record(dialog: Dialog) -> None:
    assert dialog_from_record(json.loads(to_json(dialog_to_record(dialog)))) == dialog


def test_hostile_texts_come_back_in_every_place() -> None:
    for text in HOSTILE:
        dialog = Dialog(
            id=text,
            personas=((text,), (text, text)),
            turns=(Turn(0, (Candidate(text, "model", 1, text),), goal=text),),
            model=text,
            version=text,
            meta={text: [text]},
        )
        assert dialog_from_record(json.loads(to_json(dialog_to_record(dialog)))) == dialog


def test_a_record_is_the_documented_schema_key_for_key_in_order() -> None:
    assert to_json(dialog_to_record(FULL)) == (
        '{"id": "d1", "seed": 3, "model": "tiny", "version": "v0001", '
        '"personas": [["i sing."], []], '
        '"turns": [{"speaker": 1, "text": "hi!", "goal": "g", "rating": 4, "reward": 0.5, '
        '"chosen": 1, "candidates": ['
        '{"text": "hi.", "source": "model", "seed": 9, "version": "v0001"}, '
        '{"text": "hi!", "source": "human", "seed": null, "version": null}]}], '
        '"rating": 5, "return": 1.0, "meta": {"set": "everyday"}}'
    )


def test_a_record_shares_nothing_with_its_dialog() -> None:
    record = dialog_to_record(FULL)
    record["meta"]["set"] = "other"
    record["turns"].clear()
    assert FULL.meta == {"set": "everyday"}
    assert len(FULL) == 1


def test_keys_that_may_be_missing_mean_none() -> None:
    assert dialog_from_record({"id": "d", "turns": []}) == Dialog("d")


def test_a_key_that_nobody_knows_is_left_out() -> None:
    assert dialog_from_record({"id": "d", "turns": [], "colour": "red"}) == Dialog("d")


def test_halves_of_surrogate_pairs_become_whole_text() -> None:
    raw = r"""{"id": "a\ud800", "model": "\udc00", "personas": [["b\ud800"], ["\udc00c"]],
        "turns": [{"speaker": 0, "text": "d\ud800", "chosen": 0, "goal": "\udfff",
                   "candidates": [{"text": "d\ud800", "source": "human"}]},
                  {"speaker": 1, "text": "\udc00e"}],
        "meta": {"f\ud800": ["\udc00g"]}}"""
    dialog = dialog_from_record(json.loads(raw))
    assert dialog == Dialog(
        id="a\ufffd",
        model="\ufffd",
        personas=(("b\ufffd",), ("\ufffdc",)),
        turns=(Turn.say(0, "d\ufffd", goal="\ufffd"), Turn.say(1, "\ufffde")),
        meta={"f\ufffd": ["\ufffdg"]},
    )


def test_a_whole_pair_of_surrogates_is_one_character() -> None:
    record = json.loads(r'{"id": "\ud83d\ude00", "turns": []}')
    assert dialog_from_record(record).id == "\U0001f600"
