"""The export form: dialogs into a file, and the writing itself."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static

from convotui.dialog import Dialog, display_line
from convotui.dialog.markdown import dialog_markdown
from convotui.errors import ConvoTUIError
from convotui.store import write_dialogs
from convotui.tui.commands import Command, bindings
from convotui.tui.overlays.ask import Confirm
from convotui.tui.widgets.choices import FIELD_KEYS, ChoiceRow, FormBox
from convotui.tui.widgets.fields import LineField


@dataclass(frozen=True)
class Format:
    """A kind of file: its ending, and what it is good for."""

    suffix: str
    about: str


FORMATS = {
    "jsonl": Format(
        ".jsonl",
        "JSON Lines with everything: candidates, ratings, corrections. 'convotui data import' "
        "reads it back; a name that ends in .gz is compressed.",
    ),
    "markdown": Format(".md", "A text to read, with goals, ratings and corrections."),
}


def write_export(path: Path, form: str, dialogs: Iterable[Dialog]) -> None:
    """Write dialogs into a file, complete or not at all; what was there before is replaced.

    Args:
        path: the file.
        form: a key of ``FORMATS``.
        dialogs: what to write.

    Raises:
        ConvoTUIError: the file cannot be written.
    """
    if form == "jsonl":
        write_dialogs(path, dialogs)
        return
    shown = display_line(str(path))
    if path.exists() and not path.is_file():
        raise ConvoTUIError(f"{shown} cannot be written: it is not a file.")
    text = "\n---\n\n".join(map(dialog_markdown, dialogs))
    work = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        try:
            work.write_bytes(text.encode("utf-8"))
            os.replace(work, path)
        finally:
            work.unlink(missing_ok=True)
    except OSError as error:
        raise ConvoTUIError(f"{shown} cannot be written: {error.strerror}.") from error


class ExportForm(ModalScreen[tuple[Path, str] | None]):
    """Write dialogs to a file; gives the path and the format once it is written."""

    BINDING_GROUP_TITLE = "Export"
    HELP = (
        "Writes dialogs into a file of your choice. JSON Lines keeps everything and can be "
        "imported again; Markdown is for reading. A file that exists is replaced only after you "
        "say so. When something goes wrong, the form says what and stays open. Esc leaves."
    )
    KEYS: ClassVar[tuple[Command, ...]] = (
        Command("export-write", "ctrl+s", "write", "Write the file", label="write"),
        Command("export-leave", "escape", "leave", "Leave without exporting", label="leave"),
        *FIELD_KEYS,
    )
    BINDINGS: ClassVar[list[BindingType]] = bindings(KEYS)
    AUTO_FOCUS = ""  # on_mount does it, without scrolling the title away
    CSS: ClassVar[str] = """
    ExportForm {
        .box { width: 76; }
        .field { text-style: bold; margin-top: 1; }
        .about { color: $text-muted; }
        #export-problem { height: auto; min-height: 1; margin-top: 1; }
    }
    """

    def __init__(
        self,
        path: Path,
        dialogs: Callable[[], Iterable[Dialog]],
        *,
        what: str = "this dialog",
        form: str = "jsonl",
    ) -> None:
        """Take what is exported.

        Args:
            path: proposed at first; its ending follows the format.
            dialogs: gives the dialogs each time it is called, in a thread.
            what: what is exported, in a few words.
            form: the format chosen at first.
        """
        super().__init__()
        self._path, self._dialogs, self._what = path, dialogs, what
        self._form = form
        self._writing = False

    def compose(self) -> ComposeResult:
        """Lay the form out."""
        with FormBox(classes="box"):
            title = f"Export {self._what}"
            yield Static(display_line(title), classes="box-title", markup=False)
            yield Static("File", classes="field", markup=False)
            yield LineField(str(self._path), id="export-path", compact=True)
            yield Static("Format", classes="field", markup=False)
            yield ChoiceRow(tuple(FORMATS), self._form, none=False, id="export-format")
            about = FORMATS[self._form].about
            yield Static(about, id="export-about", classes="about", markup=False)
            yield Static(id="export-problem", markup=False)
            yield Button("Write", id="export-ok", variant="primary", compact=True)
            hint = "ctrl+s writes · tab next field · esc leaves"
            yield Static(hint, classes="box-hint", markup=False)

    def on_mount(self) -> None:
        """Begin at the path."""
        self.query_one(Input).focus(scroll_visible=False)

    @on(ChoiceRow.Changed)
    def _use_format(self, event: ChoiceRow.Changed) -> None:
        before, self._form = self._form, event.value or self._form
        field = self.query_one(Input)
        stem = field.value.removesuffix(FORMATS[before].suffix)
        if stem != field.value:
            field.value = stem + FORMATS[self._form].suffix
        self.query_one("#export-about", Static).update(FORMATS[self._form].about)

    @on(Input.Changed)
    def _typed(self) -> None:
        self._say("")

    @on(Input.Submitted)
    def _go_on(self, event: Input.Submitted) -> None:
        event.stop()
        self.focus_next()

    @on(Button.Pressed)
    def action_write(self) -> None:
        """Write the file, after a question where there is one already."""
        typed = self.query_one(Input).value.strip()
        problem = _problem(typed)
        if problem or self._writing:
            self._say(problem)
            return
        path = _path(typed)
        if not path.is_file():
            self._write(path)
            return

        def answered(replace: bool | None) -> None:
            if replace:
                self._write(path)

        question = f"{display_line(str(path))} exists already. Replace it?"
        self.app.push_screen(Confirm(question, yes="replace it", no="keep it"), answered)

    def action_leave(self) -> None:
        """Leave; a file that is being written is waited for."""
        if not self._writing:
            self.dismiss(None)

    @work(exclusive=True)
    async def _write(self, path: Path) -> None:
        """Write in a thread: a library of dialogs takes a while."""
        form = self._form
        self._writing = True
        self._say("writing ...", problem=False)
        try:
            await asyncio.to_thread(lambda: write_export(path, form, self._dialogs()))
        except ConvoTUIError as problem:
            self._say(str(problem))
        else:
            # Help or another mode may be over it by now, and only the top screen can go.
            while not self.is_active:
                await asyncio.sleep(0.1)
            self.dismiss((path, form))
        finally:
            self._writing = False

    def _say(self, words: str, *, problem: bool = True) -> None:
        place = self.query_one("#export-problem", Static)
        place.update(Content(display_line(words)))
        place.set_class(problem, "problem")
        if words:
            place.scroll_visible(animate=False)


def _path(typed: str) -> Path:
    # Of os.path, because Path.expanduser raises where a user does not exist.
    return Path(os.path.expanduser(typed)).absolute()  # noqa: PTH111


def _problem(typed: str) -> str:
    """Say what is wrong with a path before anything is tried."""
    if not typed:
        return "Type the name of a file."
    path = _path(typed)
    try:
        if b"\0" in os.fsencode(path):
            return "No file name holds a NUL character: type another one."
        if path.is_dir():
            return f"{path} is a folder: add the name of a file."
        if not path.parent.is_dir():
            return f"There is no folder {path.parent}: make it first, or choose another one."
    except UnicodeEncodeError:
        return "No file can be called that here: type another name."
    except OSError as error:
        return f"{path} cannot be written: {error.strerror}."
    return ""
