"""Code that scores dialogs is imported only where the command line names it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from convotui.runs import find_run
from tests.cli.conftest import SMALL, Cli

REWARD = "own_reward:make=2"
OWN = """
def make(goals):
    return lambda dialogs: [0.5] * len(dialogs)
"""


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A module that can be imported, and is not yet."""
    (tmp_path / "own_reward.py").write_text(OWN)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "own_reward", raising=False)
    return "own_reward"


@pytest.fixture
def begun(train: Cli, own: str) -> Cli:
    """Train a small run with such a reward, and return what trains."""
    assert train(*SMALL, "--reward", REWARD, "--name", "mine").code == 0
    assert own in sys.modules  # it was found and made
    del sys.modules[own]
    return train


def test_a_run_does_not_import_what_only_it_names(begun: Cli, own: str) -> None:
    problem = begun("--name", "mine", "--resume").problem(2)
    assert own not in sys.modules
    assert "'convotui train-policy --name mine --resume --reward own_reward:make=2'" in problem


def test_a_run_goes_on_with_code_that_is_named_again(begun: Cli, own: str) -> None:
    other = begun("--name", "mine", "--resume", "--reward", "own_reward:other=2").problem(2)
    assert "leave --reward out, or begin a new run" in other
    assert own not in sys.modules
    done = begun("--name", "mine", "--resume", "--reward", REWARD, "--episodes", 12)
    assert done.code == 0, done.err
    assert own in sys.modules


def test_a_file_does_not_import_what_only_it_names(train: Cli, own: str, tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text(f'reward = "goal-met=1,{REWARD}"\n')
    problem = train(*SMALL, "--config", file).problem(2)
    assert own not in sys.modules
    assert str(file) in problem
    assert f"add --reward goal-met=1,{REWARD}" in problem
    file.write_text(f'reward = "{REWARD}"\n')
    assert train(*SMALL, "--config", file, "--reward", "goal-met").code == 0
    assert own not in sys.modules
    assert train(*SMALL, "--config", file, "--reward", REWARD).code == 0
    assert own in sys.modules


def test_the_config_of_a_run_is_a_file_like_any_other(begun: Cli, own: str) -> None:
    file = find_run("mine").path / "config.toml"
    assert "runs only where you name it" in begun("--config", file, "--name", "two").problem(2)
    assert own not in sys.modules
    assert begun("--config", file, "--name", "two", "--reward", REWARD).code == 0


def test_what_is_told_of_such_a_run_is_the_whole_command(cli: Cli, begun: Cli) -> None:
    find_run("mine").set_state(status="cancelled")
    told = cli("runs", "show", "mine").err
    assert "--name mine --resume --reward own_reward:make=2' goes on with it" in told
