"""The self-play screen, F4: start a run, watch it, step into it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual import events, on, work
from textual.binding import BindingType
from textual.widget import Widget
from textual.widgets import ContentSwitcher

from convotui.engine.api import (
    ENDINGS,
    Event,
    JobDone,
    JobFailed,
    LineRefused,
    Pace,
    Pause,
    PlayDialogs,
    Resume,
    Step,
)
from convotui.errors import ConvoTUIError
from convotui.gyms.plan import SelfPlayPlan
from convotui.store import write_dialogs
from convotui.tui.commands import Command, bindings
from convotui.tui.overlays.ask import Confirm, PickOne
from convotui.tui.play_choices import run_choices
from convotui.tui.plays import Phase, Play, next_pace, pace_words, stored_play
from convotui.tui.screens.selfplay_dialog import NOTHING_RUNS
from convotui.tui.screens.selfplay_start import StartActions
from convotui.tui.widgets.episode_list import EpisodeList
from convotui.tui.widgets.play_form import PlayForm
from convotui.tui.widgets.play_view import PlayTranscript, PlayView, SayBar


class SelfPlayScreen(StartActions):
    """Shows one run: the one being played, or one of before."""

    BINDING_GROUP_TITLE = "Self-play screen"
    HELP = (
        "Here the model talks to itself. Fill in the form and start; then watch the dialogs, step "
        "in where you like, and rate them. A run goes on while you are on other screens."
    )
    KEYS: ClassVar[tuple[Command, ...]] = ()
    BINDINGS: ClassVar[list[BindingType]] = bindings(KEYS)
    CSS_PATH = "selfplay.tcss"
    place = "self-play"

    def __init__(self) -> None:
        """Begin with the form."""
        super().__init__()
        self._drawing = False

    def compose_body(self) -> Iterable[Widget]:
        """Put the form and the run in one place."""
        begin = self.convo.begin
        with ContentSwitcher(initial="play-form", id="play-switch"):
            yield PlayForm(begin.plan, begin.goals, begin.out, id="play-form")
            yield PlayView(id="play-view")

    def on_mount(self) -> None:
        """Begin with the run that the command line asked for, if it did."""
        begin = self.convo.begin
        self.query_one(PlayForm).sample(self.convo.sampling)
        if begin.autostart and begin.plan is not None and begin.mode == "selfplay":
            self.start(begin.plan, begin.out)
        else:
            self.query_one(PlayForm).begin()

    def on_screen_resume(self) -> None:
        """Show what has happened meanwhile."""
        super().on_screen_resume()
        self.query_one(PlayForm).sample(self.convo.sampling)
        if self.shown is not None:
            self.changed |= set(self.shown.episodes)
            self.draw()

    def status_place(self) -> str:
        """Say which run is shown."""
        return f"self-play · {self.shown.run}" if self.shown and self.shown.run else "self-play"

    def settle(self) -> None:
        """Write what a run has finished, because the app is about to end."""
        play = self.running
        if play is not None and play.out is not None and play.finished:
            try:
                write_dialogs(play.out, self.dialogs_of(play, finished=True))
            except ConvoTUIError as problem:
                self.log.error(str(problem))

    def play(self, plan: SelfPlayPlan, out: Path | None) -> None:
        """Hand a plan to the engine and show its run."""
        play = Play(plan.episodes, plan.turns, out=out)
        self.running = play
        self.query_one(PlayForm).problem("")
        play.job = self.convo.submit(
            PlayDialogs(plan), "self-play", partial(self._on_event, play), long=True
        )
        self._show(play)

    # --- events ---------------------------------------------------------------------------

    def _on_event(self, play: Play, event: Event) -> None:
        changed = play.handle(event)
        if isinstance(event, LineRefused):
            self.convo.tell(event.message, bad=True)
        gone, play.gone = play.gone, []
        for episode in gone:
            self.delete(play, episode)
        if isinstance(event, ENDINGS):
            self._ended(play, event)
        if play is self.shown:
            self.changed |= changed
            self._redraw()

    def _ended(self, play: Play, event: Event) -> None:
        self.running = None
        if isinstance(event, JobDone):
            for sentence in event.summary.get("notes", ()):
                self.convo.tell(sentence)
        if play.out is not None and play.finished:
            self._write(play)
        elif not isinstance(event, JobFailed):
            self.convo.tell(self._result(play))

    def _result(self, play: Play) -> str:
        stopped = " was stopped" if play.phase is Phase.STOPPED else ""
        kept = f" They are kept as {play.run}." if play.run and play.done else ""
        return f"Self-play{stopped}: {play.summary()}.{kept}"

    @work
    async def _write(self, play: Play) -> None:
        """Write a run's finished dialogs to its file."""
        out = play.out
        if out is None:
            return
        try:
            dialogs = await asyncio.to_thread(self.dialogs_of, play, finished=True)
            count = await asyncio.to_thread(write_dialogs, out, dialogs)
        except ConvoTUIError as problem:
            self.convo.tell(f"{self._result(play)} {problem}", bad=True)
        else:
            self.convo.tell(f"{self._result(play)} {count} written to {out}.")

    # --- showing --------------------------------------------------------------------------

    def _show(self, play: Play) -> None:
        """Show a run instead of what is shown."""
        self.shown = play
        self.changed = set(play.episodes)
        self.query_one(PlayView).remove_class("-reading")
        self.query_one(ContentSwitcher).current = "play-view"
        self.query_one(EpisodeList).focus()
        self.draw()
        self.convo.show_status()

    def _redraw(self) -> None:
        """Draw once for all events of a batch, and not at all behind another mode."""
        if not self._drawing and self.convo.current_mode == "selfplay":
            self._drawing = True
            self.call_later(self.draw)

    def draw(self) -> None:
        """Bring the screen up to date now."""
        self._drawing = False
        play = self.shown
        if play is None or not self.is_attached:
            return
        changed, self.changed = self.changed, set()
        view = self.query_one(PlayView)
        # Nobody's words or ratings go to another dialog under their hands.
        busy = isinstance(self.focused, PlayTranscript | SayBar)
        view.show(play, changed, following=self._following and not busy)
        self._draw_episode()

    def _draw_episode(self) -> None:
        play = self.shown
        if play is None:
            return
        episode = self.episode
        if episode is not None and episode.dialog is None and episode.key is not None:
            try:
                episode.show(self.convo.store.load(episode.key))
            except ConvoTUIError as problem:
                self.convo.tell(str(problem), bad=True)
        self.query_one(PlayView).show_episode(play, episode)

    @on(EpisodeList.Selected)
    def _selected(self, event: EpisodeList.Selected) -> None:
        event.stop()
        if event.by_hand and self._following:
            self._following = False
            self._redraw()
        self._draw_episode()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Where there is room for one pane only, show the one with the focus."""
        if isinstance(event.widget, PlayTranscript | SayBar):
            self.query_one(PlayView).add_class("-reading")
        elif isinstance(event.widget, EpisodeList):
            self.query_one(PlayView).remove_class("-reading")

    # --- actions: the run -----------------------------------------------------------------

    def action_play_pause(self) -> None:
        """Pause the run, or let it go on."""
        play = self.steered
        if play is None or play.phase is Phase.STOPPING:
            return
        if play.phase is Phase.PLAYING:
            play.phase = Phase.PAUSING
            self.steer(play, Pause())
        else:
            # A pause that had not taken effect is never announced, and neither is its end.
            play.phase = Phase.PLAYING if play.phase is Phase.PAUSING else play.phase
            self.steer(play, Resume())
        self._redraw()

    def action_play_step(self) -> None:
        """Let every dialog have one more turn."""
        play = self.steered
        if play is not None and play.phase is not Phase.STOPPING:
            if play.phase is Phase.PLAYING:
                play.phase = Phase.PAUSING
            self.steer(play, Step())
            self._redraw()

    def action_play_pace(self, by: int) -> None:
        """Make the run slower (1) or faster (-1)."""
        play = self.steered
        if play is not None:
            play.pace = next_pace(play.pace, by)
            self.steer(play, Pace(play.pace))
            self.convo.flash(pace_words(play.pace))
            self._redraw()

    def action_play_follow(self) -> None:
        """Go with the newest turn of all episodes, or stop doing so."""
        self._following = not self._following
        self.convo.flash("following the newest turn" if self._following else "not following")
        self._redraw()

    @work
    async def action_play_stop(self) -> None:
        """Stop the run after a question."""
        play = self.running
        if play is None or play.job is None:
            self.convo.flash(NOTHING_RUNS)
            return
        question = "Stop the run? What it has played so far is kept."
        if await self.app.push_screen_wait(Confirm(question, yes="stop it", no="go on")):
            if not play.phase.ended:
                play.phase = Phase.STOPPING
                self.convo.cancel(play.job)
            self._redraw()

    def action_play_new(self) -> None:
        """Show the form."""
        self.query_one(ContentSwitcher).current = "play-form"
        self.query_one(PlayForm).begin()

    @on(PlayForm.Left)
    def _leave_form(self) -> None:
        if self.shown is None:
            self.convo.flash("no run to go back to: o lists earlier ones")
            return
        self.query_one(ContentSwitcher).current = "play-view"
        self.query_one(EpisodeList).focus()

    @work
    async def action_play_runs(self) -> None:
        """Show an earlier run, or go back to the one under way."""
        try:
            runs = [run for run in self.convo.store.runs() if run["kind"] == "selfplay"]
        except ConvoTUIError as problem:
            self.convo.tell(str(problem), bad=True)
            return
        if not runs:
            self.convo.flash("There is no earlier run.")
            return
        shown = self.shown.run if self.shown else None
        name = await self.app.push_screen_wait(
            PickOne("Which run?", run_choices(runs), chosen=shown)
        )
        if name is None:
            return
        if self.running is not None and self.running.run == name:
            self._show(self.running)
            return
        run = next(run for run in runs if run["id"] == name)
        self._show(stored_play(run, self.convo.store.list_dialogs(name)))
