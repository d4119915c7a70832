"""``train-policy --resume`` takes everything from the run; more dialogs are all that may differ."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from convotui.learning.plan import PolicyPlan
from convotui.runs import create_run, find_run
from tests.cli.conftest import SMALL, Cli

PLAN = PolicyPlan()


@pytest.fixture
def begun(train: Cli) -> Cli:
    """Train a small run to its end, and return what trains."""
    words = (*SMALL, "--gamma", 0.5, "--top-k", 7, "--goals", "support", "--seed", 3)
    assert train(*words, "--name", "mine").code == 0
    run = find_run("mine")
    record = {**run.config, "model": {**run.config["model"], "dtype": "float32", "threads": 2}}
    run.write_text("config.toml", _toml(record))
    return train


def _toml(record: dict[str, object]) -> str:
    import tomlkit

    return tomlkit.dumps(record)


def _rounds(records: list[dict[str, object]]) -> list[object]:
    return [record["episodes"] for record in records if record.get("event") == "round"]


def test_a_run_goes_on_with_more_dialogs(begun: Cli) -> None:
    done = begun("--name", "mine", "--resume", "--episodes", 12)
    assert done.code == 0, done.err
    assert _rounds(done.records) == [9, 12]
    assert done.records[-1]["episodes"] == 12


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--episodes", 6, "--batch", 3, "--gamma", 0.5, "--top-k", 7, "--seed", 3),
        ("--goals", "support", "--algo", "dqn", "--state", "partner", "--dtype", "float32"),
        ("--model", "auto", "--dtype", "auto", "--threads", 0),
    ],
)
def test_flags_that_say_what_the_run_says_are_no_conflict(begun: Cli, words: tuple[object]) -> None:
    done = begun("--name", "mine", "--resume", *words)
    assert done.code == 0, done.err


@pytest.mark.parametrize(
    ("flag", "value", "has"),
    [
        ("--reward", "goal-met=2", "goal-met=1"),
        ("--turns", "5", "2"),
        ("--persona-a", "baker", "random"),
        ("--persona-b", "baker", "random"),
        ("--state", "both", "partner"),
        ("--batch", "2", "3"),
        ("--seed", "4", "3"),
        ("--eval-every", "4", "3"),
        ("--validation-episodes", "4", str(PLAN.validation_episodes)),
        ("--eval-episodes", "4", "2"),
        ("--learning-rate", "0.1", str(PLAN.dqn.learning_rate)),
        ("--gamma", "0.6", "0.5"),
        ("--goals", "everyday", "support"),
        ("--temperature", "0.6", str(PLAN.sampling.temperature)),
        ("--top-k", "8", "7"),
        ("--max-new-tokens", "8", str(PLAN.sampling.max_new_tokens)),
        ("--dtype", "bfloat16", "float32"),
        ("--threads", "1", "2"),
        ("--algo", "ppo", "dqn"),
    ],
)
def test_a_flag_that_differs_from_the_run_is_named(
    begun: Cli, flag: str, value: str, has: str
) -> None:
    problem = begun("--name", "mine", "--resume", flag, value).problem(2)
    assert f"The run mine has {flag} {has}, not {value}" in problem


@pytest.mark.parametrize("episodes", ["5", "1", "0", "-1"])
def test_fewer_dialogs_than_there_were_to_be_are_refused(begun: Cli, episodes: str) -> None:
    problem = begun("--name", "mine", "--resume", "--episodes", episodes).problem(2)
    assert "6 dialogs: --episodes can only be more" in problem


def test_a_taken_name_says_how_to_go_on(begun: Cli) -> None:
    before = find_run("mine").config
    assert "--resume goes on with it" in begun("--name", "mine", *SMALL).problem(2)
    assert find_run("mine").config == before


def test_resuming_needs_a_run_that_is_there_and_learns_a_policy(train: Cli) -> None:
    create_run("other", "train-decoder", {})
    assert "needs --name" in train("--resume").problem(2)
    assert "no run called mine" in train("--resume", "--name", "mine").problem(2)
    assert "learns no policy" in train("--resume", "--name", "other").problem(2)


def test_a_file_of_settings_is_refused(begun: Cli, tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text("")
    words = ("--resume", "--name", "mine", "--config", tmp_path / "x.toml")
    assert "Leave --config out" in begun(*words).problem(2)


def test_a_run_that_a_process_works_on_is_refused_before_a_model_is_loaded(cli: Cli) -> None:
    run = create_run("mine", "train-policy", {})
    words = ("train-policy", "--headless", "--resume", "--name", "mine", "--model", "no/where")
    with run.holding():
        assert "works on the run mine" in cli(*words).problem(1)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("episodes = ", "TOML"),
        ("episodes = 0", "'episodes'"),
        ("episodez = 3", "'episodez'"),
        ("model = 3", "'model'"),
        ("[model]\nmodel = 3", "'model.model'"),
    ],
)
def test_a_damaged_run_is_a_sentence_that_names_its_file(begun: Cli, text: str, named: str) -> None:
    path = find_run("mine").path / "config.toml"
    path.write_text(text)
    done = begun("--resume", "--name", "mine")
    assert done.code in (1, 2)
    (problem,) = done.problems
    assert str(path) in problem
    assert named in problem or "cannot be read" in problem


def test_goals_that_have_changed_are_found_before_a_model_is_loaded(cli: Cli, begun: Cli) -> None:
    goals = {"name": "support", "goals": [{"id": "x", "text": "y."}]}
    (find_run("mine").path / "goals.json").write_text(json.dumps(goals))
    words = ("--headless", "--resume", "--name", "mine", "--model", "no/where")
    config = find_run("mine").config
    del config["model"]
    find_run("mine").write_text("config.toml", _toml(config))
    assert "is not what it was" in cli("train-policy", *words).problem(2)


def test_the_persons_settings_do_not_change_a_run(begun: Cli, home: Path) -> None:
    (home / "config").mkdir(parents=True, exist_ok=True)
    settings = 'goals = "everyday"\ndtype = "bfloat16"\n[sampling]\ntop_k = 1\n'
    (home / "config" / "config.toml").write_text(settings)
    done = begun("--resume", "--name", "mine", "--episodes", 9)
    assert done.code == 0, done.err
