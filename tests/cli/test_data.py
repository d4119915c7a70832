"""``convotui data``: what was said goes out to a file and comes back the same."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from convotui.dialog import Candidate, Dialog, Turn, dialog_to_record
from convotui.paths import get_paths
from convotui.store import Store, read_dialogs
from tests.cli.conftest import Cli, stored


def _dialogs() -> list[Dialog]:
    offered = (Candidate("no idea.", "model", 3, "base"), Candidate("i am a nurse.", "human"))
    full = Dialog(
        id="one",
        personas=(("i weld.",), ("i bake.", "i sing.")),
        turns=(
            Turn.say(0, "what do\nyou do?"),
            Turn(1, offered, chosen=1, goal="talk-work", rating=2, reward=-0.5),
        ),
        seed=7,
        model="smollm2",
        version="base",
        rating=4,
        return_=0.5,
        meta={"note": ["kept", 1, None]},
    )
    return [full, Dialog("two", turns=(Turn.say(0, "hi"),)), Dialog("one")]


@pytest.fixture
def kept(home: Path) -> list[Dialog]:
    with Store(get_paths().database) as store:
        for dialog in _dialogs():
            store.add_dialog(dialog)
    return _dialogs()


def test_export_and_import_give_back_the_same_dialogs(
    cli: Cli, kept: list[Dialog], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "mine.jsonl"
    done = cli("data", "export", "--out", out)
    assert (done.code, done.out) == (0, "")
    assert "3 dialogs written" in done.err
    monkeypatch.setenv("CONVOTUI_HOME", str(tmp_path / "other"))
    done = cli("data", "import", out)
    assert (done.code, done.out) == (0, "")
    assert "3 dialogs imported as run import-mine." in done.err
    assert stored() == kept
    assert stored("import-mine") == kept
    again = tmp_path / "again.jsonl"
    cli("data", "export", "--out", again)
    assert again.read_bytes() == out.read_bytes()


def test_export_without_a_file_is_json_lines_on_stdout(cli: Cli, kept: list[Dialog]) -> None:
    done = cli("data", "export")
    assert done.records == [dialog_to_record(dialog) for dialog in kept]
    assert done.err == ""


def test_a_file_may_be_gzipped_both_ways(cli: Cli, kept: list[Dialog], tmp_path: Path) -> None:
    out = tmp_path / "mine.jsonl.gz"
    assert cli("data", "export", "--out", out).code == 0
    assert gzip.decompress(out.read_bytes()).count(b"\n") == 3
    assert cli("data", "import", out).code == 0
    assert stored("import-mine") == kept


def test_single_dialogs_and_single_runs_can_be_exported(
    cli: Cli, kept: list[Dialog], tmp_path: Path
) -> None:
    assert [r["id"] for r in cli("data", "export", "--dialog", 2).records] == ["two"]
    pair = cli("data", "export", "--dialog", 3, "--dialog", 1)
    assert pair.records == [dialog_to_record(kept[0]), dialog_to_record(kept[2])]
    file = tmp_path / "more.jsonl"
    file.write_text('{"id": "three", "turns": [{"speaker": 0, "text": "x"}]}\n')
    cli("data", "import", file)
    assert [r["id"] for r in cli("data", "export", "--run", "import-more").records] == ["three"]


def test_list_shows_each_dialog(cli: Cli, kept: list[Dialog]) -> None:
    rows = [line.split() for line in cli("data", "list").lines]
    assert rows[0] == ["KEY", "TURNS", "MODEL", "STARTED", "RUN", "ID"]
    assert [(row[0], row[1], row[2], row[-1]) for row in rows[1:]] == [
        ("1", "2", "smollm2", "one"),
        ("2", "1", "-", "two"),
        ("3", "0", "-", "one"),
    ]


def test_the_shape_of_published_sets_is_read_too(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "published.jsonl"
    turns = [
        {"speaker": 0, "text": "hello", "act": "inform", "emotion": None},
        {"speaker": 1, "text": "hi", "act": None, "emotion": None},
    ]
    record = {"id": "p", "source": "a set", "split": "test", "personas": None, "turns": turns}
    file.write_text(json.dumps(record) + "\n\n")
    assert cli("data", "import", file).code == 0
    (dialog,) = stored()
    assert dialog.personas == ((), ())
    assert dialog.meta == {"source": "a set", "split": "test", "act": ["inform", None]}


GOOD = '{"id": "x", "turns": [{"speaker": 0, "text": "hi"}]}'


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("{", "JSON"),
        ("[]", "object"),
        ('{"id": "y"}', "turns"),
        ('{"id": "y", "turns": [{"speaker": 2, "text": "x"}]}', "turns[0].speaker"),
        ('{"id": "y", "turns": [{"speaker": 0}]}', "turns[0].text"),
        ('{"id": "y", "turns": [], "rating": 6}', "rating"),
        ('{"id": "y", "turns": [], "seed": 1e3}', "seed"),
        ('{"id": "y", "turns": [], "seed": 99999999999999999999999}', "seed"),
        ('{"id": "y", "turns": [], "return": NaN}', "return"),
        ("[" * 100_000, "nested"),
    ],
)
def test_a_broken_line_is_named_and_nothing_is_imported(
    cli: Cli, tmp_path: Path, line: str, named: str
) -> None:
    file = tmp_path / "broken.jsonl"
    file.write_text(f"{GOOD}\n{GOOD}\n{line}\n{GOOD}\n")
    problem = cli("data", "import", file).problem(2)
    assert named in problem
    assert "line 3" in problem
    assert str(file) in problem
    assert stored() == []
    with Store(get_paths().database) as store:
        assert store.runs() == []


def test_a_line_that_is_not_utf8_is_named(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "latin.jsonl"
    file.write_bytes(f"{GOOD}\n".encode() + GOOD.replace("hi", "caf\xe9").encode("latin-1"))
    problem = cli("data", "import", file).problem(2)
    assert "line 2" in problem
    assert "UTF-8" in problem
    assert stored() == []


@pytest.mark.parametrize("name", ["cut.jsonl.gz", "none.jsonl.gz"])
def test_a_damaged_gzip_file_is_refused(cli: Cli, tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    whole = gzip.compress(f"{GOOD}\n".encode() * 500)
    file.write_bytes(whole[: len(whole) // 2] if name.startswith("cut") else b"plain text")
    assert str(file) in cli("data", "import", file).problem(2)
    assert stored() == []


def test_a_folder_is_no_file_of_dialogs(cli: Cli, tmp_path: Path) -> None:
    assert str(tmp_path) in cli("data", "import", tmp_path).problem(2)


@pytest.mark.parametrize("out", ["missing/a.jsonl", "."])
def test_export_to_where_nothing_can_be_written_is_a_sentence(
    cli: Cli, kept: list[Dialog], tmp_path: Path, out: str
) -> None:
    assert str(tmp_path) in cli("data", "export", "--out", tmp_path / out).problem(1)


def test_an_export_replaces_a_file_and_leaves_nothing_beside_it(
    cli: Cli, kept: list[Dialog], tmp_path: Path
) -> None:
    folder = tmp_path / "exports"
    folder.mkdir()
    out = folder / "mine.jsonl"
    out.write_text("old")
    cli("data", "export", "--out", out)
    assert list(read_dialogs(out)) == kept
    assert list(folder.iterdir()) == [out]


def test_an_imported_run_gets_a_name_that_is_safe_to_type(cli: Cli, tmp_path: Path) -> None:
    for name in ("two words.jsonl", "../up.jsonl", "a\x1b[2Jb.jsonl", ".jsonl", "é.jsonl"):
        file = tmp_path / "x" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"{GOOD}\n")
        assert cli("data", "import", file).code == 0
    with Store(get_paths().database) as store:
        names = [run["id"] for run in store.runs()]
    expected = {"import-two-words", "import-up", "import-a-2Jb", "import-file", "import-file-2"}
    assert set(names) == expected


def test_importing_twice_makes_two_runs(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "mine.jsonl"
    file.write_text(f"{GOOD}\n")
    cli("data", "import", file)
    assert "import-mine-2" in cli("data", "import", file).err
    assert len(stored()) == 2
