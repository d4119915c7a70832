"""Copying a text out of the app, and saying which way that went."""

from __future__ import annotations

import asyncio
import base64
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from textual.app import App

from convotui.dialog import display_line
from convotui.dialog.text import whole
from convotui.errors import ConvoTUIError
from convotui.paths import get_paths

OSC_52_BYTES = 74_000
"""More than this many bytes of text are cut or refused by many terminals."""
TOOL_SECONDS = 0.5
"""All tools together may take this long."""
_SCREEN_CHUNK = 76  # GNU screen drops longer strings


@dataclass(frozen=True)
class _Tool:
    words: tuple[str, ...]
    encoding: str = "utf-8"
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.words[0]


async def yank(text: str, app: App[Any]) -> str:
    """Copy a text by every way there is, and say which one worked.

    The terminal is asked with an escape sequence (OSC 52), which nothing acknowledges; a
    tool of this machine says whether it worked. Where none did, the text is also written to
    ``clipboard.txt`` in the state folder.

    Args:
        text: what to copy.
        app: whose terminal it is.

    Returns:
        Part of a sentence, such as ``copied with xclip``.

    Raises:
        ConvoTUIError: no way worked.
    """
    text = whole(text)
    app._clipboard = text  # what pasting inside the app takes
    ways = []
    tool = await asyncio.to_thread(_use_tool, text)
    if tool is not None:
        ways.append(f"copied with {tool}")
    if _ask_terminal(text, app):
        ways.append("and through the terminal (OSC 52)" if tool else _THROUGH_TERMINAL)
    if tool is not None:
        return " ".join(ways)
    path = get_paths().state / "clipboard.txt"
    shown = display_line(str(path))
    try:
        await asyncio.to_thread(_write, path, text)
    except OSError as error:
        if not ways:
            raise ConvoTUIError(
                f"The text was not copied: no clipboard tool worked, and {shown} cannot be "
                f"written: {error.strerror}."
            ) from None
        return f"{_THROUGH_TERMINAL}; {shown} cannot be written: {error.strerror}"
    return ", ".join([*ways, f"written to {shown}"])


_THROUGH_TERMINAL = "copied through the terminal (OSC 52)"


def osc_52(text: str, environment: Mapping[str, str]) -> str:
    """Write the escape sequences that put a text on the terminal's clipboard.

    Args:
        text: what to copy.
        environment: tells whether tmux or GNU screen stands in between.
    """
    coded = base64.b64encode(text.encode()).decode("ascii")
    plain = f"\x1b]52;c;{coded}\a"
    if environment.get("TMUX"):
        # tmux either takes the sequence itself or passes it on, as it is set up.
        escaped = plain.replace("\x1b", "\x1b\x1b")
        return f"{plain}\x1bPtmux;{escaped}\x1b\\"
    if environment.get("STY"):
        starts = range(0, len(plain), _SCREEN_CHUNK)
        return "".join(f"\x1bP{plain[i : i + _SCREEN_CHUNK]}\x1b\\" for i in starts)
    return plain


def _ask_terminal(text: str, app: App[Any]) -> bool:
    driver = app._driver
    if driver is None or driver.is_headless or driver.is_web:
        return False
    if len(text.encode()) > OSC_52_BYTES:
        return False
    driver.write(osc_52(text, os.environ))
    return True


def _tools(environment: Mapping[str, str]) -> Iterator[_Tool]:
    """List the tools that would reach the clipboard of the person, not of a distant machine."""
    if environment.get("SSH_TTY") or environment.get("SSH_CONNECTION"):
        return
    # Without a locale pbcopy takes bytes for Mac Roman.
    yield _Tool(("pbcopy",), environment={"LC_CTYPE": "UTF-8"})
    if environment.get("WAYLAND_DISPLAY"):
        yield _Tool(("wl-copy",))
    if environment.get("DISPLAY"):
        yield _Tool(("xclip", "-selection", "clipboard"))
        yield _Tool(("xsel", "--clipboard", "--input"))
    if environment.get("WSL_DISTRO_NAME"):
        yield _Tool(("clip.exe",), encoding="utf-16-le")


def _use_tool(text: str) -> str | None:
    """Hand the text to the first tool that works, and name that."""
    end = time.monotonic() + TOOL_SECONDS
    for tool in _tools(os.environ):
        left = end - time.monotonic()
        if left <= 0 or shutil.which(tool.name) is None:
            continue
        with suppress(OSError, subprocess.TimeoutExpired):
            done = subprocess.run(
                tool.words,
                input=text.encode(tool.encoding),
                # Some stay behind to serve the clipboard, and would keep a pipe open.
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=left,
                start_new_session=True,
                env={**os.environ, **tool.environment},
            )
            if done.returncode == 0:
                return tool.name
    return None


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, work = tempfile.mkstemp(dir=path.parent)  # for the owner's eyes only
    try:
        with open(descriptor, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        os.replace(work, path)
    except BaseException:
        Path(work).unlink(missing_ok=True)
        raise
