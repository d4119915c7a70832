"""Checkpoints: tensors and JSON in a folder that is there whole or not at all; no pickles."""

from __future__ import annotations

import json
import re
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from convotui.decoders import cache
from convotui.dialog import display_line
from convotui.errors import ConvoTUIError

if TYPE_CHECKING:
    from torch import Tensor

Kind = Literal["best", "last"]
TENSORS, VALUES, FOLDER = "tensors.safetensors", "values.json", "checkpoints"
_NAME = re.compile(r"(best|last)-(\d{6,})")


@dataclass(frozen=True)
class Checkpoint:
    """What was saved.

    Attributes:
        episodes: dialogs learned from by then.
        tensors: by name.
        values: everything else, as JSON values.
    """

    episodes: int
    tensors: Mapping[str, Tensor]
    values: Mapping[str, Any]


def save_checkpoint(run: Path, kind: Kind, checkpoint: Checkpoint) -> Path:
    """Save a checkpoint; those of its kind before stay until ``keep_newest``.

    A folder gets its name, and counts, when all its files are written and synced, its manifest
    with their SHA-256 last.

    Raises:
        ConvoTUIError: a tensor is not finite, or the folder cannot be written.
    """
    from safetensors import SafetensorError
    from safetensors.torch import save_file

    for name, tensor in checkpoint.tensors.items():
        if tensor.is_floating_point() and not bool(tensor.isfinite().all()):
            raise ConvoTUIError(
                f"The training went wrong: {name} holds numbers that are not finite, so it was "
                "not saved. The checkpoint before is kept; lower the learning rate."
            )
    target = run / FOLDER / f"{kind}-{checkpoint.episodes:06d}"
    # Only who holds the run builds here: what else is unfinished was left by one that was killed.
    for path in (run / FOLDER).glob(f".{kind}-*"):
        shutil.rmtree(path, ignore_errors=True)
    # The time tells it from one of the same name: a round that is played again may, in bfloat16,
    # come out otherwise, and what is kept then must be what was measured.
    about = {"kind": kind, "episodes": checkpoint.episodes, "saved": time.time_ns()}
    with cache.building(target, about) as work:
        try:
            save_file({k: t.contiguous() for k, t in checkpoint.tensors.items()}, work / TENSORS)
        except SafetensorError as error:
            raise ConvoTUIError(
                f"{target} cannot be written: {display_line(str(error))}."
            ) from error
        (work / VALUES).write_text(json.dumps(dict(checkpoint.values)), encoding="utf-8")
    cache.sync(target.parent)
    return target


def keep_newest(run: Path, kind: Kind) -> None:
    """Remove all checkpoints of a kind but the newest complete one."""
    newest = checkpoint_path(run, kind)
    for _, path in _found(run, kind):
        if newest is not None and path != newest:
            shutil.rmtree(path, ignore_errors=True)


def forget_later(run: Path, kind: Kind, episodes: int) -> None:
    """Remove the checkpoints of a kind from after so many dialogs."""
    for later, path in _found(run, kind):
        if later > episodes:
            shutil.rmtree(path, ignore_errors=True)


def load_checkpoint(run: Path, kind: Kind, *, tensors: str = "") -> Checkpoint | None:
    """Load the newest complete checkpoint of a kind, None where there is none.

    Args:
        run: the run's folder.
        kind: ``best`` or ``last``.
        tensors: only those whose names begin so.

    Raises:
        ConvoTUIError: its files are not what was saved.
    """
    from safetensors import safe_open

    path = checkpoint_path(run, kind)
    if path is None:
        return None
    manifest = json.loads((path / cache.MANIFEST).read_text(encoding="utf-8"))
    for name, entry in manifest["files"].items():
        if cache.sha256_of(path / name) != entry["sha256"]:
            raise ConvoTUIError(
                f"{path / name} is damaged (its SHA-256 differs from what was saved): delete the "
                f"folder {path.name} to go on from an earlier checkpoint, if there is one."
            )
    with safe_open(path / TENSORS, framework="pt") as file:
        loaded = {name: file.get_tensor(name) for name in file.keys() if name.startswith(tensors)}  # noqa: SIM118 - no mapping
    values = json.loads((path / VALUES).read_text(encoding="utf-8"))
    return Checkpoint(int(manifest["episodes"]), loaded, values)


def checkpoint_path(run: Path, kind: Kind) -> Path | None:
    """Find the folder of the newest complete checkpoint of a kind."""
    complete = [path for _, path in _found(run, kind) if cache.is_complete(path)]
    return complete[-1] if complete else None


def _found(run: Path, kind: Kind) -> list[tuple[int, Path]]:
    folder = run / FOLDER
    matches = [(_NAME.fullmatch(path.name), path) for path in folder.glob(f"{kind}-*")]
    return sorted((int(match[2]), path) for match, path in matches if match)
