"""A self-play is paused inside a turn, still lets short jobs and a cancel in, and steps on."""

from __future__ import annotations

import pytest

from convotui.engine.api import (
    Event,
    JobCancelled,
    JobDone,
    JobProgress,
    Pace,
    Pause,
    PlayPaused,
    PlayResumed,
    Resume,
    Step,
    TurnPlayed,
)
from convotui.engine.jobs import JobContext
from tests.engine.conftest import HANG, Stage, play, reply

pytestmark = pytest.mark.usefixtures("patient")


def _turns(stage: Stage, job: int) -> int:
    return sum(isinstance(event, TurnPlayed) for event in stage.heard.of(job))


def _texts(events: list[Event]) -> list[list[str]]:
    ends = [e.dialog for e in events if isinstance(e, TurnPlayed) and e.finished]
    return [[turn.text for turn in dialog.turns] for dialog in ends]


@pytest.fixture
def ticks(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Numbers of the jobs that tick, one for each tick."""
    seen: list[int] = []
    tick = JobContext.tick

    def counting(context: JobContext) -> None:
        seen.append(context.job.number)
        tick(context)

    monkeypatch.setattr(JobContext, "tick", counting)
    return seen


@pytest.fixture
def paused(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> tuple[Stage, int]:
    """A self-play of six rounds that stands still inside its first turn."""
    started: list[int] = []
    stage.inside(monkeypatch, lambda: stage.engine.steer(started[0], Pause()))
    stage.heard.once(JobProgress, lambda event: started.append(event.job))
    job = stage.engine.submit(play(episodes=3, turns=2, batch=1))
    stage.heard.nth(PlayPaused)
    return stage, job


def test_a_pause_is_felt_inside_a_turn(paused: tuple[Stage, int]) -> None:
    stage, job = paused
    assert _turns(stage, job) == 0


def test_a_play_goes_on_from_where_it_stood(paused: tuple[Stage, int]) -> None:
    stage, job = paused
    stage.engine.steer(job, Resume())
    assert isinstance(stage.heard.ending(job), JobDone)
    kinds = [type(event) for event in stage.heard.of(job)]
    assert kinds.count(PlayPaused) == kinds.count(PlayResumed) == 1
    assert kinds.index(PlayPaused) < kinds.index(PlayResumed) < kinds.index(TurnPlayed)
    undisturbed = stage.run(play(episodes=3, turns=2, batch=1))
    assert _texts(stage.heard.of(job)) == _texts(undisturbed)


def test_a_reply_is_given_while_a_play_is_paused(paused: tuple[Stage, int]) -> None:
    stage, job = paused
    for seed in (1, 2):
        asked = stage.engine.submit(reply(seeds=(seed,)))
        assert isinstance(stage.heard.ending(asked), JobDone)
    assert _turns(stage, job) == 0
    assert not [event for event in stage.heard.of(job) if isinstance(event, PlayResumed)]


def test_a_paused_play_ticks_no_oftener_than_it_is_woken(
    ticks: list[int], paused: tuple[Stage, int]
) -> None:
    stage, job = paused
    before = ticks.count(job)
    stage.run(reply())
    stage.engine.steer(job, Pace(1e6))
    stage.run(reply())
    assert 2 <= ticks.count(job) - before <= 5


def test_a_paused_play_can_be_cancelled(paused: tuple[Stage, int]) -> None:
    stage, job = paused
    stage.engine.cancel(job)
    ending = stage.heard.ending(job)
    assert isinstance(ending, JobCancelled)
    assert ending.summary["turns"] == 0
    assert isinstance(stage.run(reply())[-1], JobDone)


def test_an_engine_with_a_paused_play_can_be_closed(paused: tuple[Stage, int]) -> None:
    stage, job = paused
    assert stage.engine.close(HANG)
    assert isinstance(stage.heard.ending(job), JobCancelled)


def test_each_step_plays_a_round_and_pauses_again(paused: tuple[Stage, int]) -> None:
    stage, job = paused
    for count in range(1, 6):
        stage.engine.steer(job, Step())
        stage.heard.nth(PlayPaused, count + 1)
        assert _turns(stage, job) == count
    stage.engine.steer(job, Step())
    assert isinstance(stage.heard.ending(job), JobDone)


def test_a_step_of_a_batch_plays_a_turn_in_each_of_its_dialogs(stage: Stage) -> None:
    stage.heard.once(JobProgress, lambda event: stage.engine.steer(event.job, Pause()))
    job = stage.engine.submit(play(episodes=3, turns=2, batch=3))
    stage.heard.nth(PlayPaused)
    stage.engine.steer(job, Step())
    stage.heard.nth(PlayPaused, 2)
    assert [e.episode for e in stage.heard.of(job) if isinstance(e, TurnPlayed)] == [0, 1, 2]


def test_a_play_paused_in_the_queue_stops_before_its_first_turn(stage: Stage) -> None:
    queued: list[int] = []

    def queue(event: Event) -> None:
        queued.append(stage.engine.submit(play()))
        stage.engine.steer(queued[0], Pause())

    stage.heard.once(JobProgress, queue)
    assert isinstance(stage.run(play())[-1], JobDone)
    stage.heard.nth(PlayPaused, job=queued[0])
    assert _turns(stage, queued[0]) == 0
    stage.engine.steer(queued[0], Resume())
    assert isinstance(stage.heard.ending(queued[0]), JobDone)


def test_a_slow_play_waits_between_rounds_and_lets_replies_in(stage: Stage) -> None:
    stage.heard.once(JobProgress, lambda event: stage.engine.steer(event.job, Pace(1e-5)))
    job = stage.engine.submit(play(episodes=2, turns=2, batch=1))
    stage.heard.nth(TurnPlayed)
    assert isinstance(stage.run(reply())[-1], JobDone)
    assert _turns(stage, job) == 1
    stage.engine.steer(job, Pace(None))
    assert isinstance(stage.heard.ending(job), JobDone)
    assert _turns(stage, job) == 4


def test_a_slow_play_can_be_cancelled_while_it_waits(stage: Stage) -> None:
    stage.heard.once(JobProgress, lambda event: stage.engine.steer(event.job, Pace(1e-5)))
    job = stage.engine.submit(play(batch=1))
    stage.heard.nth(TurnPlayed)
    stage.engine.cancel(job)
    assert isinstance(stage.heard.ending(job), JobCancelled)
