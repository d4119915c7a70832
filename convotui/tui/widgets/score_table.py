"""Policies side by side: mean return, interval, gain over random, in figures and in words."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import set_cell_size
from textual.content import Content
from textual.widgets import Static

from convotui.dialog import display_line
from convotui.evaluation.intervals import Estimate
from convotui.tui.training_numbers import ScoreRow, score_rows
from convotui.tui.trainings import Training

NAME_CELLS = 10
MEAN_CELLS = 6
SPAN_CELLS = 16
VERDICT_CELLS = 21
ONE_TABLE = NAME_CELLS + 2 * (MEAN_CELLS + SPAN_CELLS) + VERDICT_CELLS
"""Columns from which all stands in one line per policy."""
WORDS_BESIDE = NAME_CELLS + MEAN_CELLS + SPAN_CELLS + VERDICT_CELLS
"""Columns from which the words stand beside the gain, not below it."""


class ScoreTable(Static):
    """Compares the policies of a training."""

    DEFAULT_CSS = """
    ScoreTable {
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
        """Show the comparison of a training."""
        self._training = training
        self._draw()

    def on_resize(self) -> None:
        """Fit the columns to the new width."""
        self._draw()

    def _draw(self) -> None:
        if self._training is None:
            self.update("")
            return
        rows = score_rows(self._training)
        table = table_content(rows, self.content_size.width)
        dialogs = self._training.plan.eval_episodes
        title = f", {dialogs} held-out dialogs" if dialogs else ": nothing is compared"
        self.update(Content.assemble(("Mean return", "bold"), title, "\n", table))


def table_content(rows: Sequence[ScoreRow], width: int) -> Content:
    """Write the table; below a certain width the gains have a table of their own."""
    head = f"{'policy':<{NAME_CELLS}}{'mean':>{MEAN_CELLS}}{'95 % interval':>{SPAN_CELLS}}"
    if width >= ONE_TABLE:
        title = f"{head}{'gain':>{MEAN_CELLS}}{'95 % interval':>{SPAN_CELLS}}  over random"
        lines = [
            Content.assemble(_name(row), _figures(row.estimate), _gain(row, width)) for row in rows
        ]
        return Content("\n").join([Content.styled(title, "$text-muted"), *lines])
    lines = [Content.assemble(_name(row), _figures(row.estimate)) for row in rows]
    gains = [
        Content.assemble(_name(row), _gain(row, width))
        for row in rows
        if row.gain is not None or row.estimate is None
    ]
    if not gains:
        return Content("\n").join([Content.styled(head, "$text-muted"), *lines])
    below = Content.styled("Gain over random", "bold")
    return Content("\n").join([Content.styled(head, "$text-muted"), *lines, below, *gains])


def _name(row: ScoreRow) -> Content:
    return Content(set_cell_size(display_line(row.policy), NAME_CELLS))


def _figures(estimate: Estimate | None, sign: str = "") -> str:
    if estimate is None:
        return f"{'-':>{MEAN_CELLS}}{'':>{SPAN_CELLS}}"
    span = f"{estimate.low:{sign}.2f} to {estimate.high:{sign}.2f}"
    return f"{estimate.mean:{sign}{MEAN_CELLS}.2f}{span:>{SPAN_CELLS}}"


def _gain(row: ScoreRow, width: int) -> Content:
    if row.gain is None:
        return Content.styled(f"  {row.verdict}", "$text-muted")
    figures = _figures(row.gain, "+")
    style = {
        "more than random": "bold $text-success",
        "less than random": "bold $text-error",
    }.get(row.verdict, "bold")
    beside = width >= WORDS_BESIDE
    before = "  " if beside else f"\n{'':{NAME_CELLS}}"
    return Content.assemble(figures, before, (row.verdict, style))
