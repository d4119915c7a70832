"""The line on top: dialog, model, device, what the engine is doing, whether all is saved."""

from __future__ import annotations

from dataclasses import dataclass

from textual.content import Content
from textual.widgets import Static

from convotui.dialog import display_line

SEPARATOR = " · "
HELP = "  F1 help"
"""Where a person looks who does not know what to press; the footer may have no room for it."""
MIN_PLACE = 10
"""Cells that the place keeps, however long the rest is."""


@dataclass(frozen=True)
class Status:
    """What the line says.

    Attributes:
        place: the screen, or the dialog on it.
        model: name and version, or that there is none.
        device: where the model runs.
        job: what the engine is doing, empty when nothing.
        state: ``saved``, or what is not.
        flash: a short answer to the last key, shown instead of the state.
        bad: whether the flash or the model's line tells of a problem.
    """

    place: str = ""
    model: str = ""
    device: str = ""
    job: str = ""
    state: str = ""
    flash: str = ""
    bad: bool = False


class StatusLine(Static):
    """Shows a ``Status`` in one line; less of it where there is less room."""

    DEFAULT_CSS = """
    StatusLine {
        height: 1;
        padding: 0 1;
        background: $panel;
        color: $foreground;
        text-wrap: nowrap;
        text-overflow: ellipsis;
    }
    """

    def __init__(self) -> None:
        """Begin empty."""
        super().__init__("", markup=False)
        self._status = Status()

    def show(self, status: Status) -> None:
        """Show a status."""
        if status != self._status:
            self._status = status
            self._draw()

    def on_resize(self) -> None:
        """Fit the line to the new width."""
        self._draw()

    def _draw(self) -> None:
        status, width = self._status, self.content_size.width
        right = Content(display_line(status.flash or status.state))
        middle = Content(f" │ ▶ {display_line(status.job)}" if status.job else "")
        room = max(MIN_PLACE, width - middle.cell_length - right.cell_length - len(HELP) - 1)
        left = [display_line(part) for part in (status.place, status.model, status.device) if part]
        # What is left out first when room is short: the device, then the model.
        while len(left) > 1 and Content(SEPARATOR.join(left)).cell_length > room:
            left.pop()
        place = Content(SEPARATOR.join(left)).truncate(room, ellipsis=True)
        style = "$text-error" if status.bad else "$text-accent" if status.flash else "$text-muted"
        used = place.cell_length + middle.cell_length + right.cell_length + len(HELP)
        gap = max(1, width - used)
        self.update(
            Content.assemble(
                place.stylize("bold"),
                middle.stylize("$text-warning"),
                " " * gap,
                right.stylize(style),
                (HELP, "$text-muted"),
            )
        )
