"""Text fields that show nothing a terminal would act on, whatever is pasted or loaded."""

from __future__ import annotations

import re

from textual import events
from textual.widgets import Input, TextArea
from textual.widgets.text_area import Edit, EditResult

from convotui.dialog import display

_BREAKS = re.compile(r"[\r\n\t]+")


class LineField(Input):
    """One line of text; Textual's own Input draws escape sequences and newlines as they are."""

    def validate_value(self, value: str) -> str:
        """Make active characters visible, and breaks blanks."""
        return display(_BREAKS.sub(" ", value))

    def on_paste(self, event: events.Paste) -> None:
        """Take every line of what is pasted; Textual's own Input takes the first only."""
        event.prevent_default()
        event.stop()
        self.replace(self.validate_value(event.text), *self.selection)


class TextField(TextArea):
    """Several lines of text, made safe in the same way."""

    def __init__(self, text: str = "", *, id: str | None = None) -> None:
        """Begin with a text."""
        super().__init__(_safe(text), id=id, compact=True, soft_wrap=True)

    def load_text(self, text: str) -> None:
        """Replace everything."""
        super().load_text(_safe(text))

    def edit(self, edit: Edit) -> EditResult:
        """Take what is typed or pasted."""
        edit.text = _safe(edit.text)
        return super().edit(edit)


def _safe(text: str) -> str:
    return display(text.replace("\r\n", "\n").replace("\r", "\n"))
