"""What the fake engine lets a test do: pace jobs, hold them, and look at them while they stand."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from convotui.engine.api import (
    Event,
    JobCancelled,
    JobDone,
    JobProgress,
    JobStarted,
    LoadModel,
    ModelReady,
    PullModel,
    ReplyReady,
    ReplyText,
    TurnPlayed,
)
from tests.engine.conftest import HANG, Stage, play, reply

ENDLESS = {"episodes": 50, "turns": 2000}
A_WHILE = 0.2


@pytest.fixture
def held(fake: Stage) -> Iterator[tuple[Stage, int]]:
    """A self-play that stands still after its first turn."""
    standing = threading.Event()

    def hold(event: Event) -> None:
        fake.engine.hold.clear()
        standing.set()

    fake.heard.once(TurnPlayed, hold)
    job = fake.engine.submit(play(**ENDLESS, batch=1))
    assert standing.wait(HANG)
    yield fake, job
    assert fake.engine.close(HANG)


def _turns(stage: Stage, job: int) -> int:
    return sum(isinstance(event, TurnPlayed) for event in stage.heard.of(job))


def test_auto_is_loaded_as_the_model_it_stands_for(fake: Stage) -> None:
    events = fake.run(LoadModel())
    (ready,) = [event for event in events if isinstance(event, ModelReady)]
    (progress,) = [event for event in events if isinstance(event, JobProgress)]
    assert ready.name == "smollm2"
    assert progress.stage == "loading smollm2"
    assert events[-1].summary == {"model": "smollm2", "version": "base"}


def test_a_pull_needs_no_model(fake: Stage) -> None:
    fake.engine.model = None
    done = fake.run(PullModel("auto"))[-1]
    assert isinstance(done, JobDone)
    assert done.summary["model"] == "smollm2"


def test_a_held_job_stands_still_and_goes_on(held: tuple[Stage, int]) -> None:
    stage, job = held
    time.sleep(A_WHILE)
    assert _turns(stage, job) == 1
    more = threading.Event()
    stage.heard.once(TurnPlayed, lambda _: more.set())
    stage.engine.hold.set()
    assert more.wait(HANG)


def test_a_held_job_can_be_cancelled(held: tuple[Stage, int]) -> None:
    stage, job = held
    stage.engine.cancel(job)
    ending = stage.heard.ending(job)
    assert isinstance(ending, JobCancelled)
    assert ending.summary["turns"] == 1
    assert ending.summary == stage.store.runs()[0]["summary"]
    assert not stage.engine.hold.is_set()


def test_a_held_engine_can_be_closed(held: tuple[Stage, int]) -> None:
    stage, job = held
    asked = stage.engine.submit(reply())
    assert stage.engine.close(HANG)
    assert isinstance(stage.heard.ending(job), JobCancelled)
    assert stage.heard.of(asked) == [JobCancelled(asked)]


def test_a_reply_waits_while_its_play_is_held_and_is_then_given_inside_it(
    held: tuple[Stage, int],
) -> None:
    stage, job = held
    asked = stage.engine.submit(reply())
    time.sleep(A_WHILE)
    assert stage.heard.of(asked) == []
    stage.engine.hold.set()
    assert isinstance(stage.heard.ending(asked), JobDone)
    stage.engine.cancel(job)
    assert isinstance(stage.heard.ending(job), JobCancelled)
    events = stage.heard.events
    done = events.index(next(e for e in events if e.job == asked and isinstance(e, JobDone)))
    assert sum(isinstance(event, TurnPlayed) for event in events[:done]) == 1


def test_cancelling_a_held_play_lets_the_reply_behind_it_begin(held: tuple[Stage, int]) -> None:
    stage, job = held
    asked = stage.engine.submit(reply())
    stage.engine.cancel(job)
    assert isinstance(stage.heard.ending(job), JobCancelled)
    stage.engine.hold.set()
    assert isinstance(stage.heard.ending(asked), JobDone)


def test_a_play_held_from_within_a_reply_says_nothing_after_it(fake: Stage) -> None:
    asked: list[int] = []
    standing = threading.Event()

    def hold(event: Event) -> None:
        fake.engine.hold.clear()
        standing.set()

    fake.heard.once(TurnPlayed, lambda _: asked.append(fake.engine.submit(reply())))
    fake.heard.once(ReplyReady, hold)
    job = fake.engine.submit(play(batch=1))
    assert standing.wait(HANG)
    assert isinstance(fake.heard.ending(asked[0]), JobDone)
    time.sleep(A_WHILE)
    assert _turns(fake, job) == 1
    fake.engine.hold.set()
    assert isinstance(fake.heard.ending(job), JobDone)


def test_a_held_reply_can_be_cancelled(fake: Stage) -> None:
    fake.engine.hold.clear()
    begun = threading.Event()
    fake.heard.once(JobStarted, lambda _: begun.set())
    job = fake.engine.submit(reply())
    assert begun.wait(HANG)
    fake.engine.cancel(job)
    assert isinstance(fake.heard.ending(job), JobCancelled)
    assert [type(event) for event in fake.heard.of(job)] == [JobStarted, JobCancelled]


def test_steps_take_the_time_they_are_given(fake: Stage) -> None:
    fake.engine.step_seconds = 0.02
    began = time.monotonic()
    events = fake.run(reply())
    steps = sum(isinstance(event, ReplyText | ReplyReady) for event in events)
    assert time.monotonic() - began >= steps * 0.02 * 0.9


def test_a_long_step_ends_when_its_job_is_cancelled(fake: Stage) -> None:
    fake.engine.step_seconds = 10 * HANG
    begun = threading.Event()
    fake.heard.once(JobStarted, lambda _: begun.set())
    job = fake.engine.submit(play())
    assert begun.wait(HANG)
    fake.engine.cancel(job)
    assert isinstance(fake.heard.ending(job), JobCancelled)


def test_dialogs_of_a_fake_play_are_varied_and_the_same_every_time(fake: Stage) -> None:
    def texts() -> list[list[str]]:
        events = fake.run(play(episodes=4, turns=8, batch=4))
        ends = [e.dialog for e in events if isinstance(e, TurnPlayed) and e.finished]
        return [[turn.text for turn in dialog.turns] for dialog in ends]

    first = texts()
    assert texts() == first
    assert len({text for row in first for text in row}) > 8
    assert len({tuple(row) for row in first}) == 4


def test_the_seconds_of_a_reply_are_those_of_its_steps(fake: Stage) -> None:
    fake.engine.step_seconds = 0.001
    ready = [fake.run(reply())[-2] for _ in range(2)]
    assert ready[0].tokens == len(ready[0].candidates[0].text.split(" "))
    assert ready[0].seconds == ready[1].seconds == pytest.approx(0.001 * (ready[0].tokens + 1))
