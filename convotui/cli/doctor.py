"""``convotui doctor`` and ``convotui locate``: is all well, and where is everything."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import shutil
import sys
from collections.abc import Iterator

import typer

from convotui.cli.output import table
from convotui.config import load_config
from convotui.decoders import sources
from convotui.dialog.library import check_library
from convotui.errors import ConvoTUIError
from convotui.paths import get_paths, shipped_library
from convotui.store import Store

PACKAGES = ("torch", "transformers", "accelerate", "safetensors", "gguf", "typer", "rich")
Check = tuple[str, bool, str]


def doctor() -> None:
    """Check this machine and installation; exit 1 when something is wrong."""
    checks = list(_checks())
    table((("ok" if good else "PROBLEM"), name, detail) for name, good, detail in checks)
    if not all(good for _, good, _ in checks):
        raise typer.Exit(1)


def locate() -> None:
    """Show where config, data, models, libraries and logs are."""
    paths = get_paths()
    table(
        [
            ("config", str(paths.config_file)),
            ("database", str(paths.database)),
            ("runs", str(paths.data / "runs")),
            ("models", str(paths.models)),
            ("log", str(paths.log_file)),
            ("my personas", str(paths.libraries("personas")[0])),
            ("my goals", str(paths.libraries("goals")[0])),
            ("shipped personas", str(shipped_library("personas"))),
            ("shipped goals", str(shipped_library("goals"))),
        ]
    )


def _checks() -> Iterator[Check]:
    version = sys.version.split()[0]
    yield "python", sys.version_info >= (3, 11), version
    for name in PACKAGES:
        try:
            yield name, True, importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            yield name, False, "not installed: run 'pip install convotui' again"
    yield "cpus", True, f"{os.cpu_count()}, OMP_WAIT_POLICY={os.environ.get('OMP_WAIT_POLICY')}"
    yield from _device()
    tool = "pip" if importlib.util.find_spec("pip") else "uv" if shutil.which("uv") else ""
    yield "installer", bool(tool), tool or "neither pip nor uv: smollm2 cannot be fetched"
    yield from _folders()
    yield from _settings()
    try:
        with Store(get_paths().database) as store:
            result = store.check()
        yield "database", result == "ok", f"{get_paths().database}: {result}"
    except ConvoTUIError as problem:
        yield "database", False, str(problem)
    for model in sources.KNOWN_MODELS:
        here = sources.is_ready(model.name)
        detail = "ready" if here else f"not fetched ('convotui models pull {model.name}')"
        yield model.name, True, detail
    encoding = sys.stdout.encoding or "unknown"
    yield "terminal", True, f"{encoding}, {shutil.get_terminal_size().columns} columns"


def _settings() -> Iterator[Check]:
    path = get_paths().config_file
    try:
        load_config(path)
        yield "config", True, str(path) if path.exists() else f"{path} (none: the defaults)"
    except ConvoTUIError as problem:
        yield "config", False, str(problem)
    for kind in ("personas", "goals"):
        count, problems = check_library(kind)
        for text in problems:
            yield kind, False, text
        if not problems:
            yield kind, True, f"{count} files"


def _device() -> Iterator[Check]:
    try:
        from convotui.decoders.loading import choose_device, choose_dtype

        device = choose_device("auto")
        dtype = str(choose_dtype("auto", device)).removeprefix("torch.")
        yield "device", True, f"{device}, {dtype}"
    except (ImportError, OSError) as problem:
        yield "device", False, f"torch cannot be imported: {problem}"


def _folders() -> Iterator[Check]:
    paths = get_paths()
    for name, folder in (("data folder", paths.data), ("model folder", paths.models)):
        nearest = folder
        while not nearest.exists():
            nearest = nearest.parent
        good = nearest.is_dir() and os.access(nearest, os.W_OK)
        yield name, good, str(folder) if good else f"{folder} cannot be written"
