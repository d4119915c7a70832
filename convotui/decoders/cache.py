"""The folder of converted models: built aside, checked, and moved into place whole."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from convotui.errors import ModelError
from convotui.paths import get_paths

MANIFEST = "convotui.json"
STALE_SECONDS = 24 * 3600
"""A folder of a build untouched for so long belongs to no running one."""


def folder_of(name: str) -> Path:
    """Where a named model lives once it is here."""
    return get_paths().models / name


def is_complete(folder: Path) -> bool:
    """Say whether a folder was finished and its files still have their sizes."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        files = manifest["files"]
        return bool(files) and all(
            (folder / name).stat().st_size == entry["bytes"] for name, entry in files.items()
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return False


@contextmanager
def building(target: Path, about: Mapping[str, Any]) -> Iterator[Path]:
    """Give a temporary folder to fill; on success it becomes ``target``, manifest last.

    Args:
        target: final folder; one in its place is replaced, unless another process has
            meanwhile finished a model of the same origin, which is then kept.
        about: origin of the files, kept in the manifest.

    Raises:
        ModelError: the folder cannot be written.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _sweep(target)
        work = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    except OSError as error:
        raise ModelError(f"{target.parent} cannot be written: {error.strerror}.") from None
    try:
        yield work
        _finish(work, about)
        if not _is_from(target, about):
            _move_into_place(work, target)
    except OSError as error:
        raise ModelError(f"{target} cannot be written: {error.strerror or error}.") from error
    finally:
        shutil.rmtree(work, ignore_errors=True)


def sha256_of(path: Path) -> str:
    """Hash a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync(path: Path) -> None:
    """Wait until a folder's names, or a file's bytes, are on disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _is_from(folder: Path, about: Mapping[str, Any]) -> bool:
    if not is_complete(folder):
        return False
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    return {key: value for key, value in manifest.items() if key != "files"} == dict(about)


def _move_into_place(work: Path, target: Path) -> None:
    """Replace ``target``; what was there moves aside first, so that it goes at once and whole."""
    if target.exists():
        with tempfile.TemporaryDirectory(prefix=f".{target.name}-", dir=target.parent) as aside:
            os.replace(target, Path(aside) / "old")
            os.replace(work, target)
    else:
        os.replace(work, target)


def _sweep(target: Path) -> None:
    """Remove what builds of this model left behind when they were killed."""
    for folder in target.parent.glob(f".{target.name}-*"):
        if time.time() - folder.stat().st_mtime > STALE_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)


def _finish(work: Path, about: Mapping[str, Any]) -> None:
    files = {
        path.name: {"bytes": path.stat().st_size, "sha256": sha256_of(path)}
        for path in sorted(work.iterdir())
    }
    manifest = work / MANIFEST
    manifest.write_text(json.dumps({**about, "files": files}, indent=1), encoding="utf-8")
    # Made private by tempfile and safetensors; a cache may be shared like any other files.
    work.chmod(0o755)
    for path in work.iterdir():
        path.chmod(0o644)
    for path in [*work.iterdir(), work]:
        sync(path)
