"""Progress is drawn on a terminal's stderr and never mixes with the data on stdout."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pexpect
import pytest


@pytest.mark.parametrize("term", ["xterm-256color", "dumb"])
def test_data_stays_on_stdout_while_a_bar_is_drawn_on_stderr(
    term: str, chat_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", term)
    out = tmp_path / "out.jsonl"
    flags = "--headless --episodes 3 --turns 2 --batch 1 --max-new-tokens 4 --seed 1"
    run = f"{sys.executable} -c 'from convotui.cli import main; main()' selfplay {flags}"
    shell = f"{run} --model {chat_folder} > {out}"
    child = pexpect.spawn("/bin/sh", ["-c", shell], encoding="utf-8", timeout=120)
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0, child.before
    assert "playing" in child.before
    assert '"turns"' not in child.before
    lines = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [len(line["turns"]) for line in lines[:-1]] == [2, 2, 2]
    assert lines[-1]["status"] == "done"
