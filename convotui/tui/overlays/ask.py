"""Small questions: a line of text, yes or no, one of a list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from convotui.dialog import display, display_line
from convotui.tui.commands import Command, bindings
from convotui.tui.widgets.fields import LineField

Check = Callable[[str], str | None]
"""Says in a sentence what is wrong with a text, None when nothing is."""

CLOSE = Command("close", "escape", "close", "Close", "Leave this without doing anything.", "close")


class AskLine(ModalScreen[str | None]):
    """Ask for a line of text; None when it was left."""

    BINDING_GROUP_TITLE = "Question"
    HELP = "Type an answer; enter accepts it, or says what is wrong with it. esc leaves."
    KEYS: ClassVar[tuple[Command, ...]] = (CLOSE,)
    BINDINGS: ClassVar[list[BindingType]] = bindings(KEYS)

    def __init__(
        self,
        title: str,
        value: str = "",
        *,
        hint: str = "enter accepts, esc leaves",
        check: Check | None = None,
    ) -> None:
        """Take the question.

        Args:
            title: what is asked.
            value: what stands there at first.
            hint: shown below.
            check: refuses a text with a sentence.
        """
        super().__init__()
        self._title, self._value, self._hint = title, value, hint
        self._check = check or (lambda text: None)

    def compose(self) -> ComposeResult:
        """Lay the question out."""
        with Vertical(classes="box"):
            yield Static(display_line(self._title), classes="box-title", markup=False)
            yield LineField(self._value, id="answer", select_on_focus=False)
            yield Static(display_line(self._hint), id="hint", classes="box-hint", markup=False)

    @on(Input.Submitted)
    def _accept(self, event: Input.Submitted) -> None:
        event.stop()
        text = event.value.strip()
        problem = self._check(text)
        if problem is None:
            self.dismiss(text)
            return
        hint = self.query_one("#hint", Static)
        hint.update(Content(display_line(problem)))
        hint.add_class("problem")

    def action_close(self) -> None:
        """Leave without an answer."""
        self.dismiss(None)


class Confirm(ModalScreen[bool]):
    """Ask yes or no; anything but yes is no."""

    BINDING_GROUP_TITLE = "Question"
    HELP = "enter or y does it, esc or n leaves all as it is."
    KEYS: ClassVar[tuple[Command, ...]] = (
        Command("confirm-yes", "enter,y", "answer(True)", "Yes", "Do it.", "yes"),
        Command("confirm-no", "escape,n", "answer(False)", "No", "Leave all as it is.", "no"),
    )
    BINDINGS: ClassVar[list[BindingType]] = bindings(KEYS)

    def __init__(self, question: str, *, yes: str = "yes", no: str = "no") -> None:
        """Take the question, and what each answer does in a word or two."""
        super().__init__()
        self._question, self._yes, self._no = question, yes, no

    def compose(self) -> ComposeResult:
        """Lay the question out."""
        with Vertical(classes="box"):
            yield Static(display(self._question), classes="box-title", markup=False)
            hint = f"enter or y: {self._yes} · esc or n: {self._no}"
            yield Static(display_line(hint), classes="box-hint", markup=False)

    def action_answer(self, yes: bool) -> None:
        """Close with the answer."""
        self.dismiss(yes)


@dataclass(frozen=True)
class Choice:
    """Something to pick.

    Attributes:
        value: what picking it gives.
        label: what is shown.
        detail: shown dimmed behind the label; searched too.
    """

    value: str
    label: str
    detail: str = ""


class PickOne(ModalScreen[str | None]):
    """Pick one of a list, searched by typing; None when it was left."""

    BINDING_GROUP_TITLE = "List"
    HELP = "Type words to search, move with the arrows; enter picks, esc leaves."
    KEYS: ClassVar[tuple[Command, ...]] = (
        CLOSE,
        Command("pick-down", "down", "move('down')", "Next", palette=False),
        Command("pick-up", "up", "move('up')", "Previous", palette=False),
        Command("pick-page-down", "pagedown", "move('page_down')", "Next page", palette=False),
        Command("pick-page-up", "pageup", "move('page_up')", "Previous page", palette=False),
    )
    BINDINGS: ClassVar[list[BindingType]] = bindings(KEYS)

    def __init__(self, title: str, choices: Sequence[Choice], *, chosen: str | None = None) -> None:
        """Take what there is to pick from, and the value the cursor begins at."""
        super().__init__()
        self._title, self._choices, self._chosen = title, tuple(choices), chosen

    def compose(self) -> ComposeResult:
        """Lay the list out."""
        with Vertical(classes="box box-tall"):
            yield Static(display_line(self._title), classes="box-title", markup=False)
            yield LineField(placeholder="type to search", id="search")
            yield OptionList(id="choices", markup=False)
            hint = "↑↓ move · enter picks · esc leaves"
            yield Static(hint, classes="box-hint", markup=False)

    def on_mount(self) -> None:
        """Show everything at first; the list keeps that height while it is searched."""
        self.query_one(OptionList).styles.min_height = len(self._choices)
        self._show("")
        if self._chosen is not None:
            values = [choice.value for choice in self._choices]
            if self._chosen in values:
                self.query_one(OptionList).highlighted = values.index(self._chosen)

    @on(Input.Changed, "#search")
    def _search(self, event: Input.Changed) -> None:
        self._show(event.value)

    @on(Input.Submitted, "#search")
    def _accept(self, event: Input.Submitted) -> None:
        event.stop()
        options = self.query_one(OptionList)
        if options.highlighted is not None:
            options.action_select()

    @on(OptionList.OptionSelected)
    def _pick(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(self._shown[event.option_index].value)

    def action_move(self, where: str) -> None:
        """Move the cursor of the list, whatever has the focus."""
        options = self.query_one(OptionList)
        getattr(options, f"action_{'cursor_' if where in ('up', 'down') else ''}{where}")()

    def action_close(self) -> None:
        """Leave without picking."""
        self.dismiss(None)

    def _show(self, words: str) -> None:
        wanted = words.lower().split()
        self._shown = [
            choice
            for choice in self._choices
            if all(word in f"{choice.label} {choice.detail}".lower() for word in wanted)
        ]
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options(
            Option(
                Content.assemble(
                    display_line(choice.label), (f"  {display_line(choice.detail)}", "dim")
                )
            )
            for choice in self._shown
        )
        options.highlighted = 0 if self._shown else None
