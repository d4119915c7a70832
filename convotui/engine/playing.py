"""Playing a plan: every turn is stored before it is announced (torch-free)."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from convotui.decoders.prompts import PromptTooLongError
from convotui.dialog import Dialog
from convotui.engine.api import (
    EpisodeDropped,
    EpisodeStarted,
    Event,
    LineRefused,
    PlayDialogs,
    PlayPaused,
    PlayResumed,
    PlayStarted,
    TurnPlayed,
    TurnWanted,
)
from convotui.engine.jobs import JobContext
from convotui.errors import Cancelled
from convotui.gyms.plan import SelfPlayPlan
from convotui.gyms.selfplay import play_plan
from convotui.gyms.watching import Played
from convotui.store import Store

if TYPE_CHECKING:
    from convotui.decoders.decoder import Decoder


def play_dialogs(
    request: PlayDialogs,
    context: JobContext,
    decoder: Decoder,
    store: Store,
    tick: Callable[[], None] | None = None,
) -> dict[str, object]:
    """Play a plan as its conductor commands.

    Args:
        request: what to play.
        context: gets events and progress.
        decoder: plays both sides.
        store: keeps the turns.
        tick: called in place of the context's own.
    """
    plan = request.plan
    watch = _Watch(context, store, plan)
    steps = play_plan(
        decoder, plan, tick or context.tick, conductor=context.job.conductor, watcher=watch
    )
    config = {**plan.record(), "model": decoder.name, "version": decoder.version}
    config |= {"prompt_format": decoder.form.name}
    config |= {"dtype": decoder.dtype, "device": decoder.device}
    run = store.start_run(f"selfplay-{time.strftime('%Y%m%d-%H%M%S')}", "selfplay", config)
    watch.run = run
    try:
        context.publish(PlayStarted(context.job.number, run, plan.episodes))
        watch.report()
        for step in steps:
            watch.keep(step)
    except Cancelled as stop:
        stop.summary = watch.summary()
        store.end_run(run, "cancelled", stop.summary)
        raise
    except BaseException:
        store.end_run(run, "failed", watch.summary())
        raise
    result = watch.summary()
    store.end_run(run, "done", result)
    return result


class _Watch:
    """Stores, announces and counts what is played, as a ``convotui.gyms.watching.Watcher``."""

    def __init__(self, context: JobContext, store: Store, plan: SelfPlayPlan) -> None:
        self.run = ""
        self._context = context
        self._store = store
        self._turns_each = plan.turns
        self._total = plan.episodes * plan.turns
        self._turns = self._finished = self._dropped = 0
        self._keys: dict[int, int] = {}
        self._began = time.monotonic()

    def summary(self) -> dict[str, object]:
        """Say what has been done so far."""
        return {
            "run": self.run,
            "episodes": self._finished,
            "turns": self._turns,
            "dropped": self._dropped,
            "seconds": round(time.monotonic() - self._began, 2),
        }

    def report(self) -> None:
        """Say how far the play is."""
        self._context.progress("playing", self._turns, self._total)

    def keep(self, step: Sequence[Played]) -> None:
        """Store turns, then announce them."""
        # A dialog is stored with its first turn: a cancelled run leaves no empty ones.
        for played in step:
            if played.episode not in self._keys:
                self._keys[played.episode] = self._store.add_dialog(played.dialog, self.run)
        later = [p for p in step if len(p.dialog) > 1]
        self._store.add_turns(
            [(self._keys[p.episode], len(p.dialog) - 1, p.dialog.turns[-1]) for p in later]
        )
        self._turns += len(step)
        self._finished += sum(played.finished for played in step)
        for played in step:
            key = self._keys[played.episode]
            self._publish(TurnPlayed, played.episode, key, played.dialog, played.finished)
        self.report()

    def started(self, episode: int, dialog: Dialog) -> None:
        """Announce an episode."""
        self._publish(EpisodeStarted, episode, dialog)

    def wanted(self, episode: int, dialog: Dialog, speaker: int) -> None:
        """Ask for a person's turn."""
        self._publish(TurnWanted, episode, self._keys.get(episode), dialog, speaker)

    def said(self, played: Played) -> None:
        """Keep a person's turn as any other."""
        self.keep([played])

    def refused(self, episode: int, line: str, error: PromptTooLongError) -> None:
        """Give a line back."""
        self._publish(LineRefused, episode, line, str(error))

    def dropped(self, episode: int, dialog: Dialog) -> None:
        """Count an episode out."""
        self._dropped += 1
        self._total -= self._turns_each - len(dialog)
        self._publish(EpisodeDropped, episode, self._keys.get(episode))
        self.report()

    def paused(self) -> None:
        """Announce that the play stands still; this time is not counted as work."""
        self._context.stop_clock()
        self._publish(PlayPaused)

    def resumed(self) -> None:
        """Announce that it goes on."""
        self._context.start_clock()
        self._publish(PlayResumed)

    def _publish(self, kind: Callable[..., Event], *what: object) -> None:
        self._context.publish(kind(self._context.job.number, *what))
