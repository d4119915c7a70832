"""The chat: dialogs, settings and going about; what is done to turns is in ``chat_turns``."""

from __future__ import annotations

import json
import random
from dataclasses import asdict
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.binding import BindingType
from textual.widgets import Input

from convotui.dialog import Persona, list_personas, load_persona, save_goals_text
from convotui.dialog.library import is_slug
from convotui.dialog.types import MAX_FACTS
from convotui.engine.session import Fact, Judgement
from convotui.errors import ConvoTUIError, UsageError
from convotui.paths import get_paths
from convotui.tui.commands import Command, bindings
from convotui.tui.editor import edit_text
from convotui.tui.goals import file_text
from convotui.tui.overlays.ask import AskLine
from convotui.tui.overlays.export_form import ExportForm
from convotui.tui.overlays.persona_library import PersonaLibrary
from convotui.tui.overlays.reward_form import RewardForm
from convotui.tui.overlays.sampling_form import SamplingForm
from convotui.tui.rejected import keep_rejected
from convotui.tui.screens.chat_keys import CHAT_KEYS
from convotui.tui.screens.chat_turns import ChatTurns
from convotui.tui.settings import save_sampling
from convotui.tui.summaries import dialog_summary
from convotui.tui.widgets.goal_pane import GoalPane
from convotui.tui.widgets.prompt import Prompt
from convotui.tui.writing import SAY


class ChatScreen(ChatTurns):
    """The chat."""

    BINDING_GROUP_TITLE = "Chat"
    HELP = (
        "Talk with a model that plays a persona. The text field is below the dialog; tab goes on "
        "to the goals and the personas. Everything said, rated and corrected is stored at once. "
        "ctrl+t ends the dialog with a reward, ctrl+n begins a new one, F8 finds old ones."
    )
    KEYS: ClassVar[tuple[Command, ...]] = CHAT_KEYS
    BINDINGS: ClassVar[list[BindingType]] = bindings(KEYS)

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
        if self.try_to(lambda: self.talk.begin(me, persona, partner=partner)):
            self.flash("a new dialog; F8 finds the old ones")
        self.query_one(Prompt).focus()

    def _played(self, side: int) -> Persona | None:
        """The persona of a side as it was edited, without what is muted."""
        facts = tuple(fact.text for fact in self.talk.session.facts(side) if not fact.muted)
        # An imported dialog may have blank ones, and any number.
        facts = tuple(fact for fact in facts if fact.strip())[:MAX_FACTS]
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
        talk, session = self.talk, self.talk.session
        draft = f"judgement:{talk.dialog.id}"
        kept = self.convo.store.kept(draft)
        form = RewardForm(
            Judgement(**json.loads(kept)) if kept else talk.session.judgement,
            summary=dialog_summary(talk.dialog),
            on_draft=lambda judgement: self.convo.keep(draft, json.dumps(asdict(judgement))),
        )
        judgement = await self.app.push_screen_wait(form)
        if judgement is None:
            return
        if not self.try_to(lambda: session.judge(judgement)):
            self.convo.keep(draft, json.dumps(asdict(judgement)))
            return
        self.convo.keep(draft, None)
        value = session.dialog.return_
        said = "ended" if value is None else f"ended: return {value:+g}"
        self.flash(f"{said}; ctrl+n begins a new dialog")
        self.changed()

    @work
    async def action_rename(self) -> None:
        """Ask for the dialog's title."""
        session = self.talk.session
        title = session.dialog.meta.get("title")
        title = title if isinstance(title, str) else ""
        answer = await self.app.push_screen_wait(AskLine("Call this dialog what?", title))
        if answer is not None:
            self.try_to(lambda: session.set_meta(title=answer or None))
            self.changed()

    @work
    async def action_export(self) -> None:
        """Ask for a file and write the dialog to it."""
        talk = self.talk
        default = Path.cwd() / f"dialog-{talk.session.key or 'new'}.jsonl"
        form = ExportForm(default, lambda: [talk.dialog])
        written = await self.app.push_screen_wait(form)
        if written:
            self.tell(f"Written to {written[0]}.")

    # --- settings -------------------------------------------------------------------------

    @work
    async def action_sampling(self) -> None:
        """Ask how replies are sampled."""
        talk = self.talk
        answer = await self.app.push_screen_wait(SamplingForm(talk.sampling, talk.candidates))
        if answer is None:
            return
        sampling, candidates, keep = answer
        if not self.try_to(lambda: talk.use_sampling(sampling, candidates)):
            return
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
        elif self.query_one(Prompt).has_focus and self.talk.dialog.turns:
            self.transcript.focus()
        else:
            self.transcript.follow()
            self.query_one(Prompt).focus()
