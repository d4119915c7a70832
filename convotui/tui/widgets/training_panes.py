"""Panes of the train screen: the dialog and its rating, the comparison, the names of all panes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from convotui.dialog import Dialog, display_line
from convotui.tui.commands import Command, bindings
from convotui.tui.episodes import TIMES, persona_names
from convotui.tui.training_numbers import repeats
from convotui.tui.trainings import Training
from convotui.tui.widgets.fields import LineField
from convotui.tui.widgets.goal_bars import GoalBars
from convotui.tui.widgets.score_table import ScoreTable
from convotui.tui.widgets.transcript import Transcript

PANES = {"runs": "Runs", "plot": "Plot", "scores": "Compare", "talk": "Dialog"}
"""What each pane is called where one is shown at a time."""


class TrainingTalk(Transcript):
    """The dialog that is asked about, else the newest one, with goals and rewards."""

    BINDING_GROUP_TITLE = "Training dialog"
    HELP = (
        "The newest dialog, with the goal and the reward of each exchange on the opener's turn. "
        "While the training asks for a rating it is the dialog asked about."
    )
    KEYS: ClassVar[tuple[Command, ...]] = ()
    BINDINGS: ClassVar[list[BindingType]] = bindings(KEYS)


class RatingField(LineField):
    """Where any number can be typed as the reward."""

    BINDING_GROUP_TITLE = "Rating"
    HELP = (
        "A whole number from 1 (bad) to 5 (good) is a rating; any other number, also 4.0, is the "
        "reward itself. Enter gives it, esc leaves; what is typed stays."
    )


class PaneTabs(Static):
    """Names the panes where there is room for one only; a click goes to one."""

    DEFAULT_CSS = """
    PaneTabs {
        height: 1;
        padding: 0 1;
        background: $panel;
    }
    """

    @dataclass
    class Picked(Message):
        """A pane was clicked."""

        pane: str

    def __init__(self, *, id: str | None = None) -> None:
        """Begin without a pane."""
        super().__init__("", id=id, markup=False)

    def show(self, pane: str, wanted: bool) -> None:
        """Mark the pane that is shown; ``wanted`` says whether the dialog waits for a rating."""
        parts = []
        for name, title in PANES.items():
            marked = f"{title} ?" if name == "talk" and wanted else title
            parts.append(
                (f"[{marked}]", "bold") if name == pane else (f" {marked} ", "$text-muted")
            )
        self.update(Content.assemble(*parts, ("  ← →", "$text-muted")), layout=False)

    def on_click(self, event: events.Click) -> None:
        """Find the pane that was clicked."""
        place = event.get_content_offset_capture(self).x
        for name, title in PANES.items():
            place -= len(title) + 2
            if place < 0:
                self.post_message(self.Picked(name))
                return


class ScorePane(VerticalScroll, can_focus=True, inherit_bindings=False):
    """The comparison, and which goals were given."""

    BINDING_GROUP_TITLE = "Comparison"
    HELP = (
        "What each policy got on the same held-out dialogs. A gain whose interval includes 0 "
        "shows no difference. Below, how often each goal was given, by the policy that was "
        "learned and in the latest rounds; the mark is where all goals would be given alike."
    )
    KEYS: ClassVar[tuple[Command, ...]] = (
        Command("scores-down", "down,j", "scroll_down", "Scroll down", palette=False),
        Command("scores-up", "up,k", "scroll_up", "Scroll up", palette=False),
        Command("scores-page-down", "pagedown", "page_down", "Page down", palette=False),
        Command("scores-page-up", "pageup", "page_up", "Page up", palette=False),
        Command("scores-first", "home,g", "scroll_home", "To the top", palette=False),
        Command("scores-last", "end,G", "scroll_end", "To the end", palette=False),
    )
    BINDINGS: ClassVar[list[BindingType]] = bindings(KEYS)

    def compose(self) -> ComposeResult:
        """Put the table above the bars."""
        yield ScoreTable(id="train-table")
        yield Static(id="train-repeats", markup=False)
        yield GoalBars(id="train-goals")

    def show(self, training: Training | None) -> None:
        """Show what was measured of a training."""
        self.query_one(ScoreTable).show(training)
        words = display_line(repeats(training)) if training is not None else ""
        self.query_one("#train-repeats", Static).update(Content(words))
        self.query_one(GoalBars).show(training)


def talk_head(training: Training | None, dialog: Dialog) -> Content:
    """Say which dialog is shown, or what is asked about it."""
    if training is None or not dialog.turns:
        return Content("")
    first, second = (display_line(name) for name in persona_names(dialog.meta))
    people = f"A {first}{TIMES}B {second}"
    if training.question is not None:
        goal = next((turn.goal for turn in reversed(dialog.turns) if turn.speaker == 0), None)
        # The goal comes first: what does not fit is cut off, and the panel names both ends.
        about = f"goal {display_line(goal)}" if goal else "the last exchange"
        words = f"? {about}: how good is it, 1 to 5?"
        return Content.assemble((words, "bold $text-warning"), f"  {people}")
    rewards = [turn.reward for turn in dialog.turns if turn.reward is not None]
    total = f" · return {sum(rewards):+.2f}" if rewards else ""
    return Content.assemble((display_line(training.shown_as), "bold"), f"  {people}{total}")
