"""The real app in a real terminal: a child process on a pty, and an emulator that reads it."""

from __future__ import annotations

import os
import re
import sys
import threading
import time
from collections.abc import Callable, Mapping
from types import TracebackType

import pexpect
import pyte

COMMAND = [sys.executable, "-c", "from convotui.cli import main; main()"]
HANG = 60.0


class Terminal:
    """A terminal with a command running in it; everything it shows can be read at any time."""

    def __init__(
        self, *words: str, size: tuple[int, int] = (120, 36), env: Mapping[str, str] | None = None
    ) -> None:
        """Start ``convotui`` with these words."""
        columns, rows = size
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._lock = threading.Lock()
        self._seen: list[tuple[float, str]] = []
        # These would win over the size of the terminal.
        inherited = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "LINES")}
        environment = {
            **inherited,
            "TERM": "xterm-256color",
            "LC_ALL": "C.UTF-8",
            **(env or {}),
        }
        self.child = pexpect.spawn(
            COMMAND[0],
            [*COMMAND[1:], *words],
            dimensions=(rows, columns),
            env=environment,
            timeout=HANG,
        )
        self.child.delaybeforesend = None
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Terminal:
        """Use it in a ``with`` block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the command, whatever became of it."""
        self.child.close(force=True)
        self._reader.join(HANG)

    def text(self) -> str:
        """What is on the screen now."""
        with self._lock:
            return "\n".join(line.rstrip() for line in self._screen.display)

    def frames(self) -> list[str]:
        """Every screen there was, oldest first."""
        with self._lock:
            return [frame for _, frame in self._seen]

    def send(self, keys: str) -> None:
        """Type."""
        self.child.send(keys)

    def wait(self, pattern: str | Callable[[str], object]) -> str:
        """Wait until the screen shows something, and return the screen."""
        matches = pattern if callable(pattern) else re.compile(pattern).search
        end = time.monotonic() + HANG
        while time.monotonic() < end:
            shown = self.text()
            if matches(shown):
                return shown
            time.sleep(0.02)
        raise TimeoutError(f"{pattern} did not appear; the screen is\n{self.text()}")

    def exit_code(self) -> int | None:
        """Wait for the command to end and return its exit code."""
        end = time.monotonic() + HANG
        while self.child.isalive():
            if time.monotonic() > end:
                raise TimeoutError(f"it did not end; the screen is\n{self.text()}")
            time.sleep(0.02)
        code: int | None = self.child.exitstatus
        return code

    def _read(self) -> None:
        while True:
            try:
                data = self.child.read_nonblocking(65536, timeout=1)
            except pexpect.TIMEOUT:
                continue
            except (pexpect.EOF, OSError, ValueError):
                return
            with self._lock:
                self._stream.feed(data)
                shown = "\n".join(line.rstrip() for line in self._screen.display)
                if not self._seen or self._seen[-1][1] != shown:
                    self._seen.append((time.monotonic(), shown))
