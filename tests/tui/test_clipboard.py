"""Copying: by every way there is, and the answer says which one worked."""

from __future__ import annotations

import base64
import os
import re
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.app import App

from convotui.errors import ConvoTUIError
from convotui.paths import get_paths
from convotui.tui.clipboard import OSC_52_BYTES, yank

MACHINE = (
    "TMUX",
    "STY",
    "SSH_TTY",
    "SSH_CONNECTION",
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "WSL_DISTRO_NAME",
)


class Terminal:
    """Stands for a driver: keeps what is written to the terminal."""

    is_headless = False
    is_web = False

    def __init__(self) -> None:
        self.written = ""

    def write(self, data: str) -> None:
        self.written += data


MakeTool = Callable[[str, str], None]


@pytest.fixture
def make_tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MakeTool:
    """Put a tool on an otherwise empty PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in MACHINE:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", str(folder))

    def make(name: str, script: str) -> None:
        tool = folder / name
        tool.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        tool.chmod(0o755)

    return make


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """Where the tools of these tests put what they were given."""
    return tmp_path / "copied"


@pytest.fixture
def terminal() -> Terminal:
    return Terminal()


@pytest.fixture
def app(terminal: Terminal) -> App[None]:
    made: App[None] = App()
    made._driver = terminal
    return made


def file() -> Path:
    return get_paths().state / "clipboard.txt"


def sequence(text: str) -> str:
    return f"\x1b]52;c;{base64.b64encode(text.encode()).decode()}\a"


async def test_a_tool_that_works_is_named_and_no_file_is_written(
    make_tool: MakeTool,
    copied: Path,
    app: App[None],
    terminal: Terminal,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DISPLAY", ":0")
    make_tool("xclip", f'echo "$@" > {copied}.words; exec /bin/cat > {copied}')
    said = await yank("caf\u00e9 [b]\n", app)
    assert said == "copied with xclip and through the terminal (OSC 52)"
    assert copied.read_text(encoding="utf-8") == "caf\u00e9 [b]\n"
    assert Path(f"{copied}.words").read_text().split() == ["-selection", "clipboard"]
    assert terminal.written == sequence("caf\u00e9 [b]\n")
    assert not file().exists()


@pytest.mark.parametrize("failing", ["exit 1", "/bin/sleep 60"])
async def test_a_tool_that_fails_or_hangs_is_passed_over(
    failing: str, make_tool: MakeTool, app: App[None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISPLAY", ":0")
    make_tool("xclip", failing)
    said = await yank("text", app)
    assert said == f"copied through the terminal (OSC 52), written to {file()}"
    assert file().read_text(encoding="utf-8") == "text"


async def test_the_next_tool_is_tried_after_one_that_fails(
    make_tool: MakeTool, copied: Path, app: App[None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISPLAY", ":0")
    make_tool("xclip", "exit 1")
    make_tool("xsel", f"exec /bin/cat > {copied}")
    assert (await yank("text", app)).startswith("copied with xsel")
    assert copied.read_text() == "text"


async def test_a_tool_that_stays_behind_does_not_hold_the_answer_up(
    make_tool: MakeTool, copied: Path, app: App[None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    make_tool("wl-copy", f"/bin/cat > {copied}; /bin/sleep 30 & echo $! > {copied}.pid")
    assert (await yank("text", app)).startswith("copied with wl-copy")
    os.kill(int(Path(f"{copied}.pid").read_text()), 9)


async def test_over_ssh_no_tool_of_the_distant_machine_is_used(
    make_tool: MakeTool, copied: Path, app: App[None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setenv("SSH_CONNECTION", "10.0.0.1 1 10.0.0.2 22")
    make_tool("xclip", f"exec /bin/cat > {copied}")
    said = await yank("text", app)
    assert said == f"copied through the terminal (OSC 52), written to {file()}"
    assert not copied.exists()


async def test_without_a_terminal_only_the_file_is_left(make_tool: MakeTool) -> None:
    async with App[None]().run_test() as pilot:
        said = await yank("text", pilot.app)
    assert said == f"written to {file()}"
    assert file().read_text() == "text"
    assert stat.S_IMODE(file().stat().st_mode) == 0o600


async def test_a_long_text_skips_the_terminal(
    make_tool: MakeTool, app: App[None], terminal: Terminal
) -> None:
    said = await yank("x" * (OSC_52_BYTES + 1), app)
    assert said == f"written to {file()}"
    assert terminal.written == ""
    assert file().stat().st_size == OSC_52_BYTES + 1


async def test_under_tmux_the_sequence_is_given_to_tmux_and_passed_through_it(
    make_tool: MakeTool, app: App[None], terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMUX", "/tmp/tmux-0/default,1,0")
    await yank("text", app)
    plain = sequence("text")
    escaped = plain.replace("\x1b", "\x1b\x1b")
    assert terminal.written == f"{plain}\x1bPtmux;{escaped}\x1b\\"


async def test_under_gnu_screen_the_sequence_goes_in_short_strings(
    make_tool: MakeTool, app: App[None], terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STY", "1.pts-0.host")
    await yank("text " * 100, app)
    chunks = re.findall("\x1bP(.*?)\x1b\\\\", terminal.written, re.DOTALL)
    assert "".join(chunks) == sequence("text " * 100)
    assert len(chunks) > 1
    assert max(map(len, chunks)) <= 256
    assert "".join(f"\x1bP{chunk}\x1b\\" for chunk in chunks) == terminal.written


async def test_what_was_copied_can_be_pasted_inside_the_app(
    make_tool: MakeTool, app: App[None]
) -> None:
    await yank("text", app)
    assert app.clipboard == "text"


async def test_hostile_texts_reach_the_terminal_only_encoded(
    make_tool: MakeTool, app: App[None], terminal: Terminal, hostile_texts: tuple[str, ...]
) -> None:
    for text in (*hostile_texts, "half \ud83d of a pair"):
        terminal.written = ""
        await yank(text, app)
        assert re.fullmatch("\x1b\\]52;c;[A-Za-z0-9+/=]*\a", terminal.written)
        assert file().read_bytes() == text.replace("\ud83d", "\ufffd").encode()


async def test_a_file_that_cannot_be_written_is_told(
    make_tool: MakeTool, app: App[None], terminal: Terminal, home: Path
) -> None:
    home.mkdir()
    (home / "state").write_text("no folder")
    said = await yank("text", app)
    assert said.startswith("copied through the terminal (OSC 52); ")
    assert "cannot be written" in said
    terminal.is_headless = True
    with pytest.raises(ConvoTUIError, match="was not copied"):
        await yank("text", app)
