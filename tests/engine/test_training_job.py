"""A training as a job: its course as events, others served meanwhile, a person asked."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import pytest

from convotui.engine.api import (
    JobCancelled,
    JobDone,
    JobFailed,
    JobProgress,
    PlayDialogs,
    PolicyMeasured,
    RatingWanted,
    ReplyReady,
    Reward,
    RoundTrained,
    TrainingStarted,
    TrainPolicy,
    TurnPlayed,
)
from convotui.gyms.plan import SelfPlayPlan
from convotui.learning.ratings import RATINGS
from convotui.runs import find_run
from tests.engine.conftest import HANG, Stage, play, reply
from tests.gyms.stages import SAMPLING
from tests.learning.courses import differing, kept
from tests.learning.test_learned_policy import PLAN

SMALL = replace(PLAN, episodes=4, eval_every=4)
MANUAL = replace(SMALL, reward="manual", eval_every=0, eval_episodes=2, turns=1)


def course(events: list[Any]) -> list[str]:
    """Spell the course of a training, without its progress."""
    words = []
    for event in events:
        match event:
            case PolicyMeasured():
                words.append(f"{event.stage} {event.score.policy} {event.episodes}")
            case RoundTrained():
                words.append(f"round {event.point.episodes}")
            case JobProgress():
                pass
            case _:
                words.append(type(event).__name__)
    return words


def judge(real: Stage, event: RatingWanted) -> None:
    """Answer as a person who likes long replies."""
    value = len(event.dialog.turns[-1].text) / 7
    real.engine.steer(event.job, Reward(event.number, value))


def test_its_course_is_told_in_order(real: Stage) -> None:
    events = real.run(TrainPolicy(SMALL, "told"))
    assert course(events) == [
        "JobStarted",
        "TrainingStarted",
        "baseline none 0",
        "baseline random 0",
        "baseline no-repeat 0",
        "round 2",
        "validation dqn 4",
        "round 4",
        "final dqn 4",
        "JobDone",
    ]
    started = next(e for e in events if isinstance(e, TrainingStarted))
    run = find_run("told")
    assert (started.run, started.folder, started.plan) == ("told", str(run.path), SMALL)
    assert (started.points, started.scores) == ((), ())
    assert list(started.goals) == [g["id"] for g in run.read_json("goals.json")["goals"]]
    assert events[-1].summary == run.state["summary"]
    for event in events:
        if isinstance(event, RoundTrained):
            returns = sum(turn.reward for turn in event.dialog.turns[::2])
            assert returns == event.point.returns[0]


def test_progress_runs_from_nothing_to_all(real: Stage) -> None:
    told = [e for e in real.run(TrainPolicy(SMALL, "told")) if isinstance(e, JobProgress)]
    stages = list(dict.fromkeys(e.stage for e in told))
    baselines = [f"measuring {name}" for name in ("none", "random", "no-repeat")]
    assert stages == ["reading the personas", *baselines, "learning", "checking", "comparing"]
    done = [e.done for e in told]
    assert done == sorted(done)
    assert (done[0], done[-1]) == (0, told[-1].total)
    assert {e.total for e in told} == {(3 * 2 + 4 + 2 + 2) * 2}


def test_without_a_name_it_makes_one_up(real: Stage) -> None:
    plan = replace(SMALL, episodes=2, eval_every=0, eval_episodes=0)
    names = [real.run(TrainPolicy(plan))[-1].summary["run"] for _ in range(2)]
    assert len(set(names)) == 2
    assert all(find_run(name).state["status"] == "done" for name in names)


def test_a_reply_is_answered_in_the_middle(real: Stage) -> None:
    real.heard.once(RoundTrained, lambda _: real.engine.submit(reply()))
    training = real.engine.submit(TrainPolicy(SMALL, "busy"))
    real.heard.ending(training)
    answered = next(e for e in real.heard.events if isinstance(e, ReplyReady))
    ended = next(e for e in real.heard.events if isinstance(e, JobDone) and e.job == training)
    assert real.heard.events.index(answered) < real.heard.events.index(ended)


def test_replies_meanwhile_change_neither_the_training_nor_themselves(real: Stage) -> None:
    alone = next(e for e in real.run(reply()) if isinstance(e, ReplyReady))
    real.run(TrainPolicy(SMALL, "calm"))
    real.heard.when(RoundTrained, lambda _: real.engine.submit(reply()))
    real.heard.when(PolicyMeasured, lambda _: real.engine.submit(reply()))
    real.run(TrainPolicy(SMALL, "busy"))
    replies = [e for e in real.heard.events if isinstance(e, ReplyReady)]
    assert len(replies) > 3
    assert {e.candidates for e in replies} == {alone.candidates}
    assert differing(kept("calm"), kept("busy")) == ["report", "summary"]


@pytest.mark.parametrize("when", [PolicyMeasured, RoundTrained], ids=["measuring", "learning"])
def test_cancelled_it_says_what_is_kept_and_can_be_resumed(real: Stage, when: type) -> None:
    real.run(TrainPolicy(SMALL, "calm"))
    real.heard.once(when, lambda event: real.engine.cancel(event.job))
    events = real.run(TrainPolicy(SMALL, "stopped"))
    assert isinstance(events[-1], JobCancelled)
    kept_so_far = 2 if when is RoundTrained else 0
    assert events[-1].summary["episodes"] == kept_so_far
    assert events[-1].summary["episodes_planned"] == 4
    assert find_run("stopped").state["status"] == "cancelled"
    again = real.run(TrainPolicy(SMALL, "stopped", resume=True))
    assert isinstance(again[-1], JobDone)
    started = next(e for e in again if isinstance(e, TrainingStarted))
    assert [p.episodes for p in started.points] == ([2] if kept_so_far else [])
    # What had been measured is not measured again.
    measured = [e for e in [*events, *again] if isinstance(e, PolicyMeasured)]
    assert len(measured) == 3 + 1 + 1
    assert len(started.scores) == len([e for e in events if isinstance(e, PolicyMeasured)])
    assert differing(kept("calm"), kept("stopped")) == ["report", "summary"]


def test_an_engine_that_closes_leaves_a_run_to_resume(real: Stage) -> None:
    training = real.engine.submit(TrainPolicy(SMALL, "closed"))
    real.heard.nth(RoundTrained, job=training)
    assert real.engine.close(HANG)
    assert isinstance(real.heard.ending(training), JobCancelled)
    assert find_run("closed").state["status"] == "cancelled"


def test_what_is_wrong_is_a_sentence_and_the_engine_lives_on(real: Stage) -> None:
    for plan, name, resume, word in [
        (replace(SMALL, reward="glory"), "a", False, "glory"),
        (replace(SMALL, goals="nowhere"), "a", False, "nowhere"),
        (SMALL, "No Name", False, "cannot be the name of a run"),
        (SMALL, "a", True, "no run called a"),
        (SMALL, None, True, "give its name"),
    ]:
        failed = real.run(TrainPolicy(plan, name, resume))[-1]
        assert isinstance(failed, JobFailed)
        assert word in failed.message
        assert failed.exit_code == 2
    assert isinstance(real.run(reply())[-1], JobDone)


def test_without_a_model_it_says_so(idle: Stage) -> None:
    (*_, failed) = idle.run(TrainPolicy(SMALL))
    assert isinstance(failed, JobFailed)
    assert "load one first" in failed.message


def test_a_person_is_asked_for_every_exchange(real: Stage) -> None:
    real.heard.when(RatingWanted, lambda event: judge(real, event))
    events = real.run(TrainPolicy(MANUAL, "judged"))
    assert isinstance(events[-1], JobDone)
    asked = [e for e in events if isinstance(e, RatingWanted)]
    assert [e.number for e in asked] == list(range(1, len(asked) + 1))
    given = [len(e.dialog.turns[-1].text) / 7 for e in asked]
    assert [line["reward"] for line in find_run("judged").lines(RATINGS)] == given
    trained = [e for e in events if isinstance(e, RoundTrained)]
    told = [value for e in trained for value in e.point.returns]
    assert set(told) <= set(given)


def test_an_answer_may_come_from_another_thread_and_late(real: Stage, patient: None) -> None:
    real.heard.when(RatingWanted, lambda event: threading.Timer(0.01, judge, (real, event)).start())
    assert isinstance(real.run(TrainPolicy(MANUAL, "judged"))[-1], JobDone)


def test_answers_to_other_questions_are_ignored(real: Stage) -> None:
    def answer(event: RatingWanted) -> None:
        real.engine.steer(event.job, Reward(event.number - 1, 99.0))
        real.engine.steer(event.job, Reward(event.number + 1, 98.0))
        real.engine.steer(event.job + 1, Reward(event.number, 97.0))
        judge(real, event)
        real.engine.steer(event.job, Reward(event.number, 96.0))

    real.heard.when(RatingWanted, answer)
    real.run(TrainPolicy(MANUAL, "judged"))
    rewards = [line["reward"] for line in find_run("judged").lines(RATINGS)]
    assert rewards
    assert max(rewards) < 96


def test_a_reply_is_answered_while_a_person_is_asked(
    real: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("convotui.learning.asking.SAFETY_SECONDS", 10 * HANG)
    training = real.engine.submit(TrainPolicy(MANUAL, "judged"))
    real.heard.nth(RatingWanted, job=training)
    assert isinstance(real.run(reply())[-1], JobDone)
    assert not any(isinstance(e, JobDone) for e in real.heard.of(training))
    real.engine.cancel(training)
    assert isinstance(real.heard.ending(training), JobCancelled)


def test_numbers_already_given_are_not_asked_for_again(real: Stage) -> None:
    real.heard.when(RatingWanted, lambda event: judge(real, event))
    real.run(TrainPolicy(MANUAL, "calm"))
    questions = len([e for e in real.heard.events if isinstance(e, RatingWanted)])

    def stop(event: RatingWanted) -> None:
        if event.number == questions - 2:
            real.engine.cancel(event.job)

    real.heard.when(RatingWanted, stop)
    first = real.run(TrainPolicy(MANUAL, "stopped"))
    assert isinstance(first[-1], JobCancelled)
    second = real.run(TrainPolicy(MANUAL, "stopped", resume=True))
    assert isinstance(second[-1], JobDone)
    given = find_run("stopped").lines(RATINGS)
    assert given == find_run("calm").lines(RATINGS)
    asked = [e.dialog for e in [*first, *second] if isinstance(e, RatingWanted)]
    # The question at which it was cancelled may have been answered, or is asked once more.
    assert len(given) <= len(asked) <= len(given) + 1
    assert differing(kept("calm"), kept("stopped")) == ["report", "summary"]


def test_what_was_learned_plays(real: Stage) -> None:
    summary = real.run(TrainPolicy(SMALL, "small"))[-1].summary
    plan = SelfPlayPlan(episodes=3, turns=4, policy="run:small", sampling=SAMPLING, seed=2)
    events = real.run(PlayDialogs(plan))
    assert isinstance(events[-1], JobDone), events[-1]
    assert "notes" not in events[-1].summary
    dialogs = [e.dialog for e in events if isinstance(e, TurnPlayed) and e.finished]
    assert len(dialogs) == 3
    goals = {g["id"] for g in find_run("small").read_json("goals.json")["goals"]}
    assert {turn.goal for d in dialogs for turn in d.turns[::2]} <= goals
    # The dialogs name the weights that steered them.
    assert {summary["policy"]["digest"] in str(d.meta["policy"]) for d in dialogs} == {True}


def test_what_another_version_learned_plays_with_a_note(real: Stage) -> None:
    real.run(TrainPolicy(replace(SMALL, eval_episodes=0), "small"))
    path = find_run("small").path / "config.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('version = "base"', 'version = "v0009"'), encoding="utf-8")
    ending = real.run(play(policy="run:small@last"))[-1]
    assert isinstance(ending, JobDone)
    assert "version v0009, not base" in ending.summary["notes"][0]


def test_what_is_played_for_other_goals_or_not_there_is_a_sentence(real: Stage) -> None:
    real.run(TrainPolicy(replace(SMALL, eval_episodes=0), "small"))
    for options, word in [
        ({"policy": "run:none-such"}, "none-such"),
        ({"policy": "run:small", "goals": "support"}, "learned on the goal set everyday"),
        ({"policy": "run:small@first"}, "no checkpoint of a run"),
    ]:
        failed = real.run(play(**options))[-1]
        assert isinstance(failed, JobFailed)
        assert word in failed.message
