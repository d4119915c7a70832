"""Running commands: inside this process, which is quick, and as processes of their own."""

from __future__ import annotations

import io
import json
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from convotui.cli import main, train_policy
from convotui.cli.jobs import running
from convotui.dialog import Dialog
from convotui.engine.start import FAKE
from convotui.paths import get_paths
from convotui.store import Store
from tests.sentences import is_sentence

COMMAND = [sys.executable, "-c", "from convotui.cli import main; main()"]


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    raw_out: bytes
    raw_err: bytes

    @property
    def out(self) -> str:
        return self.raw_out.decode("utf-8")

    @property
    def err(self) -> str:
        return self.raw_err.decode("utf-8")

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()

    @property
    def records(self) -> list[Any]:
        return [json.loads(line) for line in self.out.split("\n") if line]

    @property
    def problems(self) -> list[str]:
        """List what the command complained of; each must be a plain sentence."""
        found = [
            line.removeprefix("convotui: ")
            for line in self.err.split("\n")
            if line.startswith("convotui: ")
        ]
        assert all(is_sentence(text) for text in found), found
        assert "Traceback" not in self.err
        return found

    def problem(self, code: int) -> str:
        """Check that the command failed with this code and one sentence, and return that."""
        assert self.code == code, (self.code, self.err)
        (found,) = self.problems
        return found


Cli = Callable[..., Done]


@pytest.fixture
def cli(
    monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> Iterator[Cli]:
    """Run a command inside this process."""
    log, on_term = logging.getLogger("convotui"), signal.getsignal(signal.SIGTERM)
    before = (log.handlers, log.propagate, log.level)

    def run(*words: object, stdin: str | bytes | None = b"") -> Done:
        data = stdin.encode("utf-8") if isinstance(stdin, str) else stdin
        typed = None if data is None else io.TextIOWrapper(io.BytesIO(data), encoding="utf-8")
        monkeypatch.setattr(sys, "stdin", typed)
        capfdbinary.readouterr()
        with pytest.raises(SystemExit) as leaving:
            main([str(word) for word in words])
        out, err = capfdbinary.readouterr()
        return Done(leaving.value.code, out, err)

    yield run
    signal.signal(signal.SIGTERM, on_term)
    log.handlers, log.propagate, log.level = before


def spawn(*words: object, stdin: str | bytes = b"", **environment: str) -> Done:
    """Run a command as a process of its own."""
    data = stdin.encode("utf-8") if isinstance(stdin, str) else stdin
    done = subprocess.run(
        [*COMMAND, *(str(word) for word in words)],
        input=data,
        capture_output=True,
        timeout=300,
        env={**os.environ, **environment},
    )
    return Done(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def talk(cli: Cli, chat_folder: Path) -> Cli:
    """Chat with the tiny model on plain lines."""

    def run(*lines: str, words: tuple[object, ...] = (), seed: int = 1) -> Done:
        stdin = "".join(f"{line}\n" for line in lines)
        sampling = ("--max-new-tokens", 8, "--seed", seed)
        return cli("chat", "--plain", "--model", chat_folder, *sampling, *words, stdin=stdin)

    return run


@pytest.fixture
def train(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Train without a screen, on an engine without models."""
    monkeypatch.setattr(train_policy, "running", lambda store: running(store, FAKE))

    def run(*words: object, stdin: str | bytes | None = b"") -> Done:
        return cli("train-policy", "--headless", *words, stdin=stdin)

    return run


SMALL = ("--episodes", 6, "--turns", 2, "--batch", 3, "--eval-every", 3, "--eval-episodes", 2)
"""Flags of a training that is over soon."""


def stored(run: str | None = None) -> list[Dialog]:
    """Load every dialog of the home."""
    with Store(get_paths().database) as store:
        return [store.load(row.key) for row in store.list_dialogs(run)]


def texts(dialog: Dialog) -> list[str]:
    """List what was said."""
    return [turn.text for turn in dialog.turns]
