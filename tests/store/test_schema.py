"""The schema: made from nothing, brought up to date, never guessed at when newer."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from convotui.errors import StoreError
from convotui.store import Store, migrations
from convotui.store.migrations import MIGRATIONS
from tests.store.helpers import is_sentence, rows, small_dialog

TABLES = {"runs", "dialogs", "turns", "candidates", "ratings", "corrections", "kept"}


def tables(path: Path) -> set[str]:
    """List the tables of a database file."""
    return {name for (name,) in rows(path, "SELECT name FROM sqlite_master WHERE type = 'table'")}


def version(path: Path) -> int:
    """Read the schema's number from a database file."""
    return int(rows(path, "PRAGMA user_version")[0][0])


def test_a_new_database_gets_every_table_and_the_newest_version(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "c.db"
    Store(path).close()
    assert tables(path) == TABLES
    assert version(path) == len(MIGRATIONS)


def test_an_empty_file_becomes_a_database(tmp_path: Path) -> None:
    (tmp_path / "c.db").touch()
    Store(tmp_path / "c.db").close()
    assert tables(tmp_path / "c.db") == TABLES


def test_opening_again_changes_nothing(tmp_path: Path) -> None:
    with Store(tmp_path / "c.db") as store:
        key = store.add_dialog(small_dialog())
    with Store(tmp_path / "c.db") as store:
        assert store.load(key) == small_dialog()
        assert store.check() == "ok"
    assert version(tmp_path / "c.db") == len(MIGRATIONS)


def test_a_database_can_be_opened_by_a_text_path_and_kept_in_memory(tmp_path: Path) -> None:
    Store(str(tmp_path / "c.db")).close()
    assert version(tmp_path / "c.db") == len(MIGRATIONS)
    with Store(":memory:") as store:
        assert store.load(store.add_dialog(small_dialog())) == small_dialog()


def test_a_database_keeps_a_write_ahead_log(tmp_path: Path) -> None:
    Store(tmp_path / "c.db").close()
    assert rows(tmp_path / "c.db", "PRAGMA journal_mode") == [("wal",)]


def test_every_commit_waits_for_the_disk(tmp_path: Path) -> None:
    # No test can cut the power; 2 is FULL, a setting of the connection, not of the file.
    with Store(tmp_path / "c.db") as store:
        assert store._database.connection.execute("PRAGMA synchronous").fetchone() == (2,)


def test_a_later_step_is_applied_and_keeps_what_there_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "c.db"
    with Store(path) as store:
        key = store.add_dialog(small_dialog())
    step = "CREATE TABLE later (x TEXT) STRICT; INSERT INTO later VALUES ('y');"
    monkeypatch.setattr(migrations, "MIGRATIONS", (*MIGRATIONS, step))
    for _ in range(2):
        with Store(path) as store:
            assert store.load(key) == small_dialog()
    assert version(path) == len(MIGRATIONS) + 1
    assert rows(path, "SELECT x FROM later") == [("y",)]


def test_a_step_that_fails_leaves_nothing_of_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "c.db"
    with Store(path) as store:
        key = store.add_dialog(small_dialog())
    bad = "CREATE TABLE later (x TEXT) STRICT; INSERT INTO nowhere VALUES (1);"
    monkeypatch.setattr(migrations, "MIGRATIONS", (*MIGRATIONS, bad))
    with pytest.raises(StoreError, match="nowhere") as caught:
        Store(path)
    assert is_sentence(str(caught.value))
    monkeypatch.undo()
    assert tables(path) == TABLES
    assert version(path) == len(MIGRATIONS)
    with Store(path) as store:
        assert store.load(key) == small_dialog()


def test_a_newer_schema_is_refused_with_a_sentence_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "c.db"
    with Store(path) as store:
        store.add_dialog(small_dialog())
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreError, match="written by a newer ConvoTUI") as caught:
        Store(path)
    assert "schema 99" in str(caught.value)
    assert is_sentence(str(caught.value))
    assert version(path) == 99
    assert rows(path, "SELECT count(*) FROM dialogs") == [(1,)]
