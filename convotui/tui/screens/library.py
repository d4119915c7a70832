"""The library: find, reopen, rename, delete, export and import stored dialogs."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widget import Widget

from convotui.dialog import Dialog
from convotui.engine.history import History, Step
from convotui.errors import ConvoTUIError
from convotui.tui.commands import Command, bindings
from convotui.tui.frame import ModeScreen
from convotui.tui.overlays.ask import AskLine
from convotui.tui.overlays.export_form import ExportForm
from convotui.tui.stored import (
    as_text,
    entitle,
    find_dialogs,
    hide,
    import_file,
    names_of,
)
from convotui.tui.widgets.dialog_finder import DialogFinder, count
from convotui.tui.widgets.dialog_list import DialogList
from convotui.tui.widgets.transcript import Transcript

TYPING_SECONDS = 0.15
"""Without a key in the search before it is looked up."""
MOVING_SECONDS = 0.05
"""Without a move of the cursor before the dialog is shown beside the list."""


class LibraryScreen(ModeScreen):
    """F8: everything that is stored, and what can be done with it."""

    CSS_PATH = "library.tcss"
    BINDING_GROUP_TITLE = "Library"
    HELP = (
        "Every dialog is kept here, the one that changed last on top. Press / and type words: "
        "only dialogs that have all of them stay. enter goes on with the dialog under the cursor "
        "in the chat. m marks dialogs; deleting and exporting then take the marked ones, also "
        "those that the search hides. What you delete is kept: u brings it back, one step at a "
        "time."
    )
    KEYS: ClassVar[tuple[Command, ...]] = (
        Command("library-open", "enter", "open", "Continue this dialog",
                "Reopens it in the chat.", "continue"),
        Command("library-search", "slash", "search", "Search",
                "Words in titles, persona names and what was said.", "search"),
        Command("library-look", "space", "look", "Look into this dialog",
                "Goes to the dialog beside the list, or back.", "look"),
        Command("library-rename", "e", "rename", "Rename this dialog",
                "Gives it a title; an empty one takes the title away.", "rename"),
        Command("library-delete", "d,delete", "delete", "Delete",
                "The marked dialogs, else this one; u brings them back.", "delete"),
        Command("library-undo", "u", "undo", "Undo", "Takes the last change back.", "undo"),
        Command("library-redo", "ctrl+y", "redo", "Redo", "Does again what was undone."),
        Command("library-export", "ctrl+s", "export", "Export",
                "The marked dialogs, else this one, to a file.", "export"),
        Command("library-copy", "y", "copy", "Copy this dialog", "As text, a line a turn."),
        Command("library-import", "i", "import", "Import a file",
                "JSON Lines, plain or .gz; all of its dialogs or none.", "import"),
        Command("library-refresh", "r", "refresh", "Refresh the list"),
        Command("library-back", "escape", "back", "Back to the list"),
    )  # fmt: skip
    BINDINGS: ClassVar[list[BindingType]] = bindings(KEYS)
    place = "library"

    def __init__(self) -> None:
        """Begin with nothing read."""
        super().__init__()
        self._found = 0
        self._history = History()

    # --- what is shown --------------------------------------------------------------------

    def compose_body(self) -> Iterable[Widget]:
        """Put the list at the left and the dialog under its cursor at the right."""
        with Horizontal():
            yield DialogFinder(id="library-finder")
            yield Transcript(id="library-preview", empty="Nothing has been said in it yet.")

    def on_mount(self) -> None:
        """Begin in the list."""
        self._finder.to_list()

    def on_screen_resume(self) -> None:
        """Show what has been stored since."""
        self.read_again()

    def status_place(self) -> str:
        """Say how many dialogs there are."""
        return f"library · {count(self._found)}" if self._found else self.place

    @property
    def _finder(self) -> DialogFinder:
        return self.query_one(DialogFinder)

    @property
    def _preview(self) -> Transcript:
        return self.query_one("#library-preview", Transcript)

    @work(exclusive=True, group="library-list")
    async def read_again(self, wait: float = 0.0) -> None:
        """Read the list, and show it.

        Args:
            wait: seconds in which another call takes the place of this one.
        """
        await asyncio.sleep(wait)
        try:
            words = self._finder.words
            found = await asyncio.to_thread(find_dialogs, self.convo.store, words)
        except ConvoTUIError as problem:
            self.convo.tell(str(problem), bad=True)
            return
        if not self.is_running or not self.query(DialogFinder):
            return  # the app is being left, and its widgets are gone
        self._found = len(found)
        self._finder.show(found, open_key=self.convo.open_key)
        self.convo.show_status()

    @on(DialogList.Moved)
    def _moved(self, event: DialogList.Moved) -> None:
        self._show_dialog(event.row.key if event.row else None)

    @work(exclusive=True, group="library-preview")
    async def _show_dialog(self, key: int | None) -> None:
        await asyncio.sleep(MOVING_SECONDS)
        dialog = Dialog("")
        try:
            if key is not None:
                dialog = await asyncio.to_thread(self.convo.store.load, key)
        except ConvoTUIError as problem:
            self.convo.tell(str(problem), bad=True)
        if not self.is_running or not self.query("#library-preview"):
            return  # the app is being left, and its widgets are gone
        self._preview.follow()
        self._preview.show(dialog, names_of(dialog))

    # --- going about ----------------------------------------------------------------------

    @on(DialogFinder.Sought)
    def _sought(self) -> None:
        self.read_again(TYPING_SECONDS)

    def action_search(self) -> None:
        """Go to the search."""
        self.remove_class("-reading")
        self._finder.search()

    def action_look(self) -> None:
        """Go to the dialog beside the list, or back."""
        if self._preview.has_focus:
            self.action_back()
        elif self._finder.highlighted:
            self.add_class("-reading")
            self._preview.focus()

    def action_back(self) -> None:
        """Go back to the list."""
        self.remove_class("-reading")
        self._finder.to_list()

    def action_refresh(self) -> None:
        """Read the list anew."""
        self.read_again()

    # --- doing something with dialogs -----------------------------------------------------

    @on(DialogList.Opened)
    def action_open(self) -> None:
        """Go on with the dialog under the cursor in the chat."""
        row = self._finder.highlighted
        if row:
            self.convo.open_dialog(row.key)

    @work
    async def action_rename(self) -> None:
        """Ask for a title."""
        row = self._finder.highlighted
        if row is None:
            return
        title = await self.app.push_screen_wait(
            AskLine(f"Title of dialog #{row.key}", row.title or "", hint="empty: no title")
        )
        if title is None or title == (row.title or ""):
            return
        key, before = row.key, row.title
        self._do("title", lambda: self._entitle(key, title), lambda: self._entitle(key, before))

    def _entitle(self, key: int, title: str | None) -> None:
        entitle(self.convo.store, key, title)
        if key == self.convo.open_key:
            self.convo.dialog_changed()

    def action_delete(self) -> None:
        """Hide the marked dialogs, else the one under the cursor."""
        keys = self._finder.chosen
        what = f"deletion of {count(len(keys))}"
        if keys and self._do(what, lambda: self._hide(keys), lambda: self._bring_back(keys)):
            self._finder.unmark(keys)

    def _hide(self, keys: Sequence[int]) -> None:
        if self.convo.open_key in keys:
            raise ConvoTUIError(
                f"Dialog #{self.convo.open_key} is open in the chat, so nothing was deleted: "
                "begin another one there first (F2, ctrl+n)."
            )
        hide(self.convo.store, keys, True)

    def _bring_back(self, keys: Sequence[int]) -> None:
        hide(self.convo.store, keys, False)

    @work
    async def action_import(self) -> None:
        """Ask for a file and store what it holds; what is wrong with it is said there."""
        path, hint = "", "JSON Lines, plain or .gz"
        while True:
            typed = await self.app.push_screen_wait(AskLine("Import which file?", path, hint=hint))
            if not typed:
                return
            # Of os.path, because Path.expanduser raises where a user does not exist.
            path, file = typed, Path(os.path.expanduser(typed))  # noqa: PTH111
            try:
                keys = await asyncio.to_thread(import_file, self.convo.store, file)
                break
            except ConvoTUIError as problem:
                hint = str(problem)
        what = f"import of {count(len(keys))}"
        self._finder.clear()  # a search or a kind might hide what has just come
        self._history.record(Step(what, lambda: self._hide(keys), lambda: self._bring_back(keys)))
        self._flash_done(what)

    def _do(self, label: str, do: Callable[[], None], undo: Callable[[], None]) -> bool:
        """Do something that can be undone, and say whether that went well."""
        try:
            do()
        except ConvoTUIError as problem:
            self.convo.tell(str(problem), bad=True)
            return False
        self._history.record(Step(label, undo, do))
        self._flash_done(label)
        return True

    def _flash_done(self, label: str) -> None:
        self.convo.flash(f"{label}: done, u takes it back")
        self.read_again()

    def action_undo(self) -> None:
        """Take the last change back."""
        self._turn(self._history.undo, "undone", "nothing to undo")

    def action_redo(self) -> None:
        """Do again what was undone last."""
        self._turn(self._history.redo, "done again", "nothing to redo")

    def _turn(self, way: Callable[[], str | None], done: str, nothing: str) -> None:
        try:
            label = way()
        except ConvoTUIError as problem:
            self.convo.tell(str(problem), bad=True)
            return
        self.convo.flash(f"{label}: {done}" if label else nothing)
        self.read_again()

    def action_copy(self) -> None:
        """Copy the dialog under the cursor."""
        row = self._finder.highlighted
        if row is None:
            return
        try:
            self.convo.yank(as_text(self.convo.store.load(row.key)))
        except ConvoTUIError as problem:
            self.convo.tell(str(problem), bad=True)

    @work
    async def action_export(self) -> None:
        """Write the marked dialogs, else the one under the cursor, to a file."""
        store, keys = self.convo.store, self._finder.chosen
        if not keys:
            self.convo.flash("there is nothing to export")
            return
        one = len(keys) == 1
        form = ExportForm(
            Path.cwd() / (f"dialog-{keys[0]}.jsonl" if one else "dialogs.jsonl"),
            lambda: (store.load(key) for key in keys),
            what=f"dialog #{keys[0]}" if one else count(len(keys)),
        )
        written = await self.app.push_screen_wait(form)
        if written:
            self.convo.tell(f"{count(len(keys)).capitalize()} written to {written[0]}.")
