"""Where a person writes: enter sends, the history is an arrow away, nothing typed is lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.message import Message

from convotui.tui.commands import Command, bindings
from convotui.tui.keymap import keymap_of, keys_of
from convotui.tui.widgets.fields import TextField

MAX_HISTORY = 200


class Prompt(TextField):
    """A text field that grows to a few lines.

    Attributes:
        sent: what was sent, oldest first.
    """

    BINDING_GROUP_TITLE = "Writing"
    HELP = (
        "What you write is said with enter. shift+enter, alt+enter or ctrl+j break the line. "
        "The arrow up on the first line brings back what you sent before. esc leaves the text "
        "and goes to the dialog, where letters are commands. A line that begins with / is a "
        "command too: /help lists them; // says a line that begins with a slash."
    )
    KEYS: ClassVar[tuple[Command, ...]] = (
        Command("prompt-send", "enter", "send", "Send", "Say what is written."),
        Command(
            "prompt-newline",
            "shift+enter,alt+enter,ctrl+j",
            "newline",
            "Line break",
            "Begin a new line in the text.",
            palette=False,
        ),
    )
    BINDINGS: ClassVar[list[BindingType]] = bindings(KEYS)
    DEFAULT_CSS = """
    Prompt {
        height: auto;
        min-height: 1;
        max-height: 6;
        padding: 0 1;
        border: round $panel-lighten-2;
        background: $surface;
        &:focus { border: round $primary; }
        &.-special { border: round $warning; }
    }
    """

    @dataclass
    class Sent(Message):
        """A person has pressed enter."""

        text: str

    def __init__(self, *, id: str | None = None, placeholder: str = "") -> None:
        """Begin empty."""
        super().__init__(id=id)
        self.compact = False
        self.placeholder = placeholder
        self.highlight_cursor_line = False
        self.sent: list[str] = []
        self._place: int | None = None
        self._unsent = ""

    def put(self, text: str) -> None:
        """Replace what is written, with the caret at its end."""
        if text != self.text:
            self.text = text
        self.move_cursor(self.document.end)

    def action_send(self) -> None:
        """Post what is written; whoever takes it empties the field."""
        text = self.text.strip()
        if not text:
            return
        if not self.sent or self.sent[-1] != text:
            self.sent = [*self.sent, text][-MAX_HISTORY:]
        self._place = None
        self.post_message(self.Sent(text))

    def action_newline(self) -> None:
        """Break the line."""
        self.insert("\n")

    async def _on_key(self, event: events.Key) -> None:
        # Not left to bindings: a text area takes enter before them, and as a priority binding
        # it would overtake letters that were typed quickly and still wait to be put in.
        row, _ = self.cursor_location
        last = self.document.line_count - 1
        if event.key in self._keys("prompt-send"):
            self.action_send()
        elif event.key in self._keys("prompt-newline"):
            self.action_newline()
        elif not (
            (event.key == "up" and row == 0 and self._older())
            or (event.key == "down" and row == last and self._newer())
        ):
            await super()._on_key(event)
            return
        event.stop()
        event.prevent_default()

    def _keys(self, command_id: str) -> list[str]:
        command = next(command for command in self.KEYS if command.id == command_id)
        return list(keys_of(command, keymap_of(self.app)))

    def _older(self) -> bool:
        place = len(self.sent) if self._place is None else self._place
        if place == 0:
            return False
        if self._place is None:
            self._unsent = self.text
        self._place = place - 1
        self.put(self.sent[self._place])
        return True

    def _newer(self) -> bool:
        if self._place is None:
            return False
        self._place += 1
        if self._place >= len(self.sent):
            self._place = None
            self.put(self._unsent)
        else:
            self.put(self.sent[self._place])
        return True
