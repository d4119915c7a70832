"""The decoding settings: how the words of a reply are drawn, and how many replies at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static

from convotui.decoders.sampling import Sampling
from convotui.dialog import display_line
from convotui.tui.commands import Command, bindings
from convotui.tui.widgets.choices import FIELD_KEYS, ChoiceRow, FormBox
from convotui.tui.widgets.fields import LineField

MAX_CANDIDATES = 8
OWN = "your own"
PRESETS: Mapping[str, Mapping[str, str]] = {
    "careful": {"temperature": "0.7", "top_k": "10", "top_p": "0.85", "greedy": "no"},
    "default": {"temperature": "1.0", "top_k": "10", "top_p": "0.92", "greedy": "no"},
    "lively": {"temperature": "1.3", "top_k": "40", "top_p": "0.97", "greedy": "no"},
    "greedy": {"greedy": "yes"},
}
"""What each preset writes into the fields; how long a reply may be is left as it is."""


@dataclass(frozen=True)
class _Number:
    """A field that holds a number: its setting, its range and what it does."""

    name: str
    kind: Callable[[str], float]
    range: str
    help: str


_DRAWN = (
    _Number(
        "temperature",
        float,
        "above 0, usually 0.5 to 1.5",
        "Low keeps to the likeliest words, high dares unlikely ones.",
    ),
    _Number("top_k", int, "0 (all) or more", "Only the k likeliest tokens may be drawn."),
    _Number(
        "top_p",
        float,
        "above 0, at most 1",
        "Of those, only the likeliest that together have this share of the probability.",
    ),
)
_LENGTHS = (
    _Number("min_new_tokens", int, "1 or more", "A reply does not end before so many tokens."),
    _Number(
        "max_new_tokens",
        int,
        "at least min_new_tokens",
        "A reply is cut there; the prompt has to leave room for as many.",
    ),
    _Number(
        "candidates",
        int,
        f"1 to {MAX_CANDIDATES}",
        "So many are made of each new reply, to choose from; r and → add one.",
    ),
)
_NUMBERS = {number.name: number for number in (*_DRAWN, *_LENGTHS)}


class SamplingForm(ModalScreen[tuple[Sampling, int, bool] | None]):
    """Set how replies are made: the settings, candidates per reply, and whether to keep them."""

    BINDING_GROUP_TITLE = "Decoding settings"
    HELP = (
        "How the model draws the words of its replies. A preset fills the first fields in; 'your "
        "own' brings back what stood there before. Every field says what it does and what it "
        "takes. The settings hold for this dialog, unless you keep them as your default, which "
        "writes them into your config file. Ctrl+s takes them, esc leaves them as they were."
    )
    KEYS: ClassVar[tuple[Command, ...]] = (
        Command("sampling-save", "ctrl+s", "save", "Take these settings", label="take"),
        Command("sampling-leave", "escape", "leave", "Leave the settings as they were"),
        *FIELD_KEYS,
    )
    BINDINGS: ClassVar[list[BindingType]] = bindings(KEYS)
    AUTO_FOCUS = ""  # on_mount does it, without scrolling the title away
    CSS: ClassVar[str] = """
    SamplingForm {
        .box { width: 76; }
        .line { height: auto; }
        .name { width: 17; text-style: bold; }
        .range { width: 1fr; padding-left: 1; color: $text-muted; }
        .about { color: $text-muted; margin-bottom: 1; }
        .problem { display: none; color: $text-error; }
        .problem.-shown { display: block; }
        Input { width: 12; }
    }
    """

    def __init__(self, sampling: Sampling, candidates: int = 1) -> None:
        """Take the settings that stand in the fields at first."""
        super().__init__()
        values = {**asdict(sampling), "candidates": candidates}
        self._first = {name: str(values[name]) for name in _NUMBERS}
        self._first["greedy"] = "yes" if sampling.greedy else "no"
        self._own = dict(self._first)

    def compose(self) -> ComposeResult:
        """Lay the form out."""
        with FormBox(classes="box"):
            yield Static("Decoding settings", classes="box-title", markup=False)
            with Horizontal(classes="line"):
                yield Static("preset", classes="name", markup=False)
                yield ChoiceRow((OWN, *PRESETS), self._preset(self._first), none=False, id="preset")
            about = "Fills in what is below; how long replies may be stays."
            yield Static(about, classes="about", markup=False)
            for number in _DRAWN:
                yield from self._row(number)
            with Horizontal(classes="line"):
                yield Static("greedy", classes="name", markup=False)
                yield ChoiceRow(("no", "yes"), self._first["greedy"], none=False, id="greedy")
            yield Static(id="greedy-about", classes="about", markup=False)
            for number in _LENGTHS:
                yield from self._row(number)
            with Horizontal(classes="line"):
                yield Static("keep as default", classes="name", markup=False)
                yield ChoiceRow(("no", "yes"), "no", none=False, id="keep")
            yield Static("Yes writes them into your config file.", classes="about", markup=False)
            yield Button("Take these", id="sampling-ok", variant="primary", compact=True)
            hint = "ctrl+s takes these · tab next field · esc leaves"
            yield Static(hint, classes="box-hint", markup=False)

    def _row(self, number: _Number) -> ComposeResult:
        with Horizontal(classes="line"):
            yield Static(number.name, classes="name", markup=False)
            yield LineField(self._first[number.name], id=_id(number.name), compact=True)
            yield Static(number.range, classes="range", markup=False)
        yield Static(id=f"{_id(number.name)}-problem", classes="problem", markup=False)
        yield Static(number.help, classes="about", markup=False)

    def on_mount(self) -> None:
        """Begin at the presets."""
        self.query_one("#preset").focus(scroll_visible=False)
        self._explain_greedy()

    @on(ChoiceRow.Changed, "#preset")
    def _fill(self, event: ChoiceRow.Changed) -> None:
        preset = PRESETS.get(event.value or "", self._own)
        # Only what presets are about: lengths typed meanwhile are not taken back.
        drawn = {name: preset[name] for name in PRESETS["default"] if name in preset}
        with self.prevent(Input.Changed):
            for name, value in drawn.items():
                if name == "greedy":
                    self.query_one("#greedy", ChoiceRow).value = value
                else:
                    self.query_one(f"#{_id(name)}", Input).value = value
                    self._complain(name, "")
        self._explain_greedy()

    @on(ChoiceRow.Changed, "#greedy")
    @on(Input.Changed)
    def _typed(self, event: ChoiceRow.Changed | Input.Changed) -> None:
        values = self._values()
        if isinstance(event, Input.Changed):
            self._complain((event.input.id or "").replace("-", "_"), "")
        preset = self._preset(values)
        if preset == OWN:
            self._own = values
        self.query_one("#preset", ChoiceRow).value = preset
        self._explain_greedy()

    @on(Input.Submitted)
    def _go_on(self, event: Input.Submitted) -> None:
        event.stop()
        self.focus_next()

    @on(Button.Pressed)
    def action_save(self) -> None:
        """Close with the settings, unless a field is wrong."""
        values = self._values()
        problems: dict[str, str] = {}
        read: dict[str, Any] = {}
        for name, number in _NUMBERS.items():
            try:
                read[name] = number.kind(values[name])
            except ValueError:
                whole = "a whole number" if number.kind is int else "a number"
                problems[name] = f"'{name}': expected {whole}, {number.range}"
        if "candidates" in read and not 1 <= read["candidates"] <= MAX_CANDIDATES:
            problems["candidates"] = f"'candidates': expected 1 to {MAX_CANDIDATES}"
        sampling = None
        if not problems:
            candidates = read.pop("candidates")
            try:
                sampling = Sampling(greedy=values["greedy"] == "yes", **read)
            except ValueError as problem:
                problems[_setting(str(problem))] = str(problem)
        for name in _NUMBERS:
            self._complain(name, problems.get(name, ""))
        if sampling is None:
            self.query_one(f"#{_id(next(iter(problems)))}").focus()
            return
        keep = self.query_one("#keep", ChoiceRow).value == "yes"
        self.dismiss((sampling, candidates, keep))

    def action_leave(self) -> None:
        """Leave without settings."""
        self.dismiss(None)

    def _values(self) -> dict[str, str]:
        values = {name: self.query_one(f"#{_id(name)}", Input).value.strip() for name in _NUMBERS}
        return {**values, "greedy": self.query_one("#greedy", ChoiceRow).value or "no"}

    def _preset(self, values: Mapping[str, str]) -> str:
        """Name the preset whose values these are; numbers may be spelled differently."""

        def same(name: str, wanted: str) -> bool:
            if name == "greedy":
                return values[name] == wanted
            try:
                return float(values[name]) == float(wanted)
            except ValueError:
                return False

        found = (
            preset
            for preset, wanted in PRESETS.items()
            if all(same(name, value) for name, value in wanted.items())
        )
        return next(found, OWN)

    def _complain(self, name: str, problem: str) -> None:
        place = self.query_one(f"#{_id(name)}-problem", Static)
        place.update(Content(display_line(problem)))
        place.set_class(bool(problem), "-shown")

    def _explain_greedy(self) -> None:
        greedy = self.query_one("#greedy", ChoiceRow).value == "yes"
        words = (
            "Always the likeliest token: temperature, top_k and top_p count for nothing, and all "
            "candidates are the same."
            if greedy
            else "Yes takes the likeliest token each time: the same words get the same reply."
        )
        self.query_one("#greedy-about", Static).update(words)


def _id(setting: str) -> str:
    return setting.replace("_", "-")


def _setting(problem: str) -> str:
    """Find which setting a sentence of ``Sampling`` is about: it names it in quotes."""
    match = re.match(r"'(\w+)'", problem)
    return match[1] if match and match[1] in _NUMBERS else next(iter(_NUMBERS))
