"""A training being watched: the list, the plot, the newest dialog, and the comparison."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from convotui.dialog import Dialog, display_line
from convotui.tui.commands import Command, bindings
from convotui.tui.trainings import Phase, Training
from convotui.tui.widgets.training_list import TrainingList
from convotui.tui.widgets.training_panel import TrainingPanel
from convotui.tui.widgets.training_panes import (
    PANES,
    PaneTabs,
    RatingField,
    ScorePane,
    TrainingTalk,
    talk_head,
)
from convotui.tui.widgets.training_plot import TrainingPlot

RATE = "Answers the question with this rating, from 1 (bad) to 5 (good)."
NOTHING = "Nothing has been trained yet. n starts a training."


_FOCUS: dict[str, type[Widget]] = {
    "runs": TrainingList,
    "plot": TrainingPlot,
    "scores": ScorePane,
    "talk": TrainingTalk,
}
"""What gets the focus in each pane."""


class TrainingView(Vertical):
    """All about the training under the cursor of the list."""

    BINDING_GROUP_TITLE = "Train"
    HELP = (
        "A policy learns here which goal the opener should pursue in each exchange. It is "
        "compared with no goals, random goals and goals without repeats, on dialogs it has not "
        "learned from. A training goes on while you are on other screens, and the chat works."
    )
    KEYS: ClassVar[tuple[Command, ...]] = (
        Command("train-new", "n", "screen.train_new", "New training", "Shows the form.", "new"),
        Command(
            "train-stop",
            "s",
            "screen.train_stop",
            "Stop the training",
            "Asks first. The dialogs learned from are kept, and it can be resumed.",
            "stop",
        ),
        Command(
            "train-resume",
            "r",
            "screen.train_resume",
            "Resume the training",
            "Goes on with one that was stopped, interrupted or failed.",
            "resume",
        ),
        Command(
            "train-metric",
            "m",
            "screen.train_metric",
            "Plot return or loss",
            "Draws the other one of the two.",
            "return/loss",
        ),
        Command(
            "train-selfplay",
            "e",
            "screen.train_selfplay",
            "Self-play with this policy",
            "Opens the self-play form with the policy that was learned.",
            "self-play",
        ),
        Command("train-delete", "d", "screen.train_delete", "Delete the training", "Asks first."),
        *(
            Command(f"train-rate-{n}", str(n), f"screen.train_rate({n})", f"Rate it {n}", RATE)
            for n in range(1, 6)
        ),
        Command(
            "train-number",
            "equals_sign",
            "screen.train_number",
            "Answer with a number",
            "Goes to the line where any number can be typed as the reward.",
        ),
        Command("train-pane-next", "right,l", "screen.train_pane(1)", "Next pane"),
        Command("train-pane-previous", "left,h", "screen.train_pane(-1)", "Previous pane"),
        Command("train-back", "escape", "screen.train_back", "Back to the list"),
    )
    BINDINGS: ClassVar[list[BindingType]] = bindings(KEYS)

    def __init__(self, *, id: str | None = None) -> None:
        """Begin without a training."""
        super().__init__(id=id, classes="-pane-runs")
        self.pane = "runs"
        self._dialog = ""
        self._wanted = False

    def compose(self) -> ComposeResult:
        """Lay the panes out side by side; where it is narrow one of them is shown."""
        yield PaneTabs(id="train-tabs")
        with Horizontal(id="train-panes"):
            yield TrainingList(id="train-list")
            with Vertical(id="train-centre"):
                yield Static(id="train-head", markup=False)
                yield TrainingPlot(id="train-plot")
                with Vertical(id="train-talk"):
                    yield Static(id="train-talk-head", markup=False)
                    yield TrainingTalk(id="train-transcript", empty="There is no dialog yet.")
                    # What was typed before is not to be replaced by the next letter.
                    field = RatingField(id="train-answer", compact=True, select_on_focus=False)
                    field.placeholder = "any number as the reward, enter gives it"
                    field.display = False
                    yield field
            yield ScorePane(id="train-scores")
        yield TrainingPanel(id="train-panel")

    def show(self, training: Training | None) -> None:
        """Show a training as it is now."""
        self.set_class(training is None, "-empty")
        self.query_one("#train-head", Static).update(head(training), layout=False)
        words = training.problem if training and training.phase is Phase.DAMAGED else ""
        self.query_one(TrainingPlot).show(training, words if training else NOTHING)
        self.query_one(ScorePane).show(training)
        self.query_one(TrainingPanel).show(training)
        self._show_talk(training)
        self._wanted = training is not None and training.question is not None
        self.query_one(PaneTabs).show(self.pane, self._wanted)

    def go(self, pane: str) -> None:
        """Show a pane where there is room for one only."""
        self.remove_class(*(f"-pane-{name}" for name in PANES))
        self.add_class(f"-pane-{pane}")
        self.pane = pane
        self.query_one(PaneTabs).show(pane, self._wanted)

    def target(self, pane: str) -> Widget:
        """Find what gets the focus in a pane."""
        return self.query_one(_FOCUS[pane])

    def pane_of(self, widget: Widget) -> str | None:
        """Find the pane that a widget is in."""
        if isinstance(widget, RatingField):
            return "talk"
        return next((name for name, kind in _FOCUS.items() if isinstance(widget, kind)), None)

    def _show_talk(self, training: Training | None) -> None:
        question = training.question if training else None
        dialog = question.dialog if question else training.dialog if training else None
        dialog = dialog or Dialog(id="")
        self.query_one("#train-talk-head", Static).update(talk_head(training, dialog), layout=False)
        transcript = self.query_one(TrainingTalk)
        key = f"{training.name if training else ''} {training.shown_as if training else ''}"
        key = f"{key} {dialog.id} {question is not None}"
        if key != self._dialog:
            self._dialog = key
            transcript.cursor = None
            transcript.show(Dialog(id=""))
            transcript.show(dialog)
            if transcript.has_focus:
                transcript.cursor = len(dialog) - 1 if len(dialog) else None
            else:
                transcript.follow()
        else:
            transcript.show(dialog)
            if question is not None and transcript.cursor is not None:
                transcript.cursor = len(dialog) - 1
        field = self.query_one(RatingField)
        if question is not None and training is not None and field.value != training.answer:
            with field.prevent(Input.Changed):
                field.value = training.answer
                field.cursor_position = len(training.answer)
        here = field.display and self.screen.focused is field
        if here and question is None:
            transcript.focus()
        field.display = question is not None


def head(training: Training | None) -> Content:
    """Say what is trained, in a line."""
    if training is None:
        return Content("")
    plan, model = training.plan, training.model[0]
    parts = [
        f"{plan.algo} for {plan.reward}",
        f"goals {plan.goals}",
        f"{training.total} dialogs of {plan.turns}",
        f"seed {plan.seed}",
        model,
    ]
    name = display_line(training.name) or "a new training"
    words = display_line(" · ".join(part for part in parts if part))
    return Content.assemble((name, "bold"), f"  {words}")
