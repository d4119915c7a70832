"""A cancelled job ends as cancelled, keeps what it had stored, and the engine lives on."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from convotui.engine.api import (
    Event,
    JobCancelled,
    JobDone,
    JobProgress,
    JobStarted,
    LoadModel,
    ModelReady,
    ReplyReady,
    ReplyText,
    TurnPlayed,
)
from tests.engine.conftest import Stage, play, reply

ENDLESS = {"episodes": 50, "turns": 2000}


def _lives(stage: Stage) -> None:
    assert isinstance(stage.run(reply())[-1], JobDone)


def test_a_waiting_job_ends_at_once_without_having_started(stage: Stage) -> None:
    waiting: list[int] = []
    at_once: list[list[Event]] = []

    def queue_and_cancel(event: Event) -> None:
        waiting.append(stage.engine.submit(play(seed=2)))
        stage.engine.cancel(waiting[0])
        # The job before it is still running, in this very call.
        at_once.append(stage.heard.of(waiting[0]))

    stage.heard.once(JobStarted, queue_and_cancel)
    ending = stage.run(play())[-1]
    assert isinstance(ending, JobDone)
    assert at_once == [[JobCancelled(waiting[0])]]
    _lives(stage)
    assert stage.heard.of(waiting[0]) == at_once[0]


def test_jobs_behind_a_cancelled_one_still_come(stage: Stage) -> None:
    queued: list[int] = []

    def queue(event: Event) -> None:
        queued.extend(stage.engine.submit(play(seed=seed)) for seed in range(3))
        stage.engine.cancel(queued[1])

    stage.heard.once(JobStarted, queue)
    stage.run(play())
    endings = [type(stage.heard.ending(job)) for job in queued]
    assert endings == [JobDone, JobCancelled, JobDone]


def test_a_running_reply_stops_while_it_grows(stage: Stage) -> None:
    stage.heard.once(ReplyText, lambda event: stage.engine.cancel(event.job))
    events = stage.run(reply())
    assert isinstance(events[-1], JobCancelled)
    assert not [event for event in events if isinstance(event, ReplyReady)]
    _lives(stage)


def test_a_running_self_play_keeps_the_turns_it_played(stage: Stage) -> None:
    played: list[TurnPlayed] = []

    def count(event: Event) -> None:
        played.append(event)
        if len(played) == 3:
            stage.engine.cancel(event.job)

    stage.heard.when(TurnPlayed, count)
    events = stage.run(play(**ENDLESS, batch=1))
    assert isinstance(events[-1], JobCancelled)
    latest = {event.key: event.dialog for event in played}
    for key, dialog in latest.items():
        kept = stage.store.load(key)
        assert kept.turns[: len(dialog)] == dialog.turns
    (run,) = stage.store.runs()
    assert run["status"] == "cancelled"
    assert run["ended"]
    assert run["summary"] == events[-1].summary
    assert run["summary"]["turns"] == sum(row.turns for row in stage.store.list_dialogs(run["id"]))
    _lives(stage)


def test_the_next_self_play_after_a_cancelled_one_runs_to_its_end(stage: Stage) -> None:
    stage.heard.once(TurnPlayed, lambda event: stage.engine.cancel(event.job))
    assert isinstance(stage.run(play(**ENDLESS))[-1], JobCancelled)
    assert isinstance(stage.run(play())[-1], JobDone)
    assert [run["status"] for run in stage.store.runs()] == ["cancelled", "done"]


def test_cancelling_a_play_leaves_the_reply_inside_it_alone(stage: Stage) -> None:
    asked: list[int] = []

    def ask(event: Event) -> None:
        asked.append(stage.engine.submit(reply()))
        stage.heard.once(ReplyText, lambda _: stage.engine.cancel(event.job))

    stage.heard.once(TurnPlayed, ask)
    events = stage.run(play(**ENDLESS))
    assert isinstance(events[-1], JobCancelled)
    assert isinstance(stage.heard.ending(asked[0]), JobDone)


def test_cancelling_the_reply_inside_a_play_leaves_the_play_alone(stage: Stage) -> None:
    asked: list[int] = []
    stage.heard.once(TurnPlayed, lambda _: asked.append(stage.engine.submit(reply())))
    stage.heard.once(ReplyText, lambda event: stage.engine.cancel(event.job))
    events = stage.run(play())
    assert isinstance(events[-1], JobDone)
    assert isinstance(stage.heard.ending(asked[0]), JobCancelled)
    assert len([event for event in events if isinstance(event, TurnPlayed)]) == 12


def test_a_load_that_has_not_begun_reading_can_be_called_off(stage: Stage) -> None:
    stage.heard.once(JobStarted, lambda event: stage.engine.cancel(event.job))
    assert isinstance(stage.run(LoadModel(stage.model))[-1], JobCancelled)
    _lives(stage)


def test_a_load_that_is_called_off_midway_leaves_the_old_model_live(
    real: Stage, persona_folder: Path
) -> None:
    live = real.engine.decoder
    real.heard.once(JobProgress, lambda event: real.engine.cancel(event.job))
    events = real.run(LoadModel(str(persona_folder), device="cpu", dtype="float32"))
    assert isinstance(events[-1], JobCancelled)
    assert not [event for event in events if isinstance(event, ModelReady)]
    assert real.engine.decoder is live
    _lives(real)


def test_the_fake_engines_model_stays_too_when_a_load_is_called_off(fake: Stage) -> None:
    fake.heard.once(JobProgress, lambda event: fake.engine.cancel(event.job))
    assert isinstance(fake.run(LoadModel("other"))[-1], JobCancelled)
    assert fake.engine.model == fake.model


@pytest.mark.parametrize("job", [0, -1, 999])
def test_cancelling_a_job_there_is_not_does_nothing(stage: Stage, job: int) -> None:
    stage.engine.cancel(job)
    _lives(stage)


def test_cancelling_a_job_that_has_ended_does_nothing(stage: Stage) -> None:
    events = stage.run(reply())
    stage.engine.cancel(events[0].job)
    _lives(stage)
    assert stage.heard.of(events[0].job) == events


def test_cancelling_twice_ends_a_job_once(stage: Stage) -> None:
    def twice(event: Event) -> None:
        stage.engine.cancel(event.job)
        stage.engine.cancel(event.job)

    stage.heard.once(TurnPlayed, twice)
    events = stage.run(play(**ENDLESS))
    assert [type(e) for e in events].count(JobCancelled) == 1
    _lives(stage)


def test_a_cancel_from_another_thread_is_felt(stage: Stage) -> None:
    begun = threading.Event()
    stage.heard.once(TurnPlayed, lambda _: begun.set())
    job = stage.engine.submit(play(**ENDLESS))
    assert begun.wait(60)
    stage.engine.cancel(job)
    assert isinstance(stage.heard.ending(job), JobCancelled)
