"""A self-play run as a screen shows it: its episodes, how far it is, what a person did to it."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

from convotui.dialog import Dialog, Turn
from convotui.engine.api import (
    EpisodeDropped,
    EpisodeStarted,
    Event,
    JobCancelled,
    JobDone,
    JobFailed,
    JobProgress,
    JobStarted,
    LineRefused,
    PlayPaused,
    PlayResumed,
    PlayStarted,
    TurnPlayed,
    TurnWanted,
)
from convotui.store import DialogRow
from convotui.tui.episodes import SIDES, Episode, State, persona_names

PACES: tuple[float | None, ...] = (None, 16, 8, 4, 2, 1, 0.5, 0.25)
"""Turns a second that a run may be held to, fastest first; None is full speed."""
SPEED_SECONDS = 5.0
"""The speed shown is that of so many last seconds."""


class Phase(Enum):
    """What a run is doing, in a word."""

    QUEUED = "waiting to start"
    PLAYING = "playing"
    PAUSING = "pausing…"
    PAUSED = "paused"
    STOPPING = "stopping…"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""
        return self in (Phase.DONE, Phase.STOPPED, Phase.FAILED)


@dataclass
class Play:
    """A run: under way, or one of before.

    Attributes:
        total: how many episodes it plays.
        turns: utterances in each.
        out: file that its finished dialogs are written to.
        job: of the engine, None before it is submitted and for a run of before.
        run: its id in the store, empty until known.
        done: turns played.
        newest: the episode that has got a turn last.
        seconds: how long the whole of it took.
        gone: episodes that have left and whose stored turns are to be deleted.
    """

    total: int
    turns: int
    out: Path | None = None
    job: int | None = None
    run: str = ""
    phase: Phase = Phase.QUEUED
    pace: float | None = None
    episodes: dict[int, Episode] = field(default_factory=dict)
    done: int = 0
    eta: float | None = None
    newest: int | None = None
    seconds: float | None = None
    problem: str = ""
    gone: list[Episode] = field(default_factory=list)
    clock: Callable[[], float] = time.monotonic
    _stamps: deque[float] = field(default_factory=deque)

    @property
    def paused(self) -> bool:
        """Whether nothing is being said, because a person said so."""
        return self.phase in (Phase.PAUSING, Phase.PAUSED)

    @property
    def finished(self) -> int:
        """How many episodes came to their end and are kept."""
        return sum(e.finished and e.state is not State.DROPPED for e in self.episodes.values())

    @property
    def dropped(self) -> int:
        """How many episodes were dropped."""
        return sum(e.state is State.DROPPED for e in self.episodes.values())

    @property
    def share(self) -> float:
        """How much of all turns is over, 0 to 1; the turns of what was dropped count as over."""
        over = sum(
            self.turns if e.state is State.DROPPED else e.count for e in self.episodes.values()
        )
        return min(1.0, over / (self.total * self.turns)) if self.total and self.turns else 0.0

    @property
    def speed(self) -> float | None:
        """Turns a second: of the last seconds, or of the whole once it is over."""
        if self.phase.ended:
            return self.done / self.seconds if self.seconds else None
        if self.phase is not Phase.PLAYING or len(self._stamps) < 2:
            return None
        span = self._stamps[-1] - self._stamps[0]
        # A batch's turns come all at once: a shorter span says nothing yet.
        return (len(self._stamps) - 1) / span if span >= 1 else None

    def handle(self, event: Event) -> set[int]:
        """Take an event of the run's job and return the episodes that look different now."""
        if isinstance(event, TurnPlayed):
            return self._turn(event)
        if isinstance(event, EpisodeStarted):
            self._episode(event.episode, event.dialog)
            return {event.episode}
        if isinstance(event, TurnWanted):
            return self._wanted(event)
        if isinstance(event, LineRefused):
            episode = self.episodes.get(event.episode)
            if episode:
                episode.refuse(event.text)
            return {event.episode}
        if isinstance(event, EpisodeDropped):
            episode = self.episodes.get(event.episode)
            if episode:
                episode.key = event.key if event.key is not None else episode.key
                self._drop(episode)
            return {event.episode}
        return self._of_run(event)

    def drop(self, episode: Episode) -> bool:
        """Drop an episode that is over; say whether it was there still."""
        there = episode.state is not State.DROPPED
        episode.hand_back()
        episode.state = State.DROPPED
        return there

    def bring_back(self, episode: Episode) -> None:
        """Take a drop back, as far as it can be: it is not played on."""
        episode.state = State.DONE if episode.finished else State.CUT

    def summary(self) -> str:
        """Say what came of it."""
        begun = sum(len(e.dialog) > 0 for e in self.episodes.values() if e.dialog is not None)
        finished = "" if self.finished == begun else f" ({self.finished} finished)"
        words = [f"{_count(max(begun, self.finished), 'dialog')}{finished}"]
        words.append(_count(self.done, "turn"))
        if self.dropped:
            words.append(f"{self.dropped} dropped")
        took = f" in {self.seconds:.0f} s" if self.seconds and self.seconds >= 1 else ""
        return f"{', '.join(words)}{took}"

    def _of_run(self, event: Event) -> set[int]:
        if isinstance(event, PlayStarted):
            self.run, self.total = event.run, event.episodes
        elif isinstance(event, JobStarted):
            self.phase = Phase.PLAYING
        elif isinstance(event, JobProgress):
            self.eta = event.eta
        elif isinstance(event, PlayPaused) and self.phase is not Phase.STOPPING:
            self.phase = Phase.PAUSED
            self._stamps.clear()
        elif isinstance(event, PlayResumed) and self.phase is Phase.PAUSED:
            self.phase = Phase.PLAYING
        elif isinstance(event, JobDone | JobCancelled | JobFailed):
            return self._end(event)
        return set()

    def _turn(self, event: TurnPlayed) -> set[int]:
        episode = self._episode(event.episode, event.dialog)
        episode.grow(event.dialog)
        episode.key, episode.finished = event.key, event.finished
        last: Turn = event.dialog.turns[-1]
        if episode.taken == last.speaker:
            episode.wanted, episode.unsaid = False, ""
        if event.finished:
            episode.hand_back()
            episode.state = State.DONE
            if episode.leaving:
                self._drop(episode)
        else:
            episode.state = State.WAITING if episode.wanted else State.PLAYING
        self.done += 1
        self.newest = event.episode
        now = self.clock()
        self._stamps.append(now)
        while now - self._stamps[0] > SPEED_SECONDS:
            self._stamps.popleft()
        return {event.episode}

    def _wanted(self, event: TurnWanted) -> set[int]:
        episode = self._episode(event.episode, event.dialog)
        # The side may have been handed back while the event was on its way.
        if episode.taken == event.speaker and not episode.unsaid:
            episode.wanted, episode.state = True, State.WAITING
        return {event.episode}

    def _end(self, event: JobDone | JobCancelled | JobFailed) -> set[int]:
        self.eta = None
        if isinstance(event, JobFailed):
            self.phase, self.problem = Phase.FAILED, event.message
        else:
            self.phase = Phase.DONE if isinstance(event, JobDone) else Phase.STOPPED
            seconds = event.summary.get("seconds")
            self.seconds = float(seconds) if isinstance(seconds, int | float) else None
        cut = [episode for episode in self.episodes.values() if episode.active]
        for episode in cut:
            episode.hand_back()
            episode.state = State.CUT
            if episode.leaving:
                self._drop(episode)
        return {episode.index for episode in cut}

    def _episode(self, index: int, dialog: Dialog) -> Episode:
        if index not in self.episodes:
            self.episodes[index] = Episode(index, persona_names(dialog.meta))
            self.episodes[index].show(dialog)
        return self.episodes[index]

    def _drop(self, episode: Episode) -> None:
        episode.hand_back()
        episode.state, episode.leaving = State.DROPPED, False
        self.gone.append(episode)


