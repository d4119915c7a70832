"""A run that is recorded as running while nobody works on it was interrupted, and is listed so."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from convotui.errors import StoreError
from convotui.store import Store
from tests.store.helpers import small_dialog

PLAYER = """
import sys
from pathlib import Path
from convotui.store import Store
store = Store(Path(sys.argv[1]))
print(store.start_run(sys.argv[2], "selfplay", {}), flush=True)
sys.stdin.read()
"""


def _statuses(store: Store) -> dict[str, str]:
    return {run["id"]: run["status"] for run in store.runs()}


def _player(path: Path, run: str = "play") -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", PLAYER, str(path), run]
    other = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert other.stdout is not None
    assert other.stdout.readline()
    return other


def test_a_run_of_another_process_runs_until_that_is_killed(path: Path, store: Store) -> None:
    with _player(path) as other:
        assert _statuses(store) == {"play": "running"}
        other.kill()
        assert other.wait() == -9
    assert _statuses(store) == {"play": "interrupted"}


def test_deleting_an_interrupted_run_leaves_nothing_of_it(path: Path, store: Store) -> None:
    with _player(path) as other:
        other.kill()
    assert len(list((path.parent / "running").iterdir())) == 1
    assert store.delete_run("play") == 0
    assert list((path.parent / "running").iterdir()) == []
    assert store.start_run("play", "selfplay", {}) == "play"


def test_a_run_of_a_process_that_did_not_end_it_was_interrupted(path: Path, store: Store) -> None:
    with _player(path) as other:
        assert other.stdin is not None
        other.stdin.close()
        assert other.wait() == 0
    assert _statuses(store) == {"play": "interrupted"}


def test_one_killed_process_does_not_interrupt_the_run_of_another(path: Path, store: Store) -> None:
    with _player(path, "a") as first, _player(path, "b") as second:
        first.kill()
        first.wait()
        assert _statuses(store) == {"a": "interrupted", "b": "running"}
        second.kill()


def test_a_run_is_interrupted_when_its_store_is_closed(path: Path) -> None:
    with Store(path) as store:
        store.start_run("play", "selfplay", {})
        assert _statuses(store) == {"play": "running"}
    with Store(path) as store:
        assert _statuses(store) == {"play": "interrupted"}


def test_ended_runs_are_as_they_ended_and_leave_no_file(path: Path) -> None:
    with Store(path) as store:
        for status in ("done", "failed", "cancelled"):
            store.end_run(store.start_run(status, "selfplay", {}), status, {})
        store.import_dialogs("set", [small_dialog()])
    with Store(path) as store:
        assert _statuses(store) == {x: x for x in ("done", "failed", "cancelled")} | {"set": "done"}
    assert list((path.parent / "running").iterdir()) == []


def test_two_databases_in_one_folder_do_not_know_each_others_runs(tmp_path: Path) -> None:
    with Store(tmp_path / "a.db") as first:
        first.start_run("play", "selfplay", {})
        with Store(tmp_path / "b.db") as second:
            second.start_run("play", "selfplay", {})
        with Store(tmp_path / "b.db") as second:
            assert _statuses(second) == {"play": "interrupted"}
        assert _statuses(first) == {"play": "running"}


def test_a_database_in_memory_knows_its_own_runs(tmp_path: Path) -> None:
    with Store(":memory:") as store:
        run = store.start_run("play", "selfplay", {})
        assert _statuses(store) == {run: "running"}
        store.end_run(run, "done", {})
        assert _statuses(store) == {run: "done"}


def test_a_runs_name_never_becomes_a_path(
    path: Path, store: Store, hostile_texts: tuple[str, ...]
) -> None:
    for text in ("../../x", "/etc/x", "a\0b", *hostile_texts):
        store.start_run(text, "selfplay", {})
    assert set(_statuses(store).values()) == {"running"}
    assert {file.parent for file in path.parent.rglob("*.lock")} == {path.parent / "running"}
    assert not (path.parent.parent / "x").exists()


def test_a_folder_that_cannot_be_made_is_a_sentence_and_no_run(path: Path, store: Store) -> None:
    (path.parent / "running").write_text("in the way")
    with pytest.raises(StoreError, match=r"running cannot be used: .*\."):
        store.start_run("play", "selfplay", {})
    assert store.runs() == []
