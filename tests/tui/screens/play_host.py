"""What the tests of the self-play screen share."""

from __future__ import annotations

from typing import Any

from textual.pilot import Pilot

from convotui.engine.api import PlayDialogs, Request
from convotui.gyms.plan import SelfPlayPlan
from convotui.tui.app import ConvoApp
from convotui.tui.episodes import Episode
from convotui.tui.plays import Phase, Play
from convotui.tui.screens.selfplay import SelfPlayScreen
from convotui.tui.widgets.play_form import PlayForm
from tests.tui.conftest import MakeApp, wait_until

SIZE = (120, 36)


def play_app(make_app: MakeApp, *, episodes: int = 2, turns: int = 4, **options: Any) -> ConvoApp:
    """Make an app that begins a run by itself."""
    plan = SelfPlayPlan(episodes, turns, persona_a="baker", persona_b="beekeeper")
    return make_app(mode="selfplay", plan=plan, autostart=True, **options)


def held_app(make_app: MakeApp, **options: Any) -> ConvoApp:
    """Make such an app whose run is held before its first turn; ``paused`` lets it go."""
    app = play_app(make_app, **options)
    submit = app.submit

    def hold_and_submit(request: Request, *rest: Any, **options: Any) -> int:
        if isinstance(request, PlayDialogs):
            app.engine.hold.clear()  # type: ignore[attr-defined]
        return submit(request, *rest, **options)

    app.submit = hold_and_submit  # type: ignore[method-assign]
    return app


def selfplay(app: ConvoApp) -> SelfPlayScreen:
    """The self-play screen, wherever the person is."""
    return next(s for s in app._mode_screens() if isinstance(s, SelfPlayScreen))


def shown(app: ConvoApp) -> Play:
    """The run on the screen."""
    play = selfplay(app).shown
    assert play is not None
    return play


def episode(app: ConvoApp) -> Episode:
    """The episode under the cursor."""
    found = selfplay(app).episode
    assert found is not None
    return found


async def paused(pilot: Pilot[Any], app: ConvoApp, turns: int = 0) -> Play:
    """Wait for a run of ``held_app``, play so many rounds of turns and leave it paused."""
    await wait_until(pilot, lambda: selfplay(app).shown)
    play = shown(app)
    await wait_until(pilot, lambda: play.phase is Phase.PLAYING)
    await pilot.press("space")
    app.engine.hold.set()  # type: ignore[attr-defined]
    await wait_until(pilot, lambda: play.phase is Phase.PAUSED)
    for _ in range(turns):
        before = play.done
        await pilot.press("full_stop")
        await wait_until(pilot, lambda: play.phase is Phase.PAUSED and play.done > before)  # noqa: B023
    return play


async def ended(pilot: Pilot[Any], app: ConvoApp) -> Play:
    """Wait for the end of the run on the screen."""
    await wait_until(pilot, lambda: selfplay(app).shown and shown(app).phase.ended)
    return shown(app)


def problem(app: ConvoApp) -> str:
    """What the form says is wrong."""
    return str(selfplay(app).query_one(PlayForm).query_one("#play-problem").content)  # type: ignore[attr-defined]


def screen_text(app: ConvoApp) -> str:
    """Everything on the screen, as lines."""
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in line) for line in strips)


def toasts(app: ConvoApp) -> str:
    """What was told in notifications."""
    return "\n".join(note.message for note in app._notifications)
