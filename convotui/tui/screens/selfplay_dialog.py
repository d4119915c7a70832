"""What can be done to the dialog that the self-play screen shows."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from textual import on, work
from textual.widgets import Input

from convotui.dialog import Dialog
from convotui.engine.api import Command, Drop, HandBack, SayLine, TakeOver
from convotui.errors import ConvoTUIError
from convotui.rewards.manual import manual_reward
from convotui.tui.episodes import Episode, State, as_text
from convotui.tui.frame import ModeScreen
from convotui.tui.overlays.ask import AskLine, PickOne
from convotui.tui.overlays.export_form import ExportForm
from convotui.tui.play_choices import side_choices
from convotui.tui.plays import Phase, Play
from convotui.tui.widgets.episode_list import EpisodeList
from convotui.tui.widgets.play_view import PlayTranscript, PlayView, SayBar

NOTHING_RUNS = "Nothing is being played: n starts a new run."
NOT_STORED = "Nothing has been said in it yet."


class DialogActions(ModeScreen):
    """The part of the self-play screen that acts on the dialog under the cursor.

    Attributes:
        shown: the run on the screen.
        changed: indices of its episodes that are to be drawn again.
    """

    def __init__(self) -> None:
        """Begin without a run."""
        super().__init__()
        self.shown: Play | None = None
        self.changed: set[int] = set()
        self._deleted: list[tuple[Play, Episode]] = []
        self._following = False

    def draw(self) -> None:
        """Bring the screen up to date now."""
        raise NotImplementedError

    @property
    def episode(self) -> Episode | None:
        """The episode under the list's cursor."""
        chosen = self.query_one(EpisodeList).selected
        return None if self.shown is None or chosen is None else self.shown.episodes.get(chosen)

    @property
    def steered(self) -> Play | None:
        """The run that is shown, if it can be steered; else the person is told."""
        play = self.shown
        if play is None or play.phase.ended:
            self.convo.flash(NOTHING_RUNS)
            return None
        if play.phase is Phase.QUEUED:
            self.convo.flash("It has not begun yet.")
            return None
        return play

    def steer(self, play: Play, command: Command) -> None:
        """Send a command to the engine."""
        if play.job is not None:
            self.convo.engine.steer(play.job, command)

    def dialogs_of(self, play: Play, *, finished: bool) -> list[Dialog]:
        """Load the dialogs of a run as they are stored now; any thread.

        Args:
            play: the run.
            finished: leave those out that have not come to their end.
        """
        episodes = sorted(play.episodes.values(), key=lambda episode: episode.index)
        return [
            self.convo.store.load(episode.key)
            for episode in episodes
            if episode.key is not None
            and episode.state is not State.DROPPED
            and (episode.finished or not finished)
        ]

    def draw_changed(self, episode: Episode) -> None:
        """Draw an episode again."""
        self.changed.add(episode.index)
        self.draw()

    def action_play_open(self) -> None:
        """Go to the dialog, and there to the line of a side taken over."""
        view = self.query_one(PlayView)
        say = self.query_one(SayBar)
        here = self.focused
        view.add_class("-reading")
        if isinstance(here, PlayTranscript) and say.display:
            say.focus()
        else:
            self.query_one(PlayTranscript).focus()

    def action_play_back(self) -> None:
        """Go from the line to the dialog, and from there to the list."""
        if isinstance(self.focused, SayBar):
            self.set_focus(self.query_one(PlayTranscript))
            self.draw()
            return
        self.query_one(PlayView).remove_class("-reading")
        self.query_one(EpisodeList).focus()

    @work
    async def action_play_take(self) -> None:
        """Take a side of the dialog over, or hand it back."""
        play, episode = self.steered, self.episode
        if play is None or episode is None:
            return
        if episode.taken is not None:
            episode.hand_back()
            self.steer(play, HandBack(episode.index))
            self.convo.flash("handed back")
        elif not episode.active:
            self.convo.flash("This dialog is over.")
        else:
            side = await self.app.push_screen_wait(
                PickOne(f"Which side of {episode.number}?", side_choices(episode))
            )
            if side is None or not episode.active:
                return
            self._following = False  # it would lead away from the line
            self.query_one(EpisodeList).select(episode.index)
            episode.taken = int(side)
            self.steer(play, TakeOver(episode.index, episode.taken))
            self.query_one(PlayView).add_class("-reading")
            self.draw_changed(episode)
            self.query_one(SayBar).focus()
            return
        self.draw_changed(episode)

    @on(Input.Changed, "#play-say")
    def _drafted(self, event: Input.Changed) -> None:
        event.stop()
        if self.episode is not None and self.episode.taken is not None:
            self.episode.draft = event.value

    @on(Input.Submitted, "#play-say")
    def _said(self, event: Input.Submitted) -> None:
        event.stop()
        play, episode = self.steered, self.episode
        if play is None or episode is None or episode.taken is None:
            return
        if not episode.wanted:
            self.convo.flash("kept: the other side is speaking")
        elif not event.value.strip():
            self.convo.flash("Type something to say.")
        else:
            text = event.value.strip()
            episode.say(text)
            self.steer(play, SayLine(episode.index, text))
            self.draw_changed(episode)

    def action_play_chat(self) -> None:
        """Go on with the dialog in the chat."""
        episode = self.episode
        if episode is None or episode.key is None:
            self.convo.flash(NOT_STORED)
        else:
            self.convo.continue_in_chat(episode.key)

    def action_play_rate(self, rating: int) -> None:
        """Rate the turn under the cursor; 0 takes its rating away."""
        position = self.query_one(PlayTranscript).cursor
        if position is None:
            self.convo.flash(NOT_STORED)
            return
        self._rate(position, rating or None)

    @work
    async def action_play_rate_dialog(self) -> None:
        """Ask for a rating of the whole dialog."""
        episode = self.episode
        if episode is None or episode.key is None:
            self.convo.flash(NOT_STORED)
            return
        now = str(episode.dialog.rating or "") if episode.dialog else ""
        answer = await self.app.push_screen_wait(
            AskLine(
                f"How good is the whole of {episode.number}? 1 (bad) to 5 (good)",
                now,
                hint="enter accepts, nothing or 0 takes the rating away, esc leaves",
                check=lambda text: None if text in ("", *"012345") else "Type a digit from 1 to 5.",
            )
        )
        if answer is not None:
            self._rate(None, int(answer or 0) or None, episode)

    def _rate(
        self, position: int | None, rating: int | None, episode: Episode | None = None
    ) -> None:
        episode = episode or self.episode
        if episode is None or episode.key is None:
            self.convo.flash(NOT_STORED)
            return
        reward = None if rating is None else manual_reward(rating)
        try:
            self.convo.store.rate(episode.key, position, rating, reward)
        except ConvoTUIError as problem:
            self.convo.tell(str(problem), bad=True)
            return
        episode.rate(position, rating)
        self.convo.flash(f"rated {rating}" if rating else "rating taken away")
        self.draw_changed(episode)

    def action_play_drop(self) -> None:
        """Drop the dialog: end it if it is played, and delete what is stored of it."""
        play, episode = self.shown, self.episode
        if play is None or episode is None:
            self.convo.flash("There is no dialog here.")
        elif episode.active and not play.phase.ended:
            episode.leaving = True
            self.steer(play, Drop(episode.index))
            self.convo.flash(f"dropping {episode.number}…")
        elif play.drop(episode):
            self.delete(play, episode)
            self.draw_changed(episode)
        else:
            self.convo.flash(f"{episode.number} is dropped already.")

    def delete(self, play: Play, episode: Episode) -> None:
        """Delete what is stored of an episode that was dropped."""
        if episode.key is None:
            self.convo.flash(f"{episode.number} dropped")
            return
        try:
            self.convo.store.delete_dialog(episode.key)
        except ConvoTUIError as problem:
            self.convo.tell(str(problem), bad=True)
            return
        self._deleted.append((play, episode))
        self.convo.flash(f"{episode.number} dropped, u brings it back")

    def action_play_undo(self) -> None:
        """Bring the dialog that was dropped last back into the store."""
        if not self._deleted:
            self.convo.flash("No dialog was dropped.")
            return
        play, episode = self._deleted[-1]
        try:
            self.convo.store.restore_dialog(episode.key or 0)
        except ConvoTUIError as problem:
            self.convo.tell(str(problem), bad=True)
            return
        self._deleted.pop()
        play.bring_back(episode)
        self.convo.flash(f"{episode.number} is back")
        if play is self.shown:
            self.draw_changed(episode)

    def action_play_yank(self) -> None:
        """Copy the turn under the cursor, or the newest one."""
        dialog = self.episode.dialog if self.episode else None
        if dialog is None or not dialog.turns:
            self.convo.flash(NOT_STORED)
            return
        position = self.query_one(PlayTranscript).cursor
        self.convo.yank(dialog.turns[-1 if position is None else position].text)

    def action_play_yank_all(self) -> None:
        """Copy the whole dialog."""
        dialog = self.episode.dialog if self.episode else None
        if dialog is None or not dialog.turns:
            self.convo.flash(NOT_STORED)
            return
        self.convo.yank(as_text(dialog))

    @work
    async def action_play_export(self) -> None:
        """Write the dialogs of the run to a file."""
        play = self.shown
        if play is None or not play.done:
            self.convo.flash("There is no dialog to export.")
            return
        path = Path.cwd() / f"{play.run}.jsonl"
        form = ExportForm(
            path, partial(self.dialogs_of, play, finished=False), what=f"the dialogs of {play.run}"
        )
        written = await self.app.push_screen_wait(form)
        if written is not None:
            self.convo.tell(f"Wrote {written[0]}.")
