"""The chat, and what its keys do."""

from __future__ import annotations

import json
import random
from dataclasses import asdict, replace
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.binding import BindingType
from textual.widgets import Input

from convotui.dialog import Persona, list_personas, load_persona, save_goals_text
from convotui.dialog.library import is_slug
from convotui.engine.api import Event, InspectPrompt, JobFailed, PromptShown
from convotui.engine.session import Fact, Judgement
from convotui.errors import ConvoTUIError, UsageError
from convotui.paths import get_paths
from convotui.tui import slash
from convotui.tui.commands import Command, bindings
from convotui.tui.editor import edit_text
from convotui.tui.goals import file_text
from convotui.tui.overlays.ask import AskLine, Choice, PickOne
from convotui.tui.overlays.export_form import ExportForm
from convotui.tui.overlays.inspector import PromptInspector
from convotui.tui.overlays.persona_library import PersonaLibrary
from convotui.tui.overlays.reward_form import RewardForm
from convotui.tui.overlays.sampling_form import SamplingForm
from convotui.tui.overlays.text import TextScreen
from convotui.tui.rejected import keep_rejected
from convotui.tui.screens.chat_panes import ChatPanes
from convotui.tui.settings import save_sampling
from convotui.tui.summaries import dialog_summary
from convotui.tui.widgets.chat_transcript import ChatTranscript
from convotui.tui.widgets.goal_pane import GoalPane
from convotui.tui.widgets.prompt import Prompt
from convotui.tui.writing import SAY, Writing


