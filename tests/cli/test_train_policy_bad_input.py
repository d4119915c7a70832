"""Whatever is wrong with a training: one plain sentence, and no model is looked for before."""

from __future__ import annotations

from pathlib import Path

import pytest

from convotui.runs import list_runs
from tests.cli.conftest import Cli

FLAGS = [
    ("--algo", ["ppo", "", "DQN"], "algo"),
    ("--reward", ["", "goal-met=", "goal-met=x", "goal-met=nan", "clever", ",", "a=1=2"], "reward"),
    ("--reward", ["goal-met,goal-met", "manual=1,manual=2"], "twice"),
    ("--reward", ["no.such:thing", "os:sep", "convotui.errors:nothing"], "cannot be made"),
    ("--goals", ["nothing", "", "no.toml"], ""),
    ("--episodes", ["0", "-1", "x", "1.5", ""], "episodes"),
    ("--turns", ["0", "-1", "x"], "turns"),
    ("--batch", ["0", "-1", "x"], "batch"),
    ("--seed", ["-1", "x"], "seed"),
    ("--persona-a", ["nobody", "nobody.toml", "../x", ""], ""),
    ("--persona-b", ["nobody", "none"], ""),
    ("--state", ["", "all", "Both"], "state"),
    ("--eval-every", ["-1", "x"], "eval"),
    ("--validation-episodes", ["0", "-1", "x"], "validation"),
    ("--eval-episodes", ["-1", "x"], "eval"),
    ("--learning-rate", ["0", "-1", "nan", "inf", "x"], "learning"),
    ("--gamma", ["-0.1", "1.1", "nan", "inf", "x"], "gamma"),
    ("--name", ["", "..", "a/b", "A", "a b", "../x", "x" * 65], "run"),
    ("--config", ["no.toml", "."], ""),
    ("--temperature", ["0", "-1", "nan"], "temperature"),
    ("--top-k", ["-1", "x"], "top"),
    ("--top-p", ["0", "1.5"], "top"),
    ("--max-new-tokens", ["0"], "max_new_tokens"),
    ("--dtype", ["float16"], "dtype"),
    ("--dialect", ["D"], "dialect"),
    ("--threads", ["-1", "100000", "x"], "threads"),
    ("--nothing", ["x"], "--nothing"),
]


@pytest.mark.parametrize(
    ("flag", "value", "named"),
    [(flag, value, named) for flag, values, named in FLAGS for value in values],
)
def test_a_mistake_is_named_before_a_model_is_looked_for(
    cli: Cli, flag: str, value: str, named: str
) -> None:
    words = ("train-policy", "--headless", "--model", "no/where", flag, value)
    problem = cli(*words).problem(2)
    assert named.replace("-", "_") in problem.replace("-", "_").lower()
    assert "no/where" not in problem
    assert list_runs() == []


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("episodez = 3", "'episodez'"),
        ("episodes = 'many'", "'episodes'"),
        ("episodes = true", "'episodes'"),
        ("episodes = 0", "'episodes'"),
        ("algo = 'ppo'", "'algo'"),
        ("dqn = 3", "'dqn'"),
        ("[dqn]\nlayers = []", "'layers'"),
        ("[dqn]\nlayers = ['x']", "'dqn.layers'"),
        ("[dqn]\ngamma = 2", "'gamma'"),
        ("[dqn]\nrate = 2", "'dqn.rate'"),
        ("[sampling]\ntop_q = 1", "'sampling.top_q'"),
        ("[sampling]\ntop_p = 2", "'top_p'"),
        ("model = 'smollm2'", "'model'"),
        ("[model]\nmodel = 3", "'model.model'"),
        ("[model]\nthreads = true", "'model.threads'"),
        ("[model]\nthreads = -1", "'threads'"),
        ("[model]\ndtype = 'float16'", "'dtype'"),
        ("[model]\ndtpye = 'float32'", "'model.dtpye'"),
        ("episodes = ", "TOML"),
        ("[" * 5000, "TOML"),
    ],
)
def test_a_mistake_in_a_file_names_file_and_key(
    cli: Cli, tmp_path: Path, text: str, named: str
) -> None:
    file = tmp_path / "own.toml"
    file.write_text(text)
    problem = cli("train-policy", "--headless", "--config", file).problem(2)
    assert str(file) in problem
    assert named in problem


def test_a_file_that_is_not_utf8_is_a_sentence(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_bytes(b"goals = '\xff'")
    assert "UTF-8" in cli("train-policy", "--headless", "--config", file).problem(2)


def test_too_few_personas_are_found_before_a_model_is_looked_for(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("convotui.gyms.casting.list_personas", list)
    words = ("train-policy", "--headless", "--model", "no/where")
    assert "too few personas" in cli(*words).problem(2)


def test_settings_with_a_mistake_are_a_sentence(cli: Cli, home: Path) -> None:
    (home / "config").mkdir(parents=True)
    (home / "config" / "config.toml").write_text("modell = 'x'")
    assert "modell" in cli("train-policy", "--headless").problem(2)
