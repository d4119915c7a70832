"""``train-policy --headless``: what happens as JSON Lines, the last one a summary."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from convotui.engine.fake import FakeEngine
from convotui.engine.jobs import JobContext
from convotui.errors import ConvoTUIError
from convotui.learning.plan import PolicyPlan
from convotui.paths import get_paths
from convotui.runs import find_run, list_runs
from tests.cli.conftest import SMALL, Cli


def _config(name: str) -> dict[str, object]:
    return tomllib.loads((get_paths().data / "runs" / name / "config.toml").read_text())


def test_stdout_is_what_happened_and_the_last_line_sums_up(train: Cli) -> None:
    done = train(*SMALL, "--name", "mine", "--seed", 3)
    assert done.code == 0, done.err
    *events, summary = done.records
    rounds = [event for event in events if event["event"] == "round"]
    measured = [event for event in events if event["event"] == "measured"]
    assert len(rounds) + len(measured) == len(events)
    assert [event["episodes"] for event in rounds] == [3, 6]
    assert all("mean_return" in event and "returns" not in event for event in rounds)
    assert [(m["stage"], m["policy"]) for m in measured if m["stage"] == "baseline"] == [
        ("baseline", name) for name in ("none", "random", "no-repeat")
    ]
    assert [list(m) for m in measured] == [
        ["event", "stage", "episodes", "policy", "mean", "low", "high", "n"]
    ] * len(measured)
    assert all(m["low"] <= m["mean"] <= m["high"] for m in measured)
    assert summary["status"] == "done"
    state = find_run("mine").state
    assert {"status": "done", **state["summary"]} == summary


def test_where_the_run_is_kept_and_how_far_it_is_are_told_on_stderr(train: Cli) -> None:
    done = train(*SMALL, "--name", "mine")
    lines = done.err.splitlines()
    assert f"The run mine is kept in {find_run('mine').path}." in lines
    assert any(line.startswith("learning ") for line in lines)


def test_without_a_name_the_run_gets_one_of_its_own(train: Cli) -> None:
    first, second = (train(*SMALL).records[-1]["run"] for _ in range(2))
    assert first.startswith("dqn-")
    assert first != second
    assert {run.name for run in list_runs()} == {first, second}


def test_flags_win_over_a_file_and_that_over_the_settings(
    train: Cli, home: Path, tmp_path: Path
) -> None:
    (home / "config").mkdir(parents=True)
    (home / "config" / "config.toml").write_text(
        'goals = "support"\n[sampling]\ntop_k = 3\ntemperature = 0.5\n'
    )
    file = tmp_path / "own.toml"
    file.write_text(
        "\ufeffepisodes = 9\nturns = 3\nseed = 5\neval_episodes = 0\nbatch = 3\n"
        "[sampling]\ntop_k = 4\n[dqn]\ngamma = 0.5\nlearning_rate = 1\n"
    )
    words = ("--config", file, "--turns", 2, "--learning-rate", 0.25, "--top-p", 0.5)
    done = train(*words, "--name", "mine")
    assert done.code == 0, done.err
    config = _config("mine")
    assert (config["episodes"], config["turns"], config["seed"]) == (9, 2, 5)
    assert config["goals"] == "support"
    sampling, dqn = config["sampling"], config["dqn"]
    assert (sampling["top_k"], sampling["temperature"], sampling["top_p"]) == (4, 0.5, 0.5)
    assert (dqn["gamma"], dqn["learning_rate"]) == (0.5, 0.25)


def test_a_whole_number_in_the_settings_does_not_keep_a_flag_from_being_a_fraction(
    train: Cli, home: Path
) -> None:
    (home / "config").mkdir(parents=True)
    (home / "config" / "config.toml").write_text("[sampling]\ntemperature = 2\n")
    assert train(*SMALL, "--temperature", 0.5, "--name", "mine").code == 0
    assert _config("mine")["sampling"]["temperature"] == 0.5


def test_a_runs_own_config_makes_another_run_like_it(train: Cli) -> None:
    words = (*SMALL, "--gamma", 0.3, "--goals", "support", "--reward", "goal-met=2,persona-rank=1")
    assert train(*words, "--name", "one").code == 0
    file = find_run("one").path / "config.toml"
    assert train("--config", file, "--name", "two").code == 0
    assert _config("two") == _config("one")


def test_the_models_table_of_a_file_says_what_is_loaded(
    train: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = []
    load = FakeEngine._load

    def noted(self: FakeEngine, request: object, context: JobContext) -> dict[str, object]:
        loaded.append(request)
        return load(self, request, context)

    monkeypatch.setattr(FakeEngine, "_load", noted)
    file = tmp_path / "own.toml"
    file.write_text(
        '[model]\nmodel = "personagpt"\ndtype = "float32"\nthreads = 3\ndialect = "A"\n'
    )
    assert train(*SMALL, "--config", file, "--dialect", "B").code == 0
    assert train(*SMALL, "--threads", 2).code == 0
    first, second = loaded
    assert (first.model, first.dtype, first.threads) == ("personagpt", "float32", 3)
    assert (first.dialect, first.device) == ("B", "auto")
    assert (second.model, second.threads) == ("auto", 2)


def test_a_training_that_fails_says_how_to_go_on(
    train: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("convotui.engine.canned_training._Training._learn", _fail)
    done = train(*SMALL, "--name", "mine")
    assert done.problem(1) == "The loss is not finite: lower the learning rate."
    assert done.records[-1]["status"] == "failed"
    assert done.records[-1]["run"] == "mine"
    assert "'convotui train-policy --name mine --resume' goes on." in done.err


def test_a_training_that_went_wrong_is_not_advised_to_go_on(
    train: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    def diverge(*_: object) -> None:
        raise ConvoTUIError("The training went wrong: the loss was not finite.")

    monkeypatch.setattr("convotui.engine.canned_training._Training._learn", diverge)
    done = train(*SMALL, "--name", "mine")
    assert "went wrong" in done.problem(1)
    assert "--resume" not in done.err
    assert "What was learned before is kept" in done.err


def test_a_person_named_by_a_file_compares_nothing_unless_told_to(
    train: Cli, tmp_path: Path
) -> None:
    file = tmp_path / "own.toml"
    numbers = ("5\n" * 20).encode()
    small = ("--episodes", 2, "--batch", 1, "--turns", 1, "--config", file)
    for name, text, words, counts in (
        ("a", "", (), (0, 0)),
        ("b", "eval_episodes = 2\n", (), (2, 0)),
        ("c", "", ("--eval-every", 1, "--validation-episodes", 2), (0, 1)),
        ("d", "", ("--reward", "goal-met"), (PolicyPlan().eval_episodes, PolicyPlan().eval_every)),
    ):
        file.write_text(f'reward = "manual"\n{text}')
        done = train(*small, *words, "--name", name, stdin=numbers)
        assert done.code == 0, done.err
        config = _config(name)
        assert (config["eval_episodes"], config["eval_every"]) == counts


def _fail(*_: object) -> None:
    raise ConvoTUIError("The loss is not finite: lower the learning rate.")


def test_a_model_that_is_not_there_fails_with_a_summary_and_makes_no_run(cli: Cli) -> None:
    done = cli("train-policy", "--headless", "--model", "no/where", "--name", "mine")
    assert "no/where" in done.problem(1)
    assert done.records == [{"status": "failed"}]
    assert list_runs() == []
    assert "--resume" not in done.err
