"""What an engine announces is already on disk, where another program can read it."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from convotui.engine.api import Event, JobDone, JobStarted, TurnPlayed
from tests.engine.conftest import Stage, play


def test_a_turn_is_in_the_database_before_it_is_announced(stage: Stage) -> None:
    missing: list[str] = []
    seen: list[int] = []

    def look(event: Event) -> None:
        query = (
            "SELECT c.text FROM turns t JOIN candidates c ON c.turn = t.key "
            "WHERE t.dialog = ? ORDER BY t.position"
        )
        with closing(sqlite3.connect(stage.database)) as other:
            stored = [row[0] for row in other.execute(query, (event.key,))]
        said = [turn.text for turn in event.dialog.turns]
        seen.append(len(said))
        if stored[: len(said)] != said:
            missing.append(f"{event.episode}: {said} but {stored}")

    stage.heard.when(TurnPlayed, look)
    assert isinstance(stage.run(play())[-1], JobDone)
    assert sorted(seen) == [1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4]
    assert missing == []


def test_the_dialogs_announced_are_the_dialogs_stored(stage: Stage) -> None:
    events = stage.run(play())
    finished = [e for e in events if isinstance(e, TurnPlayed) and e.finished]
    assert len(finished) == 3
    for event in finished:
        assert stage.store.load(event.key) == event.dialog


def test_a_run_is_recorded_with_its_plan_and_how_it_ended(stage: Stage) -> None:
    events = stage.run(play(seed=7))
    (run,) = stage.store.runs()
    assert (run["kind"], run["status"]) == ("selfplay", "done")
    assert run["config"]["seed"] == 7
    assert run["summary"] == events[-1].summary
    assert len(stage.store.list_dialogs(run["id"])) == 3


def test_a_real_run_is_recorded_with_its_model(real: Stage) -> None:
    real.run(play())
    config = real.store.runs()[0]["config"]
    assert config["model"] == real.model
    assert (config["version"], config["dtype"], config["device"]) == ("base", "float32", "cpu")


def test_a_run_stands_in_the_database_while_it_is_running(stage: Stage) -> None:
    status: list[str] = []
    stage.heard.once(TurnPlayed, lambda _: status.append(stage.store.runs()[0]["status"]))
    stage.run(play())
    assert status == ["running"]


def test_the_same_plan_twice_is_two_runs_with_dialogs_of_the_same_names(stage: Stage) -> None:
    for _ in range(2):
        stage.run(play())
    first, second = stage.store.runs()
    assert first["id"] != second["id"]
    names = [[row.id for row in stage.store.list_dialogs(run["id"])] for run in (first, second)]
    assert names[0] == names[1]
    keys = {row.key for row in stage.store.list_dialogs()}
    assert len(keys) == 6


def test_a_cancelled_run_leaves_no_empty_dialogs(stage: Stage) -> None:
    stage.heard.once(TurnPlayed, lambda event: stage.engine.cancel(event.job))
    stage.run(play(episodes=500, turns=2000, batch=3))
    assert 1 <= len(stage.store.list_dialogs()) <= 6
    assert all(row.turns for row in stage.store.list_dialogs())


def test_nothing_is_stored_for_a_run_that_never_started(stage: Stage) -> None:
    def queue_and_cancel(event: Event) -> None:
        stage.engine.cancel(stage.engine.submit(play(seed=2)))

    stage.heard.once(JobStarted, queue_and_cancel)
    stage.run(play())
    assert len(stage.store.runs()) == 1
