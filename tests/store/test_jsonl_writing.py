"""A file of dialogs is written complete or not at all, and reads back as it was."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convotui.dialog import Dialog, Turn
from convotui.errors import ConvoTUIError
from convotui.store import read_dialogs, write_dialogs
from convotui.store.jsonl import dialog_line
from tests.dialog.active import active_in
from tests.dialog.strategies import HOSTILE, dialogs
from tests.store.helpers import is_sentence, small_dialog


def test_hostile_dialogs_come_back_from_a_file_that_is_safe_to_show(tmp_path: Path) -> None:
    written = [Dialog(text, turns=(Turn.say(0, text),), meta={text: text}) for text in HOSTILE]
    assert write_dialogs(tmp_path / "d.jsonl", written) == len(HOSTILE)
    raw = (tmp_path / "d.jsonl").read_bytes().decode("utf-8")
    assert active_in(raw, allowed="\n") == []
    assert raw.count("\n") == len(HOSTILE)
    assert list(read_dialogs(tmp_path / "d.jsonl")) == written


@settings(deadline=None, max_examples=50)
@given(st.lists(dialogs, max_size=3))
def test_any_dialogs_are_one_line_each_and_come_back(written: list[Dialog]) -> None:
    lines = [dialog_line(dialog) for dialog in written]
    assert all(len(line.splitlines()) == 1 for line in lines)
    assert [json.loads(line)["id"] for line in lines] == [dialog.id for dialog in written]


@pytest.mark.parametrize("name", ["d.jsonl", "d.jsonl.gz", "d"])
def test_what_was_written_can_be_read_under_the_same_name(name: str, tmp_path: Path) -> None:
    written = [small_dialog("a"), small_dialog("b")]
    assert write_dialogs(tmp_path / name, iter(written)) == 2
    assert list(read_dialogs(tmp_path / name)) == written


def test_no_dialogs_make_an_empty_file(tmp_path: Path) -> None:
    assert write_dialogs(tmp_path / "d.jsonl", []) == 0
    assert (tmp_path / "d.jsonl").read_bytes() == b""


def _interrupted(error: BaseException) -> Iterator[Dialog]:
    yield small_dialog()
    raise error


@pytest.mark.parametrize("error", [RuntimeError("no more"), KeyboardInterrupt()])
@pytest.mark.parametrize("name", ["d.jsonl", "d.jsonl.gz"])
def test_a_failure_midway_leaves_the_old_file_and_nothing_else(
    error: BaseException, name: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    write_dialogs(path, [small_dialog("old")])
    before = path.read_bytes()
    with pytest.raises(type(error)):
        write_dialogs(path, _interrupted(error))
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_whoever_reads_the_old_file_meanwhile_reads_it_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "d.jsonl"
    # Longer than any buffer, so that the reader does not have the end of it yet.
    write_dialogs(path, [small_dialog(f"old {i}") for i in range(3000)])
    reading = read_dialogs(path)
    assert next(reading).id == "old 0"
    write_dialogs(path, [small_dialog("new")] * 4000)
    assert [dialog.id for dialog in reading] == [f"old {i}" for i in range(1, 3000)]


def test_a_failure_midway_leaves_no_file_where_there_was_none(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError):
        write_dialogs(tmp_path / "d.jsonl", _interrupted(RuntimeError("no more")))
    assert list(tmp_path.iterdir()) == []


def test_a_reward_that_json_has_not_is_refused_and_the_old_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "d.jsonl"
    write_dialogs(path, [small_dialog("old")])
    with pytest.raises(ValueError, match="JSON"):
        write_dialogs(path, [small_dialog(), Dialog("nan", return_=math.nan)])
    assert [dialog.id for dialog in read_dialogs(path)] == ["old"]


def test_a_folder_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConvoTUIError, match=r"d\.jsonl cannot be written: No such file") as caught:
        write_dialogs(tmp_path / "none" / "d.jsonl", [])
    assert is_sentence(str(caught.value))


def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConvoTUIError, match=r"cannot be written: Not a directory\.$"):
        write_dialogs(tmp_path / "file" / "d.jsonl", [])


@pytest.mark.parametrize("name", ["folder", ".", ".."])
def test_a_folder_is_not_written_over(name: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(ConvoTUIError, match=r"cannot be written: it is not a file\.$"):
        write_dialogs(tmp_path / name, [small_dialog()])
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_a_bare_dot_is_not_written_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConvoTUIError, match="it is not a file"):
        write_dialogs(Path(), [small_dialog()])


def test_a_pipe_or_device_is_not_replaced_by_a_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ConvoTUIError, match=r"pipe cannot be written: it is not a file\.$"):
        write_dialogs(tmp_path / "pipe", [small_dialog()])
    assert (tmp_path / "pipe").is_fifo()
