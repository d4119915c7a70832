"""How a training begins or goes on: a plan is checked, and waits until its model is live."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from textual import on, work

from convotui.engine.api import Event, ModelReady, TrainPolicy
from convotui.engine.training_rules import imports_code, resuming
from convotui.errors import ConvoTUIError, UsageError
from convotui.runs import find_run
from convotui.tui.frame import ModeScreen
from convotui.tui.overlays.ask import Confirm, PickOne
from convotui.tui.training_choices import training_choices
from convotui.tui.training_files import loading_of
from convotui.tui.trainings import Model, Phase, Training
from convotui.tui.widgets.training_form import TrainingForm

BUSY = "A training is going on: stop it first, or wait for its end (esc goes there)."
NOT_YET = "The model is not loaded yet: the training starts as soon as it is."


@dataclass(frozen=True)
class Waiting:
    """What starts as soon as a model is live.

    Attributes:
        training: the one of before that is to go on, None for a new one.
        loaded: whether that model was loaded for it.
    """

    request: TrainPolicy
    training: Training | None = None
    loaded: bool = False


class StartActions(ModeScreen):
    """The part of the train screen that starts and resumes trainings.

    Attributes:
        trainings: all there are, newest first, by name.
        running: the training under way, shown or not.
        request: what was asked of the engine last.
    """

    def __init__(self) -> None:
        """Begin without a training."""
        super().__init__()
        self.trainings: dict[str, Training] = {}
        self.running: Training | None = None
        self.request: TrainPolicy | None = None
        self._waiting: Waiting | None = None

    def on_training_event(self, training: Training, event: Event) -> None:
        """Take an event of a training's job."""
        raise NotImplementedError

    def show_training(self, training: Training) -> None:
        """Show a training that has just been handed to the engine."""
        raise NotImplementedError

    def problem(self, sentence: str) -> None:
        """Say why a training does not start."""
        raise NotImplementedError

    def model_ready(self) -> None:
        """Start what was waiting for a model."""
        waiting, self._waiting = self._waiting, None
        if waiting is not None and waiting.training is not None:
            self.resume(waiting.training, loaded=waiting.loaded)
        elif waiting is not None:
            self.begin(waiting.request)

    def model_failed(self) -> None:
        """Say why what was waiting for a model does not start."""
        if self._waiting is not None:
            self._waiting = None
            self.problem(self._no_model())

    def begin(self, request: TrainPolicy) -> None:
        """Hand a training to the engine, as soon as there is a model."""
        if self.running is not None:
            self.problem(BUSY)
        elif self.convo.model is not None:
            self._submit(request, self.convo.model)
        else:
            self._wait(Waiting(request))

    def _wait(self, waiting: Waiting) -> None:
        """Let something wait for the first model, if that may still come."""
        if self.convo.model_problem:
            self.problem(self._no_model())
        else:
            self._waiting = waiting
            self.problem(NOT_YET)

    def _submit(self, request: TrainPolicy, live: ModelReady) -> None:
        training = Training(request.name or "", request.plan, model=_live(live))
        before = self.trainings.get(training.name) if request.resume else None
        if before is not None:
            # Nothing goes from the screen until the engine says what there is.
            kept = ("points", "scores", "goals", "partners", "dialog", "shown_as", "created")
            training = replace(training, **{name: getattr(before, name) for name in kept})
        self.running, self.request = training, request
        self.problem("")
        training.job = self.convo.submit(
            request, "training", partial(self.on_training_event, training), long=True
        )
        self.show_training(training)

    @work(exclusive=True, group="start")
    async def resume(self, training: Training, *, loaded: bool = False) -> None:
        """Go on with a training of before; offer to load its model where another is live.

        Args:
            training: which.
            loaded: its model has just been loaded for it, so that is not offered again.
        """
        if self.running is not None:
            self.convo.flash(BUSY)
            return
        if not training.phase.resumable:
            self.convo.flash(_not_resumable(training))
            return
        if imports_code(training.plan.reward):
            self.problem(
                f"{training.name} is rewarded by code, which runs only where you name it: leave "
                f"the app, then '{resuming(training.name, training.plan.reward)}' goes on with it."
            )
            return
        live = self.convo.model
        request = TrainPolicy(training.plan, training.name, resume=True)
        if live is None:
            self._wait(Waiting(request, training))
        elif not differs(training.model, live):
            self._submit(request, live)
        elif loaded:
            self.problem(
                f"{training.name} cannot go on here: it was trained on "
                f"{_named(training.model)}, and what was loaded for it is {_named(_live(live))}."
            )
        else:
            await self._offer_model(request, training, live)

    async def _offer_model(
        self, request: TrainPolicy, training: Training, live: ModelReady
    ) -> None:
        """Load the model of a training, just as it was loaded for it, after a question."""
        try:
            load = loading_of(find_run(training.name).config)
        except ConvoTUIError as problem:
            self.problem(str(problem))
            return
        question = (
            f"{training.name} was trained on {_named(training.model)}, and "
            f"{_named(_live(live))} is loaded. Load that model and resume?"
        )
        answer = Confirm(question, yes="load it and resume", no="leave all as it is")
        if await self.app.push_screen_wait(answer):
            self._waiting = Waiting(request, training, loaded=True)
            self.convo.models.load_as(load)

    @on(TrainingForm.Started)
    def _form_started(self, event: TrainingForm.Started) -> None:
        event.stop()
        self.begin(TrainPolicy(event.plan, event.name))

    @on(TrainingForm.PickWanted)
    @work
    async def _pick(self, event: TrainingForm.PickWanted) -> None:
        form = self.query_one(TrainingForm)
        try:
            title, choices, problems = training_choices(event.field, form.value("goals"))
        except UsageError as problem:
            form.problem(str(problem))
            return
        form.problem(" ".join(problems))
        picked = await self.app.push_screen_wait(
            PickOne(title, choices, chosen=form.value(event.field))
        )
        if picked is not None:
            form.put(event.field, picked)

    def _no_model(self) -> str:
        why = self.convo.model_problem or "There is no model."
        return f"{why} Load another model (F9 opens the palette), then start again."


def differs(wanted: Model, live: ModelReady) -> bool:
    """Say whether a training needs another model than the one that is live."""
    return any(part and part != now for part, now in zip(wanted, _live(live), strict=True))


def _live(model: ModelReady) -> Model:
    return Model(model.name, model.version, model.dtype, model.form)


def _named(model: Model) -> str:
    dtype = f" in {model.dtype}" if model.dtype else ""
    form = f" (prompt format {model.form})" if model.form else ""
    return f"{Path(model.name).name}@{model.version}{dtype}{form}"


def _not_resumable(training: Training) -> str:
    if training.phase is Phase.DONE:
        return f"{training.name} is done: n starts another training."
    if training.phase is Phase.ELSEWHERE:
        return f"{training.name} runs in another process."
    if training.phase is Phase.DAMAGED:
        return f"{training.name} cannot be read, so it cannot go on."
    return f"{training.name} is under way already."
