"""What native code writes to stderr while the app runs goes to the log, not to the screen."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest

GUARDED = """
import os, sys, threading
from pathlib import Path
from convotui.tui.guard import stderr_guard

def native():
    os.write(2, b"native noise\\n")

try:
    with stderr_guard(Path(sys.argv[1])):
        thread = threading.Thread(target=native)
        thread.start()
        thread.join()
        os.system("echo child noise >&2")
        print("drawn", os.isatty(sys.__stderr__.fileno()), file=sys.__stderr__)
        print("traceback", file=sys.stderr)
        if sys.argv[2] == "raise":
            raise RuntimeError
except RuntimeError:
    pass
os.write(2, b"after\\n")
print("same", sys.stderr is sys.__stderr__, sys.stderr.fileno(), file=sys.stderr)
"""

APP = """
import os, sys, threading
from pathlib import Path
from textual.app import App
from textual.widgets import Static
from convotui.tui.guard import stderr_guard

class Noisy(App):
    def compose(self):
        yield Static("on the screen")
    def on_mount(self):
        thread = threading.Thread(target=os.write, args=(2, b"native noise\\n"))
        thread.start()
        thread.join()
        self.set_timer(0.3, self.finish)
    def finish(self):
        if sys.argv[2] == "raise":
            raise RuntimeError("a bug")
        self.exit()

with stderr_guard(Path(sys.argv[1])):
    app = Noisy()
    app.run()
"""


def run_in_terminal(script: str, *words: object) -> str:
    child = pexpect.spawn(
        sys.executable,
        ["-c", script, *(str(word) for word in words)],
        timeout=60,
        encoding="utf-8",
        env={**os.environ, "TERM": "xterm-256color"},
        dimensions=(24, 80),
    )
    child.expect(pexpect.EOF)
    child.close()
    return str(child.before)


@pytest.mark.parametrize("ending", ["return", "raise"])
def test_noise_of_threads_and_children_goes_to_the_log_until_the_guard_ends(
    tmp_path: Path, ending: str
) -> None:
    log = tmp_path / "state" / "convotui.log"
    shown = run_in_terminal(GUARDED, log, ending).split("\r\n")
    assert shown == ["drawn True", "traceback", "after", "same True 2", ""]
    assert log.read_text() == "native noise\nchild noise\n"


def test_an_app_under_the_guard_draws_on_the_terminal_and_native_noise_does_not(
    tmp_path: Path,
) -> None:
    log = tmp_path / "convotui.log"
    shown = run_in_terminal(APP, log, "exit")
    assert "on the screen" in shown
    assert "native noise" not in shown
    assert log.read_text() == "native noise\n"


def test_the_traceback_of_an_app_that_fails_still_reaches_the_person(tmp_path: Path) -> None:
    log = tmp_path / "convotui.log"
    shown = run_in_terminal(APP, log, "raise")
    assert "a bug" in shown
    assert log.read_text() == "native noise\n"


def test_the_log_is_appended_to(tmp_path: Path) -> None:
    log = tmp_path / "convotui.log"
    log.write_text("before\n")
    run_in_terminal(GUARDED, log, "return")
    assert log.read_text() == "before\nnative noise\nchild noise\n"


def test_a_log_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", GUARDED, str(tmp_path), "return"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stderr.splitlines() == ["drawn False", "traceback", "after", "same True 2"]
    assert done.returncode == 0
