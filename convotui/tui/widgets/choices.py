"""What forms are made of: a box that scrolls, a row of choices, stars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from convotui.dialog import display_line
from convotui.tui.commands import Command, bindings

FIELD_KEYS = (
    Command("form-next", "down", "app.focus_next", "Next field", palette=False),
    Command("form-previous", "up", "app.focus_previous", "Previous field", palette=False),
)
"""What every form lists beside its own; a text of several lines keeps its arrows."""


class FormBox(VerticalScroll, can_focus=False, inherit_bindings=False):
    """The box of a form: it scrolls with the field that has the focus, and leaves the arrows."""


class ChoiceRow(Widget, can_focus=True):
    """A row of things of which one is chosen, or none."""

    BINDING_GROUP_TITLE = "Choice"
    HELP = (
        "One of these is chosen, or none. Left and right move the choice, a digit takes the one "
        "of that number, 0 or backspace takes the choice back where none is allowed. Enter goes "
        "on to the next field."
    )
    KEYS: ClassVar[tuple[Command, ...]] = (
        Command("choice-next", "right,l", "move(1)", "Next choice", palette=False),
        Command("choice-previous", "left,h", "move(-1)", "Previous choice", palette=False),
        Command("choice-on", "enter", "app.focus_next", "Next field", palette=False),
        Command("choice-none", "0,backspace,delete", "clear", "Nothing chosen", palette=False),
        *(
            Command(f"choice-{n}", str(n), f"take({n})", f"Choice {n}", palette=False)
            for n in range(1, 10)
        ),
    )
    BINDINGS: ClassVar[list[BindingType]] = bindings(KEYS)
    DEFAULT_CSS = """
    ChoiceRow {
        height: auto;
        width: 1fr;
        border-left: blank;
        &:focus { border-left: outer $border; }
    }
    """

    value: reactive[str | None] = reactive(None, layout=True)
    """What is chosen; None for nothing."""

    @dataclass
    class Changed(Message):
        """A person chose something else, or nothing."""

        row: ChoiceRow
        value: str | None

        @property
        def control(self) -> ChoiceRow:
            """The row, for ``@on`` with a selector."""
            return self.row

    def __init__(
        self, choices: Sequence[str], value: str | None = None, *, none: bool = True, id: str
    ) -> None:
        """Take what there is to choose from, at most nine; ``none`` allows no choice at all."""
        super().__init__(id=id)
        self.choices, self._none = tuple(choices), none
        self.set_reactive(ChoiceRow.value, value)

    def action_move(self, by: int) -> None:
        """Choose a neighbour."""
        place = self.choices.index(self.value) + by if self.value else 0
        self._choose(self.choices[min(max(place, 0), len(self.choices) - 1)])

    def action_take(self, number: int) -> None:
        """Choose by number, from 1."""
        if number <= len(self.choices):
            self._choose(self.choices[number - 1])

    def action_clear(self) -> None:
        """Choose nothing."""
        if self._none:
            self._choose(None)

    def render(self) -> Content:
        """Show all choices, the chosen one with a filled mark."""
        lines = [
            Content("  ").join(self._label(choice) for choice in line)
            for line in self._lines(self.content_size.width)
        ]
        return Content("\n").join(lines)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Count the lines the choices need."""
        return len(self._lines(width))

    def on_click(self, event: events.Click) -> None:
        """Choose what is clicked."""
        place = event.get_content_offset(self)
        choice = None if place is None else self._at(place.x, place.y)
        if choice is not None:
            self._choose(choice)

    def _at(self, x: int, y: int) -> str | None:
        lines = self._lines(self.content_size.width)
        left = 0
        for choice in lines[y] if y < len(lines) else ():
            right = left + self._label(choice).cell_length
            if left <= x < right:
                return choice
            left = right + 2
        return None

    def _choose(self, value: str | None) -> None:
        if value != self.value:
            self.value = value
            self.post_message(self.Changed(self, value))

    def _label(self, choice: str) -> Content:
        chosen = choice == self.value
        mark = f"{self.choices.index(choice) + 1} {'●' if chosen else '○'} "
        style = ("bold reverse" if self.has_focus else "bold") if chosen else ""
        return Content.assemble((mark, "" if chosen else "dim"), (display_line(choice), style))

    def _lines(self, width: int) -> list[list[str]]:
        """Break the row between choices, never inside one."""
        lines: list[list[str]] = []
        used = 0
        for choice in self.choices:
            length = self._label(choice).cell_length
            if not lines or used + 2 + length > width:
                lines.append([])
                used = -2
            lines[-1].append(choice)
            used += 2 + length
        return lines


class Stars(ChoiceRow):
    """A rating of 1-5 as stars, with its number."""

    def __init__(self, rating: int | None, *, id: str) -> None:
        """Begin with a rating, None for none."""
        super().__init__("12345", None if rating is None else str(rating), id=id)

    def render(self) -> Content:
        """Show filled and empty stars and the number."""
        count = int(self.value or 0)
        word = f"{count} of 5" if count else "not rated"
        style = "bold reverse" if self.has_focus else "bold"
        return Content.assemble((f"{'★' * count}{'☆' * (5 - count)}", style), f"  {word}")

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """One line."""
        return 1

    def _at(self, x: int, y: int) -> str | None:
        return self.choices[x] if x < len(self.choices) else None
