"""Flags that several commands share: they win over the settings, and ``-h`` helps everywhere."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Cli, spawn, stored

GREEDY = "[sampling]\ngreedy = true\n"


@pytest.mark.parametrize(
    ("settings", "flags", "same"),
    [
        ("", [], False),
        (GREEDY, [], True),
        (GREEDY, ["--no-greedy"], False),
        ("", ["--greedy"], True),
    ],
)
def test_greedy_of_the_settings_can_be_overridden_both_ways(
    cli: Cli, chat_folder: Path, tmp_path: Path, settings: str, flags: list[str], same: bool
) -> None:
    config = tmp_path / "own.toml"
    config.write_text(settings)
    for seed in (1, 2):
        words = ("--model", chat_folder, "--config", config, "--seed", seed, "--persona", "none")
        size = ("--max-new-tokens", 6)
        assert cli("chat", "--plain", *words, *size, *flags, stdin="hi\n").code == 0
    first, second = (dialog.turns[1].text for dialog in stored())
    assert (first == second) is same


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["chat"],
        ["selfplay"],
        ["doctor"],
        ["keys"],
        ["models"],
        ["models", "show"],
        ["personas", "import"],
        ["goals", "list"],
        ["data", "show"],
        ["train-policy"],
        ["runs", "delete"],
    ],
    ids=" ".join,
)
def test_the_short_flag_for_help_is_the_long_one(cli: Cli, words: list[str]) -> None:
    short, long = cli(*words, "-h"), cli(*words, "--help")
    assert short.code == 0
    assert short.out == long.out
    assert short.out.startswith(" ".join(["Usage: convotui", *words]))


POLICY = """
from convotui.policies import FixedGoal

def make(goals):
    return FixedGoal(goals.goals[0])
"""


def test_a_policy_in_a_file_of_the_current_folder_is_found(
    chat_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mypol.py").write_text(POLICY)
    monkeypatch.chdir(tmp_path)
    # So that Python leaves the current folder out, as it does for the installed command.
    monkeypatch.setenv("PYTHONSAFEPATH", "1")
    size = ("--episodes", 1, "--turns", 1, "--max-new-tokens", 2, "--headless")
    done = spawn("selfplay", "--policy", "mypol:make", "--model", chat_folder, *size)
    assert done.code == 0, done.err
    assert done.records[0]["turns"][0]["goal"] is not None


def test_the_current_folder_is_looked_into_last_and_once(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.chdir(tmp_path)
    for _ in range(2):
        assert cli("locate").code == 0
    assert sys.path[-1] == str(tmp_path)
    assert sys.path.count(str(tmp_path)) == 1


def test_a_current_folder_that_is_gone_does_no_harm(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    monkeypatch.chdir(folder)
    folder.rmdir()
    assert cli("locate").code == 0
