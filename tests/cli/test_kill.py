"""``kill -9`` at any moment loses at most the reply being generated."""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import threading
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from convotui.dialog import Dialog, display_line
from convotui.paths import get_paths
from convotui.store import Store
from tests.cli.conftest import COMMAND, spawn

KILLS = 20


@dataclass
class Talk:
    """A chat that is being killed: what was typed, and which lines of it were answered."""

    typed: list[str]
    answers: list[str] = field(default_factory=list)
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def listen(self, stream: object) -> None:
        for raw in stream:
            with self._changed:
                self.answers.append(raw.decode("utf-8").rstrip("\n"))
                self._changed.notify_all()
        with self._changed:
            self._changed.notify_all()

    def wait_for(self, answers: int) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.answers) >= answers, 300)

    def check(self, dialog: Dialog) -> None:
        """Check that all that was answered is in the dialog; each line has one answer."""
        position = -1
        for line, answer in zip(self.typed, self.answers, strict=False):
            turn = dialog.turns[position] if position >= 0 else None
            if line.startswith("/rate dialog"):
                assert dialog.rating == int(line.split()[-1])
            elif line.startswith("/rate"):
                assert turn.rating == int(line.split()[-1])
            elif line.startswith("/correct"):
                assert turn.text == line.removeprefix("/correct ")
                assert turn.correction is not None
            else:
                position += 2
                assert dialog.turns[position - 1].text == line
                said = dialog.turns[position].candidates[0].text
                assert answer == f"baker: {display_line(said)}"


def _script(seed: int) -> list[str]:
    lines: list[str] = []
    for exchange in range(8):
        lines.append(f"line {exchange} of talk {seed}")
        lines.append(f"/rate {1 + (seed + exchange) % 5}")
        if exchange % 2:
            lines.append(f"/correct better {exchange} of talk {seed}.")
        if exchange == 2:
            lines.append(f"/rate dialog {1 + seed % 5}")
    return lines


def _talk_and_kill(seed: int) -> tuple[Talk, str]:
    """Kill a chat at a moment that depends on the seed, most of them inside a reply."""
    moment, talk = random.Random(seed), Talk(_script(seed))
    sampling = ["--seed", str(seed), "--min-new-tokens", "8", "--max-new-tokens", "16"]
    words = ["chat", "--plain", "--model", "smollm2", "--persona", "baker", *sampling]
    with subprocess.Popen(
        [*COMMAND, *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as running:
        ear = threading.Thread(target=talk.listen, args=(running.stdout,))
        ear.start()
        running.stdin.write("".join(f"{line}\n" for line in talk.typed).encode())
        running.stdin.flush()
        talk.wait_for(moment.randint(0, 8))
        # The one sleep there must be: it picks the moment, nothing depends on its length.
        time.sleep(moment.uniform(0, 0.8))
        running.kill()
        running.wait(60)
        ear.join(60)
        err = running.stderr.read().decode()
    assert running.returncode == -signal.SIGKILL, err
    return talk, err


@pytest.mark.real
@pytest.mark.slow
def test_everything_answered_survives_kill_9_at_any_moment(real_home: Path) -> None:
    inside_a_reply = answered = 0
    for seed in range(KILLS):
        talk, err = _talk_and_kill(seed)
        assert "Traceback" not in err
        with closing(sqlite3.connect(get_paths().database)) as other:
            assert other.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        with Store(get_paths().database) as store:
            assert store.check() == "ok"
            mine = [
                dialog
                for row in store.list_dialogs()
                if (dialog := store.load(row.key)).seed == seed
            ]
        assert len(mine) == 1 if talk.answers else len(mine) <= 1
        if mine:
            talk.check(mine[0])
            answered += len(talk.answers)
            inside_a_reply += len(mine[0]) % 2
    print(f"{inside_a_reply} of {KILLS} kills fell inside a reply, {answered} answers checked")
    assert answered > 2 * KILLS
    done = spawn("chat", "--plain", "--model", "smollm2", "--max-new-tokens", 4, stdin="hi\n")
    assert done.code == 0, done.err
    assert len(done.lines) == 1
