"""How far a self-play run is: bar, time left, speed, where it is kept."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from convotui.dialog import display_line
from convotui.tui.clock import clock
from convotui.tui.plays import Phase, Play, pace_words

SYMBOLS = {
    Phase.PLAYING: "▶",
    Phase.DONE: "✓",
    Phase.FAILED: "✗",
    Phase.STOPPED: "■",
    Phase.STOPPING: "■",
    Phase.PAUSED: "‖",
    Phase.PAUSING: "‖",
    Phase.QUEUED: "…",
}
BAR_CELLS = 24
SHORT_BAR = 10
WIDE = 90


class PlayPanel(Static):
    """Two lines about a run."""

    DEFAULT_CSS = """
    PlayPanel {
        height: 2;
        padding: 0 1;
        background: $panel;
        text-wrap: nowrap;
        text-overflow: ellipsis;
    }
    """

    def __init__(self, *, id: str | None = None) -> None:
        """Begin without a run."""
        super().__init__("", id=id, markup=False)
        self._play: Play | None = None
        self._following = False

    def show(self, play: Play, *, following: bool) -> None:
        """Show how far a run is.

        Args:
            play: the run.
            following: whether the selection goes to the episode with the newest turn.
        """
        self._play, self._following = play, following
        self._draw()

    def on_resize(self) -> None:
        """Fit the bar to the new width."""
        self._draw()

    def _draw(self) -> None:
        if self._play is not None:
            width = self.content_size.width
            content = panel_content(self._play, following=self._following, width=width)
            self.update(content, layout=False)


def panel_content(play: Play, *, following: bool, width: int) -> Content:
    """Write the two lines."""
    phase = f"{SYMBOLS[play.phase]} {play.phase.value}"
    cells = BAR_CELLS if width >= WIDE else SHORT_BAR
    full = round(play.share * cells)
    parts = [f"{100 * play.share:.0f} %"]
    if play.eta is not None and play.phase is Phase.PLAYING:
        parts.append(f"{clock(play.eta)} left")
    parts.append(f"{play.finished} of {play.total} dialogs")
    if play.dropped:
        parts.append(f"{play.dropped} dropped")
    speed = play.speed
    if speed is not None:
        parts.append(f"{speed:.3g} turns/s")
    second = [play.problem] if play.problem else []
    if not play.phase.ended:
        second.append(pace_words(play.pace))
        second.append("following the newest turn" if following else "")
    second.append(play.run)
    second.append(f"to {play.out}" if play.out else "")
    return Content.assemble(
        (phase, "bold"),
        (f" ▕{'█' * full}{'░' * (cells - full)}▏ ", "$text-primary"),
        " · ".join(parts),
        "\n",
        (display_line(" · ".join(part for part in second if part)), "$text-muted"),
    )
