"""A small app around the pane of goals that notes what it posts and tells."""

from __future__ import annotations

from typing import Any

from textual.app import App, ComposeResult
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from convotui.dialog import Goal, GoalSet
from convotui.tui.widgets.goal_list import GoalList
from convotui.tui.widgets.goal_pane import GoalPane

SEA = Goal("ask-sea", "ask about the sea.", ("do you sail?",), ("sea", "boat*"))
TEA = Goal("ask-tea", "ask about tea.")
BEES = Goal("talk-bees", "talk about bees.")
THREE = GoalSet("three", (SEA, TEA, BEES), "Sea, tea and bees.")


def many(count: int) -> GoalSet:
    """Make a set of so many goals."""
    return GoalSet("many", tuple(Goal(f"goal-{n}", f"say {n}.") for n in range(1, count + 1)))


class Host(App[None]):
    """Shows the pane and a text field, as a chat does."""

    CSS_PATH = "../../../convotui/tui/styles.tcss"

    def __init__(self, goals: GoalSet | None = THREE) -> None:
        super().__init__()
        self.pane = GoalPane(goals)
        self.posted: list[Message] = []
        self.told: list[tuple[str, str]] = []

    def compose(self) -> ComposeResult:
        yield self.pane
        yield Input(id="prompt")

    def on_mount(self) -> None:
        self.query_one(GoalList).focus()

    def notify(self, message: str, *, severity: str = "information", **options: Any) -> None:
        assert options.get("markup") is False
        self.told.append((severity, message))

    def on_goal_pane_chosen(self, event: GoalPane.Chosen) -> None:
        self.posted.append(event)

    def on_goal_pane_set_changed(self, event: GoalPane.SetChanged) -> None:
        self.posted.append(event)

    def on_goal_pane_edit_file_wanted(self, event: GoalPane.EditFileWanted) -> None:
        self.posted.append(event)

    @property
    def choices(self) -> list[str]:
        """What was chosen so far, in words."""
        return [event.choice.line for event in self.posted if isinstance(event, GoalPane.Chosen)]

    @property
    def state(self) -> str:
        """The line that says what is chosen."""
        content = self.pane.query_one("#goal-state", Static).content
        assert isinstance(content, Content)
        return content.plain

    @property
    def rows(self) -> list[str]:
        """The lines of the list, as they are on the screen."""
        listed = self.pane.query_one(GoalList)
        lines = [listed.render_line(y).text.rstrip() for y in range(listed.size.height)]
        return [line for line in lines if line]

    @property
    def screen_text(self) -> str:
        """Everything that is on the screen."""
        return "\n".join(strip.text for strip in self.screen._compositor.render_strips())
