"""Progress tells how far a job is, often enough to be lively and seldom enough to be cheap."""

from __future__ import annotations

import time

import pytest

from convotui.decoders import Sampling
from convotui.engine.api import (
    Event,
    JobProgress,
    Pause,
    PlayPaused,
    ReplyText,
    Resume,
    TurnPlayed,
)
from convotui.engine.jobs import Job, JobContext
from convotui.errors import Cancelled
from tests.engine.conftest import Stage, play, reply


def _context() -> tuple[JobContext, list[Event], Job]:
    heard: list[Event] = []
    job = Job(1, play())
    return JobContext(job, heard.append, None), heard, job


def test_at_most_ten_a_second_however_often_a_job_reports() -> None:
    context, heard, _ = _context()
    began = time.monotonic()
    for step in range(100_000):
        context.progress("counting", step, 200_000)
    spent = time.monotonic() - began
    assert 1 <= len(heard) <= spent * 10 + 1


def test_self_play_reports_at_most_ten_times_a_second(real: Stage) -> None:
    began = time.monotonic()
    events = real.run(play(episodes=40, turns=4, batch=1, sampling=Sampling(max_new_tokens=1)))
    spent = time.monotonic() - began
    progress = [event for event in events if isinstance(event, JobProgress)]
    assert 2 <= len(progress) <= spent * 10 + 2


def test_a_growing_reply_is_shown_at_most_thirty_times_a_second(real: Stage) -> None:
    began = time.monotonic()
    events = real.run(reply(sampling=Sampling(min_new_tokens=200, max_new_tokens=200)))
    spent = time.monotonic() - began
    texts = [event for event in events if isinstance(event, ReplyText)]
    assert 2 <= len(texts) <= spent * 30 + 2


def test_a_new_stage_is_always_reported() -> None:
    context, heard, _ = _context()
    for stage in ("downloading", "converting", "loading"):
        for _ in range(3):
            context.progress(stage)
    assert [event.stage for event in heard] == ["downloading", "converting", "loading"]


def test_the_last_step_is_always_reported() -> None:
    context, heard, _ = _context()
    for step in range(51):
        context.progress("playing", step, 50)
    assert (heard[-1].done, heard[-1].total) == (50, 50)


def test_seconds_left_are_told_once_there_is_something_to_judge_by(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    context, heard, _ = _context()
    context.progress("playing", 0, 40)
    now[0] += 10
    context.progress("playing", 10, 40)
    assert heard[0].eta is None
    assert heard[1].eta == pytest.approx(30)


def test_seconds_that_a_job_stood_still_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    context, heard, _ = _context()
    context.progress("playing", 0, 40)
    now[0] += 5
    context.stop_clock()
    now[0] += 10_000
    context.start_clock()
    now[0] += 5
    context.progress("playing", 10, 40)
    assert heard[-1].eta == pytest.approx(30)


def test_a_paused_play_promises_the_seconds_it_did_before(
    fake: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr("convotui.engine.jobs.time.monotonic", lambda: now[0])

    def turn(event: Event) -> None:
        now[0] += 10
        if len(event.dialog) == 2:
            fake.engine.steer(event.job, Pause())

    def pause(event: Event) -> None:
        now[0] += 10_000
        fake.engine.steer(event.job, Resume())

    fake.heard.when(TurnPlayed, turn)
    fake.heard.once(PlayPaused, pause)
    events = fake.run(play(episodes=1, turns=4))
    etas = [event.eta for event in events if isinstance(event, JobProgress)]
    assert etas == [None, pytest.approx(30), pytest.approx(20), pytest.approx(10), 0]


def test_no_seconds_are_promised_while_the_total_is_unknown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    context, heard, _ = _context()
    for _ in range(3):
        context.progress("converting")
        now[0] += 10
    assert [event.eta for event in heard] == [None] * 3


def test_a_new_stage_counts_its_time_from_its_own_beginning(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    context, heard, _ = _context()
    context.progress("loading", 1, 2)
    now[0] += 1000
    context.progress("playing", 0, 40)
    now[0] += 10
    context.progress("playing", 20, 40)
    assert heard[-1].eta == pytest.approx(10)


def test_a_cancelled_job_hears_of_it_at_its_next_tick_or_report() -> None:
    context, heard, job = _context()
    context.tick()
    job.cancelled.set()
    with pytest.raises(Cancelled):
        context.tick()
    with pytest.raises(Cancelled):
        context.progress("playing", 1, 2)
    assert heard == []
