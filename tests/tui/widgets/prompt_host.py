"""An app that shows nothing but the chat's text field."""

from __future__ import annotations

from collections.abc import Mapping

from textual.app import App, ComposeResult

from convotui.tui.keymap import check_keymap
from convotui.tui.widgets.prompt import Prompt


class Host(App[None]):
    """Keeps what was sent."""

    def __init__(self, keys: Mapping[str, str] | None = None) -> None:
        super().__init__()
        self.set_keymap(check_keymap(keys or {}))
        self.sent: list[str] = []

    def compose(self) -> ComposeResult:
        yield Prompt(id="prompt", placeholder="write")

    def on_prompt_sent(self, event: Prompt.Sent) -> None:
        self.sent.append(event.text)

    @property
    def prompt(self) -> Prompt:
        return self.screen.query_one(Prompt)
