"""An app with two persona panes, and what it shows as text."""

from __future__ import annotations

from pathlib import Path

from textual.app import App, ComposeResult
from textual.containers import Vertical
from textual.pilot import Pilot
from textual.widgets import Input

import convotui.tui
from convotui.dialog import Persona
from convotui.engine.session import Fact
from convotui.tui.widgets.persona_pane import PersonaPane

STYLES = Path(convotui.tui.__file__).parent / "styles.tcss"
DOGS = (Fact("i have two dogs."), Fact("i live in the mountains."), Fact("i bake bread."))
HIKER = Persona("hiker", tuple(fact.text for fact in DOGS), "hi! do you hike?", ("outdoors",))


class Host(App[None]):
    """Both panes in a column of 30, and a field that can have the focus instead."""

    CSS_PATH = STYLES
    CSS = "#column { width: 30; } #elsewhere { dock: bottom; }"

    def __init__(self, facts: tuple[Fact, ...] = DOGS, name: str | None = None) -> None:
        super().__init__()
        self.me, self.partner = PersonaPane(0, "ME"), PersonaPane(1, "PARTNER")
        self._begin = name, facts
        self.edited: list[PersonaPane.Edited] = []
        self.hidden: list[PersonaPane.Hidden] = []
        self.told: list[tuple[str, str]] = []

    def compose(self) -> ComposeResult:
        with Vertical(id="column"):
            yield self.me
            yield self.partner
        yield Input(id="elsewhere")

    def on_mount(self) -> None:
        self.me.show(*self._begin)
        self.screen.set_focus(self.me.query_one("#facts-0"))

    def on_persona_pane_edited(self, event: PersonaPane.Edited) -> None:
        self.edited.append(event)

    def on_persona_pane_hidden(self, event: PersonaPane.Hidden) -> None:
        self.hidden.append(event)

    def notify(self, message: str, **options: object) -> None:
        assert options["markup"] is False
        self.told.append((str(options.get("severity")), message))

    @property
    def shown(self) -> str:
        """All that stands on the screen."""
        return "\n".join(strip.text for strip in self.screen._compositor.render_strips())

    @property
    def texts(self) -> list[str]:
        """Facts of the first pane, muted ones in brackets."""
        return [f"({fact.text})" if fact.muted else fact.text for fact in self.me.facts]


async def write(pilot: Pilot[None], text: str) -> None:
    """Type a text key by key."""
    await pilot.press(*("space" if char == " " else char for char in text))
