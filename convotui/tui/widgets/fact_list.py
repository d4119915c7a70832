"""The facts of one persona as a list: a cursor, and editing in place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import TextArea

from convotui.dialog import display_line
from convotui.dialog.types import MAX_FACTS
from convotui.engine.session import Fact
from convotui.tui.commands import Command, bindings
from convotui.tui.widgets.fact_row import FactEditor, FactRow

FULL = f"A persona has at most {MAX_FACTS} facts: mute or delete one first."
_HIDDEN = "This persona is hidden: press h to show it first."


@dataclass(frozen=True)
class _Edit:
    """What is being written: a fact's new text, or a new fact that will stand at a place."""

    place: int
    loaded: str
    old: Fact | None = None


class FactList(VerticalScroll, can_focus=True, inherit_bindings=False):
    """Facts with a cursor; they are added, edited, muted, moved and deleted here."""

    HELP = (
        "The facts this speaker plays, at most eight of them. Add one with a, edit with enter, "
        "mute with m: a muted fact stays here but the model is not told it. "
        "Delete with d, move with J and K. Later replies follow the facts as they are now."
    )
    KEYS: ClassVar[tuple[Command, ...]] = (
        Command("fact-add", "a,n", "add", "Add a fact", "Writes one below the cursor.", "add"),
        Command("fact-edit", "enter,e", "edit", "Edit the fact", "Writes it anew.", "edit"),
        Command(
            "fact-mute",
            "m",
            "mute",
            "Mute or unmute the fact",
            "A muted fact stays in the list, but the model is not told it.",
            "mute",
        ),
        Command("fact-delete", "d,delete", "delete", "Delete the fact", "u brings it back."),
        Command("fact-move-down", "J,shift+down", "shift(1)", "Move the fact down"),
        Command("fact-move-up", "K,shift+up", "shift(-1)", "Move the fact up"),
        Command("fact-next", "j,down", "move(1)", "Next fact", palette=False),
        Command("fact-previous", "k,up", "move(-1)", "Previous fact", palette=False),
        Command("fact-first", "g,home", "move(-10000)", "First fact", palette=False),
        Command("fact-last", "G,end", "move(10000)", "Last fact", palette=False),
        Command("fact-page-down", "pagedown", "page_down", "Next page", palette=False),
        Command("fact-page-up", "pageup", "page_up", "Previous page", palette=False),
    )
    BINDINGS: ClassVar[list[BindingType]] = bindings(KEYS)
    DEFAULT_CSS = """
    FactList {
        height: 1fr;
        scrollbar-size-vertical: 1;
    }
    """

    def __init__(self, role: str, changed: Callable[[], None], *, id: str | None = None) -> None:
        """Take whose facts these are, and what is called after every committed change."""
        super().__init__(id=id)
        self._changed = changed
        self.BINDING_GROUP_TITLE = f"Facts of {role}"
        self._facts: tuple[Fact, ...] = ()
        self._cursor = 0
        self._hidden = False
        self._edit: _Edit | None = None
        self._rows = [FactRow(place) for place in range(MAX_FACTS + 1)]
        self._editor = FactEditor(self._finish)
        self._editor.display = False

    @property
    def facts(self) -> tuple[Fact, ...]:
        """The facts as committed, muted ones among them."""
        return self._facts

    @property
    def active(self) -> tuple[str, ...]:
        """Texts of the facts that are not muted."""
        return tuple(fact.text for fact in self._facts if not fact.muted)

    @property
    def hidden(self) -> bool:
        """Whether the texts are hidden."""
        return self._hidden

    def compose(self) -> ComposeResult:
        """Lay the rows out; more come when there are more facts."""
        yield from self._rows
        yield self._editor

    def show(self, facts: tuple[Fact, ...]) -> None:
        """Show these facts; what is being written stays open, as a new fact if its own is gone."""
        edit = self._edit
        if edit is not None and facts != self._facts:
            there = facts[edit.place] if edit.place < len(facts) else None
            if edit.old is None or there != edit.old:
                self._edit = _Edit(min(edit.place, len(facts)), edit.loaded)
        self._facts = facts
        self._cursor = min(self._cursor, len(facts))
        self._draw()

    def hide(self, hidden: bool) -> None:
        """Hide or show the texts; what is being written is kept first."""
        self.commit()
        self._hidden = hidden
        self._draw()

    def commit(self) -> None:
        """Keep what is being written, if anything is."""
        self._finish(True)

    def action_add(self) -> None:
        """Begin a fact below the cursor."""
        self.commit()
        if self._refused():
            return
        if len(self.active) >= MAX_FACTS:
            self._warn(FULL)
            return
        self._write(_Edit(min(self._cursor + 1, len(self._facts)), ""))

    def action_edit(self) -> None:
        """Write the fact under the cursor anew, or a new one on the last row."""
        self.commit()
        if self._refused():
            return
        fact = self._at_cursor
        if fact is None:
            self.action_add()
            return
        self._write(_Edit(self._cursor, display_line(fact.text), fact))

    def action_mute(self) -> None:
        """Mute or unmute the fact under the cursor."""
        self.commit()
        fact = self._at_cursor
        if self._refused() or fact is None:
            return
        if fact.muted and len(self.active) >= MAX_FACTS:
            self._warn(FULL)
            return
        self._change(self._with(self._cursor, replace(fact, muted=not fact.muted)))

    def action_delete(self) -> None:
        """Delete the fact under the cursor."""
        self.commit()
        if self._refused() or self._at_cursor is None:
            return
        self._change(self._facts[: self._cursor] + self._facts[self._cursor + 1 :])

    def action_shift(self, by: int) -> None:
        """Move the fact under the cursor, and the cursor with it."""
        self.commit()
        fact, place = self._at_cursor, self._cursor + by
        if self._refused() or fact is None or not 0 <= place < len(self._facts):
            return
        facts = list(self._facts)
        facts.insert(place, facts.pop(self._cursor))
        self._cursor = place
        self._change(tuple(facts))

    def action_move(self, by: int) -> None:
        """Move the cursor."""
        self.commit()
        self._go(self._cursor + by)

    def watch_has_focus(self, has_focus: bool) -> None:
        """Show the cursor only where keys go."""
        super().watch_has_focus(has_focus)
        self._draw()

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        """Keep what stands in the editor when the focus goes elsewhere in the app."""
        # A terminal that loses the focus takes ours too, but gives it back.
        if self.is_attached and self.app.app_focus and self.screen.focused is not self._editor:
            self.commit()

    def on_click(self, event: events.Click) -> None:
        """Put the cursor where the click was; a second one edits, as one on the last row does."""
        if not isinstance(event.widget, FactRow) or self._hidden:
            return
        event.stop()
        self._go(event.widget.place)
        if event.chain == 2 or self._at_cursor is None:
            self.action_edit()

    @property
    def _at_cursor(self) -> Fact | None:
        return self._facts[self._cursor] if self._cursor < len(self._facts) else None

    def _with(self, place: int, fact: Fact) -> tuple[Fact, ...]:
        return (*self._facts[:place], fact, *self._facts[place + 1 :])

    def _refused(self) -> bool:
        if self._hidden:
            self._warn(_HIDDEN)
        return self._hidden

    def _warn(self, text: str) -> None:
        self.notify(text, severity="warning", markup=False)

    def _go(self, place: int) -> None:
        self._cursor = max(0, min(place, len(self._facts)))
        self._draw()
        self.call_after_refresh(self._reveal)

    def _reveal(self) -> None:
        if self.is_attached:
            self.scroll_to_widget(self._rows[self._cursor], animate=False)

    @on(TextArea.SelectionChanged)
    @on(TextArea.Changed)
    def _written(self, event: TextArea.SelectionChanged | TextArea.Changed) -> None:
        event.stop()
        self.call_after_refresh(self._reveal_caret)

    def _reveal_caret(self) -> None:
        # The editor grows with its text, so it is the list that has to scroll.
        if not self.is_attached or self._edit is None:
            return
        line = self._editor.cursor_screen_offset.y - self.region.y
        beyond = line - self.size.height + 1
        if line < 0 or beyond > 0:
            self.scroll_relative(y=line if line < 0 else beyond, animate=False)

    def _change(self, facts: tuple[Fact, ...]) -> None:
        self._facts = facts
        self._go(self._cursor)
        self._changed()

    def _write(self, edit: _Edit) -> None:
        self._edit = edit
        self._editor.load_text(edit.loaded)
        self._editor.move_cursor(self._editor.document.end)
        self._draw()
        self.screen.set_focus(self._editor, scroll_visible=False)
        self.call_after_refresh(self._reveal_caret)

    def _finish(self, keep: bool) -> None:
        edit, self._edit = self._edit, None
        if edit is None:
            return
        if self.screen.focused is self._editor:
            self.screen.set_focus(self)
        text = self._editor.text
        self._editor.load_text("")
        # An untouched text stays as it was stored, even if it had to be shown otherwise.
        if not keep or not text.strip() or text == edit.loaded:
            self._draw()
            return
        line = " ".join(text.split("\n")).strip()
        if edit.old is not None:
            self._cursor = edit.place
            self._change(self._with(edit.place, replace(edit.old, text=line)))
            return
        # The room that was there when it was begun may be gone; the text must not be.
        full = len(self.active) >= MAX_FACTS
        if full:
            self._warn(f"The new fact is muted: a persona has at most {MAX_FACTS} facts.")
        self._cursor = edit.place
        fact = Fact(line, muted=full)
        self._change((*self._facts[: edit.place], fact, *self._facts[edit.place :]))

    def _draw(self) -> None:
        """Bring rows and editor in line with the facts."""
        count = len(self._facts)
        while len(self._rows) <= count:
            self._rows.append(FactRow(len(self._rows)))
            if self.is_attached:
                self.mount(self._rows[-1])
        if self._hidden:
            self._draw_hidden()
            return
        edit = self._edit
        for row in self._rows:
            cursor = row.place == self._cursor and edit is None
            row.set_class(cursor, "-cursor")
            if row.place < count:
                self._draw_fact(row, self._facts[row.place], cursor)
            elif row.place == count and edit is None:
                row.put("+", Content("add a fact"), cursor=cursor and self.has_focus)
            else:
                row.clear()
        self._editor.display = edit is not None
        if edit is not None:
            # A new one stands before the fact whose place it takes.
            row = self._rows[edit.place]
            row.display = edit.old is None and row.display
            if self.is_attached:
                self.move_child(self._editor, before=row)

    def _draw_fact(self, row: FactRow, fact: Fact, cursor: bool) -> None:
        text = Content(display_line(fact.text))
        if fact.muted:
            text = Content.assemble(("muted: ", "dim"), text.stylize("dim strike"))
        row.put("✕" if fact.muted else "·", text, cursor=cursor and self.has_focus)

    def _draw_hidden(self) -> None:
        for row in self._rows[1:]:
            row.clear()
        count = len(self.active)
        facts = "1 fact" if count == 1 else f"{count} facts"
        self._rows[0].put(" ", Content(f"hidden, {facts}"), cursor=self.has_focus)
        self._rows[0].remove_class("-cursor")
        self._editor.display = False
