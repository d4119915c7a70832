"""Ctrl-C and SIGTERM cancel a run: exit 130, what was played is kept, the summary says so."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from convotui.paths import get_paths
from convotui.runs import METRICS, find_run
from convotui.store import Store, read_dialogs
from tests.cli.conftest import COMMAND, Cli, stored, texts

INTERRUPTING = """
import os, signal, threading, time

class Own:
    \"\"\"Sends this process a signal at its third turn, as a person would from outside.\"\"\"

    def __init__(self, goals):
        self.count = 0

    def choose(self, dialogs, seeds):
        self.count += 1
        if self.count == 3:
            os.kill(os.getpid(), signal.{signal})
        return [None] * len(dialogs)
"""


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_signal_during_self_play_keeps_what_was_played(
    name: str, home: Path, chat_folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "a.jsonl"
    size = ["--episodes", "5000", "--turns", "2", "--batch", "1", "--max-new-tokens", "2"]
    words = ["selfplay", "--headless", "--model", str(chat_folder), *size]
    with subprocess.Popen(
        [*COMMAND, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        first = running.stdout.readline()
        running.send_signal(getattr(signal, name))
        rest, err = running.communicate(timeout=120)
    assert running.returncode == 130, err
    *dialogs, summary = [json.loads(line) for line in [first, *rest.splitlines()]]
    assert summary["status"] == "cancelled"
    assert summary["episodes"] == len(dialogs) >= 1
    assert err.splitlines()[-1] == "convotui: Cancelled; what had been stored is kept."
    with Store(get_paths().database) as store:
        (run,) = store.runs()
        kept = {store.load(row.key).id: row.turns for row in store.list_dialogs() if row.turns}
        assert store.check() == "ok"
    assert run["status"] == "cancelled"
    assert {record["id"] for record in dialogs} <= set(kept)
    assert not out.exists()


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_finished_dialogs_are_written_to_the_file(
    name: str, cli: Cli, chat_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / f"interrupting_{name.lower()}"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "policy.py").write_text(INTERRUPTING.format(signal=name))
    monkeypatch.syspath_prepend(str(tmp_path))
    out = tmp_path / "a.jsonl"
    size = ("--episodes", 50, "--turns", 2, "--batch", 1, "--max-new-tokens", 3)
    words = ("--headless", "--model", chat_folder, "--policy", f"{package.name}.policy:Own")
    done = cli("selfplay", *words, *size, "--out", out)
    assert done.code == 130, done.err
    assert done.problems == ["Cancelled; what had been stored is kept."]
    (summary,) = done.records
    assert summary["status"] == "cancelled"
    written = list(read_dialogs(out))
    assert len(written) == summary["episodes"] >= 2
    assert written == [dialog for dialog in stored() if len(dialog) == 2][: len(written)]


SLOWLY = """
import signal
from convotui.cli import jobs, main, train_policy
from convotui.engine.start import FAKE

def slowly(store):
    started = jobs.running(store, FAKE)
    started_engine = started.__enter__()
    started_engine.engine.step_seconds = 0.02
    class Again:
        __enter__ = lambda self: started_engine
        __exit__ = lambda self, *error: started.__exit__(*error)
    return Again()

train_policy.running = slowly
main()
"""


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_signal_during_a_training_keeps_what_was_learned(name: str, home: Path) -> None:
    size = ["--episodes", "100000", "--turns", "1", "--batch", "2", "--eval-episodes", "0"]
    words = ["train-policy", "--headless", "--name", "mine", "--eval-every", "0", *size]
    with subprocess.Popen(
        [sys.executable, "-c", SLOWLY, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        first = running.stdout.readline()
        running.send_signal(getattr(signal, name))
        rest, err = running.communicate(timeout=120)
    assert running.returncode == 130, err
    *rounds, summary = [json.loads(line) for line in [first, *rest.splitlines()]]
    assert (summary["status"], summary["run"]) == ("cancelled", "mine")
    assert summary["episodes"] == rounds[-1]["episodes"] == len(find_run("mine").lines(METRICS)) * 2
    assert err.splitlines()[-2:] == [
        "What was learned is kept: 'convotui train-policy --name mine --resume' goes on.",
        "convotui: Cancelled; what had been stored is kept.",
    ]
    assert find_run("mine").state["status"] == "cancelled"


def test_a_signal_during_a_piped_chat_keeps_what_was_typed(
    cli: Cli, chat_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from convotui.decoders.generate import _Batch

    step, steps = _Batch.step, []

    def interrupting(self: _Batch) -> object:
        steps.append(1)
        if len(steps) == 25:
            os.kill(os.getpid(), signal.SIGINT)
        return step(self)

    monkeypatch.setattr(_Batch, "step", interrupting)
    words = ("--min-new-tokens", 20, "--max-new-tokens", 20, "--model", chat_folder)
    done = cli("chat", "--plain", *words, stdin="one\ntwo\nthree\n")
    assert done.code == 130
    (dialog,) = stored()
    assert texts(dialog)[::2] == ["one", "two"]
    assert len(done.lines) == len(dialog) // 2


def test_ctrl_c_while_nothing_runs_is_a_cancelled_command(home: Path) -> None:
    code = (
        "import os, signal, sys; from convotui.cli import main;"
        "from convotui.cli import library; "
        "library.list_personas = lambda: os.kill(os.getpid(), signal.SIGINT); "
        "main(['personas', 'list'])"
    )
    done = subprocess.run([*COMMAND[:2], code], capture_output=True, text=True, timeout=120)
    assert done.returncode == 130
    assert done.stderr == "convotui: Cancelled; what had been stored is kept.\n"
