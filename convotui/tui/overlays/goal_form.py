"""The form in which a goal is written or changed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static

from convotui.dialog import Goal, display_line
from convotui.dialog.library import is_slug
from convotui.tui.commands import Command, bindings
from convotui.tui.goals import propose_id
from convotui.tui.overlays.ask import Confirm
from convotui.tui.widgets.fields import LineField, TextField

Keep = Callable[[Goal], Awaitable[bool]]
"""Keeps a goal and says whether that worked; it tells the person itself what went wrong."""


class GoalForm(ModalScreen[Goal | None]):
    """Write a goal or change one; None when it was left."""

    BINDING_GROUP_TITLE = "Goal"
    HELP = (
        "A goal is what the model is told before a reply, such as: ask about pets. Its id is what "
        "commands and files call it; it follows the text until you change it. Examples are replies "
        "that meet the goal, one a line. Cues are words or phrases of such replies, with commas "
        "between them; boat* also means boats and boating. Enter goes to the next field, ctrl+s "
        "saves, esc leaves and asks first if anything was typed."
    )
    KEYS: ClassVar[tuple[Command, ...]] = (
        Command("goal-form-save", "ctrl+s", "save", "Save the goal", "", "save"),
        Command(
            "goal-form-leave", "escape", "leave", "Leave the form", "Asks if you typed.", "leave"
        ),
    )
    BINDINGS: ClassVar[list[BindingType]] = bindings(KEYS)
    DEFAULT_CSS = """
    GoalForm .label { color: $text-muted; }
    GoalForm .problem { display: none; }
    GoalForm .problem.-shown { display: block; }
    GoalForm LineField { height: 1; border: none; padding: 0 1; background: $boost; }
    GoalForm TextField { height: 5; padding: 0; background: $boost; }
    GoalForm LineField:focus, GoalForm TextField:focus { background: $primary 25%; }
    GoalForm .label, GoalForm Button { margin-top: 1; }
    GoalForm .first { margin-top: 0; }
    """

    def __init__(
        self, goal: Goal | None = None, *, taken: Collection[str] = (), keep: Keep | None = None
    ) -> None:
        """Take what to begin with.

        Args:
            goal: the goal to change; None writes a new one.
            taken: ids that other goals have.
            keep: called with the goal before the form closes; it stays open where this fails.
        """
        super().__init__()
        self._goal, self._taken, self._keep = goal, frozenset(taken), keep
        self._proposed = ""
        self._saving = False

    def compose(self) -> ComposeResult:
        """Lay the fields out."""
        goal = self._goal or Goal("", "")
        title = f"Change the goal {goal.id}" if self._goal else "A new goal"
        with VerticalScroll(classes="box", can_focus=False):
            yield Static(display_line(title), classes="box-title", markup=False)
            yield Static("What the model is told", classes="label first", markup=False)
            yield LineField(display_line(goal.text), id="text", compact=True)
            yield Static("", id="text-problem", classes="problem", markup=False)
            yield Static("Id", classes="label", markup=False)
            yield LineField(display_line(goal.id), id="id", compact=True)
            yield Static("", id="id-problem", classes="problem", markup=False)
            yield Static("Cues, with commas between them", classes="label", markup=False)
            yield LineField(", ".join(map(display_line, goal.cues)), id="cues", compact=True)
            yield Static("Examples of replies, one a line", classes="label", markup=False)
            yield TextField("\n".join(map(display_line, goal.examples)), id="examples")
            yield Button("Save", id="save", variant="primary", compact=True)
            hint = "enter next field · ctrl+s saves · esc leaves"
            yield Static(hint, classes="box-hint", markup=False)

    def on_mount(self) -> None:
        """Remember how the fields began, to know which were changed."""
        self._began = self._fields()
        self.query_one("#text").focus()

    @on(Input.Changed, "#text")
    def _propose(self, event: Input.Changed) -> None:
        """Let the id follow the text while nobody typed another one."""
        event.stop()
        field = self.query_one("#id", LineField)
        if self._goal is None and field.value in ("", self._proposed):
            text = event.value.strip()
            self._proposed = propose_id(text, self._taken) if text else ""
            field.value = self._proposed
        self._show_problem("text", "")

    @on(Input.Changed, "#id")
    def _id_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._show_problem("id", "")

    @on(Input.Submitted)
    def _next(self, event: Input.Submitted) -> None:
        event.stop()
        self.focus_next()

    @on(Button.Pressed, "#save")
    def _pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self.action_save()

    def action_save(self) -> None:
        """Check the fields, keep the goal, close; what is wrong is said beside its field."""
        goal = self._written()
        problems = {"text": self._text_problem(goal), "id": self._id_problem(goal)}
        for name, problem in problems.items():
            self._show_problem(name, problem)
        wrong = next((name for name, problem in problems.items() if problem), None)
        if wrong:
            self.query_one(f"#{wrong}").focus()
        elif not self._saving:
            self.run_worker(self._save(goal))

    def action_leave(self) -> None:
        """Close without a goal; ask first if something was typed."""
        if self._fields() == self._began:
            self.dismiss(None)
            return
        question = Confirm("Leave without saving the goal?", yes="leave", no="go on writing")
        self.app.push_screen(question, self._left)

    def _left(self, yes: bool | None) -> None:
        if yes:
            self.dismiss(None)

    async def _save(self, goal: Goal) -> None:
        self._saving = True
        try:
            kept = self._keep is None or await self._keep(goal)
        finally:
            self._saving = False
        if kept:
            self.dismiss(goal)

    def _fields(self) -> dict[str, str]:
        lines = {name: self.query_one(f"#{name}", LineField).value for name in ("text", "cues")}
        name = self.query_one("#id", LineField).value
        # An id that was only proposed is not something a person typed.
        lines["id"] = "" if self._goal is None and name == self._proposed else name
        return {**lines, "examples": self.query_one(TextField).text}

    def _written(self) -> Goal:
        """Make a goal of the fields; one that was not touched keeps what it stands for exactly."""
        goal = self._goal or Goal("", "")
        now = self._fields()
        changed = {name for name, value in now.items() if value != self._began[name]}
        cues = _kept(now["cues"].split(","), goal.cues)
        examples = _kept(now["examples"].splitlines(), goal.examples)
        return Goal(
            id=self.query_one("#id", LineField).value.strip()
            if "id" in changed or not goal.id
            else goal.id,
            text=now["text"].strip() if "text" in changed else goal.text,
            examples=examples if "examples" in changed else goal.examples,
            cues=cues if "cues" in changed else goal.cues,
        )

    def _text_problem(self, goal: Goal) -> str:
        if goal.text.strip():
            return ""
        return "Say what the model is to do, such as: ask about pets."

    def _id_problem(self, goal: Goal) -> str:
        if not is_slug(goal.id):
            return "An id is made of lower-case letters, digits, '-' and '_', up to 64."
        if goal.id in self._taken:
            return f"The set has a goal {goal.id} already: choose another id."
        return ""

    def _show_problem(self, name: str, problem: str) -> None:
        line = self.query_one(f"#{name}-problem", Static)
        line.update(Content(problem))
        line.set_class(bool(problem), "-shown")


def _kept(pieces: Iterable[str], originals: Iterable[str]) -> tuple[str, ...]:
    """Take what was typed; a piece that shows an original as it was stands for that original."""
    known = {display_line(original): original for original in originals}
    typed = (piece.strip() for piece in pieces)
    return tuple(known.get(piece, piece) for piece in typed if piece)
