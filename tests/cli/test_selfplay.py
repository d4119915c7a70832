"""``selfplay --headless``: JSON Lines on stdout, the last one a summary; progress on stderr."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from convotui.cli import output
from convotui.cli.output import ProgressBar
from convotui.dialog import dialog_from_record, load_goals
from convotui.engine.api import JobProgress
from convotui.paths import get_paths
from convotui.store import Store, read_dialogs
from tests.cli.conftest import Cli, Done, stored

KEYS = ["id", "seed", "model", "version", "personas", "turns", "rating", "return", "meta"]
TURN_KEYS = ["speaker", "text", "goal", "rating", "reward", "chosen", "candidates"]


SLOW = """
import time

class Own:
    def __init__(self, goals):
        self.goals = goals

    def choose(self, dialogs, seeds):
        time.sleep(0.6)
        return [None] * len(dialogs)
"""
TIRED = """
class Own:
    def __init__(self, goals):
        self.count = 0

    def choose(self, dialogs, seeds):
        self.count += 1
        if self.count > 2:
            raise RuntimeError("that is enough")
        return [None] * len(dialogs)
"""


@pytest.fixture
def policies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    """Make a policy from its source and return its dotted name."""

    def make(source: str) -> str:
        package = f"own_{uuid.uuid4().hex}"
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").write_text("")
        (tmp_path / package / "policy.py").write_text(source)
        return f"{package}.policy:Own"

    monkeypatch.syspath_prepend(str(tmp_path))
    return make


@pytest.fixture
def played(cli: Cli, chat_folder: Path) -> Cli:
    """Play three dialogs of four turns with the tiny model."""

    def run(*words: object) -> Done:
        size = ("--episodes", 3, "--turns", 4, "--max-new-tokens", 4, "--dtype", "float32")
        return cli("selfplay", "--headless", "--model", chat_folder, *size, *words)

    return run


def test_stdout_is_json_lines_and_the_last_one_sums_up(played: Cli) -> None:
    done = played("--seed", 1)
    assert done.code == 0, done.err
    *dialogs, summary = done.records
    assert [list(record) for record in dialogs] == [KEYS] * 3
    assert all(list(turn) == TURN_KEYS for record in dialogs for turn in record["turns"])
    assert [len(record["turns"]) for record in dialogs] == [4, 4, 4]
    assert summary["status"] == "done"
    assert (summary["episodes"], summary["turns"], summary["out"]) == (3, 12, None)


def test_what_is_printed_is_what_is_stored(played: Cli) -> None:
    done = played("--seed", 1)
    printed = [dialog_from_record(record) for record in done.records[:-1]]
    assert printed == stored(done.records[-1]["run"])


def test_out_gets_the_dialogs_and_stdout_the_summary_alone(played: Cli, tmp_path: Path) -> None:
    out = tmp_path / "a.jsonl"
    done = played("--seed", 1, "--out", out)
    (summary,) = done.records
    assert summary["out"] == str(out)
    assert list(read_dialogs(out)) == stored(summary["run"])
    assert out.read_text().splitlines() == played("--seed", 1).lines[:-1]


def test_the_batch_size_changes_nothing_and_the_seed_everything(played: Cli) -> None:
    lines = {
        name: played(*words).lines[:-1]
        for name, words in {
            "one": ("--seed", 1, "--batch", 1),
            "many": ("--seed", 1, "--batch", 16),
            "other": ("--seed", 2),
        }.items()
    }
    assert lines["one"] == lines["many"]
    assert not set(lines["one"]) & set(lines["other"])


def test_policy_goals_are_in_the_file_as_ids(played: Cli) -> None:
    done = played("--policy", "no-repeat", "--goals", "support")
    ids = {goal.id for goal in load_goals("support")}
    for record in done.records[:-1]:
        goals = [turn["goal"] for turn in record["turns"]]
        assert set(goals[::2]) <= ids
        assert goals[0] != goals[2]
        assert goals[1::2] == [None, None]


def test_progress_is_told_on_stderr(played: Cli) -> None:
    done = played()
    assert "playing 0/12" in done.err.splitlines()


def test_progress_tells_how_long_it_will_take(
    played: Cli, policies: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(output, "LINE_SECONDS", 0.0)
    done = played("--policy", policies(SLOW))
    lines = [line for line in done.err.splitlines() if line.startswith("playing")]
    assert any(re.fullmatch(r"playing \d+/12 ETA \d+:\d\d", line) for line in lines), lines


@pytest.mark.parametrize(
    ("eta", "shown"), [(75, "1:15"), (3725, "1:02:05"), (0, "0:00"), (59.6, "1:00")]
)
def test_seconds_left_are_written_like_a_clock(
    eta: float, shown: str, capsys: pytest.CaptureFixture[str]
) -> None:
    ProgressBar().show(JobProgress(1, "playing", 3, 10, eta))
    assert capsys.readouterr().err == f"playing 3/10 ETA {shown}\n"


def test_the_run_is_in_the_database_with_its_plan(played: Cli) -> None:
    done = played("--seed", 9, "--policy", "random")
    with Store(get_paths().database) as store:
        (run,) = store.runs()
    assert run["id"] == done.records[-1]["run"]
    assert run["status"] == "done"
    assert (run["config"]["seed"], run["config"]["policy"]) == (9, "random")


def test_a_play_that_fails_keeps_its_file_and_says_so_in_the_summary(
    cli: Cli, chat_folder: Path, tmp_path: Path, policies: Callable[[str], str]
) -> None:
    out = tmp_path / "a.jsonl"
    size = ("--episodes", 4, "--turns", 2, "--batch", 1, "--max-new-tokens", 3, "--out", out)
    words = ("--headless", "--model", chat_folder, "--policy", policies(TIRED))
    done = cli("selfplay", *words, *size)
    assert "enough" in done.problem(1)
    assert done.records == [{"status": "failed", "episodes": 2, "out": str(out)}]
    assert len(list(read_dialogs(out))) == 2


def test_a_model_that_is_not_there_fails_with_a_summary(cli: Cli) -> None:
    done = cli("selfplay", "--headless", "--model", "no/where")
    assert "no/where" in done.problem(1)
    assert json.loads(done.out)["status"] == "failed"
