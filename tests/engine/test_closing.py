"""Closing an engine ends its thread and leaves no job without an ending."""

from __future__ import annotations

import threading

from convotui.engine.api import JobCancelled, TurnPlayed
from tests.engine.conftest import HANG, Stage, play, reply


def test_closing_an_idle_engine_ends_its_thread(stage: Stage) -> None:
    assert stage.engine.close(HANG)
    assert not stage.engine._queue._thread.is_alive()


def test_closing_during_a_job_cancels_it_and_ends_the_thread(stage: Stage) -> None:
    begun = threading.Event()
    stage.heard.once(TurnPlayed, lambda _: begun.set())
    job = stage.engine.submit(play(episodes=50, turns=2000))
    assert begun.wait(HANG)
    assert stage.engine.close(HANG)
    assert isinstance(stage.heard.ending(job), JobCancelled)
    assert stage.store.runs()[0]["status"] == "cancelled"
    assert not stage.engine._queue._thread.is_alive()


def test_jobs_that_waited_are_cancelled_by_closing(stage: Stage) -> None:
    begun = threading.Event()
    stage.heard.once(TurnPlayed, lambda _: begun.set())
    running = stage.engine.submit(play(episodes=50, turns=2000))
    waiting = [stage.engine.submit(play(seed=seed)) for seed in range(2)]
    assert begun.wait(HANG)
    assert stage.engine.close(HANG)
    assert {type(stage.heard.ending(job)) for job in (running, *waiting)} == {JobCancelled}
    assert [stage.heard.of(job) for job in waiting] == [[JobCancelled(job)] for job in waiting]


def test_a_job_for_a_closed_engine_is_cancelled_at_once(stage: Stage) -> None:
    stage.engine.close(HANG)
    for request in (reply(), play()):
        job = stage.engine.submit(request)
        assert stage.heard.of(job) == [JobCancelled(job)]


def test_closing_twice_is_fine(stage: Stage) -> None:
    assert stage.engine.close(HANG)
    assert stage.engine.close(HANG)
