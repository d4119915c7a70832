"""How a training begins or goes on: a plan is checked, and waits until its model is live."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

from textual import on, work

from convotui.engine.api import Event, ModelReady, TrainPolicy
from convotui.errors import UsageError
from convotui.tui.frame import ModeScreen
from convotui.tui.overlays.ask import Confirm, PickOne
from convotui.tui.training_choices import training_choices
from convotui.tui.trainings import NO_MODEL, Model, Phase, Training
from convotui.tui.widgets.training_form import TrainingForm

BUSY = "A training is going on: stop it first, or wait for its end (esc goes there)."


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
        self._waiting: tuple[TrainPolicy, Model] | None = None

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
        if self._waiting is not None:
            request, model = self._waiting
            self._waiting = None
            self.begin(request, model)

    def model_failed(self) -> None:
        """Say why what was waiting for a model does not start."""
        if self._waiting is not None:
            self._waiting = None
            self.problem(self._no_model())

    def begin(self, request: TrainPolicy, model: Model = NO_MODEL) -> None:
        """Hand a training to the engine, as soon as there is the right model.

        Args:
            request: what to train.
            model: the model it must be, empty where any will do.
        """
        live = self.convo.model
        if self.running is not None:
            self.problem(BUSY)
        elif live is None and self.convo.model_problem:
            self.problem(self._no_model())
        elif live is None:
            self._waiting = (request, model)
            self.problem("The model is not loaded yet: the training starts as soon as it is.")
        elif differs(model, live):
            self.problem(
                f"{request.name} was trained on {_named(model)}, and "
                f"{_named(_live(live))} is loaded: load that model (F9 opens the "
                "palette), then resume."
            )
        else:
            self._submit(request, live)

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
    async def resume(self, training: Training) -> None:
        """Go on with a training of before; offer to load its model where another is live."""
        if self.running is not None:
            self.convo.flash(BUSY)
            return
        if not training.phase.resumable:
            self.convo.flash(_not_resumable(training))
            return
        live = self.convo.model
        request = TrainPolicy(training.plan, training.name, resume=True)
        if live is not None and differs(training.model, live):
            question = (
                f"{training.name} was trained on {_named(training.model)}, and "
                f"{_named(_live(live))} is loaded. Load that model and resume?"
            )
            answer = Confirm(question, yes="load it and resume", no="leave all as it is")
            if not await self.app.push_screen_wait(answer):
                return
            self._waiting = (request, training.model)
            self.convo.models.load(training.model[0])
            return
        self.begin(request, training.model)

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
    return model.name, model.version, model.dtype


def _named(model: Model) -> str:
    name, version, dtype = model
    return f"{Path(name).name}@{version} in {dtype}" if dtype else f"{Path(name).name}@{version}"


def _not_resumable(training: Training) -> str:
    if training.phase is Phase.DONE:
        return f"{training.name} is done: n starts another training."
    if training.phase is Phase.ELSEWHERE:
        return f"{training.name} runs in another process."
    if training.phase is Phase.DAMAGED:
        return f"{training.name} cannot be read, so it cannot go on."
    return f"{training.name} is under way already."
