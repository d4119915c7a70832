"""A run's folder holds text and tensors that anyone can read, and no pickles."""

from __future__ import annotations

import pickletools
from pathlib import Path

from convotui.dialog import dialog_from_record
from convotui.runs import find_run
from tests.learning.courses import NAME, course

PLAIN = {".json", ".jsonl", ".toml", ".md", ".safetensors"}


def test_there_are_no_pickles_in_it() -> None:
    course()
    files = [path for path in find_run(NAME).path.rglob("*") if path.is_file()]
    assert {path.suffix for path in files if path.name != ".lock"} == PLAIN
    assert not any(_is_pickle(path) for path in files)
    for path in files:
        if path.suffix in PLAIN - {".safetensors"}:
            path.read_text(encoding="utf-8")


def test_it_says_what_happened_and_how_it_ended() -> None:
    course()
    run = find_run(NAME)
    assert [line["event"] for line in run.lines("events.jsonl")] == ["started", "done"]
    report = (run.path / "report.md").read_text(encoding="utf-8")
    for word in ("none", "random", "no-repeat", "dqn", "arm-2", "held-out"):
        assert word in report


def test_its_dialogs_are_those_that_were_learned_from_with_their_rewards() -> None:
    course()
    run = find_run(NAME)
    dialogs = [dialog_from_record(line) for line in run.lines("dialogs.jsonl")]
    assert [d.id for d in dialogs] == [f"train-1-{i:05d}" for i in range(30)]
    returns = [sum(turn.reward for turn in d.turns[::2]) for d in dialogs]
    told = [value for line in run.lines("metrics.jsonl") for value in line["returns"]]
    assert returns == told
    assert all(len(d) == 6 for d in dialogs)


def _is_pickle(path: Path) -> bool:
    try:
        return sum(1 for _ in pickletools.genops(path.read_bytes())) > 0
    except Exception:
        return False
