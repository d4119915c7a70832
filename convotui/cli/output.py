"""What goes to the terminal: data on stdout, narration on stderr, all of it made safe."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable, Sequence
from typing import Any

from convotui.dialog import display, display_line
from convotui.dialog.text import to_json
from convotui.engine.api import JobProgress

LINE_SECONDS = 10.0
"""Between two lines of progress where no bar can be drawn."""


def line(text: str) -> None:
    """Print one line of data."""
    print(display_line(text), flush=True)


def block(text: str) -> None:
    """Print a text with its line breaks."""
    print(display(text), flush=True)


def json_line(value: Any) -> None:
    """Print a value as one line of JSON."""
    print(to_json(value), flush=True)


def note(text: str) -> None:
    """Tell the person something on stderr."""
    print(display_line(text), file=sys.stderr, flush=True)


def error(text: str) -> None:
    """Print a problem on stderr, as one plain sentence."""
    note(f"convotui: {text}")


def table(rows: Iterable[Sequence[str]]) -> None:
    """Print rows with aligned columns."""
    shown = [[display_line(cell) for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in shown) for i in range(len(shown[0]))] if shown else []
    for row in shown:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        print("  ".join(cells).rstrip(), flush=True)


class ProgressBar:
    """A job's progress on stderr: a bar in a terminal, now and then a line elsewhere."""

    def __init__(self) -> None:
        """Begin with nothing shown."""
        dumb = os.environ.get("TERM", "dumb") in ("dumb", "unknown")
        self._drawn = sys.stderr.isatty() and not dumb
        self._bar: Any = None
        self._task: Any = None
        self._stage = ""
        self._last = 0.0

    def show(self, event: JobProgress) -> None:
        """Show how far the job is."""
        if self._drawn:
            self._draw(event)
        elif event.stage != self._stage or time.monotonic() - self._last >= LINE_SECONDS:
            self._last = time.monotonic()
            note(_sentence(event))
        self._stage = event.stage

    def close(self) -> None:
        """Take the bar off the screen; the next progress draws it anew."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def _draw(self, event: JobProgress) -> None:
        if self._bar is None:
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

            self._bar = Progress(
                TextColumn("{task.description}", markup=False),
                BarColumn(),
                TextColumn("{task.fields[counted]}", markup=False),
                TimeElapsedColumn(),
                TextColumn("{task.fields[left]}", markup=False),
                console=Console(stderr=True),
                transient=True,
                # Otherwise rich takes stdout over, and data would end up on stderr.
                redirect_stdout=False,
                redirect_stderr=False,
            )
            self._bar.start()
            self._task = self._bar.add_task("", counted="", left="")
        elif event.stage != self._stage:
            self._bar.reset(self._task)
        self._bar.update(
            self._task,
            description=display_line(event.stage),
            completed=event.done,
            total=event.total,
            counted=_counted(event),
            left=f"ETA {clock(event.eta)}" if event.eta is not None else "",
        )


def clock(seconds: float) -> str:
    """Write seconds as ``m:ss`` or ``h:mm:ss``."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _counted(event: JobProgress) -> str:
    return f"{event.done:.0f}/{event.total:.0f}" if event.total else ""


def _sentence(event: JobProgress) -> str:
    parts = [event.stage, _counted(event)]
    if event.eta is not None:
        parts.append(f"ETA {clock(event.eta)}")
    return " ".join(part for part in parts if part)
