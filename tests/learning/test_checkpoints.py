"""A checkpoint is on disk whole or not at all, and what is damaged is not used unseen."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from convotui.decoders import cache
from convotui.errors import ConvoTUIError
from convotui.learning import checkpoints
from convotui.learning.checkpoints import (
    FOLDER,
    TENSORS,
    VALUES,
    Checkpoint,
    checkpoint_path,
    forget_later,
    keep_newest,
    load_checkpoint,
    save_checkpoint,
)

FULL_DISK = """
import resource, sys
from pathlib import Path
import torch
from convotui.errors import ConvoTUIError
from convotui.learning.checkpoints import Checkpoint, save_checkpoint

resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
try:
    save_checkpoint(Path(sys.argv[1]), "last", Checkpoint(20, {"x": torch.zeros(9999)}, {}))
except ConvoTUIError as error:
    print(error)
"""


def made(episodes: int = 10, fill: float = 1.0) -> Checkpoint:
    tensors = {
        "policy.weight": torch.full((3, 2), fill),
        "random": torch.tensor([2**40, -1]),
        "bytes": torch.tensor([0, 255], dtype=torch.uint8),
    }
    return Checkpoint(episodes, tensors, {"digest": "abc", "big": 2**120, "share": 0.1 + 0.2})


def test_what_was_saved_is_loaded(tmp_path: Path) -> None:
    save_checkpoint(tmp_path, "last", made(7))
    loaded = load_checkpoint(tmp_path, "last")
    assert (loaded.episodes, loaded.values) == (7, made().values)
    assert loaded.tensors.keys() == made().tensors.keys()
    for name, tensor in made().tensors.items():
        assert loaded.tensors[name].dtype == tensor.dtype
        assert loaded.tensors[name].equal(tensor)


def test_tensors_can_be_chosen_by_how_their_names_begin(tmp_path: Path) -> None:
    save_checkpoint(tmp_path, "last", made())
    assert load_checkpoint(tmp_path, "last", tensors="policy.").tensors.keys() == {"policy.weight"}


def test_where_nothing_was_saved_there_is_none(tmp_path: Path) -> None:
    assert load_checkpoint(tmp_path, "best") is None
    save_checkpoint(tmp_path, "last", made())
    assert load_checkpoint(tmp_path, "best") is None


def test_one_of_each_kind_is_kept(tmp_path: Path) -> None:
    for episodes in (10, 20, 30):
        save_checkpoint(tmp_path, "last", made(episodes))
        save_checkpoint(tmp_path, "best", made(min(episodes, 20)))
        keep_newest(tmp_path, "last")
        keep_newest(tmp_path, "best")
    names = sorted(path.name for path in (tmp_path / FOLDER).iterdir())
    assert names == ["best-000020", "last-000030"]


def test_more_dialogs_than_the_name_has_room_for_come_last(tmp_path: Path) -> None:
    save_checkpoint(tmp_path, "last", made(999_999))
    (tmp_path / FOLDER / "last-999999").rename(tmp_path / "aside")
    save_checkpoint(tmp_path, "last", made(1_000_000))
    (tmp_path / "aside").rename(tmp_path / FOLDER / "last-999999")
    assert load_checkpoint(tmp_path, "last").episodes == 1_000_000


@pytest.mark.parametrize("stopped_at", ["tensors", "values", "manifest", "sync", "rename"])
def test_stopped_while_saving_the_one_before_is_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stopped_at: str
) -> None:
    save_checkpoint(tmp_path, "last", made(10))
    before = sorted(p.name for p in (tmp_path / FOLDER).iterdir())

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        if stopped_at == "tensors":
            patch.setattr("safetensors.torch.save_file", stop)
        elif stopped_at == "values":
            patch.setattr(checkpoints.json, "dumps", stop)
        else:
            name = {"manifest": "sha256_of", "sync": "sync", "rename": "_move_into_place"}
            patch.setattr(cache, name[stopped_at], stop)
        with pytest.raises(KeyboardInterrupt):
            save_checkpoint(tmp_path, "last", made(20, 2.0))
    assert sorted(p.name for p in (tmp_path / FOLDER).iterdir()) == before
    assert load_checkpoint(tmp_path, "last").episodes == 10


def test_a_folder_without_a_manifest_is_passed_over(tmp_path: Path) -> None:
    _two(tmp_path)
    (tmp_path / FOLDER / "last-000020" / cache.MANIFEST).unlink()
    assert load_checkpoint(tmp_path, "last").episodes == 10


@pytest.mark.parametrize("file", [TENSORS, VALUES, cache.MANIFEST])
def test_a_folder_with_a_short_file_is_passed_over(tmp_path: Path, file: str) -> None:
    _two(tmp_path)
    path = tmp_path / FOLDER / "last-000020" / file
    path.write_bytes(path.read_bytes()[:-3])
    assert load_checkpoint(tmp_path, "last").episodes == 10
    assert checkpoint_path(tmp_path, "last").name == "last-000010"


@pytest.mark.parametrize("file", [TENSORS, VALUES])
def test_a_folder_that_lacks_a_file_is_passed_over(tmp_path: Path, file: str) -> None:
    _two(tmp_path)
    (tmp_path / FOLDER / "last-000020" / file).unlink()
    assert load_checkpoint(tmp_path, "last").episodes == 10


@pytest.mark.parametrize("file", [TENSORS, VALUES])
def test_a_damaged_file_is_said_by_its_name(tmp_path: Path, file: str) -> None:
    _two(tmp_path)
    path = tmp_path / FOLDER / "last-000020" / file
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    with pytest.raises(ConvoTUIError, match=rf"{file} is damaged .* delete the folder last-000020"):
        load_checkpoint(tmp_path, "last")


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), float("-inf")])
def test_what_is_not_finite_is_refused_and_the_one_before_stays(tmp_path: Path, bad: float) -> None:
    save_checkpoint(tmp_path, "last", made(10))
    with pytest.raises(ConvoTUIError, match=r"policy\.weight holds numbers that are not finite"):
        save_checkpoint(tmp_path, "last", made(20, bad))
    assert load_checkpoint(tmp_path, "last").episodes == 10


def test_saving_again_what_was_saved_is_no_error(tmp_path: Path) -> None:
    save_checkpoint(tmp_path, "best", made(10))
    save_checkpoint(tmp_path, "best", made(10))
    assert load_checkpoint(tmp_path, "best").episodes == 10


def test_a_round_that_came_out_otherwise_replaces_what_was_saved_of_it(tmp_path: Path) -> None:
    """In bfloat16 a round that is played again may end with other weights."""
    save_checkpoint(tmp_path, "best", made(10))
    other = made(10, 3.0)
    again = Checkpoint(10, other.tensors, {**other.values, "digest": "def"})
    save_checkpoint(tmp_path, "best", again)
    loaded = load_checkpoint(tmp_path, "best")
    assert loaded.values["digest"] == "def"
    assert loaded.tensors["policy.weight"].equal(other.tensors["policy.weight"])


def test_what_a_killed_process_left_unfinished_goes_with_the_next_one(tmp_path: Path) -> None:
    save_checkpoint(tmp_path, "last", made(10))
    left = tmp_path / FOLDER / ".last-000020-abcdef"
    left.mkdir()
    (left / TENSORS).write_bytes(b"half")
    save_checkpoint(tmp_path, "last", made(20))
    names = sorted(path.name for path in (tmp_path / FOLDER).iterdir())
    assert names == ["last-000010", "last-000020"]


def test_what_is_later_than_the_last_round_kept_can_be_forgotten(tmp_path: Path) -> None:
    for episodes in (10, 20):
        save_checkpoint(tmp_path, "best", made(episodes))
    forget_later(tmp_path, "best", 10)
    assert load_checkpoint(tmp_path, "best").episodes == 10


def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / FOLDER).write_text("in the way")
    with pytest.raises(ConvoTUIError, match="cannot be written"):
        save_checkpoint(tmp_path, "last", made(10))


def test_a_full_disk_is_a_sentence_and_the_one_before_stays(tmp_path: Path) -> None:
    """In a process whose files may not grow, as on a disk that is full."""
    save_checkpoint(tmp_path, "last", made(10))
    code = [sys.executable, "-c", FULL_DISK, str(tmp_path)]
    done = subprocess.run(code, capture_output=True, text=True, check=True)
    assert "last-000020 cannot be written: " in done.stdout
    assert [path.name for path in (tmp_path / FOLDER).iterdir()] == ["last-000010"]
    assert load_checkpoint(tmp_path, "last").episodes == 10


def test_its_manifest_names_every_file_with_its_digest(tmp_path: Path) -> None:
    path = save_checkpoint(tmp_path, "last", made(10))
    manifest = json.loads((path / cache.MANIFEST).read_text(encoding="utf-8"))
    assert manifest["files"].keys() == {TENSORS, VALUES}
    for name, entry in manifest["files"].items():
        assert entry["sha256"] == cache.sha256_of(path / name)


def _two(run: Path) -> None:
    """Leave two of a kind, as a process does that is killed before it removes the older."""
    save_checkpoint(run, "last", made(10))
    (run / FOLDER / "last-000010").rename(run / "aside")
    save_checkpoint(run, "last", made(20))
    (run / "aside").rename(run / FOLDER / "last-000010")
