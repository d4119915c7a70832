"""The form that starts a training of a policy."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Button, Input, Label, Static

from convotui.decoders.sampling import Sampling
from convotui.dialog import display, display_line
from convotui.learning.plan import PolicyPlan
from convotui.tui.commands import Command, bindings
from convotui.tui.play_fields import sampling_words
from convotui.tui.training_fields import FIELDS, Field, FieldError, first_values, read_form
from convotui.tui.widgets.fields import LineField


class TrainingForm(VerticalScroll, can_focus=False, inherit_bindings=False):
    """Asks what to train."""

    BINDING_GROUP_TITLE = "New training"
    HELP = (
        "What the policy is to learn, and from what. Tab or enter goes from field to field, down "
        "opens the list of a field that has one, ctrl+s starts. What is wrong is said below its "
        "field, and nothing typed is lost. Settings of the algorithm are those of the command line."
    )
    KEYS: ClassVar[tuple[Command, ...]] = (
        Command("training-start", "ctrl+s", "start", "Start the training", label="start"),
        Command(
            "training-pick",
            "down",
            "pick",
            "Pick from a list",
            "Lists rewards, goal sets or personas; other fields go on to the next.",
            "list",
        ),
        Command("training-field-up", "up", "app.focus_previous", "Field above", palette=False),
        Command(
            "training-form-leave",
            "escape",
            "leave",
            "Back to the trainings",
            "What stands in the form stays.",
            "back",
        ),
    )
    BINDINGS: ClassVar[list[BindingType]] = bindings(KEYS)
    DEFAULT_CSS = """
    TrainingForm {
        padding: 1 2;
    }
    TrainingForm .field {
        height: 1;
    }
    TrainingForm .field Label {
        width: 12;
        text-style: bold;
    }
    TrainingForm .field Input {
        width: 1fr;
        max-width: 60;
    }
    TrainingForm .field .arrow {
        width: 8;
        padding-left: 1;
        color: $text-muted;
        text-style: none;
    }
    TrainingForm .problem {
        display: none;
        height: auto;
        padding-left: 12;
    }
    TrainingForm .problem.-told {
        display: block;
    }
    TrainingForm #training-problem {
        padding-left: 0;
    }
    TrainingForm #training-sampling, TrainingForm #training-about {
        color: $text-muted;
        height: auto;
    }
    TrainingForm #training-about {
        min-height: 1;
    }
    """

    @dataclass
    class Started(Message):
        """The person wants this to be trained."""

        plan: PolicyPlan
        name: str | None

    @dataclass
    class PickWanted(Message):
        """The person wants to pick the value of a field from a list."""

        field: str

    class Left(Message):
        """The person wants to leave the form."""

    def __init__(self, plan: PolicyPlan, name: str | None = None, *, id: str | None = None) -> None:
        """Take what stands there at first.

        Args:
            plan: the plan to begin with; settings that have no field stay as they are in it.
            name: of the run to begin with.
            id: of the widget.
        """
        super().__init__(id=id)
        self._plan = plan
        self._first = {key: display(text) for key, text in first_values(plan, name).items()}

    def compose(self) -> ComposeResult:
        """Lay the fields out, each with room for what is wrong with it."""
        yield Static("Let a policy learn which goals pay", classes="box-title", markup=False)
        for field in FIELDS:
            with Horizontal(classes="field"):
                yield Label(field.label, markup=False)
                yield LineField(self._first[field.name], id=_id(field.name), compact=True)
                yield Label("↓ list" if field.listed else "", classes="arrow", markup=False)
            yield Static(id=_id(field.name, "problem"), classes="problem", markup=False)
        yield Static(id="training-sampling", markup=False)
        yield Static(id="training-about", markup=False)
        yield Static(id="training-problem", classes="problem", markup=False)
        yield Button("Start", id="training-start-button", variant="primary", compact=True)

    def on_mount(self) -> None:
        """Show how replies are sampled."""
        words = sampling_words(self._plan.sampling)
        self.query_one("#training-sampling", Static).update(Content(words))

    def sample(self, sampling: Sampling) -> None:
        """Let replies be sampled in this way."""
        self._plan = replace(self._plan, sampling=sampling)
        self.on_mount()

    def problem(self, sentence: str, field: str = "") -> None:
        """Say what is wrong, with a field or with all; the field gets the focus.

        An empty sentence takes all of them away.
        """
        for place in self.query(".problem").results(Static):
            place.remove_class("-told")
            place.update("")
        if not sentence:
            return
        place = self.query_one(
            f"#{_id(field, 'problem')}" if field else "#training-problem", Static
        )
        place.update(Content(display_line(sentence)))
        place.add_class("-told")
        if field:
            self.query_one(f"#{_id(field)}", Input).focus()
        place.scroll_visible(animate=False)

    def value(self, field: str) -> str:
        """Return what stands in a field."""
        return self.query_one(f"#{_id(field)}", Input).value.strip()

    def put(self, field: str, value: str) -> None:
        """Fill a field."""
        box = self.query_one(f"#{_id(field)}", Input)
        box.value = value
        box.cursor_position = len(value)

    def begin(self) -> None:
        """Put the cursor in the first field."""
        self.query_one(f"#{_id(FIELDS[0].name)}", Input).focus()

    def action_start(self) -> None:
        """Read the form and hand it over, or say what is wrong with it."""
        self.problem("")
        values = {field.name: self.value(field.name) for field in FIELDS}
        given = first_values(self._plan, None)
        for key, text in values.items():
            # What was given and cannot be shown as it is counts while it is left as it is.
            if text == self._first[key]:
                values[key] = given[key] or text
        try:
            plan, name = read_form(values, self._plan)
        except FieldError as problem:
            self.problem(str(problem), problem.field)
            return
        self.post_message(self.Started(plan, name))

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

    def on_descendant_focus(self) -> None:
        """Say what the field with the focus is for."""
        field = self._focused
        about = field.about if field else "enter or ctrl+s starts"
        self.query_one("#training-about", Static).update(Content(about))

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


def _id(field: str, part: str = "field") -> str:
    return f"training-{part}-{field.replace('_', '-')}"
