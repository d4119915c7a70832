"""Snapshots from the Hugging Face hub: what is cached first, the network only if need be."""

from __future__ import annotations

import errno
import json
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from convotui.dialog import display_line
from convotui.errors import Cancelled, ModelError


def cached(
    repo: str, revision: str | None, patterns: tuple[str, ...], needed: tuple[str, ...]
) -> Path | None:
    """Find the files of a repository in the hub's cache, or None where they are not all there.

    The arguments are those of ``snapshot``; the network is not asked.

    Raises:
        ModelError: the hub gives no repository such a name.
    """
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError

    asked: dict[str, Any] = {"revision": revision, "allow_patterns": list(patterns)}
    try:
        folder = Path(snapshot_download(repo, local_files_only=True, **asked))
    except HFValidationError:
        raise ModelError(f"{repo} is not a name the hub knows: write hub:org/name.") from None
    except OSError:
        return None
    return folder if _lacking(folder, needed) is None else None


def snapshot(
    repo: str,
    revision: str | None,
    patterns: tuple[str, ...],
    needed: tuple[str, ...],
    *,
    progress: Callable[[str, float | None], None] | None = None,
) -> Path:
    """Find or download the files of a repository.

    A revision that is complete in the hub's cache is used as it is, without asking the
    network.

    Args:
        repo: its name, ``org/name``.
        revision: branch, tag or commit; None for the main branch.
        patterns: the files to fetch.
        needed: patterns that must each match a file; other programs leave single files of a
            repository in the cache, and so does an interrupted download.
        progress: told before the network is asked, and then with every piece that comes;
            raising in it ends the download.

    Raises:
        ModelError: no such repository, revision or files, or no network.
    """
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import (
        GatedRepoError,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    where = f"{repo}@{revision}" if revision else repo
    here = cached(repo, revision, patterns, needed)
    if here is not None:
        return here
    # Not inside the next block: what the listener raises is no failure of the hub.
    if progress is not None:
        progress(f"fetching {repo}", None)
    asked: dict[str, Any] = {"revision": revision, "allow_patterns": list(patterns)}
    if progress is not None:
        asked["tqdm_class"] = _bar_that_tells(progress, f"fetching {repo}")
    try:
        with _quiet_hub():
            folder = Path(snapshot_download(repo, **asked))
    except Cancelled:
        raise
    except GatedRepoError:
        raise ModelError(
            f"{where} asks for a licence to be accepted: do so on its page on the hub, then "
            "log in with 'hf auth login'."
        ) from None
    except RevisionNotFoundError:
        raise ModelError(f"{repo} has no revision {revision}.") from None
    except RepositoryNotFoundError:
        raise ModelError(f"There is no {repo} on the hub, or it is private.") from None
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EROFS):
            raise ModelError(f"The hub's cache cannot be written: {error.strerror}.") from None
        raise _unreachable(where) from None
    except Exception as error:  # the HTTP library below raises errors of its own
        raise _unreachable(where) from error
    lacking = _lacking(folder, needed)
    if lacking is not None:
        raise ModelError(
            f"{where} came without {lacking}: the repository holds none, or the hub cannot be "
            "reached to fetch it."
        )
    return folder


def _unreachable(where: str) -> ModelError:
    return ModelError(
        f"{where} is not on this machine and the hub cannot be reached: check the network, "
        "or use --model smollm2."
    )


def _lacking(folder: Path, needed: tuple[str, ...]) -> str | None:
    """Name the first file that is needed but not there, shards of weights included."""
    for pattern in needed:
        if not any(path.is_file() for path in folder.glob(pattern)):
            return pattern
    for index in folder.glob("*.safetensors.index.json"):
        try:
            shards = set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values())
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            continue  # loading will say what is wrong with it
        for shard in sorted(map(str, shards)):
            if not (folder / shard).is_file():
                return display_line(shard)
    return None


def _bar_that_tells(progress: Callable[[str, float | None], None], stage: str) -> type:
    """Make a class for the hub's progress bars that draws nothing and tells what has come."""
    from tqdm.auto import tqdm

    shares: deque[float] = deque(maxlen=1)

    class Bar(tqdm):  # type: ignore[misc]
        def __init__(self, *args: Any, **settings: Any) -> None:
            settings["disable"] = True
            super().__init__(*args, **settings)
            # Of the hub's bars only this one counts bytes on disk, the others network or files.
            self.counts = str(settings.get("desc", "")).startswith("Reconstructing")
            self.come = 0.0

        def update(self, n: float | None = 1) -> bool | None:
            # Called from the threads that download, piece by piece.
            self.come += n or 0
            if self.counts and self.total:
                shares.append(min(self.come / self.total, 1.0))
            progress(stage, shares[-1] if shares else None)
            return None

    return Bar


@contextmanager
def _quiet_hub() -> Iterator[None]:
    """Keep the hub's progress bars off a terminal that may be drawing an app."""
    from huggingface_hub.utils import (
        are_progress_bars_disabled,
        disable_progress_bars,
        enable_progress_bars,
    )

    before = are_progress_bars_disabled()
    disable_progress_bars()
    try:
        yield
    finally:
        if not before:
            enable_progress_bars()