def stored_play(run: Mapping[str, Any], rows: Iterable[DialogRow]) -> Play:
    """Make a run of before from what the store lists; its dialogs are loaded when looked at.

    Args:
        run: as ``Store.runs`` has it.
        rows: its dialogs.
    """
    config, summary = run["config"], run["summary"] or {}
    listed = list(rows)
    turns = int(config.get("turns") or max((row.turns for row in listed), default=0))
    play = Play(int(config.get("episodes") or len(listed)), turns, run=str(run["id"]))
    play.phase = {"done": Phase.DONE, "failed": Phase.FAILED}.get(run["status"], Phase.STOPPED)
    seconds = summary.get("seconds")
    play.seconds = float(seconds) if isinstance(seconds, int | float) else None
    for index, row in enumerate(listed):
        names = row.personas or SIDES
        whole = row.turns >= turns
        play.episodes[index] = Episode(
            index,
            (str(names[0]), str(names[1])),
            key=row.key,
            state=State.DONE if whole else State.CUT,
            count=row.turns,
            rated=row.rating,
            finished=whole,
        )
        play.done += row.turns
    return play


def pace_words(pace: float | None) -> str:
    """Say how fast a run may go."""
    return "as fast as it can" if pace is None else f"at most {pace:g} turns/s"


def next_pace(pace: float | None, by: int) -> float | None:
    """Return a slower (by 1) or faster (by -1) pace; the ends stay."""
    place = PACES.index(pace) + by
    return PACES[max(0, min(place, len(PACES) - 1))]


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
