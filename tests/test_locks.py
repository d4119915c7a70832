"""A file that a process holds: nobody else gets it, and a killed process lets go of it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from convotui.locks import is_held, take

HOLDER = """
import sys
from pathlib import Path
from convotui.locks import take
file = take(Path(sys.argv[1]))
print("mine", flush=True)
sys.stdin.read()
"""


def test_what_one_holds_no_other_gets_until_it_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "x.lock"
    mine = take(path)
    assert mine is not None
    assert is_held(path)
    assert take(path) is None
    mine.close()
    assert not is_held(path)
    again = take(path)
    assert again is not None
    again.close()


def test_a_file_that_is_not_there_is_held_by_nobody_and_not_made_by_looking(tmp_path: Path) -> None:
    assert not is_held(tmp_path / "x.lock")
    assert list(tmp_path.iterdir()) == []


def test_looking_does_not_take(tmp_path: Path) -> None:
    path = tmp_path / "x.lock"
    path.touch()
    assert not is_held(path)
    mine = take(path)
    assert mine is not None
    mine.close()


def test_a_killed_process_lets_go(tmp_path: Path) -> None:
    path = tmp_path / "x.lock"
    command = [sys.executable, "-c", HOLDER, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"mine\n"
        assert is_held(path)
        other.kill()
        assert other.wait() == -9
    assert not is_held(path)
