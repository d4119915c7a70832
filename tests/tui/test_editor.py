"""The person's own editor: what it wrote comes back, and what was typed is never lost."""

from __future__ import annotations

import os
import re
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pexpect
import pytest
from textual.app import App

from convotui.errors import ConvoTUIError
from convotui.tui.editor import edit_text

SetEditor = Callable[[str], Path]


class Suspendable(App[None]):
    """Stands for an app on a real terminal: like Textual's, it resumes only without an error."""

    suspended = 0
    resumed = 0

    @contextmanager
    def suspend(self) -> Iterator[None]:
        self.suspended += 1
        yield
        self.resumed += 1


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for temporary files."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def set_editor(tmp_path: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch) -> SetEditor:
    """Make a script the editor; it is given the file as its last word."""

    def make(script: str) -> Path:
        path = tmp_path / "my editor"
        path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        path.chmod(0o755)
        monkeypatch.delenv("VISUAL", raising=False)
        monkeypatch.setenv("EDITOR", f"'{path}' --wait")
        return path

    return make


def test_what_the_editor_wrote_comes_back(set_editor: SetEditor, temporary: Path) -> None:
    set_editor('[ "$1" = --wait ] && printf "h\\303\\251 [b]" > "$2"')
    app = Suspendable()
    assert edit_text(app, "before") == "h\u00e9 [b]"
    assert app.suspended == 1
    assert list(temporary.iterdir()) == []


def test_the_editor_begins_with_the_text_in_a_private_file(
    set_editor: SetEditor, tmp_path: Path
) -> None:
    set_editor(f'cp -p "$2" {tmp_path}/seen; echo "$2" > {tmp_path}/name')
    edit_text(Suspendable(), "two\nlines", suffix=".toml")
    assert (tmp_path / "seen").read_bytes() == b"two\nlines"
    assert stat.S_IMODE((tmp_path / "seen").stat().st_mode) == 0o600
    assert (tmp_path / "name").read_text().strip().endswith(".toml")


@pytest.mark.parametrize("script", ["true", 'echo >> "$2"', 'rm "$2"'])
def test_a_text_left_as_it_was_gives_nothing(
    set_editor: SetEditor, temporary: Path, script: str
) -> None:
    set_editor(script)
    assert edit_text(Suspendable(), "before") is None
    assert list(temporary.iterdir()) == []


def test_backups_that_the_editor_left_are_removed_too(
    set_editor: SetEditor, temporary: Path
) -> None:
    set_editor('cp "$2" "$2~"; echo new > "$2"')
    assert edit_text(Suspendable(), "before") == "new"
    assert list(temporary.iterdir()) == []


def test_hostile_texts_come_back_as_they_were(
    set_editor: SetEditor, hostile_texts: tuple[str, ...]
) -> None:
    set_editor('printf " and more" >> "$2"')
    for text in (*hostile_texts, "half \ud83d of a pair", "line\r\nends\r\n"):
        assert edit_text(Suspendable(), text) == f"{text} and more"


def test_an_editor_that_fails_is_named_and_leaves_nothing(
    set_editor: SetEditor, temporary: Path
) -> None:
    path = set_editor("exit 3")
    with pytest.raises(ConvoTUIError, match=re.escape(f"'{path}' ended with code 3")):
        edit_text(Suspendable(), "before")
    assert list(temporary.iterdir()) == []


def test_what_an_editor_saved_before_it_failed_is_kept_where_the_sentence_says(
    set_editor: SetEditor, temporary: Path
) -> None:
    set_editor('printf typed > "$2"; exit 1')
    with pytest.raises(ConvoTUIError) as failing:
        edit_text(Suspendable(), "before")
    (kept,) = temporary.glob("*/*")
    assert str(kept) in str(failing.value)
    assert kept.read_text() == "typed"


def test_what_is_not_utf_8_is_kept_where_the_sentence_says(
    set_editor: SetEditor, temporary: Path
) -> None:
    set_editor('printf "caf\\351" > "$2"')
    with pytest.raises(ConvoTUIError, match="not UTF-8") as failing:
        edit_text(Suspendable(), "before")
    (kept,) = temporary.glob("*/*")
    assert str(kept) in str(failing.value)
    assert kept.read_bytes() == b"caf\xe9"


def test_visual_comes_before_editor(
    set_editor: SetEditor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor = set_editor('printf visual > "$1"')
    monkeypatch.setenv("VISUAL", f"'{editor}'")
    monkeypatch.setenv("EDITOR", "false")
    assert edit_text(Suspendable(), "") == "visual"


@pytest.mark.parametrize("value", ["no-such-editor -w", "'unclosed", "/"])
def test_an_editor_that_does_not_exist_is_named(
    temporary: Path, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("VISUAL", value)
    with pytest.raises(ConvoTUIError, match="set VISUAL to the command of one") as failing:
        edit_text(Suspendable(), "before")
    assert value in str(failing.value)
    assert list(temporary.iterdir()) == []


def test_an_editor_that_cannot_be_started_leaves_the_app_on_its_terminal(
    set_editor: SetEditor, temporary: Path
) -> None:
    path = set_editor("")
    path.write_bytes(b"\x7fELF no program")
    app = Suspendable()
    with pytest.raises(ConvoTUIError, match="cannot be started"):
        edit_text(app, "before")
    assert (app.suspended, app.resumed) == (1, 1)
    assert list(temporary.iterdir()) == []


def test_without_any_editor_the_sentence_says_what_to_set(
    tmp_path: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VISUAL", " ")
    monkeypatch.delenv("EDITOR", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ConvoTUIError, match="set VISUAL or EDITOR"):
        edit_text(Suspendable(), "before")


async def test_a_terminal_that_cannot_be_handed_over_is_told(
    set_editor: SetEditor, temporary: Path
) -> None:
    set_editor("true")
    async with App[None]().run_test() as pilot:
        with pytest.raises(ConvoTUIError, match="cannot be handed over"):
            edit_text(pilot.app, "before")
    assert list(temporary.iterdir()) == []


APP = """
import sys
from pathlib import Path
from textual.app import App
from textual.widgets import Static
from convotui.tui.editor import edit_text
from convotui.tui.guard import stderr_guard

class Editing(App):
    BINDINGS = [("ctrl+g", "edit"), ("q", "quit")]
    def compose(self):
        yield Static("waiting")
    def action_edit(self):
        text = edit_text(self, "before")
        self.query_one(Static).update(f"<<{text}>>")

with stderr_guard(Path(sys.argv[1])):
    Editing().run()
"""


def test_on_a_real_terminal_the_editor_has_the_keys_and_ctrl_c_then_the_app_goes_on(
    set_editor: SetEditor, tmp_path: Path
) -> None:
    set_editor(
        'trap "echo interrupted" INT\n'
        "echo ready >&2\n"
        'read line || read line\nprintf "%s" "$line" > "$2"'
    )
    child = pexpect.spawn(
        sys.executable,
        ["-c", APP, str(tmp_path / "log")],
        timeout=60,
        encoding="utf-8",
        env={**os.environ, "TERM": "xterm-256color"},
        dimensions=(24, 80),
    )
    child.expect("waiting")
    child.send("\x07")
    child.expect("ready")
    child.sendintr()
    child.expect("interrupted")
    child.sendline("typed in the editor")
    child.expect("<<typed in the editor>>")
    child.send("q")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
