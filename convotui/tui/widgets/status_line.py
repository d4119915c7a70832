"""The line on top: dialog, model, device, what the engine is doing, whether all is saved."""

from __future__ import annotations

from dataclasses import dataclass

from textual.content import Content
from textual.widgets import Static

from convotui.dialog import display_line

SEPARATOR = " · "


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
        right = status.flash or status.state
        left = [status.place, status.model, status.device]
        job = f"▶ {status.job}" if status.job else ""
        # What is left out first when room is short: the device, then the model.
        while len(left) > 1 and _length(left, job, right) > width:
            left.pop()
        style = "$text-error" if status.bad else "$text-accent" if status.flash else "$text-muted"
        shown = display_line(SEPARATOR.join(part for part in left if part))
        middle = f" │ {display_line(job)}" if job else ""
        gap = max(1, width - len(shown) - len(middle) - len(right))
        self.update(
            Content.assemble(
                (shown, "bold"),
                (middle, "$text-warning"),
                " " * gap,
                (display_line(right), style),
            )
        )


def _length(left: list[str], job: str, right: str) -> int:
    joined = SEPARATOR.join(part for part in left if part)
    return len(joined) + (len(job) + 3 if job else 0) + len(right) + 1
