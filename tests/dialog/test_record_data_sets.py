"""Records in the shape of published data sets are read as dialogs."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from convotui.dialog import Turn, dialog_from_record
from convotui.store import read_dialogs

DATA = Path(__file__).parents[2].parent / "shared" / "data"
DIALOG_FILES = [
    "abcd-samples",
    "blended-skill-talk",
    "convai2-2018",
    "dailydialog",
    "empathetic-dialogues",
    "esconv",
    "multiwoz-2.1",
    "personachat-train-sample",
    "personachat-valid",
    "synthetic-persona-chat",
    "taskmaster-4",
    "topical-chat",
]


def test_turns_of_text_alone_are_what_people_said() -> None:
    record = {
        "id": "set-1",
        "source": "set",
        "split": "valid",
        "personas": None,
        "turns": [
            {"speaker": 1, "text": "hello?", "act": None, "emotion": None},
            {"speaker": 1, "text": "is anyone there?", "act": "question", "emotion": None},
            {"speaker": 0, "text": "yes.", "act": "inform+answer", "emotion": None},
        ],
        "meta": {"topic": "greeting"},
    }
    dialog = dialog_from_record(record)
    assert dialog.turns == (
        Turn.say(1, "hello?"),
        Turn.say(1, "is anyone there?"),
        Turn.say(0, "yes."),
    )
    assert dialog.personas == ((), ())
    assert dialog.meta == {
        "topic": "greeting",
        "source": "set",
        "split": "valid",
        "act": [None, "question", "inform+answer"],
    }


def test_emotions_go_to_meta_one_a_turn() -> None:
    turns = [{"speaker": 0, "text": "oh!", "emotion": "joy"}, {"speaker": 1, "text": "hm."}]
    dialog = dialog_from_record({"id": "e", "personas": [["i sing."], []], "turns": turns})
    assert dialog.meta == {"emotion": ["joy", None]}
    assert dialog.personas == (("i sing.",), ())


def test_labels_do_not_replace_what_meta_says() -> None:
    turns = [{"speaker": 0, "text": "oh!", "act": "inform"}]
    record = {"id": "m", "turns": turns, "source": "set", "meta": {"act": "own", "source": "own"}}
    assert dialog_from_record(record).meta == {"act": "own", "source": "own"}


def test_the_record_that_was_read_is_not_changed() -> None:
    record = {"id": "m", "turns": [], "source": "set", "meta": {"deep": [1]}}
    dialog = dialog_from_record(record)
    assert record == {"id": "m", "turns": [], "source": "set", "meta": {"deep": [1]}}
    assert dialog.meta["deep"] is not record["meta"]["deep"]  # type: ignore[index, call-overload]


@pytest.mark.skipif(not DATA.is_dir(), reason="the development data is not here")
def test_every_dialog_file_is_listed() -> None:
    found = []
    for path in DATA.glob("*.jsonl.gz"):
        with gzip.open(path, "rt", encoding="utf-8") as file:
            if "turns" in json.loads(file.readline()):
                found.append(path.name.removesuffix(".jsonl.gz"))
    assert sorted(found) == DIALOG_FILES


@pytest.mark.skipif(not DATA.is_dir(), reason="the development data is not here")
@pytest.mark.parametrize("name", DIALOG_FILES)
def test_a_published_set_is_read_whole(name: str) -> None:
    path = DATA / f"{name}.jsonl.gz"
    with gzip.open(path) as file:
        lines = sum(1 for _ in file)
    count = 0
    for dialog in read_dialogs(path):
        count += 1
        assert dialog.id
        assert dialog.meta["source"]
        assert len(dialog) > 0
    assert count == lines > 0
