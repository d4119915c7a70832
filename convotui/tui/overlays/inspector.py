"""The prompt inspector: what the model reads for its next reply, token by token."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from convotui.dialog import display, display_line
from convotui.tui.commands import Command, bindings

if TYPE_CHECKING:
    from convotui.engine.api import PromptPart, PromptShown

GOAL_PLACES = {
    None: "no goal for this reply",
    "prefix": "the goal stands at the beginning, in place of the persona or beside it",
    "late-system": "the goal is a system turn of its own, right before the reply",
    "user-turn": "the goal stands at the end of the partner's last turn, because the model's "
    "template takes no system turn there",
    "line": "the goal stands on a line of its own, right before the reply",
}
_BLOCK = 200  # tokens
_CONTROL = re.compile(r"<[^<>\s]{2,}>")
_Piece = str | tuple[str, str]

MOST_CUT = 20
"""How many of the turns that were left out are shown: the newest ones."""


class PromptInspector(ModalScreen[None]):
    """Show a prompt: what was left out, where the goal stands, every part with its tokens."""

    BINDING_GROUP_TITLE = "Prompt inspector"
    HELP = (
        "What the model reads for the next reply, exactly as it reads it. Each part has its name "
        "and its count of tokens; a dim dot stands between two tokens, and a token that steers "
        "the model, which no text can forge, stands in ⟨ ⟩. A prompt that is too long for the "
        "model loses its oldest turns: they are listed at the top. Press i for the token ids."
    )
    KEYS: ClassVar[tuple[Command, ...]] = (
        Command("inspector-close", "escape,q", "close", "Close the inspector", label="close"),
        Command("inspector-ids", "i", "ids", "Show or hide the token ids", label="ids"),
        Command("inspector-copy", "y", "copy", "Copy the prompt's text", label="copy"),
        Command("inspector-down", "j,down", "scroll('down')", "Down", palette=False),
        Command("inspector-up", "k,up", "scroll('up')", "Up", palette=False),
        Command("inspector-page-down", "pagedown,space", "scroll('page_down')", "Page down",
                palette=False),
        Command("inspector-page-up", "pageup", "scroll('page_up')", "Page up", palette=False),
        Command("inspector-end", "G,end", "scroll('end')", "To the end", palette=False),
        Command("inspector-home", "g,home", "scroll('home')", "To the beginning", palette=False),
    )  # fmt: skip
    BINDINGS: ClassVar[list[BindingType]] = bindings(KEYS)
    CSS: ClassVar[str] = """
    PromptInspector {
        .box { width: 110; height: 96%; }
        #prompt-scroll { height: 1fr; }
        .prompt-text { height: auto; }
    }
    """

    def __init__(
        self,
        prompt: PromptShown,
        cut: Sequence[str] = (),
        *,
        on_copy: Callable[[str], None] | None = None,
    ) -> None:
        """Take what is shown.

        Args:
            prompt: what the engine says the model reads.
            cut: texts of the turns that were left out, oldest first.
            on_copy: copies a text; without it nothing can be copied.
        """
        super().__init__()
        self._prompt, self._cut, self._on_copy = prompt, tuple(cut), on_copy
        self._ids = False

    def compose(self) -> ComposeResult:
        """Lay the inspector out."""
        copy = "y copy · " if self._on_copy else ""
        hint = f"i ids · {copy}j/k and page keys scroll · esc closes"
        with Vertical(classes="box"):
            yield Static("What the model reads", classes="box-title", markup=False)
            with VerticalScroll(id="prompt-scroll", can_focus=False):
                for block in self._blocks():
                    yield Static(block, classes="prompt-text", markup=False)
            yield Static(hint, classes="box-hint", markup=False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Grey copying out where nothing can copy."""
        return None if action == "copy" and self._on_copy is None else True

    def action_close(self) -> None:
        """Close."""
        self.dismiss(None)

    def action_ids(self) -> None:
        """Show every token's id, or no longer."""
        self._ids = not self._ids
        for shown, block in zip(self.query(".prompt-text"), self._blocks(), strict=True):
            if isinstance(shown, Static):
                shown.update(block)

    def action_copy(self) -> None:
        """Have the prompt's text copied, control tokens by their names."""
        if self._on_copy is not None:
            self._on_copy("".join(piece for part in self._prompt.parts for piece in part.pieces))

    def action_scroll(self, where: str) -> None:
        """Scroll the prompt."""
        getattr(self.query_one("#prompt-scroll"), f"scroll_{where}")(animate=False)

    def _blocks(self) -> list[Content]:
        return prompt_blocks(self._prompt, self._cut, ids=self._ids)


def prompt_blocks(
    prompt: PromptShown, cut: Sequence[str] = (), *, ids: bool = False
) -> list[Content]:
    """Lay a prompt out as text: a head, the turns left out, then each part with its tokens.

    It comes in blocks of some parts each, because a widget that is out of sight is not drawn.

    Args:
        prompt: what the engine says the model reads.
        cut: texts of the turns that were left out, oldest first.
        ids: whether every token is followed by its id.
    """
    blocks = [Content.assemble(*_head(prompt, cut))]
    shown: list[Content] = []
    room = _BLOCK
    for part in prompt.parts:
        shown.append(_part(part, ids))
        room -= len(part.ids)
        if room <= 0:
            blocks.append(Content("\n").join(shown))
            shown, room = [], _BLOCK
    return [*blocks, Content("\n").join(shown)] if shown else blocks


def _head(prompt: PromptShown, cut: Sequence[str]) -> Iterator[_Piece]:
    total = sum(len(part.ids) for part in prompt.parts)
    yield (f"{display_line(prompt.form)} format", "bold")
    yield f" · {total} of {_tokens(prompt.context_length)}"
    yield f" · room for a reply of {_tokens(prompt.room_for_reply)}\n"
    yield f"{GOAL_PLACES[prompt.goal_place]}\n"
    if not prompt.dropped_turns:
        yield "the whole dialog is there"
        return
    some = prompt.dropped_turns > 1
    yield (f"{prompt.dropped_turns} oldest turn{'s' if some else ''} left out:", "bold")
    newest = cut[-MOST_CUT:]
    if len(cut) > len(newest):
        yield f"\n   {len(cut) - len(newest)} before these"
    for text in newest:
        yield "\n ✕ "
        yield (display_line(text), "dim strike")


def _part(part: PromptPart, ids: bool) -> Content:
    count = f"  {_tokens(len(part.ids))}\n"
    tokens = Content.assemble(*_tokens_of(part, ids)).rstrip("\n")
    return Content.assemble("\n", (display_line(part.label), "bold"), (count, "dim"), tokens)


def _tokens_of(part: PromptPart, ids: bool) -> Iterator[_Piece]:
    """Write a part's tokens: dots between them, line breaks visible, control tokens by name."""
    begun = False
    for number, piece in zip(part.ids, part.pieces, strict=True):
        if begun:
            yield ("·", "dim")
        text = display(piece)
        broken = text.endswith("\n")
        if _CONTROL.fullmatch(piece):
            yield (f"⟨{text}⟩", "bold reverse")
        else:
            yield text.removesuffix("\n").replace("\t", "⇥").replace("\n", "↵\n")
        if broken:
            yield ("↵", "dim")
        if ids:
            yield (f"[{number}]", "dim")
        if broken:
            yield "\n"
        begun = not broken


def _tokens(count: int) -> str:
    return f"{count} token{'' if count == 1 else 's'}"
