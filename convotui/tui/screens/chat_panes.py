"""The chat's panes: personas left, the dialog in the middle, goals and rewards right."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from textual import on
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Static

from convotui.dialog import display_line
from convotui.engine.api import ENDINGS, CountTokens, Event, JobDone, Request, TokensCounted
from convotui.errors import ConvoTUIError
from convotui.tui.frame import ModeScreen
from convotui.tui.goals import GoalChoice
from convotui.tui.summaries import rewards_so_far
from convotui.tui.talk import Talk
from convotui.tui.widgets.chat_transcript import ChatTranscript
from convotui.tui.widgets.fields import LineField
from convotui.tui.widgets.goal_pane import GoalPane
from convotui.tui.widgets.persona_pane import PersonaPane
from convotui.tui.widgets.prompt import Prompt

EMPTY = (
    "Say something below; the model answers as its persona. F1 says what can be done here, "
    "ctrl+p searches it all."
)


class ChatPanes(ModeScreen):
    """Lays the chat out, shows what its ``Talk`` holds, and takes what is written.

    Attributes:
        talk: the dialog under way; it is there once the screen is mounted.
        began: whether there is a talk yet.
    """

    CSS_PATH = "chat.tcss"
    # From the first key on: the panes come first on the screen, and letters are commands there.
    AUTO_FOCUS = "#prompt"
    place = "chat"
    talk: Talk

    def __init__(self) -> None:
        """Begin without a dialog; it comes with the mount."""
        super().__init__()
        self._counting: int | None = None
        self._costs: dict[str, int] = {}
        self.began = False

    def compose_body(self) -> Iterable[Widget]:
        """Lay out personas, dialog and goals."""
        with Vertical(id="left"):
            yield PersonaPane(1, "PARTNER", id="partner")
            yield PersonaPane(0, "ME", id="me")
        with Vertical(id="centre"):
            yield ChatTranscript(id="transcript", empty=EMPTY)
            yield LineField(placeholder="find in this dialog · enter older · esc closes", id="find")
            yield Prompt(id="prompt", placeholder="write, enter sends")
        with Vertical(id="right"):
            yield GoalPane(id="goals")
            yield Static(id="rewards", markup=False)

    def go_home(self) -> None:
        """Go to the text field."""
        self.query_one(Prompt).focus()

    # --- what the talk needs (``convotui.tui.talk.Host``) -----------------------------------

    def submit(self, request: Request, title: str, on_event: Callable[[Event], None]) -> int:
        """Queue a job."""
        return self.convo.submit(request, title, on_event)

    def cancel(self, job: int) -> None:
        """Ask a job to end."""
        self.convo.cancel(job)

    def flash(self, text: str, *, bad: bool = False) -> None:
        """Say something in passing."""
        self.convo.flash(text, bad=bad)

    def tell(self, text: str, *, bad: bool = False) -> None:
        """Say something that matters."""
        self.convo.tell(text, bad=bad)

    def growing(self) -> None:
        """Show the reply under way."""
        transcript, pending = self.query_one_optional(ChatTranscript), self.talk.pending
        if transcript is None:
            # The engine still has something to say while the app is being taken down.
            return
        if pending is None:
            transcript.live(None)
            return
        text = pending.texts[0] if pending.texts else ""
        notes = [f"→ {pending.goal.id}"] if pending.goal else []
        if pending.kind == "candidate":
            notes.append(f"for turn {pending.position + 1}")
        elif pending.kind == "draft":
            notes.append("a draft for you")
        if len(pending.texts) > 1:
            notes.append(f"{len(pending.texts)} candidates")
        if not self.convo.model:
            notes.append("waits for the model")
        notes.append("stopping…" if pending.stopping else "esc stops")
        transcript.live(pending.speaker, text, display_line(" · ".join(notes)))
        self.convo.show_status()

    def changed(self) -> None:
        """Show the dialog, its personas and its goals as they are now."""
        if not self.began or self.query_one_optional(ChatTranscript) is None:
            return
        talk = self.talk
        self.growing()
        self.query_one(ChatTranscript).show(talk.dialog, talk.names)
        for side, pane in self.panes():
            pane.show(talk.session.persona_name(side), talk.session.facts(side))
        self._show_costs()
        self._count_tokens()
        goals = self.query_one(GoalPane)
        goals.use(talk.choice)
        goals.mark_used(talk.goal_counts)
        self.query_one("#rewards", Static).update(rewards_so_far(talk.dialog))
        self.convo.show_status()

    def model_ready(self) -> None:
        """Use the model that has just become live."""
        if self.began and self.convo.model:
            self._costs = {}
            self.talk.model_ready(self.convo.model)
            self.changed()

    # --- the status line ------------------------------------------------------------------

    def status_place(self) -> str:
        """Name the dialog."""
        if not self.began:
            return "chat"
        key, title = self.talk.session.key, self.talk.dialog.meta.get("title")
        name = "new dialog" if key is None else f"dialog {key}"
        return f"{name} {title}" if title else name

    def status_state(self) -> str:
        """Say what is going on with the dialog."""
        if not self.began:
            return ""
        if self.talk.pending:
            return "replying · esc stops"
        value = self.talk.dialog.return_
        return "saved" if value is None else f"saved · return {value:+g}"

    def try_to(self, action: Callable[[], object]) -> bool:
        """Do something; a problem becomes a sentence in the status line."""
        try:
            action()
        except ConvoTUIError as problem:
            self.flash(str(problem), bad=True)
            return False
        return True

    # --- the panes ------------------------------------------------------------------------

    def panes(self) -> list[tuple[int, PersonaPane]]:
        """Pair each persona pane with the side it shows now."""
        partner = self.talk.partner
        return [
            (1 - partner, self.query_one("#me", PersonaPane)),
            (partner, self.query_one("#partner", PersonaPane)),
        ]

    @on(PersonaPane.Hidden)
    def _persona_hidden(self, event: PersonaPane.Hidden) -> None:
        self.convo.keep(f"hidden:{event.side}", "yes" if event.hidden else None)

    @on(PersonaPane.Edited)
    def _persona_edited(self, event: PersonaPane.Edited) -> None:
        side = next(side for side, pane in self.panes() if pane.side == event.side)
        self.try_to(lambda: self.talk.session.set_facts(side, event.facts, event.name))
        self.changed()

    @on(GoalPane.Chosen)
    def _goal_chosen(self, event: GoalPane.Chosen) -> None:
        self.use_goal(event.choice)

    def use_goal(self, choice: GoalChoice) -> None:
        """Give the next reply, or every one, a goal."""
        self.talk.choice = choice
        self.changed()

    @on(GoalPane.SetChanged)
    def _goals_changed(self, event: GoalPane.SetChanged) -> None:
        self.try_to(lambda: self.talk.session.use_goals(event.goals))
        self.changed()

    def _count_tokens(self) -> None:
        """Ask what the facts cost; the answer goes to the panes."""
        facts = [fact.text for side, _ in self.panes() for fact in self.talk.session.facts(side)]
        asked = self._counting is not None or self._costs.keys() >= set(facts)
        if asked or self.convo.model is None:
            return
        self._counting = self.submit(
            CountTokens(tuple(facts)), "counting tokens", lambda event: self._counted(event, facts)
        )

    def _counted(self, event: Event, facts: list[str]) -> None:
        if isinstance(event, TokensCounted):
            self._costs = dict(zip(facts, event.counts, strict=True))
        elif isinstance(event, ENDINGS):
            self._counting = None
            self._show_costs()
            if isinstance(event, JobDone):
                self._count_tokens()

    def _show_costs(self) -> None:
        for side, pane in self.panes():
            facts = self.talk.session.facts(side)
            counts = [self._costs[fact.text] for fact in facts if fact.text in self._costs]
            pane.cost(tuple(counts) if len(counts) == len(facts) else None)
