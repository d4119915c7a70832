"""What is written in the chat: turns, corrections, turns said anew, typed commands, drafts."""

from __future__ import annotations

from functools import partial

from textual import on
from textual.timer import Timer
from textual.widgets import TextArea

from convotui.tui import slash
from convotui.tui.screens.chat_panes import ChatPanes
from convotui.tui.talk import Talk
from convotui.tui.widgets.chat_transcript import ChatTranscript
from convotui.tui.widgets.goal_pane import GoalPane
from convotui.tui.widgets.persona_pane import PersonaPane
from convotui.tui.widgets.prompt import Prompt
from convotui.tui.writing import SAY, Writing

DRAFT_SECONDS = 0.3


class ChatWriting(ChatPanes):
    """Takes what is written in the text field, and keeps what is not finished.

    Attributes:
        writing: what the text field is for at the moment.
    """

    def __init__(self) -> None:
        """Begin with nothing written."""
        super().__init__()
        self.writing = SAY
        self._draft_timer: Timer | None = None

    def on_mount(self) -> None:
        """Begin the first dialog, with what was being written when the app last ended."""
        begin, store = self.convo.begin, self.convo.store
        self.talk = Talk(store, self, begin.goals, begin.sampling)
        self.query_one(GoalPane).show(begin.goals)
        for pane in self.query(PersonaPane):
            pane.hide(store.kept(f"hidden:{pane.side}") is not None)
        self.began = True
        if begin.dialog is not None:
            self.try_to(lambda: self.talk.reopen(begin.dialog or 0))
        else:
            partner = 0 if begin.partner_opens else 1
            self.talk.begin(begin.me, begin.persona, partner=partner, seed=begin.seed)
        if self.convo.model:
            self.model_ready()
        prompt = self.query_one(Prompt)
        prompt.put(store.kept(SAY.draft) or "")
        prompt.focus()

    def write_as(self, writing: Writing, text: str | None = None) -> None:
        """Use the text field for something else; what stood there is kept as a draft.

        Args:
            writing: what it is for from now on.
            text: what it begins with where there is no draft.
        """
        self.save_draft()
        self.writing = writing
        prompt = self.query_one(Prompt)
        prompt.put(self.convo.store.kept(writing.draft) or text or "")
        prompt.remembers = writing.kind != "correct"
        prompt.set_class(writing.kind != "say", "-special")
        prompt.border_title = writing.title

    def save_draft(self) -> None:
        """Keep what stands in the text field."""
        if self._draft_timer:
            self._draft_timer.stop()
            self._draft_timer = None
        prompt = self.query_one_optional(Prompt)
        if prompt is not None and self.began:
            self.convo.keep(self.writing.draft, prompt.text or None)

    @on(TextArea.Changed, "#prompt")
    def _draft_soon(self) -> None:
        if self._draft_timer is None:
            self._draft_timer = self.set_timer(DRAFT_SECONDS, self.save_draft)

    @on(Prompt.Sent)
    def _sent(self, event: Prompt.Sent) -> None:
        prompt, writing = self.query_one(Prompt), self.writing
        if writing.position is not None and writing.dialog != self.talk.dialog.id:
            prompt.give_back(event.text)
            self.write_as(SAY)
            self.flash("That dialog is no longer open; the text is kept as a draft.", bad=True)
        elif not self.try_to(lambda: self._use_text(event.text, event.suggested)):
            prompt.give_back(event.text)
        elif writing.position is None:
            self.save_draft()
        else:
            since = prompt.text
            prompt.put("")
            self.write_as(SAY)
            prompt.put(f"{prompt.text}{since}")
            if writing.kind == "correct" and not since:
                # Back to where the correction was asked for: the next key is a command again.
                self.query_one(ChatTranscript).focus()

    def _use_text(self, text: str, suggested: bool) -> None:
        writing, talk = self.writing, self.talk
        if writing.kind == "correct" and writing.position is not None:
            talk.correct(writing.position, text)
            self.flash("corrected; both texts are kept as a pair")
        elif writing.kind == "edit" and writing.position is not None:
            talk.edit(writing.position, text)
        elif text.startswith("/") and not text.startswith("//"):
            answer = slash.run(text, talk)
            self.changed()
            if answer.flash:
                self.flash(answer.flash)
            if answer.action:
                self.call_later(self.run_action, answer.action)
        else:
            self.query_one(ChatTranscript).follow()
            said = text.removeprefix("/") if text.startswith("//") else text
            talk.send(said, drafted=suggested)

    def settle(self) -> None:
        """Keep what is being written everywhere, because another dialog comes."""
        self.save_draft()
        if self.writing != SAY:
            self.write_as(SAY)
        for side, pane in self.panes():
            with pane.prevent(PersonaPane.Edited):  # it would be heard in the dialog that comes
                pane.commit()
            facts, name = pane.facts, pane.name
            if facts != self.talk.session.facts(side):
                self.try_to(partial(self.talk.session.set_facts, side, facts, name))

    def drafted(self, text: str) -> None:
        """Put what the model wrote before the person: enter says it, edited or not."""
        self.write_as(SAY)
        self.query_one(Prompt).suggest(text)
        self.query_one(Prompt).focus()
        self.flash("written by the model: change it as you like, enter says it")
