"""The pane in which a person steers: the set's goals, which one is chosen, and the set edited."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, OptionList, Static

from convotui.dialog import Goal, GoalSet, display_line
from convotui.dialog.library import readable_goal_sets
from convotui.tui import goals as sets
from convotui.tui.commands import Command, bindings
from convotui.tui.goals import GoalChoice
from convotui.tui.overlays.ask import AskLine, Choice, PickOne
from convotui.tui.overlays.goal_form import GoalForm
from convotui.tui.widgets.fields import LineField
from convotui.tui.widgets.goal_editor import GoalEditor
from convotui.tui.widgets.goal_keys import KEYS
from convotui.tui.widgets.goal_list import GoalList

_FREE = GoalChoice()


class GoalPane(Vertical):
    """Shows a goal set and lets a person choose from it, search it and edit it."""

    BINDING_GROUP_TITLE = "Goals"
    HELP = (
        "A goal tells the model what its next reply is to do. A digit, enter or space takes a goal "
        "for one reply, a for every reply, f lets the model speak freely. w writes a goal that is "
        "not kept in the set. n, e and d write, change and delete goals of the set, u brings a "
        "deleted one back, J and K move them. All of that is saved at once in your own library: a "
        "copy of a set that came with ConvoTUI takes its place. s takes another set."
    )
    KEYS: ClassVar[tuple[Command, ...]] = KEYS
    BINDINGS: ClassVar[list[BindingType]] = bindings(KEYS)
    DEFAULT_CSS = """
    GoalPane {
        width: 28;
        border: round $primary 50%;
        padding: 0 1;
        &:focus-within { border: round $primary; }
        #goal-set { height: auto; max-height: 2; color: $text-muted; }
        #goal-state { height: auto; max-height: 3; text-style: bold; }
        #goal-search { display: none; height: 1; border: none; padding: 0; background: $boost; }
        &.-searching #goal-search { display: block; }
    }
    """

    class Chosen(Message):
        """Posted when a person chose another goal, or none; not when ``use`` was called."""

        def __init__(self, choice: GoalChoice) -> None:
            """Take what holds from now on."""
            super().__init__()
            self.choice = choice

    class SetChanged(Message):
        """Posted when a person took another set or edited this one, before any ``Chosen``."""

        def __init__(self, goals: GoalSet) -> None:
            """Take the set in use from now on."""
            super().__init__()
            self.goals = goals

    class EditFileWanted(Message):
        """Posted when a person wants to edit the set's file in their editor."""

        def __init__(self, goals: GoalSet) -> None:
            """Take the set; ``tui.goals.file_text`` gives what the editor is to open."""
            super().__init__()
            self.goals = goals

    def __init__(self, goals: GoalSet | None = None, *, id: str | None = None) -> None:
        """Take the set to begin with."""
        super().__init__(id=id)
        self.border_title = "Goals"
        self._goals = goals
        self._choice = _FREE
        self._used: Mapping[str, int] = {}
        self._editor = GoalEditor(self)

    @property
    def choice(self) -> GoalChoice:
        """What the next replies are to pursue."""
        return self._choice

    @property
    def goals(self) -> GoalSet | None:
        """The set in use."""
        return self._goals

    def compose(self) -> ComposeResult:
        """Lay the pane out."""
        yield Static(id="goal-set", markup=False)
        yield Static(id="goal-state", markup=False)
        yield LineField(placeholder="search", id="goal-search", compact=True)
        yield GoalList(id="goal-list")

    def on_mount(self) -> None:
        """Show what was given before."""
        self._refresh()

    # --- what is shown --------------------------------------------------------------------

    def show(self, goals: GoalSet) -> None:
        """Show a set; the choice stays as it is."""
        if self._goals is None or goals.name != self._goals.name:
            self._editor.forget()
        self._goals = goals
        self._refresh()

    def use(self, choice: GoalChoice) -> None:
        """Set the choice from outside; nothing is posted."""
        self._choice = choice
        self._refresh()

    def mark_used(self, counts: Mapping[str, int]) -> None:
        """Show how often goals, by their ids, were used in this dialog."""
        self._used = dict(counts)
        self._refresh()

    def pick(self, number: int) -> None:
        """Take a goal by its place, from 1, for the next reply; 0 takes none."""
        goals = self._goals.goals if self._goals else ()
        if number == 0:
            self._choose(_FREE)
        elif 1 <= number <= len(goals):
            self._list.point_at(goals[number - 1].id)
            self._choose(GoalChoice(goals[number - 1]))
        else:
            self.tell(f"There is no goal {number}: this set has {len(goals)}.")

    @property
    def _list(self) -> GoalList:
        return self.query_one(GoalList)

    def _refresh(self) -> None:
        if self.query_one_optional(GoalList) is None:
            return  # shown when it is mounted
        count = f" · {len(self._goals)} goals" if self._goals and len(self._goals) > 1 else ""
        name = f"{display_line(self._goals.name)}{count}" if self._goals else "no set: s takes one"
        self.query_one("#goal-set", Static).update(Content(name))
        self.query_one("#goal-state", Static).update(Content(self._choice.line))
        if self._goals:
            self._list.show(self._goals, self._choice, self._used)

    # --- choosing -------------------------------------------------------------------------

    def action_pick(self, number: int) -> None:
        """Take a goal by its digit."""
        self.pick(number)

    @on(OptionList.OptionSelected)
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.action_once()

    def action_once(self) -> None:
        """Take the goal under the cursor for one reply."""
        if goal := self._pointed():
            self._choose(GoalChoice(goal))

    def action_always(self) -> None:
        """Take the goal under the cursor for every reply."""
        if goal := self._pointed():
            self._choose(GoalChoice(goal, always=True))

    def action_free(self) -> None:
        """Take no goal."""
        self._choose(_FREE)

    def action_choose(self) -> None:
        """Pick a goal of a list, for one reply."""
        choices = [Choice(goal.id, goal.id, goal.text) for goal in self._goals or ()]
        chosen = self._choice.goal.id if self._choice.goal else None

        def take(goal_id: str | None) -> None:
            if goal_id is not None and self._goals and goal_id in self._goals:
                self._list.point_at(goal_id)
                self._choose(GoalChoice(self._goals[goal_id]))

        self.app.push_screen(PickOne("Which goal?", choices, chosen=chosen), take)

    def action_write(self, always: bool) -> None:
        """Write a goal that is not kept in the set."""

        def take(text: str | None) -> None:
            if text is not None:
                self._choose(GoalChoice(sets.spoken(text, self._goals), always))

        def check(text: str) -> str | None:
            if " " in sets.spoken(text, self._goals).text:
                return None
            return "Write a goal of several words, such as: talk about boats."

        title = "Goal for every reply" if always else "Goal for the next reply"
        hint = "a sentence, such as: talk about boats."
        self.app.push_screen(AskLine(title, hint=hint, check=check), take)

    def _choose(self, choice: GoalChoice) -> None:
        if choice == self._choice:
            return
        self.use(choice)
        self.post_message(self.Chosen(choice))

    def _pointed(self) -> Goal | None:
        goal = self._list.goal
        if goal is None:
            self.tell("No goal is under the cursor.")
        return goal

    # --- searching ------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave esc to others while nothing is searched."""
        return self.has_class("-searching") if action == "search_end" else True

    def action_search(self) -> None:
        """Open the search field."""
        self.add_class("-searching")
        self.query_one("#goal-search").focus()

    def action_search_end(self) -> None:
        """Show all goals again."""
        self.remove_class("-searching")
        self.query_one("#goal-search", LineField).value = ""
        self._list.search("")
        self._list.focus()

    @on(Input.Changed, "#goal-search")
    def _searched(self, event: Input.Changed) -> None:
        event.stop()
        self._list.search(event.value)

    @on(Input.Submitted, "#goal-search")
    def _found(self, event: Input.Submitted) -> None:
        """Go to what was found; the letters are commands there."""
        event.stop()
        self._list.focus()

    # --- editing the set ------------------------------------------------------------------

    def action_new(self) -> None:
        """Write a goal into the set."""
        if self._goals is None:
            self.tell("There is no set to write it into: take one with s.")
            return
        taken = [goal.id for goal in self._goals]
        self.app.push_screen(GoalForm(taken=taken, keep=self._editor.add))

    def action_edit(self) -> None:
        """Change the goal under the cursor."""
        if goal := self._pointed():
            taken = [other.id for other in self._goals or () if other.id != goal.id]
            keep = partial(self._editor.change, goal.id)
            self.app.push_screen(GoalForm(goal, taken=taken, keep=keep))

    def action_delete(self) -> None:
        """Delete the goal under the cursor."""
        if goal := self._pointed():
            self.run_worker(self._editor.delete(goal))

    def action_bring_back(self) -> None:
        """Put the goal that was deleted last back."""
        self.run_worker(self._editor.bring_back())

    def action_shift(self, by: int) -> None:
        """Move the goal under the cursor within the set."""
        if goal := self._pointed():
            self.run_worker(self._editor.move(goal, by))

    def take(self, goals: GoalSet, choice: GoalChoice, *, point_at: str | None = None) -> None:
        """Show a set that a person made or took, and tell who listens."""
        self.show(goals)
        if point_at is not None:
            self._list.point_at(point_at)
        self.post_message(self.SetChanged(goals))
        self._choose(choice)

    # --- other sets -----------------------------------------------------------------------

    def action_another(self) -> None:
        """Pick another set of the libraries."""
        known, problems = readable_goal_sets()
        for problem in problems:
            self.notify(display_line(problem), severity="warning", markup=False)
        by_name = {goals.name: goals for goals in known}
        choices = [
            Choice(goals.name, goals.name, f"{len(goals)} goals · {goals.description}")
            for goals in known
        ]
        chosen = self._goals.name if self._goals else None

        def take(name: str | None) -> None:
            if name is not None and by_name[name] != self._goals:
                before = self._goals or by_name[name]
                self.take(by_name[name], sets.follow(self._choice, before, by_name[name]))

        self.app.push_screen(PickOne("Which goal set?", choices, chosen=chosen), take)

    def action_edit_file(self) -> None:
        """Ask for the set's file to be opened in the person's editor."""
        if self._goals:
            self.post_message(self.EditFileWanted(self._goals))

    def tell(self, text: str) -> None:
        """Tell the person something in a sentence."""
        self.notify(display_line(text), markup=False)
