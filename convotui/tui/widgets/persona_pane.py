"""One speaker's persona in the chat: shown, edited in place, picked, saved, hidden."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.notifications import SeverityLevel
from textual.widgets import Static

from convotui.dialog import Persona, display_line, load_persona, save_persona
from convotui.dialog.library import is_slug
from convotui.dialog.types import MAX_FACTS
from convotui.engine.session import Fact
from convotui.errors import ConvoTUIError, UsageError
from convotui.paths import get_paths
from convotui.tui.commands import Command, bindings
from convotui.tui.overlays.ask import AskLine, Confirm
from convotui.tui.overlays.persona_library import PersonaLibrary
from convotui.tui.widgets.fact_list import FULL, FactList


class PersonaPane(Vertical):
    """The persona of one speaker.

    It stores library files only: who holds the dialog listens to ``Edited``, and shows what an
    undo brings back.
    """

    HELP = (
        "The persona this speaker plays: a name and at most eight facts. Pick one from the "
        "library with p, open a TOML file with o, save the facts under a name with s. "
        "(edited) means that the facts differ from the library's persona of that name. "
        "h hides the facts, so that you find out about your partner by talking."
    )
    KEYS: ClassVar[tuple[Command, ...]] = (
        Command(
            "persona-pick",
            "p",
            "pick",
            "Pick a persona from the library",
            "Its facts take the place of those here; u brings those back.",
            "pick",
        ),
        Command(
            "persona-save",
            "s",
            "save",
            "Save the facts as a persona",
            "Writes them into your own library; muted facts are left out.",
            "save as",
        ),
        Command(
            "persona-open",
            "o",
            "open",
            "Open a persona file",
            "Takes a persona from any TOML file.",
        ),
        Command(
            "persona-hide",
            "h",
            "hide",
            "Hide or show the facts",
            "A hidden persona is played all the same.",
            "hide",
        ),
        Command(
            "persona-clear", "c", "clear", "Clear the persona", "The speaker goes without any."
        ),
        Command(
            "persona-undo",
            "u",
            "screen.undo",
            "Undo",
            "Takes the last change to the dialog or its personas back.",
            "undo",
        ),
    )
    BINDINGS: ClassVar[list[BindingType]] = bindings(KEYS)
    DEFAULT_CSS = """
    PersonaPane {
        height: 1fr;
        min-height: 4;
    }
    PersonaPane > .persona-head {
        height: auto;
        max-height: 3;
    }
    PersonaPane:focus-within > .persona-head {
        color: $primary;
        text-style: bold;
    }
    PersonaPane > .persona-cost {
        height: 1;
        color: $text-muted;
    }
    """

    @dataclass
    class Edited(Message):
        """A person changed the facts or the name; sent after every committed change."""

        side: int
        facts: tuple[Fact, ...]
        name: str | None

    @dataclass
    class Hidden(Message):
        """A person hid the facts or showed them again."""

        side: int
        hidden: bool

    def __init__(
        self,
        side: int,
        role: str,
        *,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        """Take the speaker, 0 or 1, and what the pane calls it, such as ``PARTNER``."""
        super().__init__(id=id, classes=classes)
        self.BINDING_GROUP_TITLE = f"Persona of {role}"
        self.side, self.role = side, role
        self._persona: str | None = None
        self._opened: Persona | None = None
        self._counts: tuple[int, ...] | None = None
        self._head = Static("", classes="persona-head", markup=False)
        self._list = FactList(role, self._changed, id=f"facts-{side}")
        self._foot = Static("", classes="persona-cost", markup=False)

    @property
    def facts(self) -> tuple[Fact, ...]:
        """The facts as committed, muted ones among them."""
        return self._list.facts

    @property
    def name(self) -> str | None:
        """Name of the persona, None where it has none."""
        return self._persona

    @property
    def hidden(self) -> bool:
        """Whether the facts are hidden."""
        return self._list.hidden

    def compose(self) -> ComposeResult:
        """Lay the pane out."""
        yield self._head
        yield self._list
        yield self._foot

    def on_mount(self) -> None:
        """Show what is there."""
        self._draw()

    def show(self, name: str | None, facts: tuple[Fact, ...]) -> None:
        """Show a persona; what is being written stays open."""
        before = self._list.active
        self._persona = name
        self._list.show(tuple(facts))
        if self._list.active != before:
            self._counts = None
        self._draw()

    def hide(self, hidden: bool) -> None:
        """Hide or show the facts."""
        self._list.hide(hidden)
        self._draw()

    def cost(self, counts: tuple[int, ...] | None) -> None:
        """Show what the facts cost.

        Args:
            counts: tokens of each fact that is not muted, or of each fact; None when unknown.
        """
        self._counts = counts
        self._draw()

    def commit(self) -> None:
        """Keep what is being written: for before this dialog is left."""
        self._list.commit()

    def _changed(self) -> None:
        self._counts = None
        self._tell()

    def action_hide(self) -> None:
        """Hide the facts, or show them."""
        self.hide(not self.hidden)
        self.post_message(self.Hidden(self.side, self.hidden))

    def action_clear(self) -> None:
        """Take the persona away."""
        self.commit()
        if self.facts or self._persona is not None:
            self._use(None, ())

    @work
    async def action_pick(self) -> None:
        """Pick a persona from the library."""
        self.commit()
        persona = await self.app.push_screen_wait(PersonaLibrary(self._persona))
        if persona is not None:
            self._take(persona)

    @work
    async def action_open(self) -> None:
        """Take a persona from a TOML file."""
        self.commit()
        typed: str | None = ""
        while typed := await self.app.push_screen_wait(
            AskLine("Open a persona file", typed or "", hint="the path of a .toml file")
        ):
            try:
                persona = load_persona(Path(typed))
            except UsageError as problem:
                self._complain(problem)
            else:
                self._take(persona)
                return

    @work
    async def action_save(self) -> None:
        """Save the facts under a name."""
        self.commit()
        facts = self._list.active
        if not facts:
            self._say("There is nothing to save: a persona has at least one fact.", "warning")
            return
        if len(facts) > MAX_FACTS:
            self._say(FULL, "warning")
            return
        name = await self.app.push_screen_wait(
            AskLine("Save the facts as", self._persona or "", check=_check_name)
        )
        if name is None:
            return
        taken = (get_paths().libraries("personas")[0] / f"{name}.toml").exists()
        question = f"You have a persona called {name} already. Write these facts over it?"
        if taken and not await self.app.push_screen_wait(Confirm(question, yes="write over it")):
            return
        base = self._base()
        persona = Persona(
            name,
            facts,
            greeting=base.greeting if base else None,
            tags=base.tags if base else (),
        )
        try:
            path = save_persona(persona, overwrite=taken)
        except ConvoTUIError as problem:
            self._complain(problem)
            return
        muted = " Muted facts are not in it." if len(facts) < len(self.facts) else ""
        self._say(f"Saved as {display_line(str(path))}.{muted}")
        self._opened = persona
        renamed, self._persona = name != self._persona, name
        if renamed:
            self._tell()
        else:
            self._draw()

    def _take(self, persona: Persona) -> None:
        self._opened = persona
        self._use(persona.name, tuple(Fact(text) for text in persona.facts))

    def _use(self, name: str | None, facts: tuple[Fact, ...]) -> None:
        self.commit()
        self.show(name, facts)
        self._tell()

    def _tell(self) -> None:
        self._draw()
        self.post_message(self.Edited(self.side, self.facts, self._persona))

    def _base(self) -> Persona | None:
        """The persona that the facts came from: its greeting and tags are saved with them."""
        if self._opened is not None and self._opened.name == self._persona:
            return self._opened
        return _from_library(self._persona)

    def _draw(self) -> None:
        name = self._persona or ("unnamed" if self.facts else "no persona")
        flags = [" (edited)"] if self._edited else []
        flags += [" (hidden)"] if self.hidden else []
        head = Content.assemble((self.role, "bold"), "  ", display_line(name), *flags)
        self._head.update(head)
        count = len(self._list.active)
        foot = "no facts" if count == 0 else "1 fact" if count == 1 else f"{count} facts"
        tokens = self._tokens
        self._foot.update(foot if tokens is None else f"{foot} · {tokens} tokens")

    @property
    def _edited(self) -> bool:
        known = _from_library(self._persona)
        return known is not None and tuple(Fact(text) for text in known.facts) != self.facts

    @property
    def _tokens(self) -> int | None:
        counts = self._counts
        if counts is None:
            return None
        if len(counts) == len(self._list.active):
            return sum(counts)
        if len(counts) == len(self.facts):
            pairs = zip(counts, self.facts, strict=True)
            return sum(count for count, fact in pairs if not fact.muted)
        return None

    def _complain(self, problem: ConvoTUIError) -> None:
        self._say(str(problem), "error")

    def _say(self, text: str, severity: SeverityLevel = "information") -> None:
        self.notify(text, severity=severity, markup=False)


def _check_name(name: str) -> str | None:
    if is_slug(name):
        return None
    return "Use lower-case letters, digits, '-' and '_', up to 64, such as night-nurse."


def _from_library(name: str | None) -> Persona | None:
    """Load the library's persona of this name; a name from a dialog may be no library name."""
    if name is None or not is_slug(name):
        return None
    try:
        return load_persona(name)
    except UsageError:
        return None
