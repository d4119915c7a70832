"""The desk knows who asked for which job, how far it is, and which one to tell of."""

from __future__ import annotations

import pytest

from convotui.engine.api import (
    CountTokens,
    Event,
    JobCancelled,
    JobDone,
    JobFailed,
    JobProgress,
    JobStarted,
    Request,
)
from convotui.tui.bridge import Desk, Work, job_words
from convotui.tui.clock import clock


class Engine:
    """Takes jobs and notes which are cancelled."""

    def __init__(self) -> None:
        self.count = 0
        self.cancelled: list[int] = []

    def submit(self, request: Request) -> int:
        self.count += 1
        return self.count

    def cancel(self, job: int) -> None:
        self.cancelled.append(job)


@pytest.fixture
def engine() -> Engine:
    return Engine()


@pytest.fixture
def desk(engine: Engine) -> Desk:
    return Desk(engine)  # type: ignore[arg-type]


ASK = CountTokens(())


@pytest.mark.parametrize("ending", [JobDone(1), JobCancelled(1), JobFailed(1, "No.")])
def test_events_go_to_who_asked_until_the_job_has_ended(desk: Desk, ending: Event) -> None:
    first: list[Event] = []
    second: list[Event] = []
    desk.submit(ASK, "counting", first.append)
    desk.submit(ASK, "reading", second.append)
    for event in (JobStarted(1), JobStarted(2), ending, JobProgress(1, "late", 1)):
        desk.handle(event)
    assert first == [JobStarted(1), ending]
    assert second == [JobStarted(2)]
    assert list(desk.work) == [2]


def test_events_of_unknown_jobs_are_nobodys(desk: Desk) -> None:
    assert desk.handle(JobDone(9)) is None


def test_cancelling_asks_the_engine_once_for_jobs_under_way_only(
    desk: Desk, engine: Engine
) -> None:
    job = desk.submit(ASK, "counting", lambda event: None)
    desk.cancel(job)
    assert desk.work[job].stopping
    desk.handle(JobCancelled(job))
    desk.cancel(job)
    assert engine.cancelled == [job]


def test_what_runs_by_itself_is_told_of_first(desk: Desk) -> None:
    desk.submit(ASK, "replying", lambda event: None)
    desk.submit(ASK, "self-play", lambda event: None, long=True)
    assert desk.shown is None  # nothing has begun
    desk.handle(JobStarted(1))
    assert desk.shown is desk.work[1]
    desk.handle(JobStarted(2))
    assert desk.shown is desk.work[2]
    assert [work.title for work in desk.long] == ["self-play"]


def work(**values: object) -> Work:
    return Work(1, "replying", False, lambda event: None, **values)  # type: ignore[arg-type]


def test_a_job_is_told_of_in_a_few_words() -> None:
    assert job_words(None) == ""
    assert job_words(work()) == "replying"
    assert job_words(work(progress=JobProgress(1, "loading smollm2", 0))) == "loading smollm2"
    half = JobProgress(1, "downloading", 5, 10, eta=75.0)
    assert job_words(work(progress=half)) == "downloading 50 % 1:15"
    assert job_words(work(progress=half, stopping=True)) == "downloading: stopping…"
    play = Work(1, "self-play", True, lambda event: None)
    play.progress, play.paused = JobProgress(1, "playing", 5, 10, 75.0), True
    assert job_words(play) == "self-play paused 50 %"


def test_times_are_written_like_on_a_clock() -> None:
    assert [clock(s) for s in (0, 59.4, 61, 3599.6, 3661)] == [
        "0:00",
        "0:59",
        "1:01",
        "1:00:00",
        "1:01:01",
    ]
