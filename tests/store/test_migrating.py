"""A database of an older schema is brought up to date, and nothing in it is lost."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from convotui.dialog import Candidate, Dialog, Turn
from convotui.store import Store
from convotui.store.migrations import APPLICATION_ID, MIGRATIONS
from tests.store.helpers import rows

NOW = "2024-05-01T10:00:00.000+00:00"
# As version 0.1.0 wrote it.
DATA = f"""
INSERT INTO runs VALUES ('play', 'selfplay', '{{"seed": 3}}', 'done', '{{"turns": 2}}',
    '{NOW}', '{NOW}');
INSERT INTO dialogs VALUES (4, 'old', 'play', 3, 'tiny', 'base',
    '[["i sing."], []]', '{{"persona_names": ["ann", null]}}', '{NOW}');
INSERT INTO turns VALUES (7, 4, 0, 0, NULL, 0, '{NOW}');
INSERT INTO turns VALUES (8, 4, 1, 1, 'talk-work', 2, '{NOW}');
INSERT INTO candidates VALUES (7, 0, 'hello!', 'human', NULL, NULL, '{NOW}');
INSERT INTO candidates VALUES (8, 0, 'no.', 'model', 5, 'base', '{NOW}');
INSERT INTO candidates VALUES (8, 1, 'yes.', 'model', 6, 'base', '{NOW}');
INSERT INTO candidates VALUES (8, 2, 'maybe.', 'human', NULL, NULL, '{NOW}');
INSERT INTO ratings VALUES (1, 4, 8, 1, 2, -0.5, '{NOW}');
INSERT INTO ratings VALUES (2, 4, 8, 2, 5, 1.0, '{NOW}');
INSERT INTO ratings VALUES (3, 4, NULL, NULL, 4, 0.5, '{NOW}');
INSERT INTO corrections VALUES (1, 8, 2, 1, '{NOW}');
"""
OLD = Dialog(
    "old",
    personas=(("i sing.",), ()),
    turns=(
        Turn(0, (Candidate("hello!", "human"),)),
        Turn(
            1,
            (
                Candidate("no.", "model", 5, "base"),
                Candidate("yes.", "model", 6, "base"),
                Candidate("maybe.", "human"),
            ),
            chosen=2,
            goal="talk-work",
            rating=5,
            reward=1.0,
        ),
    ),
    seed=3,
    model="tiny",
    version="base",
    rating=4,
    return_=0.5,
    meta={"persona_names": ["ann", None]},
)
COLUMNS = {
    "runs": "id, kind, config, status, summary, started, ended",
    "dialogs": "key, id, run, seed, model, version, personas, meta, started",
    "turns": "key, dialog, position, speaker, goal, chosen, said",
    "candidates": "turn, number, text, source, seed, version, made",
    "ratings": "key, dialog, turn, candidate, rating, reward, given",
    "corrections": "key, turn, corrected, replaced, given",
}


@pytest.fixture
def old(path: Path) -> Path:
    """Make a database of schema 1 with something in every table."""
    with closing(sqlite3.connect(path)) as db:
        db.executescript(MIGRATIONS[0])
        db.executescript(DATA)
        db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        db.execute("PRAGMA user_version = 1")
        db.commit()
    return path


def test_every_row_of_schema_1_is_there_afterwards(old: Path) -> None:
    queries = [f"SELECT {names} FROM {table} ORDER BY 1, 2" for table, names in COLUMNS.items()]
    before = [rows(old, query) for query in queries]
    assert all(before)
    Store(old).close()
    assert rows(old, "PRAGMA user_version") == [(len(MIGRATIONS),)]
    assert [rows(old, query) for query in queries] == before


def test_a_dialog_of_schema_1_is_loaded_and_listed_as_it_was(old: Path) -> None:
    with Store(old) as store:
        assert store.load(4) == OLD
        (row,) = store.list_dialogs("play")
        assert (row.key, row.turns, row.last, row.rating) == (4, 2, "maybe.", 4)
        assert store.check() == "ok"


def test_candidates_of_schema_1_get_the_goal_of_their_turn(old: Path) -> None:
    with Store(old) as store:
        store.choose(4, 1, 0)
        assert store.load(4).turns[1].goal == "talk-work"
        store.choose(4, 0, 0)
        assert store.load(4).turns[0].goal is None


def test_a_dialog_of_schema_1_can_be_gone_on_with(old: Path) -> None:
    with Store(old) as store:
        store.add_turns([(4, 2, Turn.say(0, "so?"))])
        store.remove_last(4, 2)
        store.exclude(4, 1, True)
        assert [turn.excluded for turn in store.load(4).turns] == [False, True]
        store.put_back(4, 2)
        store.delete_dialog(4)
        assert store.list_dialogs() == []
        assert len(store.load(4)) == 3
