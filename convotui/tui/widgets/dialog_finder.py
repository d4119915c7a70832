"""Finding stored dialogs: search, kinds and marks above the list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input, Static

from convotui.store import DialogRow
from convotui.tui.commands import Command, bindings
from convotui.tui.stored import CHATS, IMPORTED, SELF_PLAY
from convotui.tui.widgets.dialog_list import DialogList
from convotui.tui.widgets.fields import LineField

ALL = "all"
NOTHING = {
    ALL: "Nothing is stored yet. Talk with a persona (F2), watch a self-play (F4), or press i "
    "to import a file of dialogs.",
    CHATS: "There are no chats here. Press v for other kinds of dialogs.",
    SELF_PLAY: "There are no self-play dialogs here. Press v for other kinds of dialogs.",
    IMPORTED: "There are no imported dialogs here. Press v for other kinds, i to import a file.",
}
NOT_FOUND = "No dialog here has all of these words. Press esc to see the others again."


class DialogFinder(Vertical):
    """The list of dialogs with what decides which of them it shows."""

    BINDING_GROUP_TITLE = "Find dialogs"
    HELP = (
        "Type words into the search: only dialogs stay that have all of them in their title, "
        "their persona names or what was said. enter or the down arrow goes to the list. There "
        "v shows one kind of dialogs, and m marks some for deleting or exporting; marks stay "
        "while you search for others."
    )
    KEYS: ClassVar[tuple[Command, ...]] = (
        Command("library-mark", "m", "mark", "Mark or unmark", "Then goes to the next one.",
                "mark"),
        Command("library-mark-all", "M", "mark_all", "Mark or unmark all that are shown"),
        Command("library-kind", "v", "kind", "Show another kind",
                "All dialogs, chats, self-play, imported.", "kind"),
        Command("library-to-list", "down", "to_list", "To the list", palette=False),
        Command("library-leave", "escape", "leave", "Leave the search, then end it",
                "Then takes the marks away."),
    )  # fmt: skip
    BINDINGS: ClassVar[list[BindingType]] = bindings(KEYS)
    DEFAULT_CSS = """
    DialogFinder {
        width: 1fr;
        & > Input, & > Input:focus { height: 1; border: none; padding: 0 1; background: $boost; }
        & > Static { height: 1; padding: 0 1; color: $text-muted; }
        & > DialogList { height: 1fr; }
    }
    """

    @dataclass
    class Sought(Message):
        """Other words stand in the search."""

        words: str

    def __init__(self, *, id: str | None = None) -> None:
        """Begin with all kinds and no words."""
        super().__init__(id=id)
        self._found: Sequence[tuple[DialogRow, str]] = ()
        self._open: int | None = None
        self._kind = ALL

    def compose(self) -> ComposeResult:
        """Put the search above the list."""
        yield LineField(placeholder="press / to search", id="library-search")
        yield Static(id="library-head", markup=False)
        yield DialogList(id="dialogs")

    @property
    def words(self) -> str:
        """What stands in the search."""
        return self.query_one(Input).value

    @property
    def highlighted(self) -> DialogRow | None:
        """The dialog under the cursor."""
        return self._list.highlighted

    @property
    def chosen(self) -> list[int]:
        """Keys of the marked dialogs in the order they were stored, else of the one here."""
        here = self._list.highlighted
        return sorted(self._list.marked) or ([here.key] if here else [])

    def show(self, found: Sequence[tuple[DialogRow, str]], *, open_key: int | None = None) -> None:
        """Show those of the dialogs that are of the wanted kind.

        Args:
            found: dialogs with their kinds, in the order to show them.
            open_key: key of the dialog that is open in the chat.
        """
        self._found, self._open = found, open_key
        self._show()

    def clear(self) -> None:
        """Hide nothing: no words, all kinds."""
        self._kind = ALL
        self.query_one(Input).value = ""

    def search(self) -> None:
        """Go to the search."""
        self.query_one(Input).focus()

    def to_list(self) -> None:
        """Go to the list."""
        self._list.focus()

    def unmark(self, keys: Sequence[int]) -> None:
        """Take marks away."""
        self._list.mark(keys, False)
        self._show_head()

    def action_to_list(self) -> None:
        """Go to the list."""
        self.to_list()

    def action_leave(self) -> None:
        """Leave the search; in the list, end it, then take the marks away."""
        search = self.query_one(Input)
        if search.has_focus:
            self.to_list()
        elif search.value:
            search.value = ""
        else:
            self.unmark(tuple(self._list.marked))

    def action_kind(self) -> None:
        """Show another kind of dialogs."""
        kinds = list(NOTHING)
        self._kind = kinds[(kinds.index(self._kind) + 1) % len(kinds)]
        self._show()

    def action_mark(self) -> None:
        """Mark or unmark the dialog under the cursor, and go to the next one."""
        row = self._list.highlighted
        if row:
            self._list.mark([row.key], row.key not in self._list.marked)
            self._list.action_move(1)
            self._show_head()

    def action_mark_all(self) -> None:
        """Mark all that are shown; unmark them if they all are."""
        keys = [row.key for row in self._list.rows]
        self._list.mark(keys, not self._list.marked.issuperset(keys))
        self._show_head()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Sought(event.value))

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        self.to_list()

    @property
    def _list(self) -> DialogList:
        return self.query_one(DialogList)

    def _show(self) -> None:
        rows = [row for row, kind in self._found if self._kind in (ALL, kind)]
        self._list.empty = NOT_FOUND if self.words.split() else NOTHING[self._kind]
        self._list.show(rows, open_key=self._open)
        self._show_head()

    def _show_head(self) -> None:
        rows, marked = self._list.rows, self._list.marked
        parts = [count(len(rows), "" if self._kind == ALL else self._kind)]
        hidden = len(marked - {row.key for row in rows})
        if marked:
            parts.append(f"✓ {len(marked)} marked" + (f" ({hidden} not shown)" if hidden else ""))
        self.query_one("#library-head", Static).update(" · ".join(parts))


def count(dialogs: int, kind: str = "") -> str:
    """Write a number of dialogs, of a kind if that is named."""
    what = kind.removesuffix("s") if kind == CHATS else f"{kind} dialog".strip()
    return f"{dialogs:,} {what}{'' if dialogs == 1 else 's'}"
