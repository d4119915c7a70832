"""The loop of a play: many dialogs advance together, while a conductor may step in (torch-free)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from convotui.agents import Agent, Ask, DecoderAgent, speak
from convotui.decoders.prompts import PromptTooLongError
from convotui.dialog import Candidate, Dialog, Goal, Turn, derive_seed
from convotui.gyms.conductor import Conductor, Person
from convotui.gyms.watching import Heard, Played, Watcher
from convotui.policies import Policy


def play(
    dialogs: Sequence[Dialog],
    agents: tuple[Agent, Agent],
    *,
    turns: int,
    policy: Policy,
    batch: int = 8,
    tick: Callable[[], None] | None = None,
    conductor: Conductor | None = None,
    watcher: Watcher | None = None,
) -> Iterator[list[Played]]:
    """Play dialogs to their end, ``batch`` of them at a time.

    Args:
        dialogs: empty ones with their personas; each must have a seed.
        agents: opener and responder; the opener is given the policy's goals.
        turns: utterances in each dialog.
        policy: chooses the opener's goals.
        batch: how many dialogs advance together; one that waits for a person is not counted.
        tick: called before every round, after every token column and while the play waits;
            raising in it stops the play.
        conductor: its commands are followed; a play that has only dialogs left that wait for
            a person goes on waiting.
        watcher: told of what happens at once; it gets the turns that people say, which are
            otherwise yielded before the next round.

    Yields:
        After each round, the dialogs that have got a turn in it.
    """
    heard = Heard()
    rounds = _Rounds(
        dialogs=list(dialogs),
        agents=agents,
        turns=turns,
        policy=policy,
        batch=batch,
        tick=tick or _nothing,
        conductor=conductor or Conductor(),
        watcher=watcher or heard,
    )
    while True:
        played = rounds.next()
        if heard.turns:
            typed, heard.turns = heard.turns, []
            yield typed
        if played is None:
            return
        if played:
            yield played


class _AbandonedError(Exception):
    """No reply of the round is wanted any more."""


@dataclass
class _Rounds:
    """A play under way.

    Attributes:
        open: episodes that are neither over nor dropped, in order.
        begun: those that have started.
        wanted: per episode, the turn and the person last asked for it.
        heeded: how many commands have been followed.
        last_round: when it began, and how many turns it has.
    """

    dialogs: list[Dialog]
    agents: tuple[Agent, Agent]
    turns: int
    policy: Policy
    batch: int
    tick: Callable[[], None]
    conductor: Conductor
    watcher: Watcher
    open: list[int] = field(init=False)
    begun: set[int] = field(default_factory=set)
    wanted: dict[int, tuple[int, Person]] = field(default_factory=dict)
    heeded: int = 0
    last_round: tuple[float, int] = (0.0, 0)

    def __post_init__(self) -> None:
        """Open all dialogs that are not complete."""
        self.open = [i for i, dialog in enumerate(self.dialogs) if len(dialog) < self.turns]

    def next(self) -> list[Played] | None:
        """Play a round, or wait for one: what was played in it, None at the end."""
        if not self.open:
            return None
        self._heed()
        while self.open and (self.conductor.paused or self._seconds_left() > 0):
            if self.conductor.paused:
                self._pause()
            else:
                self.conductor.wait(self.heeded, self._seconds_left())
                self._heed()
        speaking = self._speakers()
        if speaking:
            return self._round(speaking)
        if self.open:
            self.conductor.wait(self.heeded)
        return []

    def _heed(self) -> None:
        """Let others in, then do what was commanded meanwhile."""
        self.tick()
        self.heeded = self.conductor.commands
        for episode in sorted(self.conductor.dropped.intersection(self.open)):
            self.open.remove(episode)
            self.watcher.dropped(episode, self.dialogs[episode])
        for episode in sorted(self.conductor.taken_over & self.begun):
            self._listen(episode)

    def _pause(self) -> None:
        self.watcher.paused()
        while self.conductor.paused and self.open:
            self.conductor.wait(self.heeded)
            self._heed()
        self.watcher.resumed()

    def _seconds_left(self) -> float:
        """How long the pace wants the next round to wait."""
        began, turns = self.last_round
        return began + self.conductor.seconds_for(turns) - time.monotonic()

    def _speakers(self) -> list[int]:
        """Find who is in the next round; dialogs begin where there is room."""
        speaking: list[int] = []
        for episode in list(self.open):
            if len(speaking) == self.batch:
                break
            if episode not in self.begun:
                self.begun.add(episode)
                self.watcher.started(episode, self.dialogs[episode])
            self._listen(episode)
            if episode in self.open and self._person(episode) is None:
                speaking.append(episode)
        return speaking

    def _listen(self, episode: int) -> None:
        """Make a turn of what a person has typed, or ask for it, where it is their turn."""
        person = self._person(episode)
        if person is None or episode not in self.open:
            return
        dialog = self.dialogs[episode]
        while (line := self.conductor.take_line(episode)) is not None:
            turn = Turn.say(person.speaker, line)
            try:
                self._check(dialog.add(turn))
            except PromptTooLongError as error:
                self.watcher.refused(episode, line, error)
            else:
                self.watcher.said(self._add(episode, turn))
                return
        if self.wanted.get(episode) != (len(dialog), person):
            self.wanted[episode] = (len(dialog), person)
            self.watcher.wanted(episode, dialog, person.speaker)

    def _check(self, dialog: Dialog) -> None:
        """Check that a decoder can reply to a dialog, so that one line does not end the play.

        Raises:
            PromptTooLongError: it cannot.
        """
        speaker = _speaker(dialog)
        agent = self.agents[speaker]
        if len(dialog) == self.turns or not isinstance(agent, DecoderAgent):
            return
        seed = derive_seed(_seed(dialog), "turn", len(dialog))
        (goal,) = self._goals([dialog], [seed])
        asked = agent.prepare(dialog, speaker, goal, seed)
        if isinstance(asked, Ask):
            prompt, sampling = asked.request.prompt, asked.request.sampling
            asked.decoder.encode(prompt, sampling.max_new_tokens)

    def _round(self, episodes: list[int]) -> list[Played]:
        """Let the models speak in these dialogs.

        A reply is left out when its dialog has been dropped meanwhile, or its side taken over.
        """
        self.last_round = (time.monotonic(), len(episodes))
        asked = [(episode, self.dialogs[episode]) for episode in episodes]
        dialogs = [dialog for _, dialog in asked]
        seeds = [derive_seed(_seed(d), "turn", len(d)) for d in dialogs]
        seats = [_Seat(self.agents[_speaker(d)], _speaker(d)) for d in dialogs]
        goals = self._goals(dialogs, seeds)

        def column() -> None:
            self._heed()
            if self.conductor.paused:
                self._pause()
            if not any(self._is_due(*row) for row in asked):
                raise _AbandonedError

        try:
            said = speak(seats, dialogs, 0, goals, seeds, column)
        except _AbandonedError:
            return []
        played = [
            self._add(row[0], Turn(seat.speaker, (candidate,), goal=goal.id if goal else None))
            for row, seat, candidate, goal in zip(asked, seats, said, goals, strict=True)
            if self._is_due(*row)
        ]
        if played:
            self.conductor.end_round()
        return played

    def _goals(self, dialogs: Sequence[Dialog], seeds: Sequence[int]) -> list[Goal | None]:
        """Let the policy choose for the dialogs whose opener speaks."""
        goals: list[Goal | None] = [None] * len(dialogs)
        openers = [place for place, dialog in enumerate(dialogs) if _speaker(dialog) == 0]
        if openers:
            drawn = [derive_seed(seeds[place], "goal") for place in openers]
            chosen = self.policy.choose([dialogs[place] for place in openers], drawn)
            for place, goal in zip(openers, chosen, strict=True):
                goals[place] = goal
        return goals

    def _add(self, episode: int, turn: Turn) -> Played:
        dialog = self.dialogs[episode] = self.dialogs[episode].add(turn)
        finished = len(dialog) == self.turns
        if finished:
            self.open.remove(episode)
        return Played(episode, dialog, finished)

    def _is_due(self, episode: int, dialog: Dialog) -> bool:
        """Say whether a model's reply to a dialog as it was is still wanted."""
        as_it_was = episode in self.open and self.dialogs[episode] is dialog
        return as_it_was and self._person(episode) is None

    def _person(self, episode: int) -> Person | None:
        """Find who has to say a dialog's next turn, None where a model has."""
        person = self.conductor.person(episode)
        return person if person and person.speaker == _speaker(self.dialogs[episode]) else None


@dataclass(frozen=True)
class _Seat:
    """An agent on its side, so that openers and responders are asked in one batch."""

    agent: Agent
    speaker: int

    def prepare(
        self, dialog: Dialog, speaker: int, goal: Goal | None, seed: int
    ) -> Candidate | Ask:
        """Let the agent speak for its own side."""
        return self.agent.prepare(dialog, self.speaker, goal, seed)


def _speaker(dialog: Dialog) -> int:
    """Say whose turn it is."""
    return len(dialog) % 2


def _seed(dialog: Dialog) -> int:
    if dialog.seed is None:
        raise ValueError(f"dialog {dialog.id} has no seed to play from")
    return dialog.seed


def _nothing() -> None:
    """Stand in for a tick where nobody else wants in."""
