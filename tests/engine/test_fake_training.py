"""A canned training: events in the order of a real one, a real run's folder, and it goes on."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from convotui.engine.api import (
    Event,
    JobCancelled,
    JobDone,
    JobFailed,
    JobProgress,
    JobStarted,
    PolicyMeasured,
    RatingWanted,
    Reward,
    RoundTrained,
    TrainingStarted,
    TrainPolicy,
)
from convotui.evaluation.scores import score_from
from convotui.learning.history import point_from
from convotui.learning.plan import PolicyPlan, plan_from
from convotui.runs import find_run, list_runs
from tests.engine.conftest import HANG, Stage, reply

PLAN = PolicyPlan(
    episodes=12, turns=3, batch=4, eval_every=4, validation_episodes=2, eval_episodes=6, seed=3
)
A_WHILE = 0.2


def _kinds(events: list[Event], *kinds: type[Event]) -> list[Event]:
    return [event for event in events if isinstance(event, kinds)]


def _rate(stage: Stage, value: float = 0.5) -> Callable[[Event], None]:
    def answer(event: Event) -> None:
        assert isinstance(event, RatingWanted)
        stage.engine.steer(event.job, Reward(event.number, value))

    return answer


def test_events_come_in_the_order_of_a_training(fake: Stage) -> None:
    events = fake.run(TrainPolicy(PLAN, "one"))
    assert isinstance(events[0], JobStarted)
    assert isinstance(events[1], TrainingStarted)
    assert isinstance(events[-1], JobDone)
    course = [
        (event.stage, event.score.policy) if isinstance(event, PolicyMeasured) else "round"
        for event in _kinds(events, PolicyMeasured, RoundTrained)
    ]
    look = ("validation", "dqn")
    assert course == [
        ("baseline", "none"),
        ("baseline", "random"),
        ("baseline", "no-repeat"),
        *("round", look) * 3,
        ("final", "dqn"),
    ]
    stages = dict.fromkeys(event.stage for event in _kinds(events, JobProgress))
    assert [*stages] == [
        *("measuring none", "measuring random", "measuring no-repeat"),
        *("learning", "checking", "comparing"),
    ]


def test_progress_counts_the_exchanges_of_the_whole_training(fake: Stage) -> None:
    fake.engine.step_seconds = 0.005
    told = _kinds(fake.run(TrainPolicy(PLAN, "one")), JobProgress)
    done = [event.done for event in told]
    assert done == sorted(done)
    assert {event.total for event in told} == {(12 + 4 * 6 + 3 * 2) * 3}


def test_a_round_says_what_its_dialogs_showed(fake: Stage) -> None:
    rounds = _kinds(fake.run(TrainPolicy(PLAN, "one")), RoundTrained)
    assert [event.point.episodes for event in rounds] == [4, 8, 12]
    assert [event.point.steps for event in rounds] == [12, 24, 36]
    for event in rounds:
        point, dialog = event.point, event.dialog
        assert len(point.returns) == 4
        assert point.mean_return == pytest.approx(sum(point.returns) / 4)
        assert sum(point.goals.values()) == 12
        assert len(dialog) == 6
        assert all((turn.reward is None) == bool(turn.speaker) for turn in dialog.turns)
        assert sum(turn.reward or 0 for turn in dialog.turns) == pytest.approx(point.returns[0])
    shares = [event.point.exploration for event in rounds]
    assert shares == sorted(shares, reverse=True)
    assert rounds[0].point.loss is None
    assert rounds[1].point.loss > rounds[2].point.loss > 0


def test_returns_rise_and_are_the_same_every_time(fake: Stage) -> None:
    long = replace(PLAN, episodes=80, batch=8)
    first, second = (
        [e.point for e in _kinds(fake.run(TrainPolicy(long, name)), RoundTrained)]
        for name in ("one", "two")
    )
    assert first == second
    assert first[-1].mean_return > first[0].mean_return + 0.2


def test_the_folder_is_that_of_a_real_run(fake: Stage) -> None:
    events = fake.run(TrainPolicy(PLAN, "one"))
    run = find_run("one")
    config = run.config
    model = config.pop("model")
    assert plan_from(config) == PLAN
    assert (model["name"], model["version"]) == (fake.engine.model, "base")
    assert [point_from(line) for line in run.lines("metrics.jsonl")] == [
        event.point for event in _kinds(events, RoundTrained)
    ]
    assert [score_from(line["score"]) for line in run.lines("scores.jsonl")] == [
        event.score for event in _kinds(events, PolicyMeasured)
    ]
    state = run.state
    assert (state["kind"], state["status"]) == ("train-policy", "done")
    assert state["summary"] == events[-1].summary
    assert set(state["summary"]["gain"]) == {"none", "random", "no-repeat"}
    assert [goal["id"] for goal in run.read_json("goals.json")["goals"]] == [*events[1].goals]


def test_without_a_name_the_run_gets_one(fake: Stage) -> None:
    names = [fake.run(TrainPolicy(PLAN))[1].run for _ in range(2)]
    assert len(set(names)) == 2
    assert all(name.startswith("dqn-") for name in names)
    assert {run.name for run in list_runs()} == set(names)


def test_a_name_that_is_taken_is_refused(fake: Stage) -> None:
    fake.run(TrainPolicy(PLAN, "one"))
    ending = fake.run(TrainPolicy(PLAN, "one"))[-1]
    assert isinstance(ending, JobFailed)
    assert "already" in ending.message


def test_no_held_out_dialogs_mean_no_comparison(fake: Stage) -> None:
    events = fake.run(TrainPolicy(replace(PLAN, eval_episodes=0, eval_every=0), "one"))
    assert _kinds(events, PolicyMeasured) == []
    assert len(_kinds(events, RoundTrained)) == 3
    assert isinstance(events[-1], JobDone)


def _stopped(stage: Stage, rounds: int = 1) -> int:
    """Train, and cancel after so many rounds."""
    seen: list[Event] = []

    def count(event: Event) -> None:
        seen.append(event)
        if len(seen) == rounds:
            stage.engine.cancel(event.job)

    stage.heard.when(RoundTrained, count)
    job = stage.engine.submit(TrainPolicy(PLAN, "one"))
    assert isinstance(stage.heard.ending(job), JobCancelled)
    return job


def test_a_stopped_training_keeps_its_rounds_and_goes_on(fake: Stage) -> None:
    job = _stopped(fake)
    run = find_run("one")
    assert run.state["status"] == "cancelled"
    assert fake.heard.ending(job).summary["episodes"] == 4
    assert len(run.lines("metrics.jsonl")) == 1
    fake.heard._actions.clear()
    events = fake.run(TrainPolicy(PLAN, "one", resume=True))
    started = events[1]
    assert isinstance(started, TrainingStarted)
    assert [point.episodes for point in started.points] == [4]
    assert [score.policy for _, _, score in started.scores][:3] == ["none", "random", "no-repeat"]
    assert [event.point.episodes for event in _kinds(events, RoundTrained)] == [8, 12]
    assert {event.stage for event in _kinds(events, PolicyMeasured)} == {"validation", "final"}
    assert run.state["status"] == "done"


def test_what_goes_on_comes_to_the_same_as_what_was_never_stopped(fake: Stage) -> None:
    _stopped(fake)
    fake.heard._actions.clear()
    fake.run(TrainPolicy(PLAN, "one", resume=True))
    fake.run(TrainPolicy(PLAN, "two"))
    one, two = find_run("one"), find_run("two")
    assert one.lines("metrics.jsonl") == two.lines("metrics.jsonl")
    assert one.state["summary"]["eval"] == two.state["summary"]["eval"]


def test_a_run_that_is_not_there_cannot_go_on(fake: Stage) -> None:
    for name, words in (("nobody", "There is no run"), (None, "Say which run")):
        ending = fake.run(TrainPolicy(PLAN, name, resume=True))[-1]
        assert isinstance(ending, JobFailed)
        assert words in ending.message


def test_manual_rewards_are_asked_for_one_exchange_at_a_time(fake: Stage) -> None:
    fake.heard.when(RatingWanted, _rate(fake, 0.25))
    events = fake.run(TrainPolicy(replace(PLAN, reward="manual", episodes=4), "one"))
    asked = _kinds(events, RatingWanted)
    assert [event.number for event in asked] == [*range(1, 13)]
    assert all(event.dialog.turns[-1].speaker == 1 for event in asked)
    (point,) = (event.point for event in _kinds(events, RoundTrained))
    assert point.returns == (0.75,) * 4


def test_a_training_that_waits_for_a_rating_serves_the_chat_and_can_be_cancelled(
    fake: Stage,
) -> None:
    job = fake.engine.submit(TrainPolicy(replace(PLAN, reward="manual"), "one"))
    fake.heard.nth(RatingWanted, job=job)
    asked = fake.engine.submit(reply())
    assert isinstance(fake.heard.ending(asked), JobDone)
    fake.engine.cancel(job)
    assert isinstance(fake.heard.ending(job), JobCancelled)
    assert find_run("one").state["status"] == "cancelled"


def test_replies_are_given_while_it_goes_on(fake: Stage) -> None:
    fake.engine.step_seconds = 0.001
    job = fake.engine.submit(TrainPolicy(replace(PLAN, episodes=4000), "one"))
    fake.heard.nth(RoundTrained, job=job)
    asked = fake.engine.submit(reply())
    assert isinstance(fake.heard.ending(asked), JobDone)
    assert not [e for e in fake.heard.of(job) if isinstance(e, JobDone | JobCancelled)]
    fake.engine.cancel(job)
    assert isinstance(fake.heard.ending(job), JobCancelled)


def test_a_held_training_stands_still(fake: Stage) -> None:
    standing = threading.Event()

    def hold(event: Event) -> None:
        fake.engine.hold.clear()
        standing.set()

    fake.heard.once(RoundTrained, hold)
    job = fake.engine.submit(TrainPolicy(PLAN, "one"))
    assert standing.wait(HANG)
    time.sleep(A_WHILE)
    assert len(_kinds(fake.heard.of(job), RoundTrained)) == 1
    assert find_run("one").state["status"] == "running"
    fake.engine.hold.set()
    assert isinstance(fake.heard.ending(job), JobDone)


def test_a_failure_is_in_the_folder(fake: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    from convotui.engine import canned_training
    from convotui.errors import ConvoTUIError

    def fail(*_: object) -> float:
        raise ConvoTUIError("The reward broke.")

    monkeypatch.setattr(canned_training._Training, "_reward", fail)
    ending = fake.run(TrainPolicy(PLAN, "one"))[-1]
    assert isinstance(ending, JobFailed)
    state = find_run("one").state
    assert (state["status"], state["summary"]["message"]) == ("failed", "The reward broke.")
