"""Runs are recorded with their config, their end, and a name of their own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from convotui.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Open a new database file."""
    with Store(tmp_path / "c.db") as opened:
        yield opened


def test_a_run_is_listed_with_its_config_before_and_its_summary_after_it_ended(
    store: Store,
) -> None:
    name = store.start_run("play", "selfplay", {"episodes": 3, "note": "\x1b[2J"})
    (run,) = store.runs()
    assert (run["id"], run["kind"], run["status"]) == ("play", "selfplay", "running")
    assert (run["config"], run["summary"]) == ({"episodes": 3, "note": "\x1b[2J"}, None)
    assert run["ended"] is None
    store.end_run(name, "cancelled", {"episodes": 1})
    (run,) = store.runs()
    assert (run["status"], run["summary"]) == ("cancelled", {"episodes": 1})
    assert datetime.fromisoformat(run["started"]) <= datetime.fromisoformat(run["ended"])
    assert datetime.fromisoformat(run["started"]).utcoffset() is not None


def test_a_name_that_is_taken_gets_the_next_number(store: Store) -> None:
    names = [store.start_run("play", "selfplay", {}) for _ in range(4)]
    assert names == ["play", "play-2", "play-3", "play-4"]


def test_a_number_that_is_taken_is_passed_over(store: Store) -> None:
    for name in ("play-2", "play", "play-3"):
        assert store.start_run(name, "selfplay", {}) == name
    assert store.start_run("play", "selfplay", {}) == "play-4"
    assert store.start_run("play-2", "selfplay", {}) == "play-2-2"


def test_ending_one_run_leaves_the_others_running(store: Store) -> None:
    first, second = (store.start_run("play", "selfplay", {}) for _ in range(2))
    store.end_run(first, "done", {})
    assert {run["id"]: run["status"] for run in store.runs()} == {first: "done", second: "running"}


def test_runs_are_listed_oldest_first(store: Store) -> None:
    names = [store.start_run(f"run-{i}", "selfplay", {}) for i in range(5)]
    assert [run["id"] for run in store.runs()] == names