class ChatScreen(ChatPanes):
    """The chat."""

    BINDING_GROUP_TITLE = "Chat"
    HELP = (
        "Talk with a model that plays a persona. The text field is below the dialog; tab goes on "
        "to the goals and the personas. Everything said, rated and corrected is stored at once. "
        "ctrl+t ends the dialog with a reward, ctrl+n begins a new one, F8 finds old ones."
    )
    KEYS: ClassVar[tuple[Command, ...]] = (
        Command(
            "again",
            "ctrl+r",
            "again",
            "Another candidate",
            "Of the turn under the cursor, else of the last reply; the old one is kept.",
            "another",
            priority=True,
        ),
        Command(
            "end",
            "ctrl+t",
            "end",
            "End and reward",
            "Outcome, goal reached, rating, number, note for the whole dialog.",
            "end",
            priority=True,
        ),
        Command(
            "new-dialog",
            "ctrl+n",
            "new_dialog",
            "New dialog",
            "The same personas, nothing said yet; the old one is in the library.",
            "new",
            priority=True,
        ),
        Command(
            "new-random",
            "",
            "new_random",
            "New dialog with a random persona",
            "The partner's persona is drawn from the library.",
        ),
        Command(
            "partner-opens",
            "",
            "partner_opens",
            "New dialog that the partner opens",
            "With its greeting if the persona has one.",
        ),
        Command(
            "panes",
            "ctrl+l",
            "panes",
            "Show or hide panes",
            "Personas and goals; drawers where the terminal is narrow.",
            "panes",
            priority=True,
        ),
        Command("leave", "escape", "leave", "Stop or leave", "Stops a reply, leaves the text."),
        Command("dialog-export", "ctrl+s", "export", "Export this dialog", priority=True),
        Command("rename", "", "rename", "Rename this dialog", "Its name in lists and files."),
        Command("redo", "ctrl+y", "redo", "Redo", "Does again what was undone."),
        Command("find", "ctrl+f,slash", "find", "Find in the dialog", "Case is ignored."),
        Command(
            "write-for-me",
            "alt+m",
            "write_for_me",
            "Have the model write my side",
            "As a draft that you can change before you send it.",
            priority=True,
        ),
        Command(
            "editor",
            "ctrl+g",
            "editor",
            "Write in $EDITOR",
            "What stands in the text field, in your own editor.",
            priority=True,
        ),
        Command(
            "persona",
            "",
            "persona",
            "Choose the partner's persona",
            "From the library.",
        ),
        Command(
            "chat-goal",
            "alt+g",
            "choose_goal",
            "Choose a goal while writing",
            "A list to search; enter takes a goal for the next reply.",
            priority=True,
        ),
        *(
            Command(
                f"chat-goal-{n}",
                f"alt+{n}",
                f"goal({n})",
                f"Goal {n} of the set, once" if n else "No goal",
                priority=True,
                palette=n == 0,
            )
            for n in range(10)
        ),
    )
    BINDINGS: ClassVar[list[BindingType]] = bindings(KEYS)

    @property
    def transcript(self) -> ChatTranscript:
        """The dialog's widget."""
        return self.query_one(ChatTranscript)

    # --- dialogs --------------------------------------------------------------------------

    def action_new_dialog(self) -> None:
        """Begin a new dialog with the same personas."""
        talk = self.talk
        self.settle()
        me, partner = self._played(1 - talk.partner), self._played(talk.partner)
        self._begin(me, partner, talk.partner)

    def action_new_random(self) -> None:
        """Begin a new dialog with a persona that is drawn."""

        def draw() -> None:
            self.settle()
            persona = random.choice(list_personas())
            self._begin(self._played(1 - self.talk.partner), persona, self.talk.partner)

        self.try_to(draw)

    def action_partner_opens(self) -> None:
        """Begin a new dialog in which the partner speaks first."""
        talk = self.talk
        self.settle()
        self._begin(self._played(1 - talk.partner), self._played(talk.partner), 0)

    def _begin(self, me: Persona | None, persona: Persona | None, partner: int) -> None:
        self.transcript.follow()
        self.talk.begin(me, persona, partner=partner)
        self.flash("a new dialog; F8 finds the old ones")
        self.query_one(Prompt).focus()

    def _played(self, side: int) -> Persona | None:
        """The persona of a side as it was edited, without what is muted."""
        facts = tuple(fact.text for fact in self.talk.session.facts(side) if not fact.muted)
        name = self.talk.session.persona_name(side)
        return Persona(name or "unnamed", facts, self._greeting(name)) if facts else None

    def _greeting(self, name: str | None) -> str | None:
        """Find how a persona opens; the name in a dialog may be no name of the library."""
        known = self.convo.begin.persona
        if known and known.name == name:
            return known.greeting
        try:
            return load_persona(name).greeting if name and is_slug(name) else None
        except UsageError:
            return None

    @work
    async def action_end(self) -> None:
        """Ask how the dialog went."""
        talk = self.talk
        store, draft = self.convo.store, f"judgement:{talk.dialog.id}"
        kept = store.kept(draft)
        form = RewardForm(
            Judgement(**json.loads(kept)) if kept else talk.session.judgement,
            summary=dialog_summary(talk.dialog),
            on_draft=lambda judgement: store.keep(draft, json.dumps(asdict(judgement))),
        )
        judgement = await self.app.push_screen_wait(form)
        if judgement is None:
            return
        if not self.try_to(lambda: talk.session.judge(judgement)):
            self.try_to(lambda: store.keep(draft, json.dumps(asdict(judgement))))
            return
        store.keep(draft, None)
        value = talk.dialog.return_
        said = "ended" if value is None else f"ended: return {value:+g}"
        self.flash(f"{said}; ctrl+n begins a new dialog")
        self.changed()

    @work
    async def action_rename(self) -> None:
        """Ask for the dialog's title."""
        title = self.talk.dialog.meta.get("title", "")
        answer = await self.app.push_screen_wait(AskLine("Call this dialog what?", title))
        if answer is not None:
            self.try_to(lambda: self.talk.session.set_meta(title=answer or None))
            self.changed()

    @work
    async def action_export(self) -> None:
        """Ask for a file and write the dialog to it."""
        talk = self.talk
        default = Path.cwd() / f"{talk.dialog.id}.jsonl"
        form = ExportForm(default, lambda: [talk.dialog])
        written = await self.app.push_screen_wait(form)
        if written:
            self.tell(f"Written to {written[0]}.")

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
        places = self.transcript.find(event.value)
        if places:
            self.transcript.cursor = places[-1]

    @on(Input.Submitted, "#find")
    def _found(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_find_step(-1)

    def action_find_step(self, step: int) -> None:
        """Go to the next or previous match."""
        words = self.query_one("#find", Input).value
        places = self.transcript.find(words)
        if not places:
            self.flash(f"'{words}' is nowhere in this dialog" if words else "nothing to find")
            return
        here = self.transcript.cursor
        here = places[-1] if here is None else here
        ahead = [p for p in places if (p > here if step > 0 else p < here)]
        around = places[0] if step > 0 else places[-1]
        self.transcript.cursor = (ahead[0] if step > 0 else ahead[-1]) if ahead else around

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

    # --- settings -------------------------------------------------------------------------

    @work
    async def action_sampling(self) -> None:
        """Ask how replies are sampled."""
        talk = self.talk
        answer = await self.app.push_screen_wait(SamplingForm(talk.sampling, talk.candidates))
        if answer is None:
            return
        sampling, candidates, keep = answer
        talk.use_sampling(sampling, candidates)
        self.convo.sampling = sampling
        self.flash("replies are sampled like this from now on")
        if keep:
            self.try_to(lambda: save_sampling(get_paths().config_file, sampling))
        self.changed()

    @work
    async def action_persona(self) -> None:
        """Choose the partner's persona from the library."""
        persona = await self.app.push_screen_wait(PersonaLibrary())
        if persona is not None:
            facts = tuple(Fact(text) for text in persona.facts)
            side = self.talk.partner
            self.try_to(lambda: self.talk.session.set_facts(side, facts, persona.name))
            self.changed()

    def action_editor(self) -> None:
        """Write in the person's own editor."""
        prompt = self.query_one(Prompt)

        def edit() -> None:
            text = edit_text(self.app, prompt.text)
            if text is not None:
                prompt.put(text.strip("\n"))
                self.save_draft()

        self.try_to(edit)

    @on(GoalPane.EditFileWanted)
    def _edit_goal_file(self, event: GoalPane.EditFileWanted) -> None:
        """Let the person edit a copy of the goal set's file, and take it when it is right."""
        event.stop()

        def edit() -> None:
            text = edit_text(self.app, file_text(event.goals), suffix=".toml")
            if text is None:
                return
            try:
                goals = save_goals_text(event.goals.name, text)
            except ConvoTUIError as problem:
                raise ConvoTUIError(
                    f"{problem} {keep_rejected(text, 'rejected-goals.toml')}"
                ) from None
            self.query_one(GoalPane).show(goals)
            self.talk.session.use_goals(goals)
            self.changed()

        self.try_to(edit)

    # --- going about ----------------------------------------------------------------------

    def action_write(self) -> None:
        """Go to the text field."""
        self.transcript.follow()
        self.query_one(Prompt).focus()

    def action_go_to(self, pane: str) -> None:
        """Go to a pane, opening it where it is a drawer."""
        if pane == "goals":
            self._open("#right")
            self.query_one("#goals OptionList").focus()

    def action_panes(self) -> None:
        """Show or hide the panes; where they are drawers, one after the other."""
        left, right = self.query_one("#left"), self.query_one("#right")
        if not self.has_class("-narrow"):
            self.toggle_class("-closed")
            return
        if left.has_class("-open"):
            self._open("#right")
            self.query_one("#goals OptionList").focus()
        elif right.has_class("-open"):
            self._close_drawers()
        else:
            self._open("#left")
            self.query_one("#partner FactList").focus()

    def _open(self, drawer: str) -> None:
        self.remove_class("-closed")
        for name in ("#left", "#right"):
            self.query_one(name).set_class(name == drawer, "-open")

    def _close_drawers(self) -> None:
        for name in ("#left", "#right"):
            self.query_one(name).remove_class("-open")
        self.query_one(Prompt).focus()

    def action_leave(self) -> None:
        """Close, else stop, else leave the text, else let go of the turn."""
        find = self.query_one("#find", Input)
        drawers = [self.query_one(name) for name in ("#left", "#right")]
        if find.has_class("-open"):
            find.remove_class("-open")
            find.value = ""
            self.transcript.focus()
        elif any(drawer.has_class("-open") for drawer in drawers):
            self._close_drawers()
        elif self.talk.stop():
            self.flash("stopping…")
            self.growing()
        elif self.writing != SAY:
            self.write_as(SAY)
            self.transcript.focus()
        elif self.query_one(Prompt).has_focus:
            self.transcript.focus()
        else:
            self.transcript.follow()
            self.query_one(Prompt).focus()
