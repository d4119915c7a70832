"""How far a training is: bar, time left, what it is doing, exploration and loss."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from convotui.dialog import display_line
from convotui.tui.clock import clock
from convotui.tui.trainings import LEARNING, Phase, Training

BAR_CELLS = 24
SHORT_BAR = 10
WIDE = 90


class TrainingPanel(Static):
    """Two lines about a training."""

    DEFAULT_CSS = """
    TrainingPanel {
        height: 2;
        padding: 0 1;
        background: $panel;
        text-wrap: nowrap;
        text-overflow: ellipsis;
    }
    """

    def __init__(self, *, id: str | None = None) -> None:
        """Begin without a training."""
        super().__init__("", id=id, markup=False)
        self._training: Training | None = None

    def show(self, training: Training | None) -> None:
        """Show how far a training is; without one there is nothing to see."""
        self._training = training
        self.display = training is not None
        self._draw()

    def on_resize(self) -> None:
        """Fit the bar to the new width."""
        self._draw()

    def _draw(self) -> None:
        if self._training is not None:
            content = panel_content(self._training, self.content_size.width)
            self.update(content, layout=False)


def panel_content(training: Training, width: int) -> Content:
    """Write the two lines."""
    phase = training.phase
    cells = BAR_CELLS if width >= WIDE else SHORT_BAR
    full = round(training.share * cells)
    parts = [f"{100 * training.share:.0f} %"]
    if training.eta is not None and not phase.ended:
        parts.append(f"{clock(training.eta)} left")
    parts.append(stage_words(training))
    return Content.assemble(
        (f"{phase.symbol} {phase.words}", "bold"),
        (f" ▕{'█' * full}{'░' * (cells - full)}▏ ", "$text-primary"),
        display_line(" · ".join(part for part in parts if part)),
        "\n",
        (display_line(" · ".join(second_line(training))), "$text-muted"),
    )


def stage_words(training: Training) -> str:
    """Say what is being done, or how far it came."""
    if not training.stage:
        return training.kept
    if training.stage.startswith(LEARNING):
        return f"{training.stage} {training.kept}"
    return training.stage


def second_line(training: Training) -> list[str]:
    """List what else is to be said."""
    phase, parts = training.phase, []
    if phase.resumable:
        how = training.going_on
        parts.append(f"{training.kept} are kept{f': {how}' if how else ''}")
    if training.problem:
        parts.append(training.problem)
    if phase is Phase.ASKING:
        parts.append("rate the exchange: 1 (bad) to 5 (good), or = for any number")
    if training.points:
        newest = training.points[-1]
        parts.append(f"exploration {100 * newest.exploration:.0f} %")
        losses = [point.loss for point in training.points if point.loss is not None]
        parts.append(f"loss {losses[-1]:.3g}" if losses else "no loss yet")
        if newest.skipped:
            parts.append(f"{newest.skipped} updates left out: not finite")
    if training.validations:
        done, score = training.validations[-1]
        parts.append(f"validation after {done}: {score.estimate.mean:.2f}")
    return parts
