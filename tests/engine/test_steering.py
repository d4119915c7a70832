"""Commands reach the one self-play they are for, and nothing else minds them."""

from __future__ import annotations

import threading

import pytest

from convotui.engine.api import (
    Command,
    Drop,
    Event,
    HandBack,
    JobDone,
    JobStarted,
    LoadModel,
    Pace,
    Pause,
    PlayPaused,
    ReplyText,
    Request,
    Resume,
    SayLine,
    Step,
    TakeOver,
    TurnPlayed,
)
from tests.engine.conftest import Stage, play, reply

COMMANDS: list[Command] = [
    Pause(),
    Resume(),
    Step(),
    Pace(2.0),
    Pace(None),
    Drop(0),
    TakeOver(0, 1),
    HandBack(0),
    SayLine(0, "hi"),
]


@pytest.mark.parametrize("command", COMMANDS, ids=repr)
def test_a_job_that_has_ended_ignores_commands(stage: Stage, command: Command) -> None:
    events = stage.run(play(episodes=1, turns=1))
    stage.engine.steer(events[0].job, command)
    assert isinstance(stage.run(reply())[-1], JobDone)
    assert stage.heard.of(events[0].job) == events


@pytest.mark.parametrize("job", [0, -1, 999])
def test_a_job_there_is_not_ignores_commands(stage: Stage, job: int) -> None:
    stage.engine.steer(job, Pause())
    assert isinstance(stage.run(play())[-1], JobDone)


@pytest.mark.parametrize("what", ["reply", "load"])
def test_jobs_that_take_no_commands_go_on(stage: Stage, what: str) -> None:
    request: Request = reply() if what == "reply" else LoadModel(stage.model)

    def command(event: Event) -> None:
        for each in COMMANDS:
            stage.engine.steer(event.job, each)

    stage.heard.once(JobStarted, command)
    assert isinstance(stage.run(request)[-1], JobDone)


def test_a_command_to_a_reply_inside_a_play_is_not_the_plays(stage: Stage) -> None:
    stage.heard.once(TurnPlayed, lambda _: stage.engine.submit(reply()))
    stage.heard.once(ReplyText, lambda event: stage.engine.steer(event.job, Pause()))
    events = stage.run(play())
    assert isinstance(events[-1], JobDone)
    assert not [event for event in events if isinstance(event, PlayPaused)]


def test_commands_to_one_play_are_not_the_next_ones(stage: Stage) -> None:
    stage.heard.once(TurnPlayed, lambda event: stage.engine.steer(event.job, Drop(1)))
    assert stage.run(play())[-1].summary["dropped"] == 1
    assert stage.run(play())[-1].summary["dropped"] == 0


def test_commands_that_change_nothing_leave_what_is_said_as_it_would_be(stage: Stage) -> None:
    def texts() -> list[list[str]]:
        ends = [e.dialog for e in stage.run(play()) if isinstance(e, TurnPlayed) and e.finished]
        return [[turn.text for turn in dialog.turns] for dialog in ends]

    undisturbed = texts()

    def fuss(event: Event) -> None:
        for command in (Pause(), Pace(1e6), Resume(), TakeOver(2, 1), HandBack(2), Drop(77)):
            stage.engine.steer(event.job, command)

    stage.heard.when(TurnPlayed, fuss)
    assert texts() == undisturbed


def test_commands_from_many_threads_are_all_followed(stage: Stage) -> None:
    stage.heard.once(TurnPlayed, lambda event: stage.engine.steer(event.job, Pause()))
    job = stage.engine.submit(play(episodes=40, turns=4, batch=2))
    stage.heard.nth(PlayPaused)
    threads = [
        threading.Thread(target=stage.engine.steer, args=(job, Drop(episode)))
        for episode in range(4, 40)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stage.engine.steer(job, Resume())
    ending = stage.heard.ending(job)
    assert (ending.summary["dropped"], ending.summary["episodes"]) == (36, 4)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Pace(0), "turns_per_second"),
        (lambda: Pace(-2.0), "turns_per_second"),
        (lambda: Pace(float("nan")), "turns_per_second"),
        (lambda: TakeOver(0, 2), "speaker"),
        (lambda: SayLine(0, "  "), "empty"),
    ],
)
def test_a_command_that_makes_no_sense_cannot_be_made(make: object, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        make()
