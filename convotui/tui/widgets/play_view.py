"""A self-play run being watched: its list, the chosen dialog, and the line a person says in it."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input, Static

from convotui.dialog import Dialog, display_line
from convotui.tui.commands import Command, bindings
from convotui.tui.episodes import SIDES, TIMES, Episode, State
from convotui.tui.plays import Play
from convotui.tui.widgets.episode_list import EpisodeList
from convotui.tui.widgets.fields import LineField
from convotui.tui.widgets.play_panel import PlayPanel
from convotui.tui.widgets.transcript import Transcript

RATE = "Rates the turn under the cursor, from 1 (bad) to 5 (good)."


class PlayTranscript(Transcript):
    """The dialog of an episode; goes along with the newest turn until the cursor leaves it."""

    BINDING_GROUP_TITLE = "Self-play dialog"
    HELP = (
        "The dialog of the episode, as far as it is. With the cursor on the newest turn it goes "
        "along with what is said; move up and it stays. Digits rate the turn under the cursor."
    )
    KEYS: ClassVar[tuple[Command, ...]] = (
        *(
            Command(f"play-rate-{n}", str(n), f"screen.play_rate({n})", f"Rate the turn {n}", RATE)
            for n in range(1, 6)
        ),
        Command("play-rate-clear", "0", "screen.play_rate(0)", "Take the turn's rating away"),
    )
    BINDINGS: ClassVar[list[BindingType]] = bindings(KEYS)

    def show(self, dialog: Dialog, names: tuple[str, str] = SIDES) -> None:
        """Show a dialog; a cursor on its newest turn moves to the one that is newest now."""
        last = len(self._turns) - 1
        newest = self.cursor is not None and self.cursor == last
        super().show(dialog, names)
        if newest or (self.has_focus and self.cursor is None):
            self.cursor = len(dialog) - 1 if len(dialog) else None

    def begin(self, dialog: Dialog) -> None:
        """Show another dialog from its end."""
        self.cursor = None
        self.live(None)
        self.show(dialog)
        if self.cursor is None:
            self.follow()


class SayBar(LineField):
    """Where a person types the turns of the side that was taken over."""

    BINDING_GROUP_TITLE = "Your side"
    HELP = (
        "You speak for one side of this episode; the others go on meanwhile. Type its next turn "
        "and press enter when it is your turn. Esc leaves the line, what you typed stays. "
        "Hand the side back with t in the list or the dialog."
    )

    def ask(self, episode: Episode) -> None:
        """Say whose turn it is, and show what was typed for this episode."""
        if episode.taken is None:
            return
        side = SIDES[episode.taken]
        name = display_line(episode.names[episode.taken])
        self.placeholder = (
            f"{side}'s turn: type what {name} says, enter says it"
            if episode.wanted
            else f"you speak for {side} ({name}): the other side is speaking"
        )
        if self.value != episode.draft:
            with self.prevent(Input.Changed):
                self.value = episode.draft
                self.cursor_position = len(episode.draft)


class PlayView(Vertical):
    """The list of episodes and the dialog of the chosen one."""

    BINDING_GROUP_TITLE = "Self-play"
    HELP = (
        "The model talks to itself here, several dialogs at a time; every turn is stored as it is "
        "played. Watch any of them, pause all, go turn by turn, rate turns, drop a dialog, or take "
        "over a side and type its turns yourself. The run goes on while you are on other screens."
    )
    KEYS: ClassVar[tuple[Command, ...]] = (
        Command(
            "play-pause",
            "space",
            "screen.play_pause",
            "Pause or go on",
            "Stops inside a turn; the chat still gets its replies.",
            "pause",
        ),
        Command(
            "play-step",
            "full_stop",
            "screen.play_step",
            "One round of turns",
            "Every dialog being played gets its next turn, then all pause.",
            "turn",
        ),
        Command(
            "play-slower",
            "less_than_sign",
            "screen.play_pace(1)",
            "Slower",
            "Holds the run to fewer turns a second.",
        ),
        Command("play-faster", "greater_than_sign", "screen.play_pace(-1)", "Faster"),
        Command(
            "play-open",
            "enter",
            "screen.play_open",
            "Open the dialog",
            "Goes from the list to the dialog, and there to the line of a side taken over.",
        ),
        Command("play-back", "escape", "screen.play_back", "Back to the list"),
        Command(
            "play-take",
            "t",
            "screen.play_take",
            "Take over a side, or hand it back",
            "You type the turns of that side of this episode.",
            "take over",
        ),
        Command(
            "play-chat",
            "b",
            "screen.play_chat",
            "Go on with it in the chat",
            "Opens a branch of the dialog in the chat; this one stays as it is.",
            "chat",
        ),
        Command("play-rate-dialog", "r", "screen.play_rate_dialog", "Rate the whole dialog"),
        Command(
            "play-drop",
            "x",
            "screen.play_drop",
            "Drop the dialog",
            "It ends here and is deleted; u brings it back, but it is not played on.",
            "drop",
        ),
        Command("play-undo", "u", "screen.play_undo", "Bring the last dropped dialog back"),
        Command(
            "play-follow",
            "f",
            "screen.play_follow",
            "Follow the newest turn",
            "The list goes to the episode that has got a turn last; moving in it ends that.",
        ),
        Command("play-yank", "y", "screen.play_yank", "Copy the turn"),
        Command("play-yank-all", "Y", "screen.play_yank_all", "Copy the whole dialog"),
        Command("play-export", "ctrl+s", "screen.play_export", "Export the dialogs of this run"),
        Command("play-stop", "s", "screen.play_stop", "Stop the run", "Asks first.", "stop"),
        Command("play-new", "n", "screen.play_new", "New run", "Shows the form.", "new"),
        Command("play-runs", "o", "screen.play_runs", "Show an earlier run"),
    )
    BINDINGS: ClassVar[list[BindingType]] = bindings(KEYS)

    def __init__(self, *, id: str | None = None) -> None:
        """Begin without a run."""
        super().__init__(id=id)
        self._episode: Episode | None = None
        self._live: tuple[int | None, str] = (None, "")

    def compose(self) -> ComposeResult:
        """Put list and dialog side by side, and below them how far the run is."""
        with Horizontal(id="play-both"):
            yield EpisodeList(id="play-list")
            with Vertical(id="play-right"):
                yield Static(id="play-head", markup=False)
                yield PlayTranscript(id="play-transcript", empty="Nothing has been said yet.")
                # What was typed before is not to be replaced by the next letter.
                say = SayBar(id="play-say", compact=True, select_on_focus=False)
                say.display = False
                yield say
        yield PlayPanel(id="play-panel")

    def show(self, play: Play, changed: set[int], *, following: bool) -> None:
        """Show a run; the list draws only the episodes that changed.

        Args:
            play: the run.
            changed: indices of the episodes that look different now.
            following: whether the list goes to the episode with the newest turn.
        """
        episodes = self.query_one(EpisodeList)
        episodes.show(tuple(play.episodes.values()), changed)
        if following and play.newest is not None:
            episodes.select(play.newest)
        self.query_one(PlayPanel).show(play, following=following)

    def show_episode(self, play: Play, episode: Episode | None) -> None:
        """Show the dialog of an episode."""
        transcript = self.query_one(PlayTranscript)
        dialog = (episode.dialog if episode else None) or Dialog(id="")
        another = episode is not self._episode
        if another:
            self._episode, self._live = episode, (None, "")
            transcript.begin(dialog)
        else:
            transcript.show(dialog)
        live = _under_way(play, episode)
        if live != self._live:
            self._live = live
            transcript.live(live[0], "", live[1])
        self.query_one("#play-head", Static).update(_head(play, episode), layout=False)
        say = self.query_one(SayBar)
        taken = episode is not None and episode.taken is not None
        if episode is not None and taken:
            say.ask(episode)
        # It stays under the hands of who is typing: in the dialog letters are commands.
        here = say.display and self.screen.focused is say
        stays = here and not another and bool(say.value)
        if here and not taken and not stays:
            transcript.focus()
        say.display = taken or stays


def _under_way(play: Play, episode: Episode | None) -> tuple[int | None, str]:
    """Say whose turn comes next, and what is to be said of it."""
    if episode is None or not episode.active or play.phase.ended:
        return None, ""
    side = episode.count % 2
    if episode.wanted:
        return side, "your turn"
    return side, "paused" if play.paused else "speaking…"


def _head(play: Play, episode: Episode | None) -> Content:
    if episode is None:
        return Content("")
    first, second = (display_line(name) for name in episode.names)
    parts = [f"A {first}{TIMES}B {second}", f"{episode.count} of {play.turns} turns"]
    if episode.stars:
        parts.append(episode.stars)
    if episode.taken is not None:
        parts.append(f"you speak for {SIDES[episode.taken]}")
    if episode.state is not State.PLAYING:
        parts.append(f"{episode.state.symbol} {episode.state.word}")
    return Content.assemble((f"{episode.number} ", "bold"), " · ".join(parts))
