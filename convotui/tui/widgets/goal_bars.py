"""How often each goal was given, as bars, with a mark where all would be given alike."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import set_cell_size
from textual.content import Content
from textual.widgets import Static

from convotui.dialog import display_line
from convotui.tui.training_numbers import RECENT, goal_shares, latest_goals
from convotui.tui.trainings import Training

NAME_CELLS = 20
SHARE_CELLS = 6
NARROWEST = 6
"""Cells that a bar has at least."""


class GoalBars(Static):
    """Shows the goals of the latest rounds, and of what was learned in the end."""

    DEFAULT_CSS = """
    GoalBars {
        height: auto;
        text-wrap: nowrap;
        text-overflow: ellipsis;
    }
    """

    def __init__(self, *, id: str | None = None) -> None:
        """Begin empty."""
        super().__init__("", id=id, markup=False)
        self._training: Training | None = None

    def show(self, training: Training | None) -> None:
        """Show the goals of a training."""
        self._training = training
        self._draw()

    def on_resize(self) -> None:
        """Fit the bars to the new width."""
        self._draw()

    def _draw(self) -> None:
        training, width = self._training, self.content_size.width
        if training is None:
            self.update("")
            return
        parts = []
        final = training.final
        if final is not None and final.goals:
            shares = goal_shares(final.goals, training.goals)
            parts.append(bars(f"Goals of {display_line(final.policy)}", shares, width))
        latest = latest_goals(training.points)
        if latest:
            rounds = min(RECENT, len(training.points))
            title = f"Goals, last {rounds} rounds" if rounds > 1 else "Goals, last round"
            parts.append(bars(title, goal_shares(latest, training.goals), width))
        self.update(Content("\n\n").join(parts))


def bars(title: str, shares: Sequence[tuple[str, float]], width: int) -> Content:
    """Draw a bar for each goal.

    Args:
        title: said above.
        shares: goals with their shares, 0-1.
        width: cells there are.
    """
    names = min(NAME_CELLS, max(8, width // 2))
    cells = max(NARROWEST, width - names - SHARE_CELLS - 1)
    uniform = 1 / len(shares)
    most = max(uniform * 1.25, *(share for _, share in shares))
    mark = min(cells - 1, round(uniform / most * cells))
    lines = [Content.assemble((title, "bold"), ("  ┊ all alike", "$text-muted"))]
    for name, share in shares:
        full = round(share / most * cells)
        drawn = "█" * full + " " * (cells - full)
        # The mark stays to be seen inside a bar that is longer.
        symbol = "┃" if full > mark else "┊"
        lines.append(
            Content.assemble(
                set_cell_size(display_line(name), names),
                " ",
                (drawn[:mark], "$text-primary"),
                (symbol, "$text-warning"),
                (drawn[mark + 1 :], "$text-primary"),
                f"{100 * share:4.0f} %",
            )
        )
    return Content("\n").join(lines)
