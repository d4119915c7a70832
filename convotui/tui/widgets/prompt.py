"""Where a person writes: enter sends, the history is an arrow away, nothing typed is lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.message import Message
from textual.widgets.text_area import Edit, EditResult

from convotui.tui.commands import Command, bindings
from convotui.tui.keymap import keymap_of, keys_of
from convotui.tui.widgets.fields import TextField

MAX_HISTORY = 200


class Prompt(TextField):
    """A text field that grows to a few lines.

    Attributes:
        sent: what was sent, oldest first.
        remembers: whether what is sent joins that.
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
        """A person has pressed enter.

        Attributes:
            suggested: the text began as one that was suggested, however much it was changed.
        """

        text: str
        suggested: bool = False

    def __init__(self, *, id: str | None = None, placeholder: str = "") -> None:
        """Begin empty."""
        super().__init__(id=id)
        self.compact = False
        self.placeholder = placeholder
        self.highlight_cursor_line = False
        self.sent: list[str] = []
        self._suggested = False
        self.remembers = True
        # What the arrows go through: what was sent, what stands here, and edits of both.
        self._lines: list[str] = []
        self._place = 0

    def put(self, text: str) -> None:
        """Replace what is written, with the caret at its end."""
        if text != self.text:
            self.text = text
        self.move_cursor(self.document.end)

    def give_back(self, text: str) -> None:
        """Put back what was sent and could not be used, before what was typed since."""
        self.put(f"{text}{self.text}")

    def suggest(self, text: str) -> None:
        """Put a text here; the arrow up brings back what stood here before."""
        self._remember(self.text.strip())
        self.put(text)
        self._suggested = bool(text)

    def edit(self, edit: Edit) -> EditResult:
        """Take what is typed; an emptied field no longer holds what was suggested."""
        result = super().edit(edit)
        self._suggested = self._suggested and bool(self.text)
        return result

    def action_send(self) -> None:
        """Post what is written; what is typed from now on is the next text."""
        text = self.text.strip()
        if not text:
            return
        sent = self.Sent(text, self._suggested)
        if self.remembers:
            self._remember(text)
        self.put("")
        self._suggested = False
        self.post_message(sent)

    def action_newline(self) -> None:
        """Break the line."""
        self.insert("\n")

    async def _on_key(self, event: events.Key) -> None:
        # Not left to bindings: a text area takes enter before them, and as a priority binding
        # it would overtake letters that were typed quickly and still wait to be put in.
        here = self.cursor_location
        if event.key in self._keys("prompt-send"):
            self.action_send()
        elif event.key in self._keys("prompt-newline"):
            self.action_newline()
        elif not (
            (event.key == "up" and self.navigator.is_first_wrapped_line(here) and self._browse(-1))
            or (
                event.key == "down"
                and self.navigator.is_last_wrapped_line(here)
                and self._browse(1)
            )
        ):
            await super()._on_key(event)
            return
        event.stop()
        event.prevent_default()

    def _keys(self, command_id: str) -> list[str]:
        command = next(command for command in self.KEYS if command.id == command_id)
        return list(keys_of(command, keymap_of(self.app)))

    def _remember(self, text: str) -> None:
        if text and self.sent[-1:] != [text]:
            self.sent = [*self.sent, text][-MAX_HISTORY:]
        self._lines = []

    def _browse(self, step: int) -> bool:
        if not self._lines:
            self._lines, self._place = [*self.sent, self.text], len(self.sent)
        place = self._place + step
        if not 0 <= place < len(self._lines):
            return False
        self._lines[self._place] = self.text
        self._place = place
        self.put(self._lines[place])
        self._suggested = False
        return True
