"""The goals of a set as a list: hot-key, what is chosen, how often each was used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual.binding import BindingType
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from convotui.dialog import Goal, GoalSet, display_line
from convotui.tui.commands import Command, bindings
from convotui.tui.goals import GoalChoice, matching

HOT_KEYS = 10
"""Goals that have a digit of their own; the tenth has 0."""
_WIDE = 56
"""Columns from which the text stands on the same line."""
_ID_WIDTH = 24
_TIMES = "\u00d7"
_NOTHING = "no goal matches"


class GoalList(OptionList, inherit_bindings=False):
    """Shows goals and moves a cursor over them; what is done with them is the pane's."""

    BINDING_GROUP_TITLE = "Goal list"
    HELP = "Each goal has its hot-key before it, ● when it is chosen, and how often it was used."
    KEYS: ClassVar[tuple[Command, ...]] = (
        Command("goal-down", "down,j", "cursor_down", "Next goal", palette=False),
        Command("goal-up", "up,k", "cursor_up", "Previous goal", palette=False),
        Command("goal-first", "home,g", "first", "First goal", palette=False),
        Command("goal-last", "end,G", "last", "Last goal", palette=False),
        Command("goal-page-down", "pagedown", "page_down", "Goals: next page", palette=False),
        Command("goal-page-up", "pageup", "page_up", "Goals: previous page", palette=False),
    )
    BINDINGS: ClassVar[list[BindingType]] = bindings(KEYS)
    DEFAULT_CSS = """
    GoalList {
        height: 1fr;
        min-width: 8;
        min-height: 1;
        border: none;
        padding: 0;
        background: transparent;
        text-wrap: nowrap;
        text-overflow: ellipsis;
        scrollbar-size-vertical: 1;
        scrollbar-gutter: stable;
        &:focus { border: none; }
    }
    """

    def __init__(self, *, id: str | None = None) -> None:
        """Begin empty."""
        super().__init__(id=id, markup=False)
        self._goals: GoalSet | None = None
        self._choice = GoalChoice()
        self._used: Mapping[str, int] = {}
        self._words = ""
        self._shown: list[Goal] = []

    @property
    def goal(self) -> Goal | None:
        """The goal the cursor is on."""
        at = self.highlighted
        return self._shown[at] if at is not None and at < len(self._shown) else None

    def show(self, goals: GoalSet, choice: GoalChoice, used: Mapping[str, int]) -> None:
        """Show these goals; the cursor stays on the goal it is on."""
        self._goals, self._choice, self._used = goals, choice, used
        self._draw()

    def search(self, words: str) -> None:
        """Show only the goals that have all these words; none of them shows all goals."""
        self._words = words
        self._draw()

    def point_at(self, goal_id: str) -> None:
        """Move the cursor to a goal, if it is shown."""
        ids = [goal.id for goal in self._shown]
        if goal_id in ids:
            self.highlighted = ids.index(goal_id)

    def on_resize(self) -> None:
        """Fit the lines to the room there is."""
        self._draw()

    def _draw(self) -> None:
        if self._goals is None:
            return
        kept, place = self.goal, self.highlighted or 0
        self._shown = matching(self._goals, self._words)
        numbers = {goal.id: number for number, goal in enumerate(self._goals, 1)}
        self.set_options(Option(self._row(goal, numbers[goal.id])) for goal in self._shown)
        if not self._shown:
            self.add_option(Option(Content(_NOTHING), disabled=True))
            return
        ids = [goal.id for goal in self._shown]
        self.highlighted = ids.index(kept.id) if kept and kept.id in ids else place

    def _row(self, goal: Goal, number: int) -> Content:
        width = max(self.scrollable_content_region.width, 8)
        key = str(number % 10) if number <= HOT_KEYS else " "
        chosen = self._choice.goal is not None and self._choice.goal.id == goal.id
        count = self._used.get(goal.id, 0)
        times = f" {_TIMES}{count}" if count else ""
        head = Content.assemble((key, "dim"), " ● " if chosen else "   ")
        text = Content(display_line(goal.text)).stylize("dim")
        wide = width >= _WIDE
        room = (_ID_WIDTH if wide else width - head.cell_length) - len(times)
        name = Content(display_line(goal.id)).truncate(max(room, 1), ellipsis=True, pad=True)
        if chosen:
            name = name.stylize("bold")
        line = head + name + Content(times)
        if wide:
            return line + Content("  ") + text
        if self._two_lines:
            below = Content(" " * head.cell_length) + text
            return line + Content("\n") + below.truncate(width, ellipsis=True)
        return line

    @property
    def _two_lines(self) -> bool:
        """Whether every goal's text has room on a line below it."""
        return self._goals is not None and self.size.height >= 2 * len(self._goals)
