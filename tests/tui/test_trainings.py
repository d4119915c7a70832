"""A training as the screen shows it: from events, or from the folder of its run."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from convotui.dialog import Dialog, Turn, dialog_to_record
from convotui.engine.api import (
    JobCancelled,
    JobDone,
    JobFailed,
    JobProgress,
    JobStarted,
    LoadModel,
    PolicyMeasured,
    RatingWanted,
    RoundTrained,
    TrainingStarted,
)
from convotui.errors import UsageError
from convotui.evaluation.intervals import Estimate
from convotui.evaluation.scores import PolicyScore
from convotui.learning.history import TrainingPoint
from convotui.learning.plan import PolicyPlan
from convotui.runs import Run, create_run, delete_run
from convotui.tui.training_files import loading_of, read_training, read_trainings
from convotui.tui.trainings import Model, Phase, Training
from convotui.tui.widgets.training_panel import second_line

PLAN = PolicyPlan(episodes=8, batch=4, eval_episodes=3)
DIALOG = Dialog("d", turns=(Turn.say(0, "hi", goal="ask-pets"), Turn.say(1, "ho")))


def score(policy: str, mean: float = 1.0) -> PolicyScore:
    returns = (mean - 0.1, mean, mean + 0.1)
    return PolicyScore(policy, returns, Estimate(mean, mean - 0.1, mean + 0.1, 3))


def point(episodes: int, mean: float = 1.0) -> TrainingPoint:
    return TrainingPoint(episodes, episodes * 4, mean, (mean,) * 4, loss=0.5, goals={"ask-pets": 4})


def started(**options: object) -> TrainingStarted:
    return TrainingStarted(1, "one", "/runs/one", PLAN, ("ask-pets", "ask-kids"), **options)


def kept_run(name: str = "one", status: str = "done", kind: str = "train-policy") -> Run:
    """A run of before."""
    model = {"name": "smollm2", "version": "base", "dtype": "float32"}
    run = create_run(name, kind, {**PLAN.record(), "model": model})
    run.append("metrics.jsonl", point(4).record(), point(8, 2.0).record())
    run.append(
        "scores.jsonl",
        *(
            {"stage": "baseline", "episodes": 0, "score": score(name).record(), "dialog": None}
            for name in ("none", "random")
        ),
        {
            "stage": "final",
            "episodes": 8,
            "score": score("dqn", 2.0).record(),
            "dialog": dialog_to_record(DIALOG),
        },
    )
    run.set_state(status=status, summary={"episodes": 8})
    return run


def test_events_make_what_is_shown() -> None:
    training = Training("", PLAN)
    assert training.phase is Phase.QUEUED
    training.handle(JobStarted(1))
    training.handle(started())
    training.handle(JobProgress(1, "measuring random", 5, 20, 12.0))
    assert training.phase is Phase.RUNNING
    assert (training.name, training.stage, training.share, training.eta) == (
        *("one", "measuring random"),
        *(0.25, 12.0),
    )
    training.handle(PolicyMeasured(1, "baseline", 0, score("random"), DIALOG))
    training.handle(RoundTrained(1, point(4), DIALOG))
    training.handle(PolicyMeasured(1, "validation", 4, score("dqn", 1.5), DIALOG))
    assert training.kept == "4 of 8 dialogs"
    assert training.baseline("random") == score("random")
    assert training.validations == [(4, score("dqn", 1.5))]
    assert training.final is None
    training.handle(PolicyMeasured(1, "final", 8, score("dqn", 2.0), DIALOG))
    training.handle(JobDone(1, {"episodes": 8}))
    assert training.final == score("dqn", 2.0)
    assert (training.phase, training.share, training.eta) == (Phase.DONE, 1.0, None)


@pytest.mark.parametrize(
    ("ending", "phase"),
    [(JobCancelled(1), Phase.STOPPED), (JobFailed(1, "It broke."), Phase.FAILED)],
)
def test_what_ends_early_can_be_resumed(ending: JobCancelled | JobFailed, phase: Phase) -> None:
    training = Training("one", PLAN)
    training.handle(JobStarted(1))
    training.handle(RatingWanted(1, 1, DIALOG))
    training.handle(ending)
    assert (training.phase, training.question) == (phase, None)
    assert training.phase.resumable
    assert training.problem == ("It broke." if phase is Phase.FAILED else "")


def test_going_on_begins_with_what_there_was() -> None:
    training = Training("one", PLAN, points=[point(12)])
    before = (("baseline", 0, score("random")),)
    training.handle(started(points=(point(4),), scores=before))
    assert training.episodes == 4
    training.handle(RoundTrained(1, point(8), DIALOG))
    assert [p.episodes for p in training.points] == [4, 8]
    assert training.baseline("random") == score("random")


def test_a_question_stays_until_it_is_answered() -> None:
    training = Training("one", PLAN)
    training.handle(JobStarted(1))
    training.handle(RatingWanted(1, 7, DIALOG))
    training.answer = "0.2"
    training.handle(JobProgress(1, "learning", 1, 2))
    assert (training.phase, training.question.number) == (Phase.ASKING, 7)
    training.answered()
    assert (training.phase, training.question, training.answer) == (Phase.RUNNING, None, "")


def test_no_question_is_asked_of_one_that_stops() -> None:
    training = Training("one", PLAN)
    training.stop()
    training.handle(RatingWanted(1, 7, DIALOG))
    assert (training.phase, training.question) == (Phase.STOPPING, None)


def test_a_run_of_before_is_read_from_its_folder() -> None:
    training = read_training(kept_run())
    assert (training.name, training.phase, training.plan) == ("one", Phase.DONE, PLAN)
    assert training.model == Model("smollm2", "base", "float32")
    assert [p.mean_return for p in training.points] == [1.0, 2.0]
    assert training.baseline("random") == score("random")
    assert training.final == score("dqn", 2.0)
    assert training.dialog == DIALOG
    assert training.goals == ("ask-pets",)
    assert len(training.partners) == 3


def test_a_run_says_how_its_model_is_loaded() -> None:
    table = {"model": "org/it", "name": "it", "dtype": "bfloat16", "device": "cpu", "threads": 3}
    config = {"model": {**table, "dialect": "A", "version": "v2", "prompt_format": "chat"}}
    assert loading_of(config) == LoadModel("org/it", "bfloat16", "cpu", 3, "A")
    assert loading_of({"model": {"name": "it", "threads": "many"}}) == LoadModel("it")
    for nothing in ({}, {"model": "it"}, {"model": {"threads": 3}}):
        with pytest.raises(UsageError, match="which model"):
            loading_of(nothing)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "r resumes"),
        ({"phase": Phase.DONE}, ""),
        ({"phase": Phase.FAILED, "problem": "The disk is full."}, "r resumes"),
        ({"phase": Phase.FAILED, "problem": "The training went wrong: so."}, ""),
        (
            {"plan": replace(PLAN, reward="own:make=2")},
            "'convotui train-policy --name one --resume --reward own:make=2' resumes",
        ),
    ],
)
def test_how_it_can_go_on_is_told_where_that_makes_sense(
    changes: dict[str, object], words: str
) -> None:
    training = replace(Training("one", PLAN, Phase.STOPPED), **changes)
    assert training.going_on == words
    line = " ".join(second_line(training))
    assert words in line
    assert ("resumes" in line) is bool(words)


@pytest.mark.parametrize(
    ("status", "phase"),
    [
        ("done", Phase.DONE),
        ("cancelled", Phase.STOPPED),
        ("failed", Phase.FAILED),
        ("running", Phase.INTERRUPTED),
    ],
)
def test_the_status_of_a_run_is_a_word(status: str, phase: Phase) -> None:
    assert read_training(kept_run(status=status)).phase is phase


def test_a_run_that_another_process_works_on_runs_elsewhere() -> None:
    run = kept_run(status="running")
    with run.holding():
        assert read_training(run).phase is Phase.ELSEWHERE


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("config.toml", "episodes = ["),
        ("config.toml", "episodes = 'many'"),
        ("metrics.jsonl", "{}\n"),
        ("metrics.jsonl", "[1]\n"),
        ("scores.jsonl", '{"stage": "final", "episodes": 1, "score": {}}\n'),
        ("scores.jsonl", "not json\n"),
        ("goals.json", "[]"),
    ],
)
def test_a_damaged_folder_says_so(file: str, text: str) -> None:
    run = kept_run()
    (run.path / file).write_text(text)
    training = read_training(run)
    assert training.phase is Phase.DAMAGED
    assert training.problem.endswith(".")


def test_runs_come_newest_first_and_only_those_that_train_a_policy() -> None:
    for day, name in enumerate(("b", "a", "c")):
        run = kept_run(name)
        run.set_state(created=f"2026-01-0{day + 1}T00:00:00Z")
    kept_run("other", kind="fine-tune")
    assert list(read_trainings({})) == ["c", "a", "b"]


def test_only_what_may_have_changed_is_read_again() -> None:
    kept_run("a")
    kept_run("b", status="cancelled")
    first = read_trainings({})
    again = read_trainings(first)
    assert again["a"] is first["a"]
    assert again["b"] is not first["b"]
    delete_run("a")
    kept_run("a").set_state(created="2030-01-01T00:00:00Z")
    assert read_trainings(again)["a"] is not first["a"]


def test_a_line_that_a_crash_cut_short_is_left_out() -> None:
    run = kept_run()
    with (run.path / "metrics.jsonl").open("a") as out:
        out.write(json.dumps(point(12).record())[:20])
    assert len(read_training(run).points) == 2


def test_a_run_whose_libraries_are_gone_is_shown_all_the_same() -> None:
    plan = replace(PLAN, goals="/nowhere/goals.toml")
    run = create_run("gone", "train-policy", plan.record())
    training = read_training(run)
    assert (training.phase, training.partners, training.goals) == (Phase.INTERRUPTED, (), ())
