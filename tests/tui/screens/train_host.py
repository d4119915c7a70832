"""What the tests of the train screen share."""

from __future__ import annotations

from typing import Any

from textual.pilot import Pilot
from textual.widgets import ContentSwitcher

from convotui.engine.api import Event, RoundTrained, TrainPolicy
from convotui.learning.plan import PolicyPlan
from convotui.tui.app import ConvoApp
from convotui.tui.screens.train import TrainScreen
from convotui.tui.trainings import Training
from convotui.tui.widgets.training_form import TrainingForm
from convotui.tui.widgets.training_plot import TrainingPlot
from tests.tui.conftest import MakeApp, wait_until

SIZE = (120, 36)
PLAN = PolicyPlan(
    episodes=12, turns=3, batch=4, eval_every=4, validation_episodes=2, eval_episodes=6, seed=3
)


def train_app(
    make_app: MakeApp, *, name: str = "one", plan: PolicyPlan = PLAN, **options: Any
) -> ConvoApp:
    """Make an app that begins a training by itself."""
    return make_app(mode="train", training=TrainPolicy(plan, name), autostart=True, **options)


def hold_at(app: ConvoApp, count: int, kind: type[Event] = RoundTrained) -> None:
    """Have the engine stand still right after so many events of a kind."""
    queue, seen = app.engine._queue, []  # type: ignore[attr-defined]
    tell = queue._listener

    def listen(event: Event) -> None:
        tell(event)
        if isinstance(event, kind):
            seen.append(event)
            if len(seen) == count:
                app.engine.hold.clear()  # type: ignore[attr-defined]

    queue._listener = listen


def train(app: ConvoApp) -> TrainScreen:
    """The train screen, wherever the person is."""
    return next(s for s in app._mode_screens() if isinstance(s, TrainScreen))


def shown(app: ConvoApp) -> Training:
    """The training on the screen."""
    found = train(app).shown
    assert found is not None
    return found


async def rounds(pilot: Pilot[Any], app: ConvoApp, count: int) -> Training:
    """Wait until so many rounds of the training on the screen are over."""
    await wait_until(pilot, lambda: train(app).shown and len(shown(app).points) >= count)
    return shown(app)


async def ended(pilot: Pilot[Any], app: ConvoApp) -> Training:
    """Wait for the end of the training under way."""
    await wait_until(pilot, lambda: train(app).shown and shown(app).phase.ended)
    await wait_until(pilot, lambda: train(app).running is None)
    await settled(pilot, app)
    return shown(app)


async def settled(pilot: Pilot[Any], app: ConvoApp) -> None:
    """Wait until the folders have been read and all there is to see has been drawn."""
    screen = train(app)
    await wait_until(pilot, lambda: not [w for w in app.workers if w.group == "read"])
    await pilot.pause()
    plot = screen.query_one(TrainingPlot)
    await wait_until(pilot, lambda: plot.settled or not plot._seen)
    await pilot.pause()


def form(app: ConvoApp) -> TrainingForm:
    """The form."""
    return train(app).query_one(TrainingForm)


def form_is_open(app: ConvoApp) -> bool:
    """Say whether the form is on the screen."""
    return train(app).query_one(ContentSwitcher).current == "train-form"


def told(app: ConvoApp) -> dict[str, str]:
    """What the form says is wrong, by field."""
    found = form(app).query(".problem.-told")
    return {
        str(place.id).rpartition("problem")[2].lstrip("-"): str(place.content) for place in found
    }
