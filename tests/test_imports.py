"""What is light stays light: no code of models or screens is loaded before it is needed."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys

import pytest

from tests.conftest import REPOSITORY

MODELS = ("torch", "transformers", "trl", "datasets", "pandas")
LEARNING = ("stable_baselines3", "gymnasium", "numpy")
HEAVY = (*MODELS, *LEARNING)
SCREEN = ("textual", "convotui.tui")
COMMAND = "import sys; from convotui.cli import main; main(sys.argv[1:])"
REPORT = (
    "import atexit, sys; atexit.register(lambda: print('LOADED', *sorted("
    f"set({(*HEAVY, *SCREEN)!r}) & set(sys.modules)), file=sys.stderr, flush=True)); "
)


def _run(code: str, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *words],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, **environment},
    )


def _loaded(done: subprocess.CompletedProcess[str]) -> list[str]:
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("LOADED")]
    return line.split()[1:]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--help"], 0),
        (["--version"], 0),
        (["chat", "--help"], 0),
        (["personas", "list"], 0),
        (["goals", "show", "everyday"], 0),
        (["models", "list"], 0),
        (["data", "list"], 0),
        (["locate"], 0),
        (["selfplay", "--help"], 0),
        (["train-policy", "--help"], 0),
        (["train-policy", "--headless", "--reward", "clever"], 2),
        (["train-policy", "--headless", "--persona-a", "nobody"], 2),
        (["runs", "--help"], 0),
        (["runs", "list"], 0),
        (["runs", "show", "x"], 2),
        (["selfplay", "--policy", "run:x"], 2),
        (["selfplay", "--episodes", "0"], 2),
        (["chat", "--persona", "nobody"], 2),
        (["selfplay", "--policy", "clever"], 2),
        (["nothing"], 2),
    ],
)
def test_a_command_that_needs_neither_model_nor_screen_loads_no_code_of_them(
    words: list[str], code: int
) -> None:
    done = _run(REPORT + COMMAND, *words)
    assert done.returncode == code, done.stderr
    assert _loaded(done) == []


@pytest.mark.parametrize(
    "module",
    [
        "convotui",
        "convotui.cli",
        "convotui.cli.main",
        "convotui.engine.api",
        "convotui.engine.start",
        "convotui.engine.real",
        "convotui.engine.fake",
        "convotui.gyms.plan",
        "convotui.policies",
        "convotui.store",
        "convotui.config",
    ],
)
def test_a_module_that_front_ends_import_loads_no_code_of_models_or_screens(module: str) -> None:
    done = _run(f"{REPORT}import {module}")
    assert done.returncode == 0, done.stderr
    assert _loaded(done) == []


@pytest.mark.parametrize(
    "module",
    [
        "convotui.tui.app",
        "convotui.tui.screens.chat",
        "convotui.tui.screens.selfplay",
        "convotui.tui.screens.train",
        "convotui.tui.screens.library",
        "convotui.tui.keymap",
    ],
)
def test_a_module_of_the_app_loads_no_model_code(module: str) -> None:
    done = _run(f"{REPORT}import {module}")
    assert done.returncode == 0, done.stderr
    assert _loaded(done) == sorted(SCREEN)


def test_listing_the_keys_loads_no_model_code() -> None:
    done = _run(REPORT + COMMAND, "keys")
    assert done.returncode == 0, done.stderr
    assert _loaded(done) == sorted(SCREEN)


def test_the_report_would_have_told() -> None:
    assert _loaded(_run(f"{REPORT}import convotui.decoders.sampler")) == ["numpy", "torch"]


def test_openmp_is_told_to_wait_without_spinning_before_torch_could_ask() -> None:
    show = "import convotui, os, sys; print(os.environ['OMP_WAIT_POLICY'], 'torch' in sys.modules)"
    environment = {k: v for k, v in os.environ.items() if k != "OMP_WAIT_POLICY"}
    done = subprocess.run(
        [sys.executable, "-c", show], capture_output=True, text=True, env=environment, timeout=120
    )
    assert done.stdout.split() == ["PASSIVE", "False"]


def test_a_wait_policy_that_a_person_set_is_left_alone() -> None:
    show = "import convotui, os; print(os.environ['OMP_WAIT_POLICY'])"
    assert _run(show, OMP_WAIT_POLICY="ACTIVE").stdout.strip() == "ACTIVE"


def test_rooms_import_one_way() -> None:
    if importlib.util.find_spec("importlinter") is None:
        pytest.skip("import-linter is not installed")
    code = "import sys; from importlinter.cli import lint_imports_command; lint_imports_command()"
    done = subprocess.run(
        [sys.executable, "-c", code, "--no-cache"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    assert "0 broken" in done.stdout


def test_every_room_has_a_contract() -> None:
    rooms = {path.parent.name for path in (REPOSITORY / "convotui").glob("*/__init__.py")}
    contracts = (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8")
    assert rooms
    assert not [room for room in rooms if f'"convotui.{room}"' not in contracts]
