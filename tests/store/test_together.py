"""Several threads and programs may use one database; none of their work is lost."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from convotui.dialog import Dialog, Turn
from convotui.store import Store
from convotui.store.migrations import MIGRATIONS
from tests.store.helpers import rows, small_dialog

OPENER = """
import sys
from pathlib import Path
from convotui.dialog import Dialog
from convotui.store import Store
print("ready", flush=True)
sys.stdin.readline()
with Store(Path(sys.argv[1])) as store:
    print(store.add_dialog(Dialog("from a program")), flush=True)
"""


def all_at_once(count: int, work: Callable[[int], None]) -> None:
    """Run work in threads that start in the same moment, and raise what any of them raised."""
    barrier = threading.Barrier(count)
    problems: list[BaseException] = []

    def run(number: int) -> None:
        barrier.wait()
        try:
            work(number)
        except BaseException as problem:
            problems.append(problem)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []


def test_two_stores_of_one_file_take_turns(tmp_path: Path) -> None:
    path = tmp_path / "c.db"
    with Store(path) as one, Store(path) as other:
        stores, keys = (one, other), [one.add_dialog(Dialog("a")), other.add_dialog(Dialog("b"))]

        def talk(number: int) -> None:
            for position in range(40):
                turn = Turn.say(position % 2, f"{number}: {position}")
                stores[number].add_turns([(keys[number], position, turn)])
                stores[number].rate(keys[number], position, 3, 0.0)

        all_at_once(2, talk)
        for number, key in enumerate(keys):
            said = [turn.text for turn in stores[1 - number].load(key).turns]
            assert said == [f"{number}: {position}" for position in range(40)]


def test_one_store_serves_several_threads(tmp_path: Path) -> None:
    with Store(tmp_path / "c.db") as store:

        def talk(number: int) -> None:
            key = store.add_dialog(Dialog(f"d{number}"))
            for position in range(20):
                store.add_turns([(key, position, Turn.say(0, f"{number}: {position}"))])
                assert len(store.load(key)) == position + 1
                assert store.list_dialogs()

        all_at_once(4, talk)
        assert sorted(row.turns for row in store.list_dialogs()) == [20] * 4


def test_runs_of_one_name_started_together_get_different_names(tmp_path: Path) -> None:
    path, names = tmp_path / "c.db", []
    Store(path).close()

    def start(_: int) -> None:
        with Store(path) as store:
            names.extend(store.start_run("play", "selfplay", {}) for _ in range(5))

    all_at_once(4, start)
    assert sorted(names) == sorted({"play", *(f"play-{n}" for n in range(2, 21))})


def test_threads_that_open_a_new_database_together_all_succeed(tmp_path: Path) -> None:
    for attempt in range(15):
        path = tmp_path / f"{attempt}.db"

        def enter(number: int, path: Path = path) -> None:
            with Store(path) as store:
                store.add_dialog(small_dialog(f"d{number}"))

        all_at_once(6, enter)
        with Store(path) as store:
            assert {row.id for row in store.list_dialogs()} == {f"d{n}" for n in range(6)}
            assert store.check() == "ok"


def test_programs_that_open_a_new_database_together_migrate_it_once(tmp_path: Path) -> None:
    path = tmp_path / "c.db"
    programs = [
        subprocess.Popen(
            [sys.executable, "-c", OPENER, str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for program in programs:
        assert program.stdout is not None
        assert program.stdout.readline() == "ready\n"
    for program in programs:
        assert program.stdin is not None
        program.stdin.write("go\n")
        program.stdin.flush()
    answers = [program.communicate() for program in programs]
    assert [problem for _, problem in answers] == [""] * 4
    assert sorted(int(key) for key, _ in answers) == [1, 2, 3, 4]
    assert rows(path, "PRAGMA user_version") == [(len(MIGRATIONS),)]


def test_a_reader_is_not_stopped_by_a_writer(tmp_path: Path) -> None:
    path = tmp_path / "c.db"
    with Store(path) as reader, closing(sqlite3.connect(path, isolation_level=None)) as writer:
        key = reader.add_dialog(small_dialog())
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("UPDATE dialogs SET id = 'changed'")
        assert [row.id for row in reader.list_dialogs()] == ["d1"]
        assert reader.load(key) == small_dialog()
        writer.execute("COMMIT")
        assert [row.id for row in reader.list_dialogs()] == ["changed"]
