"""The form at a dialog's end: what came of it, a rating or a number, a note."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static, TextArea

from convotui.dialog import display, display_line
from convotui.engine.session import Judgement
from convotui.rewards import manual_reward
from convotui.tui.commands import Command, bindings
from convotui.tui.widgets.choices import FIELD_KEYS, ChoiceRow, FormBox, Stars
from convotui.tui.widgets.fields import LineField, TextField

OUTCOMES = ("went well", "went nowhere", "broke down", "stopped early")
_REACHED = {"yes": True, "no": False}


class RewardForm(ModalScreen[Judgement | None]):
    """Judge a whole dialog; None when it was left, and then there is a draft."""

    BINDING_GROUP_TITLE = "End and reward"
    HELP = (
        "What came of this dialog, for you and for learning. A rating of 1 to 5 becomes the "
        "dialog's return, (rating - 3) / 2, unless you type a number of your own. Everything may "
        "stay empty. Tab, enter and the arrows go from field to field; ctrl+s stores it all. Esc "
        "leaves, and what you entered is there again when you come back."
    )
    KEYS: ClassVar[tuple[Command, ...]] = (
        Command("reward-save", "ctrl+s", "save", "Store the judgement", label="save"),
        Command("reward-leave", "escape", "leave", "Leave, keep a draft", label="leave"),
        *FIELD_KEYS,
    )
    BINDINGS: ClassVar[list[BindingType]] = bindings(KEYS)
    AUTO_FOCUS = ""  # on_mount does it, without scrolling the title away
    CSS: ClassVar[str] = """
    RewardForm {
        .box { width: 72; }
        .field { text-style: bold; margin-top: 1; }
        #note { height: 4; }
        #reward-shown { color: $text-muted; }
        #reward-shown.problem { color: $text-error; }
        #reward-stored { margin: 1 0; }
    }
    """

    def __init__(
        self,
        judgement: Judgement | None = None,
        *,
        summary: str = "",
        on_draft: Callable[[Judgement], object] | None = None,
    ) -> None:
        """Take what is there already.

        Args:
            judgement: what stands in the fields at first: a draft, or the stored one.
            summary: a line about the dialog, such as ``12 turns · 3 rated, mean +0.33``.
            on_draft: called with what stands there when the form is left without saving.
        """
        super().__init__()
        self._first = judgement or Judgement()
        self._summary = summary
        self._on_draft = on_draft or (lambda draft: None)
        self._leave_without = ""

    def compose(self) -> ComposeResult:
        """Lay the form out."""
        first = self._first
        # What another version of this form stored stays a choice, so that it is not lost.
        others = (first.outcome,) if first.outcome and first.outcome not in OUTCOMES else ()
        reached = {True: "yes", False: "no", None: "not asked"}[first.goal_reached]
        number = "" if first.reward is None else str(first.reward)
        with FormBox(classes="box"):
            yield Static("How was this dialog?", classes="box-title", markup=False)
            if self._summary:
                yield Static(display_line(self._summary), id="reward-summary", markup=False)
            yield Static("What came of it", classes="field", markup=False)
            yield ChoiceRow((*OUTCOMES, *others), first.outcome or None, id="outcome")
            yield Static("Goal reached?", classes="field", markup=False)
            yield ChoiceRow((*_REACHED, "not asked"), reached, none=False, id="goal-reached")
            yield Static("Rating, 1 to 5", classes="field", markup=False)
            yield Stars(first.rating, id="rating")
            yield Static("Reward, empty takes it from the rating", classes="field", markup=False)
            yield LineField(number, id="reward", placeholder="any number", compact=True)
            yield Static(id="reward-shown", markup=False)
            yield Static("Note", classes="field", markup=False)
            yield TextField(first.note, id="note")
            yield Static(id="reward-stored", markup=False)
            yield Button("Save", id="reward-ok", variant="primary", compact=True)
            hint = "ctrl+s saves · tab next field · esc leaves, keeps a draft"
            yield Static(hint, classes="box-hint", markup=False)

    def on_mount(self) -> None:
        """Begin at the first field, with what would be stored."""
        self.query_one("#outcome").focus(scroll_visible=False)
        self._show()

    @on(ChoiceRow.Changed)
    @on(Input.Changed)
    @on(TextArea.Changed)
    def _show(self) -> None:
        judgement, problem = self._read()
        shown = self.query_one("#reward-shown", Static)
        shown.set_class(bool(problem), "problem")
        shown.update(Content(problem or _reward_in_words(judgement)))
        self.query_one("#reward-stored", Static).update(Content(stored_in_words(judgement)))

    @on(Input.Submitted)
    def _go_on(self, event: Input.Submitted) -> None:
        event.stop()
        self.focus_next()

    @on(Button.Pressed)
    def action_save(self) -> None:
        """Close with the judgement, unless a number cannot be read."""
        judgement, problem = self._read()
        if problem:
            self.query_one("#reward").focus()
        else:
            self.dismiss(judgement)

    def action_leave(self) -> None:
        """Leave a draft; a number that cannot be read needs a second time, as no draft has it."""
        judgement, problem = self._read()
        typed = self.query_one("#reward", Input).value
        if problem and typed != self._leave_without:
            self._leave_without = typed
            self.query_one("#reward").focus()
            shown = self.query_one("#reward-shown", Static)
            shown.update(Content(f"{problem} Esc once more leaves without it."))
            return
        self._on_draft(judgement)
        self.dismiss(None)

    def _read(self) -> tuple[Judgement, str]:
        """Read the fields; a number that cannot be read is left out, with what is wrong."""
        typed = self.query_one("#reward", Input).value.strip()
        reward, problem = None, ""
        try:
            reward = float(typed) if typed else None
        except ValueError:
            problem = f"'{display_line(typed)}' is no number: type one such as 0.5 or -1."
        if reward is not None and not math.isfinite(reward):
            reward, problem = None, "Type a finite number, such as 0.5 or -1."
        rating = self.query_one("#rating", Stars).value
        note = self.query_one("#note", TextArea).text
        judgement = Judgement(
            outcome=self.query_one("#outcome", ChoiceRow).value or "",
            goal_reached=_REACHED.get(self.query_one("#goal-reached", ChoiceRow).value or ""),
            rating=int(rating) if rating else None,
            reward=reward,
            note=note if note.strip() else "",
        )
        return judgement, problem


def stored_in_words(judgement: Judgement) -> str:
    """Say what of a judgement is stored, and how it stands in exported files."""
    value = judgement.value
    rating = "" if judgement.rating is None else f"rating {judgement.rating}"
    if judgement.reward is not None:
        number = " · ".join(filter(None, [rating, f"return {value:+} (typed)"]))
    elif rating:
        number = f"{rating} → return {value:+}"
    else:
        number = "no return yet: give a rating or a number"
    reached = {True: "goal reached", False: "goal not reached", None: ""}[judgement.goal_reached]
    more = [judgement.outcome, reached, "a note" if judgement.note else ""]
    words = display(" · ".join(filter(None, [number, *map(display_line, more)])))
    return f"Stored: {words}\nIn files: " + (
        f'"rating": {"null" if judgement.rating is None else judgement.rating}, '
        f'"return": {"null" if value is None else value}'
    )


def _reward_in_words(judgement: Judgement) -> str:
    if judgement.reward is not None:
        return f"{judgement.reward:+}, as typed"
    if judgement.rating is None:
        return "(rating - 3) / 2, once there is a rating"
    return f"({judgement.rating} - 3) / 2 = {manual_reward(judgement.rating):+}"
