"""Locked, read-only, full, damaged: each is a sentence, and nothing that was stored is touched."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from convotui.dialog import Dialog, Turn
from convotui.errors import StoreError
from convotui.store import Store, database
from convotui.store.migrations import APPLICATION_ID
from tests.store.helpers import FIXED, is_sentence, rows, small_dialog


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Make a database file with one dialog, whose key is 1."""
    file = tmp_path / "c.db"
    with Store(file) as store:
        assert store.add_dialog(small_dialog()) == 1
    return file


@contextmanager
def refused(*words: str) -> Iterator[None]:
    """Expect a StoreError with these words, in one sentence."""
    with pytest.raises(StoreError) as caught:
        yield
    message = str(caught.value)
    assert is_sentence(message)
    assert [word for word in words if word not in message] == [], message


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold the database as another program would."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")


def test_a_locked_database_is_a_sentence_and_works_again_afterwards(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.05)
    with Store(path) as store:
        with held(path):
            for write in (
                lambda: store.add_dialog(Dialog("late")),
                lambda: store.rate(1, 1, 5, 1.0),
                lambda: store.add_candidate(1, 1, FIXED),
            ):
                with refused(str(path), "is locked by another program"):
                    write()
            assert store.load(1) == small_dialog()
        store.rate(1, 1, 5, 1.0)
        assert [turn.rating for turn in store.load(1).turns] == [None, 5]
        assert len(store.list_dialogs()) == 1


def test_a_database_that_is_locked_while_it_is_opened_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.05)
    path = tmp_path / "new.db"
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    with held(path), refused(str(path), "is locked by another program"):
        Store(path)
    Store(path).close()


def test_a_short_lock_is_waited_for(path: Path) -> None:
    with Store(path) as store:
        late = threading.Thread(target=store.rate, args=(1, 1, 5, 1.0))
        with held(path):
            late.start()
            late.join(0.1)
            assert late.is_alive()
        late.join()
        assert store.load(1).turns[1].rating == 5


def test_a_database_that_may_not_be_written_is_a_sentence(path: Path) -> None:
    with Store(path) as store:
        # The same error of SQLite that a file without write access gives; root has access to all.
        store._database.connection.execute("PRAGMA query_only = ON")
        with refused(str(path), "is read-only", "CONVOTUI_HOME"):
            store.add_dialog(Dialog("late"))
        assert store.load(1) == small_dialog()
        assert len(store.list_dialogs()) == 1


def test_a_full_disk_is_a_sentence_and_loses_nothing_that_was_stored(path: Path) -> None:
    with Store(path) as store:
        pages = store._database.connection.execute("PRAGMA page_count").fetchone()[0]
        store._database.connection.execute(f"PRAGMA max_page_count = {pages + 5}")
        turns = tuple(Turn.say(0, "x" * 10_000) for _ in range(20))
        with refused("The disk is full", str(path), "free some space"):
            store.add_dialog(Dialog("too long", turns=turns))
        with refused("The disk is full"):
            store.import_dialogs("import-x", [Dialog("short"), Dialog("too long", turns=turns)])
        assert store.load(1) == small_dialog()
        assert len(store.list_dialogs()) == 1
        assert store.runs() == []
        assert store.check() == "ok"
        store._database.connection.execute("PRAGMA max_page_count = 100000")
        assert len(store.load(store.add_dialog(Dialog("too long", turns=turns)))) == 20


def test_a_text_file_is_not_a_database_and_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "notes.db"
    path.write_text("my notes\n" * 500, encoding="utf-8")
    with refused(str(path), "not a database of ConvoTUI", "move it away"):
        Store(path)
    assert path.read_text(encoding="utf-8") == "my notes\n" * 500
    assert list(tmp_path.iterdir()) == [path]


def _long(path: Path) -> int:
    """Store a dialog over many pages, so that there is something to damage."""
    turns = tuple(Turn.say(i % 2, f"{i} " + "x" * 3000) for i in range(60))
    with Store(path) as store:
        return store.add_dialog(Dialog("long", turns=turns))


def test_a_damaged_database_is_a_sentence_and_is_kept(path: Path) -> None:
    key = _long(path)
    content = path.read_bytes()
    page = int.from_bytes(content[16:18], "big")
    damaged = content[: 2 * page] + b"\xff" * (len(content) - 2 * page)
    path.write_bytes(damaged)
    with Store(path) as store:
        with refused(str(path), "is damaged", "restore a copy"):
            store.load(key)
        with refused(str(path), "is damaged"):
            store.add_dialog(small_dialog())
        try:
            found = store.check()
        except StoreError as problem:
            found = str(problem)
        assert found != "ok"
    assert path.read_bytes()[2 * page :] == damaged[2 * page :]


def test_a_database_that_was_cut_off_is_a_sentence_and_is_kept(path: Path) -> None:
    key = _long(path)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with refused(str(path), "is damaged"), Store(path) as store:
        store.load(key)
    assert path.stat().st_size >= len(content) // 2


def test_a_folder_in_the_databases_place_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "c.db").mkdir()
    with refused(str(tmp_path / "c.db"), "cannot be opened", "permissions"):
        Store(tmp_path / "c.db")


def test_a_file_in_the_folders_place_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("mine", encoding="utf-8")
    with refused(f"The folder {tmp_path / 'data'} cannot be made"):
        Store(tmp_path / "data" / "c.db")
    assert (tmp_path / "data").read_text(encoding="utf-8") == "mine"


def test_another_programs_database_is_refused_and_keeps_its_tables(tmp_path: Path) -> None:
    path = tmp_path / "c.db"
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE turns (theirs)")
        db.execute("INSERT INTO turns VALUES (1)")
        db.commit()
    before = path.read_bytes()
    with refused(str(path), "another program"):
        Store(path)
    assert path.read_bytes() == before
    assert rows(path, "SELECT name FROM sqlite_master") == [("turns",)]
    assert rows(path, "SELECT theirs FROM turns") == [(1,)]


def test_a_hostile_path_is_shown_inert(tmp_path: Path) -> None:
    path = tmp_path / "\x1b[2J\u202e.db"
    path.write_text("my notes\n" * 500, encoding="utf-8")
    with refused(r"\x1b[2J\u202e.db"):
        Store(path)
