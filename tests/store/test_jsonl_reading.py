"""A file of dialogs is read line by line; what is wrong is named by file, line and key."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from convotui.dialog import Dialog
from convotui.errors import UsageError
from convotui.store import read_dialogs
from tests.store.helpers import is_sentence

GOOD = b'{"id": "d", "turns": [{"speaker": 0, "text": "hi"}]}\n'


def refusal(path: Path, content: bytes | None = None) -> str:
    """Read a file that is wrong and return the sentence about it."""
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UsageError) as caught:
        list(read_dialogs(path))
    message = str(caught.value)
    assert is_sentence(message)
    return message


def test_lines_are_dialogs_and_blank_lines_are_nothing(tmp_path: Path) -> None:
    path = tmp_path / "d.jsonl"
    path.write_bytes(b"\n" + GOOD + b"  \t\r\n\n" + GOOD.rstrip(b"\n"))
    assert [dialog.id for dialog in read_dialogs(path)] == ["d", "d"]


def test_an_empty_file_holds_no_dialogs(tmp_path: Path) -> None:
    (tmp_path / "d.jsonl").touch()
    assert list(read_dialogs(tmp_path / "d.jsonl")) == []


def test_windows_line_ends_are_taken(tmp_path: Path) -> None:
    path = tmp_path / "d.jsonl"
    path.write_bytes(GOOD.replace(b"\n", b"\r\n") * 3)
    assert len(list(read_dialogs(path))) == 3


def test_line_separators_inside_a_text_do_not_end_the_line(tmp_path: Path) -> None:
    path = tmp_path / "d.jsonl"
    record = {"id": "d", "turns": [{"speaker": 0, "text": "a\u2028b\u0085c"}]}
    path.write_text(json.dumps(record, ensure_ascii=False) + "\n", encoding="utf-8")
    assert [dialog.turns[0].text for dialog in read_dialogs(path)] == ["a\u2028b\u0085c"]


def test_a_gz_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "d.jsonl.gz"
    path.write_bytes(gzip.compress(GOOD * 2))
    assert len(list(read_dialogs(path))) == 2


@pytest.mark.parametrize("lines", [b"", GOOD, GOOD * 2, b"\n" + GOOD])
def test_a_byte_order_mark_at_the_start_is_no_part_of_the_first_line(
    lines: bytes, tmp_path: Path
) -> None:
    content = b"\xef\xbb\xbf" + lines
    plain, packed = tmp_path / "d.jsonl", tmp_path / "d.jsonl.gz"
    plain.write_bytes(content)
    packed.write_bytes(gzip.compress(content))
    for path in (plain, packed):
        assert len(list(read_dialogs(path))) == lines.count(b"id")


def test_dialogs_before_the_bad_line_can_be_had(tmp_path: Path) -> None:
    path = tmp_path / "d.jsonl"
    path.write_bytes(GOOD + b"{")
    reading = read_dialogs(path)
    assert isinstance(next(reading), Dialog)
    with pytest.raises(UsageError, match="line 2"):
        next(reading)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b"{'id': 1}", "not JSON"),
        (b'{"id": "d", "turns": []', "not JSON"),
        (b"\xef\xbb\xbf" + GOOD, "not JSON"),
        (b'{"id": "caf\xe9", "turns": []}', "not UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"id": "d", "turns": [], "meta": ' + b'{"a":' * 900 + b"1" + b"}" * 901, "too deeply"),
        (b"[]", "expected a JSON object"),
        (b'{"id": "d"}', "'turns' is missing"),
        (b'{"id": "d", "turns": [{"speaker": 3, "text": ""}]}', "'turns[0].speaker'"),
        (b'{"id": "d", "turns": [], "return": NaN}', "'return': expected a finite number"),
        (b'{"id": "d", "turns": [], "meta": {"a": NaN}}', "'meta.a': expected finite"),
        (b'{"id": "d", "turns": [], "meta": {"\\u001b[2J": NaN}}', r"'meta.\x1b[2J'"),
        (b'{"id": "d", "turns": [], "seed": 1' + b"0" * 5000 + b"}", "limit"),
    ],
)
def test_a_bad_line_is_named_by_file_and_number(line: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / "d.jsonl"
    message = refusal(path, GOOD + b"\n" + line + b"\n" + GOOD)
    assert message.startswith(f"{path}, line 3: ")
    assert words in message


def test_lines_of_a_gz_file_are_counted_too(tmp_path: Path) -> None:
    message = refusal(tmp_path / "d.jsonl.gz", gzip.compress(GOOD * 4 + b"x\n"))
    assert "line 5: not JSON" in message


def test_a_gz_file_that_is_cut_off_is_refused_wherever_it_was_cut(tmp_path: Path) -> None:
    whole = gzip.compress(GOOD * 50)
    for end in range(1, len(whole)):
        assert "cut off or not gzip" in refusal(tmp_path / "d.jsonl.gz", whole[:end])


def test_a_gz_file_with_a_broken_byte_is_never_a_traceback(tmp_path: Path) -> None:
    whole = gzip.compress(b"".join(GOOD.replace(b"hi", b"%d" % (i * i)) for i in range(200)))
    path = tmp_path / "d.jsonl.gz"
    for place in range(10, len(whole), 3):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
        with pytest.raises(UsageError):
            list(read_dialogs(path))


def test_a_plain_file_called_gz_is_refused(tmp_path: Path) -> None:
    assert "not gzip" in refusal(tmp_path / "d.jsonl.gz", GOOD)


@pytest.mark.parametrize("name", ["none.jsonl", "none.jsonl.gz", "no/folder/d.jsonl"])
def test_a_missing_file_is_said_to_be_missing(name: str, tmp_path: Path) -> None:
    assert refusal(tmp_path / name) == f"There is no file {tmp_path / name}."


@pytest.mark.parametrize("name", ["folder.jsonl", "folder.jsonl.gz"])
def test_a_folder_is_not_read(name: str, tmp_path: Path) -> None:
    (tmp_path / name).mkdir()
    assert refusal(tmp_path / name) == f"{tmp_path / name} cannot be read: Is a directory."


def test_a_hostile_file_name_is_shown_inert(tmp_path: Path) -> None:
    assert r"\x1b[2J\u202e" in refusal(tmp_path / "\x1b[2J\u202e.jsonl", b"x")
