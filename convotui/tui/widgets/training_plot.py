"""Return or loss over the dialogs learned from, drawn with plotext when it is to be seen."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.color import Color
from textual.containers import Vertical
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static

from convotui.dialog import display_line
from convotui.tui.commands import Command, bindings
from convotui.tui.training_numbers import PlotData, plot_data
from convotui.tui.trainings import Training

if TYPE_CHECKING:
    from textual_plotext import Plot, PlotextPlot

DRAW_SECONDS = 0.5
"""Least time between two drawings."""
MIN_CELLS, MIN_LINES = 24, 6
"""Below these a plot shows nothing; words do."""
LEVELS = {
    "none": (".", "text-error"),
    "random": ("-", "text-warning"),
    "no-repeat": ("=", "text-secondary"),
}
"""Marker and theme colour of each baseline; the marker tells them apart without colour."""
LEARNED = ("~", "text-success")
Colours = Callable[[str], tuple[int, int, int]]
"""Finds a colour of the theme by its name, as red, green and blue."""
LABEL_PLACES = (0.02, 0.34, 0.64, 1.0)
"""Where along its line each level's label begins, so that close ones stay readable; the last
ends there."""
CLOSE_PLACES = (0.02, 0.22, 0.5, 1.0)
"""The same where there is room for the names alone."""
WIDE = 52
"""Columns from which three labels have figures too."""
WIDEST = 66
"""The same for all four."""


class TrainingPlot(Vertical, can_focus=True, inherit_bindings=False):
    """Draws a training, at most twice a second, and only where it can be seen."""

    BINDING_GROUP_TITLE = "Plot"
    HELP = (
        "The mean return of a dialog over the dialogs learned from: dots are rounds, with their "
        "exploration, the line is their running mean, diamonds are looks at the policy without "
        "exploration. Lines across are what was measured on held-out dialogs. m shows the loss."
    )
    KEYS: ClassVar[tuple[Command, ...]] = ()
    BINDINGS: ClassVar[list[BindingType]] = bindings(KEYS)
    DEFAULT_CSS = """
    TrainingPlot {
        background: $surface;
    }
    TrainingPlot #plot-legend {
        height: 1;
        padding: 0 1;
        text-wrap: nowrap;
        text-overflow: ellipsis;
    }
    TrainingPlot:focus #plot-legend {
        background: $primary-muted;
    }
    TrainingPlot:focus #plot-legend:nocolor {
        text-style: reverse;
    }
    TrainingPlot #plot-words {
        height: 1fr;
        padding: 0 1;
        color: $text-muted;
    }
    """

    def __init__(self, *, id: str | None = None) -> None:
        """Begin without a training."""
        super().__init__(id=id)
        self._training: Training | None = None
        self._words = ""
        self._loss = False
        self._drawn = -math.inf
        self._timer: Timer | None = None
        self._due = False
        self._stale = False
        self.draws = 0

    def compose(self) -> ComposeResult:
        """Lay out a legend and, instead of a plot that has nothing to show, words."""
        yield Static(id="plot-legend", markup=False)
        yield Static(id="plot-words", markup=False)

    @property
    def settled(self) -> bool:
        """Whether all there is to see has been drawn."""
        return not self._due and not self._stale

    def show(self, training: Training | None, words: str = "") -> None:
        """Show a training as it is now.

        Args:
            training: the one; None shows the words alone.
            words: said while there is nothing to draw.
        """
        another = training is not self._training
        self._training, self._words = training, words
        if another:
            self._drawn = -math.inf
        self._draw_soon()

    def toggle(self) -> str:
        """Draw the other one of return and loss, and say which."""
        self._loss = not self._loss
        self._drawn = -math.inf
        self._draw_soon()
        return "loss" if self._loss else "return"

    def on_show(self) -> None:
        """Draw what could not be seen before."""
        self._draw_soon()

    def on_resize(self) -> None:
        """Say whether there is room, and draw if there is."""
        self._draw_soon()

    def _draw_soon(self) -> None:
        """Draw now, or as soon as half a second has gone by since the last time."""
        if self._due:
            if self._drawn > -math.inf:
                return
            if self._timer is not None:
                self._timer.stop()
        self._due = True
        wait = self._drawn + DRAW_SECONDS - time.monotonic()
        if wait <= 0:
            self.call_after_refresh(self._draw)
        else:
            self._timer = self.set_timer(wait, self._draw)

    async def _draw(self) -> None:
        self._due, self._timer = False, None
        if not self.is_attached:
            return
        if not self._seen:
            self._stale = True  # drawn when it is shown
            return
        self._stale = False
        self._drawn = time.monotonic()
        self.draws += 1
        data = plot_data(self._training) if self._training is not None else None
        words = self._why_not(data)
        here = self.query("PlotextPlot")
        shown = self.query_one("#plot-words", Static)
        shown.display = bool(words)
        shown.update(Content(display_line(words)))
        self.query_one("#plot-legend", Static).update(
            legend(data, loss=self._loss) if data is not None else ""
        )
        here.set(display=not words)
        if words or data is None:
            return
        plot = await self._plot()
        if self._loss:
            draw_loss(plot.plt, data, self._colour)
        else:
            draw_returns(plot.plt, data, self._colour, self.size.width)
        plot.refresh()

    @property
    def _seen(self) -> bool:
        return bool(self.region) and self.screen in self.app.screen_stack

    def _colour(self, name: str) -> tuple[int, int, int]:
        return Color.parse(self.app.theme_variables[name]).rgb

    def _why_not(self, data: PlotData | None) -> str:
        """Say why there is no plot; nothing where there is one."""
        if data is None:
            return self._words
        if self.size.width < MIN_CELLS or self.size.height < MIN_LINES:
            return "The plot needs more room."
        if self._loss and not data.loss[0]:
            return "There is no loss yet: it comes with the first update."
        if data.empty:
            return self._words or "Nothing has been measured yet."
        return ""

    async def _plot(self) -> PlotextPlot:
        from textual_plotext import PlotextPlot

        found = self.query_one_optional(PlotextPlot)
        if found is None:
            found = PlotextPlot(id="plot-drawn")
            await self.mount(found)
        return found


def legend(data: PlotData, *, loss: bool) -> Content:
    """Say what the marks mean."""
    if loss:
        return Content.assemble(("Loss", "bold"), (" of a round, by dialogs", "dim"))
    window = f"mean of {data.window} rounds" if data.window > 1 else "rounds"
    return Content.assemble(
        ("Return", "bold"),
        f"  ▞ {window}  • rounds" if data.window > 1 else "  ▞ rounds",
        "  ◆ validation" if data.validations[0] else "",
        ("  by dialogs", "dim"),
    )


def draw_returns(plt: Plot, data: PlotData, colours: Colours, width: int) -> None:
    """Draw the returns, and across them what others got.

    Args:
        plt: drawn on.
        data: what is drawn.
        colours: of the theme.
        width: columns there are.
    """
    plt.clear_figure()
    plt.xlim(0, data.total)
    plt.ylim(*_limits([*data.rounds[1], *data.validations[1], *data.levels.values()]))
    for name, level in data.levels.items():
        marker, colour = LEVELS.get(name, LEARNED)
        plt.plot([0, data.total], [level, level], marker=marker, color=colours(colour))
    if data.rounds[0]:
        if data.window > 1:
            plt.scatter(*data.rounds, marker="•", color=colours("foreground"))
        plt.plot(*data.mean, marker="hd", color=colours("text-primary"))
    if data.validations[0]:
        plt.scatter(*data.validations, marker="◆", color=colours("text-accent"))
    wide = width >= (WIDE if len(data.levels) < len(LABEL_PLACES) else WIDEST)
    places = LABEL_PLACES if wide else CLOSE_PLACES
    for place, (name, level) in zip(places, data.levels.items(), strict=False):
        figure = f" {level:.2f}" if wide else ""
        plt.text(
            f" {display_line(name)}{figure} ",
            data.total * place,
            level,
            color=colours(LEVELS.get(name, LEARNED)[1]),
            background=colours("surface"),
            alignment="right" if place == 1 else "left",
        )


def draw_loss(plt: Plot, data: PlotData, colours: Colours) -> None:
    """Draw the loss."""
    plt.clear_figure()
    plt.xlim(0, data.total)
    plt.ylim(*_limits([0.0, *data.loss[1]]))
    plt.plot(*data.loss, marker="hd", color=colours("text-primary"))


def _limits(numbers: list[float]) -> tuple[float, float]:
    low, high = min(numbers), max(numbers)
    margin = 0.06 * (high - low) or 0.5
    return low - margin, high + margin
