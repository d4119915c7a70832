"""The plot: drawn where it is seen, twice a second at most, with every line told apart."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from convotui.evaluation.intervals import Estimate
from convotui.evaluation.scores import PolicyScore
from convotui.learning.history import TrainingPoint
from convotui.learning.plan import PolicyPlan
from convotui.tui.trainings import Training
from convotui.tui.widgets import training_plot
from convotui.tui.widgets.training_plot import TrainingPlot
from tests.tui.conftest import wait_until
from tests.tui.hostile import acting, screen_lines

PLAN = PolicyPlan(episodes=40, batch=4)


def training(*levels: tuple[str, float], rounds: int = 8) -> Training:
    made = Training("one", PLAN)
    for name, mean in levels:
        score = PolicyScore(name, (mean,), Estimate(mean, mean, mean, 1))
        made.scores.append(("baseline", 0, score))
    for i in range(rounds):
        made.points.append(TrainingPoint(4 * (i + 1), 0, i / 4, (i / 4,), loss=1 / (i + 1)))
    return made


BASELINES = (("none", 0.1), ("random", 0.8), ("no-repeat", 1.2))


class Host(App[None]):
    """The plot alone."""

    def compose(self) -> ComposeResult:
        yield TrainingPlot(id="plot")

    @property
    def plot(self) -> TrainingPlot:
        return self.screen.query_one(TrainingPlot)

    def text(self) -> str:
        return "\n".join(screen_lines(self))


async def drawn(pilot: Pilot[Any]) -> str:
    """Wait for the drawing, and read it."""
    await pilot.pause()
    await wait_until(pilot, lambda: pilot.app.plot.settled)
    await pilot.pause()
    return pilot.app.text()


@pytest.mark.parametrize("size", [(90, 24), (46, 16)])
async def test_baselines_are_lines_with_their_names(size: tuple[int, int]) -> None:
    async with Host().run_test(size=size) as pilot:
        pilot.app.plot.show(training(*BASELINES))
        text = await drawn(pilot)
        for name, marker in (("none", "..."), ("random", "---"), ("no-repeat", "===")):
            (line,) = [row for row in text.splitlines() if f" {name} " in row]
            assert marker in line
        if size[0] > 60:
            assert "no-repeat 1.20" in text
        assert "Return" in text


async def test_names_stay_readable_where_lines_are_close() -> None:
    async with Host().run_test(size=(80, 20)) as pilot:
        close = [(name, 0.8) for name in ("none", "random", "no-repeat")]
        pilot.app.plot.show(training(*close))
        text = await drawn(pilot)
        assert all(f" {name} 0.80 " in text for name, _ in close)


async def test_rounds_validations_and_their_mean_have_marks_of_their_own() -> None:
    made = training(*BASELINES)
    score = PolicyScore("dqn", (1.6,), Estimate(1.6, 1.6, 1.6, 1))
    made.scores.append(("validation", 16, score))
    async with Host().run_test(size=(90, 24)) as pilot:
        pilot.app.plot.show(made)
        first, *rest = (await drawn(pilot)).splitlines()
        assert "◆ validation" in first
        assert "mean of 2 rounds" in first
        assert any("◆" in line for line in rest)


async def test_the_loss_is_drawn_in_place_of_the_return() -> None:
    async with Host().run_test(size=(90, 24)) as pilot:
        pilot.app.plot.show(training(*BASELINES))
        await drawn(pilot)
        assert pilot.app.plot.toggle() == "loss"
        text = await drawn(pilot)
        assert text.startswith(" Loss")
        assert "random" not in text
        assert pilot.app.plot.toggle() == "return"
        assert "random" in await drawn(pilot)


async def test_words_stand_where_there_is_nothing_to_draw() -> None:
    async with Host().run_test(size=(90, 24)) as pilot:
        plot = pilot.app.plot
        plot.show(None, "n starts a training.")
        assert "n starts a training." in await drawn(pilot)
        plot.show(training(rounds=0))
        assert "Nothing has been measured yet." in await drawn(pilot)
        plot.toggle()
        assert "There is no loss yet" in await drawn(pilot)
        plot.toggle()
        plot.show(training(*BASELINES))
        assert "measured yet" not in await drawn(pilot)
        await pilot.resize_terminal(20, 5)
        assert "more room" in " ".join((await drawn(pilot)).split())


async def test_many_changes_are_drawn_twice_a_second_at_most(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(training_plot, "DRAW_SECONDS", 3600.0)
    async with Host().run_test(size=(90, 24)) as pilot:
        plot, made = pilot.app.plot, training(*BASELINES)
        plot.show(made)
        await drawn(pilot)
        before = plot.draws
        for _ in range(50):
            plot.show(made)
            await pilot.pause()
        assert plot.draws == before
        assert not plot.settled  # what is new is still to be drawn


async def test_what_is_not_seen_is_not_drawn_until_it_is() -> None:
    async with Host().run_test(size=(90, 24)) as pilot:
        plot = pilot.app.plot
        await drawn(pilot)
        plot.display = False
        await pilot.pause()
        before = plot.draws
        plot.show(training(*BASELINES))
        for _ in range(5):
            await pilot.pause()
        assert plot.draws == before
        plot.display = True
        await pilot.pause()
        await wait_until(pilot, lambda: plot.draws > before)
        assert "random" in await drawn(pilot)


async def test_every_theme_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training_plot, "DRAW_SECONDS", 0.0)
    async with Host().run_test(size=(90, 24)) as pilot:
        for theme in sorted(pilot.app.available_themes):
            pilot.app.theme = theme
            await pilot.pause()
            pilot.app.plot.show(training(*BASELINES))
            assert "random 0.80" in await drawn(pilot), theme


async def test_hostile_names_and_numbers_do_not_act() -> None:
    wild = [("[b]\x1b]52;c;aGk=\x07", 1e300), ("\u202e", -1e300), ("x" * 300, float("nan"))]
    for made in (training(*wild), training(("none", 0.0), rounds=1), training(rounds=1)):
        made.scores = [("final", n, s) for _, n, s in made.scores]
        async with Host().run_test(size=(60, 16)) as pilot:
            pilot.app.plot.show(made)
            await drawn(pilot)
            assert acting(pilot.app) == set()
            assert pilot.app._exception is None


async def test_plotext_comes_with_the_first_drawing_only() -> None:
    had = "plotext" in sys.modules
    async with Host().run_test(size=(90, 24)) as pilot:
        pilot.app.plot.show(None, "n starts one.")
        await drawn(pilot)
        assert ("plotext" in sys.modules) == had
        assert not pilot.app.plot.query("#plot-drawn")
