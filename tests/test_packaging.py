"""The built wheel is complete: code, personas and goals are found without the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from convotui.paths import shipped_library
from tests.conftest import REPOSITORY


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "--wheel-dir", str(folder), str(REPOSITORY)], check=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def _run(code: str, unpacked: Path) -> str:
    environment = {**os.environ, "PYTHONPATH": str(unpacked)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=unpacked, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_wheel_carries_the_libraries(unpacked: Path) -> None:
    code = (
        "import convotui; from convotui.dialog import list_goal_sets, list_personas;"
        "print(convotui.__file__); print(len(list_personas())); print(len(list_goal_sets()))"
    )
    file, personas, goal_sets = _run(code, unpacked).split()
    assert Path(file).is_relative_to(unpacked)
    assert int(personas) >= 40
    assert int(goal_sets) == 3


def test_the_wheel_has_the_command(unpacked: Path) -> None:
    code = "from convotui.cli import main; main(['goals', 'show', 'everyday'])"
    assert "ask about pets." in _run(code, unpacked)
    (entry,) = unpacked.glob("*.dist-info/entry_points.txt")
    assert "convotui = convotui.cli:main" in entry.read_text()


def test_the_wheel_carries_licence_and_notice(unpacked: Path) -> None:
    names = {path.name for path in unpacked.rglob("*.dist-info/**/*")}
    assert {"LICENSE", "NOTICE"} <= names


def test_an_editable_checkout_finds_its_libraries() -> None:
    assert shipped_library("personas") == REPOSITORY / "personas"
    assert any(shipped_library("goals").glob("*.toml"))
