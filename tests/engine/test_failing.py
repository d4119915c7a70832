"""What goes wrong in a job is told in a plain sentence, and the engine lives on."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from convotui.dialog import Dialog, Goal
from convotui.engine.api import (
    Event,
    JobCancelled,
    JobDone,
    JobFailed,
    JobStarted,
    LoadModel,
    MakeReply,
    ModelReady,
    PullModel,
    ReplyReady,
    TurnPlayed,
)
from tests.engine.conftest import Stage, play, reply
from tests.sentences import driving, is_sentence

BROKEN_POLICY = """
class Broken:
    def __init__(self, goals):
        pass

    def choose(self, dialogs, seeds):
        raise RuntimeError("out of \\x1b[31mluck")
"""


def _failure(stage: Stage, request: object) -> JobFailed:
    ending = stage.run(request)[-1]
    assert isinstance(ending, JobFailed), ending
    assert is_sentence(ending.message), ending.message
    assert not driving(ending.message)
    return ending


def _lives(stage: Stage) -> None:
    assert isinstance(stage.run(reply())[-1], JobDone)


@pytest.mark.parametrize(
    "wrong", [{"persona_a": "nobody"}, {"persona_b": "no/where.toml"}, {"persona_a": "../x"}]
)
def test_a_plan_with_an_unknown_persona_is_a_usage_error(
    stage: Stage, wrong: dict[str, str]
) -> None:
    assert _failure(stage, play(**wrong)).exit_code == 2
    assert stage.store.runs() == []
    _lives(stage)


@pytest.mark.parametrize("wrong", [{"policy": "clever"}, {"goals": "nothing"}])
def test_a_plan_with_an_unknown_policy_or_goal_set_is_a_usage_error(
    real: Stage, wrong: dict[str, str]
) -> None:
    assert _failure(real, play(**wrong)).exit_code == 2
    _lives(real)


@pytest.mark.parametrize(
    ("model", "code"),
    [("nope", 2), ("no/where", 1), ("run:x", 2), ("personagpt", 1), ("hub:no", 2)],
)
def test_an_unknown_model_fails_and_the_live_one_stays(real: Stage, model: str, code: int) -> None:
    assert _failure(real, LoadModel(model)).exit_code == code
    _lives(real)


def test_a_device_this_machine_does_not_have_is_a_usage_error(real: Stage) -> None:
    assert _failure(real, LoadModel(real.model, device="cuda:99")).exit_code == 2
    _lives(real)


def test_weights_that_cannot_be_loaded_fail(real: Stage, tmp_path: Path) -> None:
    folder = tmp_path / "broken"
    folder.mkdir()
    for name in ("config.json", "tokenizer.json", "tokenizer_config.json"):
        (folder / name).write_bytes((Path(real.model) / name).read_bytes())
    (folder / "model.safetensors").write_bytes(b"not safetensors")
    assert _failure(real, LoadModel(str(folder))).exit_code == 1
    _lives(real)


@pytest.mark.parametrize("request_", [reply(), play()], ids=["reply", "play"])
def test_without_a_model_nothing_is_said(unloaded: Stage, request_: object) -> None:
    failed = _failure(unloaded, request_)
    assert (failed.message, failed.exit_code) == ("No model is loaded yet: load one first.", 1)
    assert unloaded.store.runs() == []
    unloaded.load()
    _lives(unloaded)


def test_after_a_load_that_was_called_off_there_is_still_no_model(unloaded: Stage) -> None:
    unloaded.heard.once(JobStarted, lambda event: unloaded.engine.cancel(event.job))
    assert isinstance(unloaded.run(LoadModel(unloaded.model))[-1], JobCancelled)
    assert "No model" in _failure(unloaded, reply()).message


def test_a_persona_that_does_not_fit_into_the_context_fails(real: Stage) -> None:
    dialog = Dialog("d", personas=((), ("word " * 2000,)))
    failed = _failure(real, MakeReply(dialog, 1, (1,)))
    assert "tokens" in failed.message
    _lives(real)


def test_a_goal_that_does_not_fit_into_the_context_fails(real: Stage) -> None:
    assert "tokens" in _failure(real, reply(goal=Goal("g", "talk about boats. " * 500))).message
    _lives(real)


def test_old_turns_that_do_not_fit_are_left_out_and_counted(real: Stage) -> None:
    long = reply()
    turns = long.dialog.turns * 200
    dialog = Dialog("d", personas=long.dialog.personas, turns=turns)
    events = real.run(MakeReply(dialog, 1, (1,), sampling=long.sampling))
    (ready,) = [event for event in events if isinstance(event, ReplyReady)]
    assert 0 < ready.dropped_turns < 200
    assert ready.stops == ("context",)


def test_what_nobody_foresaw_is_told_with_where_the_log_is(
    real: Stage,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    (tmp_path / "broken_policies").mkdir()
    (tmp_path / "broken_policies" / "__init__.py").write_text("")
    (tmp_path / "broken_policies" / "mine.py").write_text(BROKEN_POLICY)
    monkeypatch.syspath_prepend(str(tmp_path))
    failed = _failure(real, play(policy="broken_policies.mine:Broken"))
    assert "RuntimeError" in failed.message
    assert "convotui locate" in failed.message
    assert failed.exit_code == 1
    assert "Traceback" in caplog.text
    assert real.store.runs()[0]["status"] == "failed"
    _lives(real)


def test_a_database_that_vanishes_under_a_play_fails_it(real: Stage) -> None:
    def damage(event: Event) -> None:
        other = sqlite3.connect(real.database)
        other.execute("DROP TABLE candidates")
        other.commit()
        other.close()

    real.heard.once(TurnPlayed, damage)
    assert str(real.database) in _failure(real, play()).message
    _lives(real)


@pytest.mark.parametrize("kind", [Event, ModelReady, ReplyReady, TurnPlayed])
def test_a_listener_that_raises_stops_no_job(stage: Stage, kind: type[Event]) -> None:
    def fail(event: Event) -> None:
        raise RuntimeError("the front end is going away")

    stage.heard.when(kind, fail)
    for request in (LoadModel(stage.model), reply(), play()):
        assert isinstance(stage.run(request)[-1], JobDone)


def test_pulling_what_is_no_model_fails(idle: Stage) -> None:
    assert _failure(idle, PullModel("nope")).exit_code == 2


def test_the_fake_engine_fails_once_when_told_to(fake: Stage) -> None:
    fake.engine.fail_with = "The moon is in the wrong house."
    assert _failure(fake, reply()).message == "The moon is in the wrong house."
    _lives(fake)


def test_what_the_fake_engine_did_not_foresee_is_told_as_the_real_one_tells_it(
    fake: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("out of \x1b[31mluck")

    monkeypatch.setattr(fake.store, "add_turns", fail)
    failed = _failure(fake, play())
    assert "RuntimeError" in failed.message
    assert "convotui locate" in failed.message
    assert fake.store.runs()[0]["status"] == "failed"
    _lives(fake)


def test_a_failed_job_does_not_hold_up_those_behind_it(stage: Stage) -> None:
    jobs = [stage.engine.submit(play(persona_a="nobody")), stage.engine.submit(play())]
    assert [type(stage.heard.ending(job)) for job in jobs] == [JobFailed, JobDone]
