"""What a person does to the turns of a chat: ask for them, judge, correct and read them."""

from __future__ import annotations

from dataclasses import replace

from textual import on, work
from textual.widgets import Input

from convotui.engine.api import Event, InspectPrompt, JobFailed, PromptShown
from convotui.errors import ConvoTUIError
from convotui.tui import slash
from convotui.tui.overlays.ask import AskLine, Choice, PickOne
from convotui.tui.overlays.inspector import PromptInspector
from convotui.tui.overlays.text import TextScreen
from convotui.tui.screens.chat_writing import ChatWriting
from convotui.tui.widgets.chat_transcript import ChatTranscript
from convotui.tui.widgets.goal_pane import GoalPane
from convotui.tui.widgets.prompt import Prompt
from convotui.tui.writing import Writing


class ChatTurns(ChatWriting):
    """The chat's actions on turns: the one under the cursor, else the model's last."""

    _sought = ""

    @property
    def transcript(self) -> ChatTranscript:
        """The dialog's widget."""
        return self.query_one(ChatTranscript)

    # --- replies --------------------------------------------------------------------------

    def action_again(self) -> None:
        """Have the model make another candidate."""
        self.try_to(lambda: self.talk.again(self.transcript.cursor))

    def action_swipe(self, step: int) -> None:
        """Go through a turn's candidates."""
        self.try_to(lambda: self.talk.swipe(self.transcript.cursor, step))

    def action_write_for_me(self) -> None:
        """Have the model write the person's turn."""
        self.try_to(self.talk.write_for_me)

    @work
    async def action_candidates(self) -> None:
        """List a turn's candidates and choose one."""
        talk, cursor = self.talk, self.transcript.cursor
        if not self.try_to(lambda: talk.target(cursor)):
            return
        place = talk.target(cursor)
        turn = talk.dialog.turns[place]
        choices = [
            Choice(str(number), c.text, "yours" if c.source == "human" else c.version or "")
            for number, c in enumerate(turn.candidates)
        ]
        picked = PickOne(f"Turn {place + 1}: which one?", choices, chosen=str(turn.chosen))
        number = await self.app.push_screen_wait(picked)
        if number is not None:
            self.try_to(lambda: talk.session.choose(place, int(number)))
            self.changed()

    def action_choose_goal(self) -> None:
        """Choose a goal from a list, and come back to the text."""
        self.query_one(GoalPane).action_choose()

    def action_goal(self, number: int) -> None:
        """Choose a goal of the set by its place; 0 is none."""
        self.query_one(GoalPane).pick(number)

    # --- judging --------------------------------------------------------------------------

    def action_rate(self, rating: int) -> None:
        """Rate a turn 1-5; 0 clears."""

        def rate() -> None:
            place = self.talk.target(self.transcript.cursor)
            turn = self.talk.session.rate(place, rating or None)
            self.flash(f"rated {rating}, reward {turn.reward:+g}" if rating else "unrated")

        if self.try_to(rate):
            self.changed()

    @work
    async def action_reward(self) -> None:
        """Ask for a number as a turn's reward."""
        cursor = self.transcript.cursor
        if not self.try_to(lambda: self.talk.target(cursor)):
            return
        place = self.talk.target(cursor)

        def check(text: str) -> str | None:
            try:
                slash.number(text)
            except ConvoTUIError as problem:
                return str(problem)
            return None

        answer = await self.app.push_screen_wait(
            AskLine(f"Reward of turn {place + 1}?", hint="any number, such as 0.5", check=check)
        )
        if answer is not None:
            self.try_to(lambda: self.talk.session.reward(place, slash.number(answer)))
            self.changed()

    def action_exclude(self) -> None:
        """Leave a turn out of training, or take it in again."""

        def exclude() -> None:
            place = self.talk.target(self.transcript.cursor)
            excluded = not self.talk.dialog.turns[place].excluded
            self.talk.session.exclude(place, excluded)
            self.flash("left out of training" if excluded else "in training again")

        if self.try_to(exclude):
            self.changed()

    def action_correct(self) -> None:
        """Write what a reply should have been."""

        def correct() -> None:
            place, turn = self.talk.turn_of_model(self.transcript.cursor)
            self.write_as(Writing("correct", place, self.talk.dialog.id), turn.text)
            prompt = self.query_one(Prompt)
            prompt.focus()
            if prompt.text == turn.text:
                # Typing replaces it; an arrow key goes into it.
                prompt.select_all()

        self.try_to(correct)

    def action_edit(self) -> None:
        """Say an own turn anew."""

        def edit() -> None:
            place, turn = self.talk.turn_of_person(self.transcript.cursor)
            self.write_as(Writing("edit", place, self.talk.dialog.id), turn.text)
            self.query_one(Prompt).focus()

        self.try_to(edit)

    def action_branch(self) -> None:
        """Go on in a branch after the turn under the cursor."""
        self.try_to(lambda: self.talk.cut(self.talk.target(self.transcript.cursor)))

    def action_undo(self) -> None:
        """Take the last change back."""
        self.try_to(self.talk.undo)

    def action_redo(self) -> None:
        """Do again what was taken back."""
        self.try_to(self.talk.redo)

    # --- reading --------------------------------------------------------------------------

    def action_yank(self) -> None:
        """Copy a turn."""

        def copy() -> None:
            turn = self.talk.dialog.turns[self.talk.target(self.transcript.cursor)]
            self.convo.yank(turn.text)

        self.try_to(copy)

    def action_yank_all(self) -> None:
        """Copy the whole dialog."""
        names = self.talk.names
        lines = [f"{names[turn.speaker]}: {turn.text}" for turn in self.talk.dialog.turns]
        self.convo.yank("\n".join(lines))

    def action_find(self) -> None:
        """Open the search."""
        field = self.query_one("#find", Input)
        field.add_class("-open")
        field.focus()

    @on(Input.Changed, "#find")
    def _find(self, event: Input.Changed) -> None:
        event.stop()
        if event.value:
            self._sought = event.value
        places = self.transcript.find(event.value)
        if places:
            self.transcript.cursor = places[-1]

    @on(Input.Submitted, "#find")
    def _found(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_find_step(-1)

    def action_find_step(self, step: int) -> None:
        """Go to the next or previous match."""
        words = self.query_one("#find", Input).value or self._sought
        places = self.transcript.find(words)
        if not places:
            self.flash(f"'{words}' is nowhere in this dialog" if words else "nothing to find")
            return
        here = self.transcript.cursor
        here = places[-1] if here is None else here
        ahead = [p for p in places if (p > here if step > 0 else p < here)]
        around = places[0] if step > 0 else places[-1]
        place = (ahead[0] if step > 0 else ahead[-1]) if ahead else around
        self.transcript.cursor = place
        self.flash(f"match {places.index(place) + 1} of {len(places)}")

    def action_inspect(self) -> None:
        """Show what the model reads."""
        talk, cursor = self.talk, self.transcript.cursor
        turns = talk.dialog.turns
        at_turn = cursor is not None and turns[cursor].speaker == talk.partner
        place = cursor if at_turn and cursor is not None else len(turns)
        before = replace(talk.dialog, turns=turns[:place])
        goal = talk.choice.goal
        if at_turn and turns[place].goal:
            goal = talk.goal(turns[place].goal or "")
        texts = [turn.text for turn in before.turns]
        request = InspectPrompt(
            before, talk.partner, goal, dict(talk.session.goal_texts), talk.sampling
        )
        self.submit(request, "reading the prompt", lambda event: self._inspected(event, texts))

    def _inspected(self, event: Event, texts: list[str]) -> None:
        if isinstance(event, PromptShown):
            cut = texts[: event.dropped_turns]
            self.app.push_screen(PromptInspector(event, cut, on_copy=self.convo.yank))
        elif isinstance(event, JobFailed):
            self.tell(event.message, bad=True)

    def action_typed_commands(self) -> None:
        """List the commands that can be typed."""
        self.app.push_screen(TextScreen("Typed commands", slash.HELP))
