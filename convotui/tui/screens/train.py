"""The train screen, F5: start a training of a policy, watch it, compare it, go on with it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import ClassVar

from textual import events, on, work
from textual.binding import BindingType
from textual.widget import Widget
from textual.widgets import ContentSwitcher

from convotui.dialog import load_goals
from convotui.engine.api import (
    ENDINGS,
    Event,
    JobFailed,
    RatingWanted,
    TrainingStarted,
)
from convotui.errors import ConvoTUIError, UsageError
from convotui.learning.plan import PolicyPlan
from convotui.runs import delete_run, find_run
from convotui.tui.commands import Command, bindings
from convotui.tui.overlays.ask import Confirm
from convotui.tui.overlays.text import TextScreen
from convotui.tui.screens.train_rating import RatingActions
from convotui.tui.training_files import read_trainings
from convotui.tui.training_numbers import outcome
from convotui.tui.training_text import details
from convotui.tui.trainings import Phase, Training
from convotui.tui.widgets.training_form import TrainingForm
from convotui.tui.widgets.training_list import TrainingList
from convotui.tui.widgets.training_panes import PANES, PaneTabs, RatingField
from convotui.tui.widgets.training_plot import TrainingPlot
from convotui.tui.widgets.training_view import TrainingView

WAITS = "training waits for your rating: F5"
ALL_PANES = 100
"""Columns from which all panes are side by side."""
NOTHING_RUNS = "No training is going on: n starts one."


class TrainScreen(RatingActions):
    """Shows one training of all there are: the one under the cursor of the list."""

    BINDING_GROUP_TITLE = "Train screen"
    HELP = (
        "Here a policy learns which goals to give. Start a training, watch what its dialogs "
        "return, and compare what was learned with policies that learn nothing. A training goes "
        "on while you are on other screens."
    )
    KEYS: ClassVar[tuple[Command, ...]] = ()
    BINDINGS: ClassVar[list[BindingType]] = bindings(KEYS)
    AUTO_FOCUS = "#train-list"
    CSS_PATH = "train.tcss"
    place = "train"

    def __init__(self) -> None:
        """Begin with the trainings of before."""
        super().__init__()
        self._drawing = False

    def compose_body(self) -> Iterable[Widget]:
        """Put the form and the trainings in one place."""
        given = self.convo.begin.training
        plan = given.plan if given else PolicyPlan(goals=self._goals_by_name())
        with ContentSwitcher(initial="train-view", id="train-switch"):
            yield TrainingForm(plan, given.name if given else None, id="train-form")
            yield TrainingView(id="train-view")

    def on_mount(self) -> None:
        """Begin with the training that the command line asked for, if it did."""
        begin = self.convo.begin
        self.draw()
        if begin.training is None or begin.mode != "train":
            self.query_one(TrainingForm).sample(self.convo.sampling)
        elif begin.autostart:
            self.begin(begin.training)
        else:
            self.action_train_new()

    def on_screen_resume(self) -> None:
        """Show what has happened meanwhile, in other processes too."""
        super().on_screen_resume()
        self.draw()
        self.read()

    def _goals_by_name(self) -> str:
        """Name the goal set in use; one that no library has cannot be named."""
        name = self.convo.begin.goals.name
        try:
            load_goals(name)
        except UsageError:
            return PolicyPlan().goals
        return name

    def status_place(self) -> str:
        """Say which training is shown."""
        return f"train · {self.shown.name}" if self.shown and self.shown.name else "train"

    def go_home(self) -> None:
        """Give the focus to the list, or to the form."""
        if self.query_one(ContentSwitcher).current == "train-form":
            self.query_one(TrainingForm).begin()
        else:
            self.query_one(TrainingList).focus()

    # --- what there is --------------------------------------------------------------------

    @work(exclusive=True, group="read")
    async def read(self) -> None:
        """Read the trainings of before."""
        try:
            found = await asyncio.to_thread(read_trainings, dict(self.trainings))
        except ConvoTUIError as problem:
            self.convo.tell(str(problem), bad=True)
            return
        if not self.query(TrainingList):
            return  # the app is being left, and its widgets are gone
        for name, training in self.trainings.items():
            # What was seen here is known better than a folder tells it.
            if name in found and training.job is not None and training.phase is found[name].phase:
                found[name] = training
        ours = self.running
        if ours is not None and ours.name in found:
            found[ours.name] = ours
        elif ours is not None:
            found = {ours.name: ours, **found}
        self.trainings = found
        here = self.shown.name if self.shown is not None else None
        if self.shown is not self.running or self.running is None:
            newest = next(iter(found.values()), None)
            self.shown = found.get(here, newest) if here is not None else newest
        self.redraw()

    def on_training_event(self, training: Training, event: Event) -> None:
        """Take an event of the training under way."""
        training.handle(event)
        if isinstance(event, TrainingStarted):
            # One without a name has got it now; its place stays.
            self.trainings = {t.name: t for t in self.trainings.values()}
        elif isinstance(event, RatingWanted) and training.question is not None:
            self.asked_at = self.convo.clock()
            self.convo.call_for(WAITS)
            self.convo.flash("the training waits for your rating")
            self.convo.bell()
        elif isinstance(event, ENDINGS):
            self._ended(training, event)
        if training is self.shown:
            self.redraw()

    def _ended(self, training: Training, event: Event) -> None:
        self.running = None
        self.convo.call_for("")
        if not training.folder:
            self._never_began(training, event)
        elif training.phase is Phase.STOPPED:
            self.convo.tell(
                f"{training.name} is stopped: {training.kept} are kept; {training.going_on} it."
            )
        elif training.phase is Phase.DONE:
            self.convo.tell(f"{training.name} is done: {outcome(training)}")
        for sentence in training.summary.get("notes", ()):
            self.convo.tell(sentence)
        self.read()

    def _never_began(self, training: Training, event: Event) -> None:
        """Take away what ended before it had a run; say why where it was filled in."""
        self.trainings = {n: t for n, t in self.trainings.items() if t is not training}
        if self.shown is training:
            self.shown = next(iter(self.trainings.values()), None)
        resumed = self.request is not None and self.request.resume
        if isinstance(event, JobFailed) and not resumed and self.convo.current_mode == "train":
            self.action_train_new()
            self.problem(event.message)
        self.redraw()

    # --- showing --------------------------------------------------------------------------

    def show_training(self, training: Training) -> None:
        """Show a training that has just been handed to the engine."""
        if training.name not in self.trainings:
            self.trainings = {training.name: training, **self.trainings}
        self.trainings[training.name] = training
        self.shown = training
        self.query_one(ContentSwitcher).current = "train-view"
        self._go("plot" if self.app.size.width < ALL_PANES else "runs")
        self.draw()
        self.convo.show_status()

    def problem(self, sentence: str) -> None:
        """Say why a training does not start: in the form where that is open."""
        if self.query_one(ContentSwitcher).current == "train-form":
            self.query_one(TrainingForm).problem(sentence)
        elif sentence:
            self.convo.tell(sentence, bad=True)

    def redraw(self) -> None:
        """Draw once for all events of a batch, and not at all behind another mode."""
        if not self._drawing and self.convo.current_mode == "train":
            self._drawing = True
            self.call_later(self.draw)

    def draw(self) -> None:
        """Bring the screen up to date now."""
        self._drawing = False
        if not self.is_attached:
            return
        listed = list(self.trainings.values())
        self.query_one(TrainingList).show(listed, self.shown.name if self.shown else None)
        self.query_one(TrainingView).show(self.shown)

    @on(TrainingList.Chosen)
    def _chosen(self, event: TrainingList.Chosen) -> None:
        event.stop()
        self.shown = self.trainings.get(event.name, self.shown)
        self.redraw()
        self.convo.show_status()

    @on(TrainingList.DetailsWanted)
    def _details(self, event: TrainingList.DetailsWanted) -> None:
        event.stop()
        training = self.trainings.get(event.name)
        if training is None or not training.folder:
            self.convo.flash("It has not begun yet.")
            return
        try:
            text = details(find_run(training.name))
        except ConvoTUIError as problem:
            self.convo.tell(str(problem), bad=True)
            return
        self.app.push_screen(TextScreen(training.name, text))

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Where there is room for one pane only, show the one with the focus."""
        view = self.query_one(TrainingView)
        pane = view.pane_of(event.widget)
        if pane is not None:
            view.go(pane)

    # --- actions --------------------------------------------------------------------------

    def action_train_new(self) -> None:
        """Show the form."""
        self.query_one(ContentSwitcher).current = "train-form"
        self.query_one(TrainingForm).begin()

    @on(TrainingForm.Left)
    def _leave_form(self) -> None:
        self.query_one(ContentSwitcher).current = "train-view"
        self.query_one(TrainingList).focus()

    def action_train_pane(self, by: int) -> None:
        """Go to the next pane (1) or the one before (-1)."""
        view = self.query_one(TrainingView)
        names = list(PANES)
        self._go(names[(names.index(view.pane) + by) % len(names)])

    @on(PaneTabs.Picked)
    def _picked(self, event: PaneTabs.Picked) -> None:
        event.stop()
        self._go(event.pane)

    def _go(self, pane: str) -> None:
        view = self.query_one(TrainingView)
        view.go(pane)
        view.target(pane).focus()

    def action_train_back(self) -> None:
        """Go from the line to the dialog, and from there to the list."""
        self._go("talk" if isinstance(self.focused, RatingField) else "runs")

    def action_train_metric(self) -> None:
        """Draw the other one of return and loss."""
        self.convo.flash(f"plotting the {self.query_one(TrainingPlot).toggle()}")

    @work
    async def action_train_stop(self) -> None:
        """Stop the training after a question."""
        training = self.running
        if training is None or training.job is None:
            self.convo.flash(NOTHING_RUNS)
            return
        question = f"Stop {training.name or 'it'}? {training.kept} are kept, and it can be resumed."
        if await self.app.push_screen_wait(Confirm(question, yes="stop it", no="go on")):
            if not training.phase.ended:
                training.stop()
                self.convo.call_for("")
                self.convo.cancel(training.job)
                self.convo.flash("stopping…")
            self.redraw()

    def action_train_resume(self) -> None:
        """Go on with the training that is shown."""
        if self.shown is None:
            self.convo.flash(NOTHING_RUNS)
        else:
            self.resume(self.shown)

    def action_train_selfplay(self) -> None:
        """Open the self-play form with the policy that was learned."""
        training = self.shown
        if training is None or not training.points:
            self.convo.flash("Nothing has been learned yet.")
        else:
            self.convo.play_with(f"run:{training.name}", training.plan.goals)

    @work
    async def action_train_delete(self) -> None:
        """Delete the training that is shown, after a question."""
        training = self.shown
        if training is None:
            self.convo.flash("There is no training here.")
            return
        if training is self.running:
            self.convo.flash("It is going on: s stops it.")
            return
        question = f"Delete {training.name} with all it has learned? It cannot be brought back."
        if not await self.app.push_screen_wait(Confirm(question, yes="delete it", no="keep it")):
            return
        try:
            await asyncio.to_thread(delete_run, training.name)
        except ConvoTUIError as problem:
            self.convo.tell(str(problem), bad=True)
            return
        self._forget(training)
        self.convo.flash(f"{training.name} deleted")

    def _forget(self, training: Training) -> None:
        """Take a training out of the list; the next one is shown."""
        names = list(self.trainings)
        place = names.index(training.name) if training.name in names else 0
        self.trainings = {n: t for n, t in self.trainings.items() if n != training.name}
        rest = list(self.trainings.values())
        self.shown = rest[min(place, len(rest) - 1)] if rest else None
        self.draw()
        self.convo.show_status()
