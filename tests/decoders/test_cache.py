"""Promise: a model's folder is there whole or not at all, whatever interrupts its building."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from convotui.decoders import cache
from convotui.errors import Cancelled, ModelError
from convotui.paths import get_paths

FILES = {"model.safetensors": b"weights" * 100, "config.json": b"{}"}


@pytest.fixture
def target() -> Path:
    return cache.folder_of("thing")


def build(target: Path, files: dict[str, bytes] = FILES, **about: str) -> None:
    with cache.building(target, about) as work:
        for name, data in files.items():
            (work / name).write_bytes(data)


def test_a_named_model_lives_in_the_models_folder(target) -> None:
    assert target == get_paths().models / "thing"
    assert not cache.is_complete(target)


def test_a_finished_build_is_complete_and_keeps_where_it_came_from(target) -> None:
    build(target, source="here")
    assert cache.is_complete(target)
    assert sorted(path.name for path in target.parent.iterdir()) == ["thing"]
    manifest = json.loads((target / cache.MANIFEST).read_text())
    assert manifest["source"] == "here"
    assert set(manifest["files"]) == set(FILES)
    entry = manifest["files"]["model.safetensors"]
    assert entry["bytes"] == 700
    assert entry["sha256"] == hashlib.sha256(FILES["model.safetensors"]).hexdigest()


@pytest.mark.parametrize(
    "error", [Cancelled(), ModelError("no"), ValueError(), KeyboardInterrupt(), SystemExit()]
)
@pytest.mark.parametrize("written", [0, 1, 2])
def test_a_build_that_fails_leaves_nothing(target, error, written) -> None:
    with pytest.raises(type(error)), cache.building(target, {}) as work:  # noqa: PT012
        for name, data in list(FILES.items())[:written]:
            (work / name).write_bytes(data)
        raise error
    assert list(target.parent.iterdir()) == []


def test_a_build_that_fails_leaves_the_model_that_was_there(target) -> None:
    build(target)
    with pytest.raises(Cancelled), cache.building(target, {}) as work:  # noqa: PT012
        (work / "model.safetensors").write_bytes(b"half")
        raise Cancelled
    assert cache.is_complete(target)
    assert (target / "model.safetensors").read_bytes() == FILES["model.safetensors"]
    assert [path.name for path in target.parent.iterdir()] == ["thing"]


def test_nobody_sees_a_half_built_folder(target) -> None:
    with cache.building(target, {}) as work:
        (work / "model.safetensors").write_bytes(b"x")
        assert work != target
        assert not target.exists()
        assert not cache.is_complete(work)
    assert cache.is_complete(target)


def test_a_build_of_another_origin_replaces_the_old_one(target) -> None:
    with cache.building(target, {"source": "elsewhere"}) as work:
        (work / "old.safetensors").write_bytes(b"old")
    build(target)
    assert sorted(path.name for path in target.iterdir()) == sorted([*FILES, cache.MANIFEST])
    assert cache.is_complete(target)


def test_of_two_builds_at_once_the_first_to_finish_stays_and_is_never_gone(target) -> None:
    with cache.building(target, {"source": "s"}) as slow:
        (slow / "model.safetensors").write_bytes(b"same")
        with cache.building(target, {"source": "s"}) as fast:
            (fast / "model.safetensors").write_bytes(b"same")
        there = (target / "model.safetensors").stat().st_ino
    assert (target / "model.safetensors").stat().st_ino == there
    assert [path.name for path in target.parent.iterdir()] == ["thing"]


def test_what_killed_builds_left_behind_is_swept_after_a_day(target) -> None:
    target.parent.mkdir(parents=True)
    old, new = (target.parent / f".{target.name}-{age}" for age in ("old", "new"))
    for folder in (old, new):
        folder.mkdir()
    os.utime(old, (0, 0))
    build(target)
    assert not old.exists()
    assert new.exists()


def remove(target: Path) -> None:
    (target / "model.safetensors").unlink()


def shorten(target: Path) -> None:
    os.truncate(target / "model.safetensors", 699)


def empty(target: Path) -> None:
    os.truncate(target / "model.safetensors", 0)


def lengthen(target: Path) -> None:
    with (target / "model.safetensors").open("ab") as file:
        file.write(b"x")


def forget(target: Path) -> None:
    (target / cache.MANIFEST).unlink()


def write_manifest(text: str):
    def write(target: Path) -> None:
        (target / cache.MANIFEST).write_text(text)

    return write


@pytest.mark.parametrize(
    "damage",
    [
        remove,
        shorten,
        empty,
        lengthen,
        forget,
        shutil.rmtree,
        *map(
            write_manifest,
            [
                "",
                "{",
                "[]",
                "null",
                "{}",
                '{"files": {}}',
                '{"files": []}',
                '{"files": {"a": 1}}',
                '{"files": {"config.json": {}}}',
                "[" * 100_000,
            ],
        ),
    ],
)
def test_a_damaged_folder_is_not_complete(target, damage) -> None:
    build(target)
    damage(target)
    assert not cache.is_complete(target)


def test_a_damaged_folder_is_replaced_by_the_next_build(target) -> None:
    build(target)
    remove(target)
    build(target)
    assert cache.is_complete(target)


def test_a_folder_of_models_that_cannot_be_made_is_said_in_words(target) -> None:
    target.parent.parent.mkdir(parents=True)
    target.parent.write_text("a file")
    with pytest.raises(ModelError, match=r"cannot be written: .*\."):
        build(target)


def test_a_full_disk_is_said_in_words_and_leaves_nothing(target) -> None:
    words = "thing cannot be written: No space left"
    with pytest.raises(ModelError, match=words), cache.building(target, {}) as work:  # noqa: PT012
        (work / "model.safetensors").write_bytes(b"half")
        raise OSError(28, "No space left on device")
    assert list(target.parent.iterdir()) == []


def test_an_interrupted_process_leaves_nothing(target, home) -> None:
    code = (
        "import sys, time; from pathlib import Path; from convotui.decoders import cache\n"
        "with cache.building(Path(sys.argv[1]), {}) as work:\n"
        "    (work / 'model.safetensors').write_bytes(b'half')\n"
        "    print('building', flush=True)\n"
        "    time.sleep(60)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(target)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == b"building\n"
        assert len(list(target.parent.iterdir())) == 1
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) != 0
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
    assert list(target.parent.iterdir()) == []
    assert not cache.is_complete(target)


def test_a_killed_process_leaves_no_model_and_the_next_build_works(target) -> None:
    code = (
        "import os, sys; from pathlib import Path; from convotui.decoders import cache\n"
        "with cache.building(Path(sys.argv[1]), {}) as work:\n"
        "    (work / 'model.safetensors').write_bytes(b'half')\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    killed = subprocess.run([sys.executable, "-c", code, str(target)], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert not target.exists()
    build(target)
    assert cache.is_complete(target)
