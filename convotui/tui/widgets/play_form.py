"""The form that starts a self-play run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Button, Input, Label, Static

from convotui.decoders.sampling import Sampling
from convotui.dialog import GoalSet, display, display_line
from convotui.errors import UsageError
from convotui.gyms.plan import SelfPlayPlan
from convotui.tui.commands import Command, bindings
from convotui.tui.play_fields import FIELDS, Field, read_form, sampling_words
from convotui.tui.widgets.fields import LineField


class PlayForm(VerticalScroll, can_focus=False, inherit_bindings=False):
    """Asks what to play."""

    BINDING_GROUP_TITLE = "New self-play run"
    HELP = (
        "What the model is to play with itself. Tab or enter goes from field to field, down "
        "opens the list of a field that has one, ctrl+s starts. The same seed and settings give "
        "the same dialogs again. What is wrong is said at the foot, and nothing typed is lost."
    )
    KEYS: ClassVar[tuple[Command, ...]] = (
        Command("play-start", "ctrl+s", "start", "Start the run", label="start"),
        Command(
            "play-pick",
            "down",
            "pick",
            "Pick from a list",
            "Lists personas, policies or goal sets; other fields go on to the next.",
            "list",
        ),
        Command("play-field-up", "up", "app.focus_previous", "Field above", palette=False),
        Command(
            "play-form-leave",
            "escape",
            "leave",
            "Back to the run",
            "Shows the run that was shown before the form.",
            "back",
        ),
        Command("play-form-runs", "", "screen.play_runs", "Show an earlier run"),
    )
    BINDINGS: ClassVar[list[BindingType]] = bindings(KEYS)
    DEFAULT_CSS = """
    PlayForm {
        padding: 1 2;
    }
    PlayForm .field {
        height: 1;
    }
    PlayForm .field Label {
        width: 12;
        text-style: bold;
    }
    PlayForm .field Input {
        width: 1fr;
        max-width: 60;
    }
    PlayForm .field .arrow {
        width: 8;
        padding-left: 1;
        color: $text-muted;
        text-style: none;
    }
    PlayForm #play-sampling, PlayForm #play-about {
        color: $text-muted;
        height: auto;
    }
    PlayForm #play-about {
        min-height: 1;
    }
    PlayForm #play-problem {
        height: auto;
        min-height: 1;
    }
    """

    @dataclass
    class Started(Message):
        """The person wants this to be played."""

        plan: SelfPlayPlan
        out: Path | None

    @dataclass
    class PickWanted(Message):
        """The person wants to pick the value of a field from a list."""

        field: str

    class Left(Message):
        """The person wants to leave the form."""

    def __init__(
        self, given: SelfPlayPlan | None, goals: GoalSet, out: Path | None, *, id: str | None = None
    ) -> None:
        """Take what stands there at first.

        Args:
            given: the plan to begin with, None for the usual one.
            goals: the goal set, where there is no plan.
            out: the file to begin with.
            id: of the widget.
        """
        super().__init__(id=id)
        plan = given or SelfPlayPlan(episodes=8, turns=8, goals=goals)
        record = plan.record()
        texts = {**record, "out": out or ""}
        self._first = {f.name: display(str(texts.get(f.name, ""))) for f in FIELDS}
        # Values that are no texts count as long as their field is left as it is.
        self._given: dict[str, tuple[str, Any]] = {
            name: (self._first[name], getattr(plan, name))
            for name in ("persona_a", "persona_b", "policy", "goals")
        }
        self._sampling = plan.sampling

    def compose(self) -> ComposeResult:
        """Lay the fields out."""
        yield Static("Let the model talk to itself", classes="box-title", markup=False)
        for field in FIELDS:
            with Horizontal(classes="field"):
                yield Label(field.label, markup=False)
                yield LineField(self._first[field.name], id=_id(field.name), compact=True)
                yield Label("↓ list" if field.listed else "", classes="arrow", markup=False)
        yield Static(id="play-sampling", markup=False)
        yield Static(id="play-about", markup=False)
        yield Static(id="play-problem", classes="problem", markup=False)
        yield Button("Start", id="play-start-button", variant="primary", compact=True)

    def sample(self, sampling: Sampling) -> None:
        """Show how replies are sampled."""
        self._sampling = sampling
        self.query_one("#play-sampling", Static).update(Content(sampling_words(sampling)))

    def problem(self, sentence: str) -> None:
        """Say what is wrong; an empty sentence takes it away."""
        place = self.query_one("#play-problem", Static)
        place.update(Content(display_line(sentence)))
        if sentence:
            place.scroll_visible(animate=False)

    def value(self, field: str) -> str:
        """Return what stands in a field."""
        return self.query_one(f"#{_id(field)}", Input).value.strip()

    def put(self, field: str, value: str) -> None:
        """Fill a field."""
        box = self.query_one(f"#{_id(field)}", Input)
        box.value = value
        box.cursor_position = len(value)

    def chosen_goals(self) -> GoalSet | str:
        """Return the goal set of the form: itself where it was given, else its name."""
        goals: GoalSet | str = self._values()["goals"]
        return goals

    def begin(self) -> None:
        """Put the cursor in the first field."""
        self.query_one(f"#{_id(FIELDS[0].name)}", Input).focus()

    def action_start(self) -> None:
        """Read the form and hand it over, or say what is wrong with it."""
        self.problem("")
        try:
            plan, out = read_form(self._values(), self._sampling)
        except UsageError as problem:
            self.problem(str(problem))
            return
        self.post_message(self.Started(plan, out))

    def action_pick(self) -> None:
        """Open the list of the field with the focus; go on where it has none."""
        field = self._focused
        if field is not None and field.listed:
            self.post_message(self.PickWanted(field.name))
        else:
            self.screen.focus_next()

    def action_leave(self) -> None:
        """Leave the form as it stands."""
        self.post_message(self.Left())

    @property
    def _focused(self) -> Field | None:
        focused = self.screen.focused
        return next((f for f in FIELDS if focused is not None and focused.id == _id(f.name)), None)

    def _values(self) -> dict[str, Any]:
        values: dict[str, Any] = {field.name: self.value(field.name) for field in FIELDS}
        for name, (text, given) in self._given.items():
            if values[name] == text:
                values[name] = given
        return values

    def on_descendant_focus(self) -> None:
        """Say what the field with the focus is for."""
        field = self._focused
        about = field.about if field else "enter or ctrl+s starts"
        self.query_one("#play-about", Static).update(Content(about))

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self.problem("")

    @on(Input.Submitted)
    def _next(self, event: Input.Submitted) -> None:
        event.stop()
        self.screen.focus_next()

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self.action_start()


def _id(field: str) -> str:
    return f"play-field-{field.replace('_', '-')}"
