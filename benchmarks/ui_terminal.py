"""A program on a real pty: what is typed to it, what it shows and when, and what it is asked."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import pty
import re
import signal
import socket
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

CHILD = Path(__file__).with_name("ui_child.py")
SIZE = (120, 36)
PATIENCE = 120.0
"""Seconds after which something that was waited for will not come."""
KEPT = 100_000
"""Bytes in which a text is looked for: more than any frame has."""
ESCAPES = re.compile(r"\x1b(\[[0-?]*[ -/]*[@-~]|[\]PX^_].*?(\x1b\\|\x07)|[@-Z\\-_])", re.DOTALL)


class Terminal:
    """A process whose terminal we are."""

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], pass_fds: Sequence[int] = ()
    ) -> None:
        """Start the process.

        Args:
            command: program and arguments.
            environment: set on top of ours.
            pass_fds: files that stay open in it.
        """
        self._master, slave = pty.openpty()
        self.resize(SIZE)
        self._chunks: list[tuple[float, bytes]] = []
        self._more = threading.Condition()
        self._over = False
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", **environment},
            start_new_session=True,
            preexec_fn=_take_terminal,
            pass_fds=pass_fds,
        )
        os.close(slave)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        while True:
            try:
                data = os.read(self._master, 1 << 16)
            except OSError:  # how Linux says that nobody has the other end any more
                data = b""
            with self._more:
                if data:
                    self._chunks.append((time.monotonic(), data))
                else:
                    self._over = True
                self._more.notify_all()
            if not data:
                return

    @property
    def here(self) -> int:
        """How many pieces of output there have been, to wait for what comes after them."""
        return len(self._chunks)

    def type(self, text: str) -> float:
        """Type and return when."""
        now = time.monotonic()
        os.write(self._master, text.encode())
        return now

    def resize(self, size: tuple[int, int]) -> float:
        """Make the terminal so many columns and rows, and return when."""
        now = time.monotonic()
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
        return now

    def wait_for(self, text: str, since: int = 0) -> float:
        """Wait until a text has been shown in one go, and return when.

        Args:
            text: a part of a line, in one style or in several.
            since: as of ``here``.

        Raises:
            TimeoutError: it was not shown.
        """
        deadline, raw = time.monotonic() + PATIENCE, b""
        while True:
            new = self._after(since)
            since += len(new)
            for when, data in new:
                raw = (raw + data)[-KEPT:]
                if text in ESCAPES.sub("", raw.decode(errors="ignore")):
                    return when
            if time.monotonic() > deadline or (self._over and not new):
                raise TimeoutError(f"{text!r} was not shown; last was:\n{self.tail()}")

    def _after(self, since: int) -> list[tuple[float, bytes]]:
        """Wait a while for output, and return what there is."""
        with self._more:
            self._more.wait_for(lambda: len(self._chunks) > since or self._over, 1.0)
            return self._chunks[since:]

    def next_output(self, since: int) -> float:
        """Wait for the first output after ``since`` and return when it came."""
        with self._more:
            if not self._more.wait_for(lambda: len(self._chunks) > since, PATIENCE):
                raise TimeoutError("nothing was shown")
            return self._chunks[since][0]

    def rest(self, since: int, quiet: float) -> float:
        """Wait until nothing has come for so many seconds and return when the last output came."""
        self.next_output(since)
        while time.monotonic() - self._chunks[-1][0] < quiet:
            time.sleep(quiet / 4)
        return self._chunks[-1][0]

    def tail(self) -> str:
        """Return the end of what was shown, without colours."""
        raw = b"".join(data for _, data in self._chunks[-50:])
        return ESCAPES.sub(" ", raw.decode(errors="replace"))[-2000:]

    def gone(self) -> float:
        """Wait for the end of the process and return when it came."""
        guard = threading.Timer(PATIENCE, self.kill)
        guard.start()
        self.process.wait()
        now = time.monotonic()
        guard.cancel()
        return now

    def kill(self) -> None:
        """End the process and what it started, now."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)

    def __enter__(self) -> Terminal:
        """Use it in a ``with`` block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: object, trace: TracebackType | None
    ) -> None:
        """Leave no process behind."""
        if self.process.poll() is None:
            self.kill()
        self.process.wait()
        self._reader.join(5)
        os.close(self._master)


class Child(Terminal):
    """A program of ``ui_child.py``, whose probes can be asked."""

    def __init__(self, environment: Mapping[str, str], spec: Mapping[str, Any]) -> None:
        """Start it.

        Args:
            environment: set on top of ours.
            spec: what it is told, as ``ui_child.py`` says.
        """
        ours, theirs = socket.socketpair()
        told = json.dumps({**spec, "control": theirs.fileno()})
        super().__init__([sys.executable, str(CHILD), told], environment, [theirs.fileno()])
        theirs.close()
        ours.settimeout(PATIENCE)
        self._socket = ours
        self._line = ours.makefile("rw", encoding="utf-8")

    def ask(self, what: str, **more: Any) -> Any:
        """Have the child do something in its event loop and return what it says."""
        self._line.write(json.dumps({"do": what, **more}) + "\n")
        self._line.flush()
        return self.hear()

    def hear(self) -> Any:
        """Return the next thing the child says."""
        try:
            line = self._line.readline()
        except TimeoutError:
            line = ""
        if not line:
            raise RuntimeError(f"the child says nothing; its screen was:\n{self.tail()}")
        return json.loads(line)

    def wait_event(
        self, kinds: Sequence[str], since: int = 0, job: int | None = None
    ) -> list[tuple[float, str, int]]:
        """Wait until the engine has said or been told one of these things.

        Args:
            kinds: names of events, ``submit`` or ``cancel``.
            since: how many things before are left out.
            job: the only one that counts, None for any.

        Returns:
            All that happened up to that: when, what, to which job.
        """
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            seen = [(when, what, of) for when, what, of in self.ask("seen", since=since)]
            for place, (_, what, of) in enumerate(seen):
                if what in kinds and job in (None, of):
                    return seen[: place + 1]
            time.sleep(0.02)
        raise TimeoutError(f"the engine did not say {kinds}; the screen was:\n{self.tail()}")

    def __exit__(
        self, kind: type[BaseException] | None, error: object, trace: TracebackType | None
    ) -> None:
        """Leave no process and no socket behind."""
        super().__exit__(kind, error, trace)
        self._line.close()
        self._socket.close()


def _take_terminal() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
