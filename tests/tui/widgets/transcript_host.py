"""An app that shows nothing but a transcript."""

from __future__ import annotations

from textual.app import App, ComposeResult

from convotui.dialog import Candidate, Dialog, Turn
from convotui.tui.widgets.transcript import Transcript

NAMES = ("you", "baker")


def turn(speaker: int, text: str) -> Turn:
    """A turn that was said."""
    return Turn(speaker, (Candidate(text, "model"),))


def talk(count: int, text: str = "turn {} goes like this") -> Dialog:
    """A dialog of so many turns."""
    return Dialog("d", turns=tuple(turn(i % 2, text.format(i)) for i in range(count)))


class Host(App[None]):
    """Shows a dialog, and keeps where the cursor was said to be."""

    CSS = "Transcript { height: 1fr; }"

    def __init__(self, dialog: Dialog | None = None) -> None:
        super().__init__()
        self.first = dialog
        self.moved: list[int | None] = []

    def compose(self) -> ComposeResult:
        yield Transcript(id="transcript", empty="Say something below.")

    def on_mount(self) -> None:
        if self.first is not None:
            self.transcript.show(self.first, NAMES)

    def on_transcript_moved(self, event: Transcript.Moved) -> None:
        self.moved.append(event.position)

    @property
    def transcript(self) -> Transcript:
        return self.screen.query_one(Transcript)

    @property
    def lines(self) -> list[str]:
        """What the transcript shows, line by line."""
        height = self.transcript.scrollable_content_region.height
        return [self.transcript.render_line(y).text.rstrip() for y in range(height)]

    @property
    def shown(self) -> str:
        """The same in one text."""
        return "\n".join(self.lines)
