"""The app: modes, the engine behind them, and what is the same everywhere."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events, work
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.screen import Screen
from textual.timer import Timer
from textual.widget import Widget

from convotui.decoders.sampling import Sampling
from convotui.decoders.sources import PERSONAGPT
from convotui.dialog import display, display_line
from convotui.engine.api import (
    Engine,
    Event,
    JobDone,
    JobFailed,
    ModelReady,
    Request,
)
from convotui.engine.start import REAL, start
from convotui.errors import ConvoTUIError
from convotui.store import Store
from convotui.tui.app_keys import APP_KEYS
from convotui.tui.bridge import Desk, Mailbox, job_words
from convotui.tui.clipboard import yank
from convotui.tui.commands import Command, bindings
from convotui.tui.frame import ModeScreen
from convotui.tui.keymap import check_keymap, conflicts, key_name
from convotui.tui.models import Models
from convotui.tui.overlays.ask import AskLine, Confirm
from convotui.tui.overlays.help import HelpScreen
from convotui.tui.overlays.jump import JumpOverlay
from convotui.tui.palette import palette_commands
from convotui.tui.start import Start
from convotui.tui.talk import Talk
from convotui.tui.typeahead import TypeAhead
from convotui.tui.widgets.status_line import Status, StatusLine

if TYPE_CHECKING:
    from convotui.tui.screens.chat import ChatScreen

log = logging.getLogger(__name__)

EVENT_SECONDS = 0.05
"""Least time between two batches of engine events."""
FLASH_SECONDS = 4.0
THEME = "theme"


class ConvoApp(App[int]):
    """The whole app; ``run()`` returns the exit code."""

    TITLE = "convotui"
    CSS_PATH = "styles.tcss"
    BINDING_GROUP_TITLE = "Everywhere"
    HELP = (
        "The function keys go from screen to screen; what runs goes on behind them. tab and "
        "shift+tab go from pane to pane, ctrl+o jumps to one. In a text field letters are text; "
        "in a list or a dialog they are commands. esc leaves, it never quits."
    )
    COMMAND_PALETTE_BINDING = "f9"
    KEYS: ClassVar[tuple[Command, ...]] = APP_KEYS
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(KEYS),
        Binding("ctrl+c", "help_quit", show=False, system=True),
    ]

    class EventsWaiting(Message):
        """The engine has said something."""

    def __init__(self, start_with: Start, store: Store, *, engine: str = REAL) -> None:
        """Take what to begin with.

        Args:
            start_with: what the command line asked for.
            store: where everything is kept.
            engine: dotted name of the engine.

        Raises:
            UsageError: the config remaps a command that does not exist.
        """
        # Screens are made lazily, so that the first paint waits for one of them only.
        from convotui.tui.screens.chat import ChatScreen

        super().__init__()
        self.begin = start_with
        self.store = store
        self.sampling: Sampling = start_with.sampling
        self._mailbox = Mailbox(lambda: self.post_message(self.EventsWaiting()))
        self._engine_name = engine
        self.engine: Engine = start(self._mailbox.put, store, engine=engine)
        self.desk = Desk(self.engine)
        self.models = Models(self, start_with.load)
        self._ahead = TypeAhead(self)
        self._asking = False
        self.clock: Callable[[], float] = time.monotonic
        self._flash = ("", False)
        self._flash_timer: Timer | None = None
        self._called_for = ""
        self.set_keymap(check_keymap(start_with.config.keys))
        self.add_mode("chat", ChatScreen)
        self.add_mode("selfplay", _selfplay)
        self.add_mode("train", _train)
        self.add_mode("library", _library)

    # --- beginning and ending -------------------------------------------------------------

    def on_mount(self) -> None:
        """Show the first screen; the model comes after the first paint."""
        self._take_theme()
        # Without remapped keys there is nothing to look for, which would import every screen.
        for sentence in conflicts(self.begin.config.keys) if self.begin.config.keys else ():
            self.tell(sentence, bad=True)
        self.theme_changed_signal.subscribe(self, lambda theme: self.keep(THEME, theme.name))
        self.switch_mode(self.begin.mode)
        self.call_after_refresh(self.models.begin)

    def _take_theme(self) -> None:
        wanted = self.begin.config.theme or self.store.kept(THEME) or ""
        if wanted in self.available_themes:
            self.theme = wanted
        elif self.begin.config.theme:
            known = ", ".join(sorted(self.available_themes))
            self.tell(f"There is no theme '{wanted}': there are {known}.", bad=True)

    async def action_quit(self) -> None:
        """Leave; ask first if something runs on by itself."""
        self.leave()

    @work
    async def leave(self) -> None:
        """Ask about running work, then end the app."""
        running = [work.title for work in self.desk.long]
        # Asked once more while the question is open, it is answered.
        if running and not self._asking:
            question = f"Quit while {' and '.join(running)} runs? What it has done so far is kept."
            self._asking = True
            try:
                if not await self.push_screen_wait(Confirm(question, yes="quit", no="stay")):
                    return
            finally:
                self._asking = False
        self.each_mode("settle")
        self.exit(0)

    def _mode_screens(self) -> list[ModeScreen]:
        stacks = self._screen_stacks.values()
        return [screen for stack in stacks for screen in stack if isinstance(screen, ModeScreen)]

    async def on_event(self, event: events.Event) -> None:
        """Handle an event; keys wait for what an earlier one is still opening."""
        if not isinstance(event, events.Key | events.Paste) or event.is_forwarded:
            await super().on_event(event)
            return
        if isinstance(event, events.Paste):
            # Not every field is ours: the palette's draws what it is given.
            event.text = display(event.text.replace("\r\n", "\n").replace("\r", "\n"))
        if self.is_running and not self._ahead.holds(event):
            target = self._ahead.begin(event)
            await super().on_event(event)
            if target is not None:
                self._ahead.sent(target)

    @property
    def model(self) -> ModelReady | None:
        """The live model."""
        return self.models.live

    @property
    def model_problem(self) -> str:
        """Why there is none, where loading failed."""
        return self.models.problem

    # --- the engine -----------------------------------------------------------------------

    def submit(self, request: Request, title: str, on_event: Any, *, long: bool = False) -> int:
        """Queue a job; its events go to ``on_event`` in the app's thread."""
        self.models.begin()
        job = self.desk.submit(request, title, on_event, long=long)
        self.show_status()
        return job

    def cancel(self, job: int) -> None:
        """Ask a job to end."""
        self.desk.cancel(job)
        self.show_status()

    def on_convo_app_events_waiting(self) -> None:
        """Handle a batch of engine events, then leave the engine alone for a moment."""
        if not self.is_running:
            return  # the widgets that would show them are going
        events = self._mailbox.take()
        for event in events:
            self._handle(event)
        if events:
            self.show_status()
            self.set_timer(EVENT_SECONDS, self.on_convo_app_events_waiting)

    def _handle(self, event: Event) -> None:
        self.models.notice(event)
        try:
            work = self.desk.handle(event)
        except ConvoTUIError as problem:
            self.tell(str(problem), bad=True)
            return
        if work and work.long and isinstance(event, JobDone | JobFailed):
            # Whoever left it running may be in another window.
            self.bell()
        if work and work.long and isinstance(event, JobFailed):
            self.tell(f"{work.title} failed: {event.message}", bad=True)

    def keep(self, name: str, text: str | None) -> bool:
        """Keep a draft or a preference; say why where that is not possible."""
        try:
            self.store.keep(name, text)
        except ConvoTUIError as problem:
            self.flash(str(problem), bad=True)
            return False
        return True

    def each_mode(self, method: str) -> None:
        """Call a method of every mode's screen that has it."""
        for screen in self._mode_screens():
            getattr(screen, method, lambda: None)()

    # --- dialogs, for the other screens ----------------------------------------------------

    @property
    def open_key(self) -> int | None:
        """Key of the dialog that is open in the chat; None before something is said there."""
        chat = self._chat()
        return chat.talk.session.key if chat else None

    def open_dialog(self, key: int) -> None:
        """Go on with a stored dialog in the chat."""
        played = {key for screen in self._mode_screens() for key in screen.keys_in_use()}
        self._in_chat(lambda talk: talk.continue_from(key) if key in played else talk.reopen(key))

    def continue_in_chat(self, key: int) -> None:
        """Go on with a copy of a stored dialog in the chat."""
        self._in_chat(lambda talk: talk.continue_from(key))

    def dialog_changed(self) -> None:
        """Take note that something else has changed the dialog open in the chat."""
        chat = self._chat()
        if chat:
            chat.talk.session.reload()
            chat.changed()

    @work
    async def _in_chat(self, action: Callable[[Talk], None]) -> None:
        if self.current_mode != "chat":
            await self.switch_mode("chat")
        chat = self._chat()
        if chat is None:
            return
        chat.settle()
        if chat.try_to(lambda: action(chat.talk)):
            chat.action_write()

    @work
    async def play_with(self, policy: str, goals: str) -> None:
        """Show the self-play form with a policy and the goal set it knows."""
        from convotui.tui.screens.selfplay import SelfPlayScreen
        from convotui.tui.widgets.play_form import PlayForm

        await self.switch_mode("selfplay")
        screen = next(s for s in self._mode_screens() if isinstance(s, SelfPlayScreen))
        screen.action_play_new()
        form = screen.query_one(PlayForm)
        form.put("policy", policy)
        form.put("goals", goals)

    def _chat(self) -> ChatScreen | None:
        from convotui.tui.screens.chat import ChatScreen

        found = (s for s in self._mode_screens() if isinstance(s, ChatScreen) and s.began)
        return next(found, None)

    def get_key_display(self, binding: Binding) -> str:
        """Write a key in the footer as the help and the documents do."""
        return binding.key_display or key_name(binding.key)

    # --- telling --------------------------------------------------------------------------

    def flash(self, text: str, *, bad: bool = False) -> None:
        """Answer a key with a few words in the status line."""
        self._flash = (text, bad)
        if self._flash_timer:
            self._flash_timer.stop()
        self._flash_timer = self.set_timer(FLASH_SECONDS, self._end_flash)
        self.show_status()

    def tell(self, text: str, *, bad: bool = False) -> None:
        """Tell something that deserves more than the status line."""
        self.notify(
            display_line(text),
            severity="error" if bad else "information",
            markup=False,
            timeout=12 if bad else 6,
        )

    def call_for(self, words: str) -> None:
        """Say in the status line what waits for the person; no words end that."""
        self._called_for = words
        self.show_status()

    def _end_flash(self) -> None:
        self._flash = ("", False)
        self.show_status()

    def show_status(self) -> None:
        """Bring the status line of the mode's screen up to date."""
        stack = self._screen_stacks.get(self.current_mode) or []
        screen = next((s for s in stack if isinstance(s, ModeScreen)), None)
        line = screen.query_one_optional(StatusLine) if screen else None
        if screen is None or line is None:
            return
        flash, bad = self._flash
        line.show(
            Status(
                place=screen.status_place(),
                model=self.models.words,
                device=self.model.device if self.model else "",
                job=self._called_for or job_words(self.desk.shown),
                state=screen.status_state(),
                flash=flash,
                bad=bad,
            )
        )

    # --- actions --------------------------------------------------------------------------

    async def action_mode(self, mode: str) -> None:
        """Go to another screen."""
        if mode != self.current_mode:
            await self.switch_mode(mode)

    def action_help(self) -> None:
        """Show what can be done here, or close that again."""
        if isinstance(self.screen, HelpScreen):
            self.screen.dismiss()
        else:
            self.push_screen(HelpScreen(self.screen))

    def action_jump(self) -> None:
        """Put letters on the panes and go to the one that is pressed."""
        if isinstance(self.screen, JumpOverlay):
            return
        here = self.screen

        def go(widget: Widget | None) -> None:
            if widget is not None:
                here.set_focus(widget)

        self.push_screen(JumpOverlay(here), go)

    @work
    async def action_load_model(self) -> None:
        """Ask for a model and load it."""
        now = self.models.wanted
        hint = "auto, smollm2, personagpt, hub:org/name@revision, or a folder"
        name = await self.push_screen_wait(AskLine("Load which model?", now, hint=hint))
        if name:
            self.models.load(name)

    def action_pull_personagpt(self) -> None:
        """Fetch and convert personaGPT."""
        self.models.pull(PERSONAGPT)

    def action_stop_loading(self) -> None:
        """Call off what the model is waiting for."""
        self.models.stop()

    def action_save_screenshot(self) -> None:
        """Save the screen as it was before the palette, and say where."""
        self.set_timer(0.1, self._save_screenshot)

    def _save_screenshot(self) -> None:
        try:
            path = self.save_screenshot()
        except OSError as error:
            self.tell(f"The screenshot cannot be written: {error.strerror}.", bad=True)
            return
        self.tell(f"Saved {path}.")

    def yank(self, text: str) -> None:
        """Copy a text, and say how that was done."""
        self._copy(text)

    @work
    async def _copy(self, text: str) -> None:
        try:
            self.flash(await yank(text, self))
        except ConvoTUIError as problem:
            self.tell(str(problem), bad=True)

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Offer everything that can be done here."""
        return palette_commands(screen)


def _selfplay() -> Screen[None]:
    from convotui.tui.screens.selfplay import SelfPlayScreen

    return SelfPlayScreen()


def _train() -> Screen[None]:
    from convotui.tui.screens.train import TrainScreen

    return TrainScreen()


def _library() -> Screen[None]:
    from convotui.tui.screens.library import LibraryScreen

    return LibraryScreen()
