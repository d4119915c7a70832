"""A run's folder: made whole, written whole, held by one process, deleted whole."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from convotui.errors import ConvoTUIError, UsageError
from convotui.paths import get_paths
from convotui.runs import (
    Run,
    check_new_name,
    create_run,
    delete_run,
    find_run,
    list_runs,
    unused_name,
)
from tests.sentences import is_sentence

TRAINER = """
import sys
from convotui.runs import create_run
run = create_run(sys.argv[1], "train-policy", {})
with run.holding():
    print("mine", flush=True)
    sys.stdin.read()
"""


def _make(name: str = "one", **config: object) -> Run:
    return create_run(name, "train-policy", config)


def _refusal(error: type[ConvoTUIError], call: object, *words: object) -> str:
    with pytest.raises(error) as refused:
        call(*words)
    assert is_sentence(str(refused.value)), str(refused.value)
    return str(refused.value)


def _names() -> list[str]:
    return [run.name for run in list_runs()]


def test_a_new_run_has_its_settings_and_counts_as_interrupted_while_nobody_holds_it() -> None:
    run = _make(episodes=3, dqn={"layers": [64, 64]})
    assert run.path == get_paths().data / "runs" / "one"
    assert run.config == {"episodes": 3, "dqn": {"layers": [64, 64]}}
    state = run.state
    assert (state["name"], state["kind"], state["summary"]) == ("one", "train-policy", None)
    assert state["status"] == "interrupted"
    with run.holding():
        assert run.state["status"] == "running"
    run.set_state(status="done", summary={"episodes": 3})
    assert (run.state["status"], run.state["summary"]) == ("done", {"episodes": 3})
    assert run.state["created"] <= run.state["ended"]


def test_a_run_that_goes_on_has_no_end() -> None:
    run = _make()
    run.set_state(status="cancelled")
    run.set_state(status="running")
    assert run.state["ended"] is None


def test_a_taken_name_is_refused_and_what_there_is_stays() -> None:
    run = _make(episodes=3)
    assert "--resume goes on with it" in _refusal(UsageError, create_run, "one", "x", {})
    assert "one" in _refusal(UsageError, check_new_name, "one")
    assert run.config == {"episodes": 3}
    assert unused_name("one") == "one-2"
    assert unused_name("two") == "two"


NO_NAMES = [
    "",
    ".",
    "..",
    "../x",
    "a/b",
    "/etc",
    "A",
    "é",
    "-a",
    ".a",
    "_a",
    "a b",
    "a\n",
    "a" * 65,
]
NO_NAMES += ["\x1b[2J", "\ud800", "a\0b", "~", "a%", "CON:"]


@pytest.mark.parametrize("name", NO_NAMES, ids=ascii)
def test_what_could_be_a_path_or_more_is_no_name(name: str, home: Path) -> None:
    home.mkdir()
    _refusal(UsageError, create_run, name, "train-policy", {})
    _refusal(UsageError, find_run, name)
    _refusal(UsageError, delete_run, name)
    assert list(home.iterdir()) == []


@pytest.mark.parametrize("name", ["a", "0", "a.b-c_d", "a..", "a" * 64])
def test_names_there_can_be(name: str) -> None:
    _make(name)
    assert find_run(name).name == name
    assert _names() == [name]


def test_a_run_that_cannot_be_written_leaves_nothing() -> None:
    with pytest.raises(Exception, match="object"):
        create_run("one", "train-policy", {"x": object()})
    assert list((get_paths().data / "runs").iterdir()) == []
    assert unused_name("one") == "one"


def test_a_run_that_another_process_has_just_made_is_not_replaced(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = _make(episodes=3)
    monkeypatch.setattr("convotui.runs.check_new_name", lambda name: None)
    assert str(run.path) in _refusal(ConvoTUIError, create_run, "one", "x", {})
    assert run.config == {"episodes": 3}
    assert [path.name for path in run.path.parent.iterdir()] == ["one"]


def test_runs_are_listed_oldest_first_and_folders_of_others_are_not() -> None:
    for name, created in (("b", "2026-01-02"), ("a", "2026-01-03"), ("c", "2026-01-01")):
        run = _make(name)
        run.write_json("run.json", {**run.state, "created": created})
    (run.path.parent / "other").mkdir()
    (run.path.parent / "file").touch()
    assert _names() == ["c", "b", "a"]


def test_without_a_folder_there_are_no_runs() -> None:
    assert list_runs() == []


@pytest.mark.parametrize("text", ["", "{", "[]", "3", "\xff", "[" * 100_000])
def test_a_damaged_run_is_listed_and_says_what_is_wrong(text: str) -> None:
    run = _make()
    (run.path / "run.json").write_bytes(text.encode("latin-1"))
    (run.path / "config.toml").write_bytes(text.encode("latin-1") or b"=")
    assert _names() == ["one"]
    assert "run.json" in _refusal(ConvoTUIError, lambda: run.state)
    assert "config.toml" in _refusal(ConvoTUIError, lambda: run.config)
    delete_run("one")
    assert _names() == []


def test_a_log_keeps_its_lines() -> None:
    run = _make()
    assert run.lines("a.jsonl") == []
    run.append("a.jsonl", {"x": 1}, {"x": "line\nbreak \u2028 \x85"})
    run.append("a.jsonl", {"x": 3})
    assert [line["x"] for line in run.lines("a.jsonl")] == [1, "line\nbreak \u2028 \x85", 3]
    run.replace_lines("a.jsonl", run.lines("a.jsonl")[:1])
    assert run.lines("a.jsonl") == [{"x": 1}]


@pytest.mark.parametrize("cut", ['{"x"', '{"x": 2}', "{", "é"])
def test_a_last_line_that_a_crash_cut_short_is_left_out_and_written_over(cut: str) -> None:
    run = _make()
    run.append("a.jsonl", {"x": 1})
    with (run.path / "a.jsonl").open("ab") as log:
        log.write(cut.encode()[:-1] if cut == "é" else cut.encode())
    assert run.lines("a.jsonl") == [{"x": 1}]
    run.append("a.jsonl", {"x": 3})
    assert run.lines("a.jsonl") == [{"x": 1}, {"x": 3}]


def test_a_log_of_nothing_but_a_cut_line_begins_anew() -> None:
    run = _make()
    (run.path / "a.jsonl").write_text('{"x"')
    run.append("a.jsonl", {"x": 1})
    assert (run.path / "a.jsonl").read_text() == '{"x": 1}\n'


def test_a_damaged_line_is_a_sentence() -> None:
    run = _make()
    (run.path / "a.jsonl").write_text("nonsense\n{}\n")
    assert "a.jsonl" in _refusal(ConvoTUIError, run.lines, "a.jsonl")


def test_a_file_is_replaced_whole_and_nothing_is_left_beside_it() -> None:
    run = _make()
    before = sorted(path.name for path in run.path.iterdir())
    run.write_json("goals.json", {"name": "x"})
    with pytest.raises(UnicodeEncodeError):
        run.write_text("goals.json", "\ud800")
    assert run.read_json("goals.json") == {"name": "x"}
    assert sorted(path.name for path in run.path.iterdir()) == sorted([*before, "goals.json"])


def test_a_run_is_held_by_one_at_a_time() -> None:
    run = _make()
    with run.holding():
        assert run.is_held()
        assert "works on the run one" in _refusal(ConvoTUIError, run.holding().__enter__)
        assert "works on the run one" in _refusal(ConvoTUIError, delete_run, "one")
    assert not run.is_held()


def test_what_goes_wrong_while_a_run_is_held_stays_what_it_is() -> None:
    run = _make()
    with pytest.raises(OSError, match="no disk"), run.holding():
        raise OSError(28, "no disk")
    assert not run.is_held()


def test_a_killed_process_leaves_an_interrupted_run_that_can_be_gone_on_with() -> None:
    command = [sys.executable, "-c", TRAINER, "one"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"mine\n"
        assert find_run("one").state["status"] == "running"
        other.kill()
        assert other.wait() == -9
    run = find_run("one")
    assert run.state["status"] == "interrupted"
    with run.holding():
        assert run.state["status"] == "running"


def test_deleting_leaves_nothing_and_the_others() -> None:
    run = _make()
    _make("two")
    (run.path / "checkpoints" / "last-000001").mkdir(parents=True)
    (run.path / "checkpoints" / "last-000001" / "x").write_text("x")
    delete_run("one")
    assert [path.name for path in run.path.parent.iterdir()] == ["two"]
    assert "There is no run called one" in _refusal(UsageError, find_run, "one")


def test_a_folder_that_cannot_be_written_is_a_sentence() -> None:
    get_paths().data.mkdir(parents=True)
    (get_paths().data / "runs").write_text("in the way")
    assert str(get_paths().data) in _refusal(ConvoTUIError, create_run, "one", "x", {})
    assert list_runs() == []


def test_what_is_in_the_files_is_json() -> None:
    run = _make()
    run.append("a.jsonl", {"x": "\x1b"})
    assert json.loads((run.path / "run.json").read_text())["name"] == "one"
    assert "\x1b" not in (run.path / "a.jsonl").read_text()
