"""The trainings there are, newest first: name, how each stands, what it returns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from convotui.dialog import display_line
from convotui.tui.commands import Command, bindings
from convotui.tui.training_numbers import in_short
from convotui.tui.trainings import Phase, Training

STYLES = {
    Phase.DONE: "$text-success",
    Phase.FAILED: "$text-error",
    Phase.DAMAGED: "$text-error",
    Phase.ASKING: "bold $text-warning",
    Phase.RUNNING: "$text-primary",
}
EMPTY = "No training yet:\nn starts one."


class TrainingList(OptionList, inherit_bindings=False):
    """Lists trainings; the one under the cursor is shown beside it."""

    BINDING_GROUP_TITLE = "Trainings"
    HELP = (
        "The trainings of this computer, newest first: what each is doing, and what its rounds "
        "return, some goals of which are tried at random. Of one that is done it is how much more "
        "it got than random on held-out dialogs, with the 95 % interval. The one under the cursor "
        "is shown beside the list."
    )
    KEYS: ClassVar[tuple[Command, ...]] = (
        Command("training-down", "down,j", "cursor_down", "Next training", palette=False),
        Command("training-up", "up,k", "cursor_up", "Previous training", palette=False),
        Command("training-first", "home,g", "first", "First training", palette=False),
        Command("training-last", "end,G", "last", "Last training", palette=False),
        Command(
            "training-page-down", "pagedown", "page_down", "Trainings: next page", palette=False
        ),
        Command("training-page-up", "pageup", "page_up", "Trainings: previous page", palette=False),
        Command(
            "training-details",
            "enter",
            "select",
            "Details",
            "All settings of the training, and what came of it.",
            "details",
        ),
    )
    BINDINGS: ClassVar[list[BindingType]] = bindings(KEYS)
    DEFAULT_CSS = """
    TrainingList {
        min-width: 8;
        min-height: 1;
        border: none;
        padding: 0;
        background: $surface;
        text-wrap: nowrap;
        text-overflow: ellipsis;
        scrollbar-size-vertical: 1;
        &:focus { border: none; }
        & > .option-list--option-highlighted {
            background: $panel;
            color: $foreground;
        }
        &:focus > .option-list--option-highlighted {
            background: $primary-muted;
            color: $foreground;
        }
        &:nocolor:focus > .option-list--option-highlighted { text-style: reverse; }
    }
    """

    @dataclass
    class Chosen(Message):
        """The cursor is on another training."""

        name: str

    @dataclass
    class DetailsWanted(Message):
        """The person wants to read all about a training."""

        name: str

    def __init__(self, *, id: str | None = None) -> None:
        """Begin empty."""
        super().__init__(id=id, markup=False)
        self._names: list[str] = []
        self._told: list[str] = []

    @property
    def chosen(self) -> str | None:
        """Name of the training under the cursor."""
        at = self.highlighted
        return self._names[at] if at is not None and at < len(self._names) else None

    def show(self, trainings: Sequence[Training], chosen: str | None) -> None:
        """Show trainings, with the cursor on one of them."""
        rows = [row(training) for training in trainings]
        lines = [content.plain for content in rows]
        names = [training.name for training in trainings]
        if names != self._names or not names:
            self._names, self._told = names, lines
            with self.prevent(OptionList.OptionHighlighted):
                self.set_options(Option(content) for content in rows)
                if not rows:
                    self.add_option(Option(Content(EMPTY), disabled=True))
                elif chosen in names:
                    self.highlighted = names.index(chosen)
                else:
                    self.highlighted = 0
            return
        for place, (line, content) in enumerate(zip(lines, rows, strict=True)):
            if line != self._told[place]:
                self.replace_option_prompt_at_index(place, content)
        self._told = lines
        if chosen in names and self.highlighted != names.index(chosen):
            with self.prevent(OptionList.OptionHighlighted):
                self.highlighted = names.index(chosen)

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Tell which training is under the cursor now."""
        event.stop()
        if self.chosen is not None:
            self.post_message(self.Chosen(self.chosen))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Pass on that a training was picked, by key or by mouse."""
        event.stop()
        if self.chosen is not None:
            self.post_message(self.DetailsWanted(self.chosen))


def row(training: Training) -> Content:
    """Write the lines of a training."""
    phase = training.phase
    name = display_line(training.name) or "a new training"
    return Content.assemble(
        (f"{phase.symbol} ", STYLES.get(phase, "$text-muted")),
        (name, "bold"),
        (f"\n  {phase.words}", STYLES.get(phase, "$text-muted")),
        *((f"\n  {line}", "$text-muted") for line in in_short(training)),
    )
