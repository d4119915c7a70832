"""The library of personas: searched by typing, each with its facts beside the list."""

from __future__ import annotations

from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from convotui.dialog import Persona, display_line, list_personas, load_persona
from convotui.dialog.library import check_library, is_slug
from convotui.errors import UsageError
from convotui.paths import get_paths
from convotui.tui.commands import Command, bindings
from convotui.tui.overlays.ask import CLOSE
from convotui.tui.widgets.fields import LineField

BESIDE = 90
"""Columns from which on the facts stand beside the list."""


def readable_personas() -> tuple[list[Persona], list[str]]:
    """Load the personas that can be read, and a sentence about each file that cannot."""
    try:
        return list_personas(), []
    except UsageError:
        folders = get_paths().libraries("personas")
        names = {path.stem for folder in folders for path in folder.glob("*.toml")}
        loaded = [_load(name) for name in sorted(names)]
        return [persona for persona in loaded if persona], check_library("personas")[1]


def _load(name: str) -> Persona | None:
    """Load one; what is wrong with a file that is none is for ``check_library`` to say."""
    if not is_slug(name):
        return None
    try:
        persona = load_persona(name)
    except UsageError:
        return None
    return persona if persona.name == name else None


class PersonaLibrary(ModalScreen[Persona | None]):
    """Pick a persona of the libraries; None when it was left."""

    BINDING_GROUP_TITLE = "Personas"
    HELP = (
        "Every persona of your library and of those that come with ConvoTUI. Type to search in "
        "names, tags and facts. Enter picks the highlighted one, esc leaves."
    )
    KEYS: ClassVar[tuple[Command, ...]] = (
        CLOSE,
        Command("persona-list-pick", "enter", "pick", "Pick", "Takes the highlighted persona."),
        Command("persona-list-down", "down,j", "move('cursor_down')", "Next", palette=False),
        Command("persona-list-up", "up,k", "move('cursor_up')", "Previous", palette=False),
        Command(
            "persona-list-page-down", "pagedown", "move('page_down')", "Next page", palette=False
        ),
        Command(
            "persona-list-page-up", "pageup", "move('page_up')", "Previous page", palette=False
        ),
        Command("persona-list-first", "g", "move('first')", "First", palette=False),
        Command("persona-list-last", "G", "move('last')", "Last", palette=False),
    )
    BINDINGS: ClassVar[list[BindingType]] = bindings(KEYS)
    CSS = """
    PersonaLibrary #persona-box {
        width: 110;
        height: 92%;
    }
    PersonaLibrary #persona-both {
        layout: horizontal;
        height: 1fr;
    }
    PersonaLibrary #persona-both.-stacked {
        layout: vertical;
    }
    PersonaLibrary OptionList {
        width: 2fr;
        height: 1fr;
        border: none;
        padding: 0;
        text-wrap: nowrap;
        text-overflow: ellipsis;
    }
    PersonaLibrary #persona-preview {
        width: 3fr;
        height: 1fr;
        padding: 0 1;
    }
    PersonaLibrary .-stacked > OptionList, PersonaLibrary .-stacked > #persona-preview {
        width: 1fr;
    }
    PersonaLibrary #persona-facts {
        height: auto;
    }
    PersonaLibrary #persona-problems {
        height: auto;
        max-height: 4;
    }
    PersonaLibrary .box-title, PersonaLibrary .box-hint {
        margin: 0;
    }
    """

    def __init__(self, chosen: str | None = None) -> None:
        """Take the name of the persona that the cursor begins at."""
        super().__init__()
        self._chosen = chosen
        self._personas: list[Persona] = []
        self._shown: list[Persona] = []

    def compose(self) -> ComposeResult:
        """Lay the library out."""
        self._personas, problems = readable_personas()
        with Vertical(id="persona-box", classes="box"):
            yield Static("Personas", classes="box-title", markup=False)
            yield LineField(placeholder="type to search", id="persona-search", compact=True)
            with Container(id="persona-both"):
                yield OptionList(id="persona-names", markup=False)
                with VerticalScroll(id="persona-preview"):
                    yield Static("", id="persona-facts", markup=False)
            if problems:
                with VerticalScroll(id="persona-problems"):
                    text = "\n".join(display_line(problem) for problem in problems)
                    yield Static(text, classes="problem", markup=False)
            hint = "↑↓ move · enter picks · tab to the facts · esc leaves"
            yield Static(hint, classes="box-hint", markup=False)

    def on_mount(self) -> None:
        """Show everything at first."""
        self._search("")
        names = [persona.name for persona in self._shown]
        if self._chosen in names:
            self.query_one(OptionList).highlighted = names.index(self._chosen)

    def on_resize(self, event: events.Resize) -> None:
        """Put the facts below the list where both do not fit beside each other."""
        self.query_one("#persona-both").set_class(event.size.width < BESIDE, "-stacked")

    @on(Input.Changed, "#persona-search")
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._search(event.value)

    @on(Input.Submitted, "#persona-search")
    def _accept(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_pick()

    @on(OptionList.OptionHighlighted)
    def _preview(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self._show_facts()

    @on(OptionList.OptionSelected)
    def _pick(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(self._shown[event.option_index])

    def action_pick(self) -> None:
        """Pick the highlighted persona."""
        self.query_one(OptionList).action_select()

    def action_move(self, where: str) -> None:
        """Move the cursor of the list, whatever has the focus."""
        getattr(self.query_one(OptionList), f"action_{where}")()

    def action_close(self) -> None:
        """Leave without picking."""
        self.dismiss(None)

    def _search(self, words: str) -> None:
        wanted = words.lower().split()
        self._shown = [
            persona
            for persona in self._personas
            if all(word in _searched(persona) for word in wanted)
        ]
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options(Option(_label(persona)) for persona in self._shown)
        options.highlighted = 0 if self._shown else None
        self._show_facts()

    def _show_facts(self) -> None:
        place = self.query_one(OptionList).highlighted
        known = place is not None and place < len(self._shown)
        facts = _facts(self._shown[place]) if place is not None and known else _none(self._personas)
        self.query_one("#persona-facts", Static).update(facts)
        self.query_one("#persona-preview").scroll_home(animate=False)


def _searched(persona: Persona) -> str:
    return "\n".join((persona.name, *persona.tags, *persona.facts)).lower()


def _label(persona: Persona) -> Content:
    tags = display_line(", ".join(persona.tags))
    return Content.assemble(display_line(persona.name), (f"  {tags}", "dim"))


def _facts(persona: Persona) -> Content:
    lines = [Content.assemble((display_line(persona.name), "bold"))]
    if persona.tags:
        lines.append(Content.assemble((display_line(", ".join(persona.tags)), "dim")))
    lines += [Content(f"· {display_line(fact)}") for fact in persona.facts]
    if persona.greeting:
        lines.append(Content(f"begins: {display_line(persona.greeting)}"))
    return Content("\n").join(lines)


def _none(personas: list[Persona]) -> Content:
    if personas:
        return Content("No persona has all of these words.")
    return Content("The library has no persona that can be read.")
