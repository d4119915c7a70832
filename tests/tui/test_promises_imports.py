"""The app is light: no module of it loads model code, not even the screens that come later."""

from __future__ import annotations

import pkgutil
import subprocess
import sys

import convotui.tui
from tests.conftest import REPOSITORY

HEAVY = ("torch", "transformers", "accelerate", "gguf", "safetensors", "numpy", "pandas")
CODE = """
import importlib, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
print(*sorted(set({heavy!r}) & set(sys.modules)))
"""


def test_nothing_of_the_app_loads_model_code() -> None:
    found = pkgutil.walk_packages(convotui.tui.__path__, "convotui.tui.")
    names = [module.name for module in found]
    assert {"convotui.tui.app", "convotui.tui.screens.chat"} <= set(names)
    done = subprocess.run(
        [sys.executable, "-c", CODE.format(heavy=HEAVY), *names],
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []


def test_the_app_begins_without_the_screens_that_are_not_shown() -> None:
    names = (
        *("convotui.tui.screens.selfplay", "convotui.tui.screens.train"),
        *("convotui.tui.screens.library", "textual_plotext", "plotext", "numpy"),
    )
    code = f"import sys, convotui.tui.app; print(*set({names!r}) & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=REPOSITORY, timeout=120
    )
    assert (done.returncode, done.stdout.split()) == (0, []), done.stderr
