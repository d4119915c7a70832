"""The one core of all dialog environments: many dialogs take their exchanges together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from convotui.agents import Agent, speak
from convotui.dialog import Candidate, Dialog, Goal, Turn, derive_seed
from convotui.gyms.observing import OPENER, Observer
from convotui.rewards.composition import WeightedReward
from convotui.rewards.exchange import RewardError
from convotui.states.hidden import PARTNER, Vectors

LARGEST = 1e18
"""Rewards are learned from in single precision, in which sums over a batch of losses must fit."""


@dataclass(frozen=True)
class Exchange:
    """What came of one exchange in every dialog of a batch.

    Attributes:
        observations: shape (dialogs, width), float32, after it.
        rewards: shape (dialogs,), float32.
        parts: what each reward by itself gave, unweighted, one number per dialog.
        truncated: the turn limit has been reached, in all of them.
    """

    observations: Vectors
    rewards: NDArray[np.float32]
    parts: dict[str, list[float]]
    truncated: bool


@dataclass
class DialogBatch:
    """Dialogs between two agents in which a policy gives the opener a goal for every turn.

    An exchange is the opener's turn under its goal and the partner's reply. What is said and
    what it earns depends on a dialog's own seed, personas and goals, not on its company.

    Attributes:
        agents: opener and responder.
        observer: describes the dialogs to the policy.
        reward: scores an exchange.
        turns: exchanges in a dialog; reaching them truncates it, nothing terminates it.
        tick: called after every token column; raising in it abandons the exchange.
        dialogs: as they are now; each opener's turn carries the reward it earned.
    """

    agents: tuple[Agent, Agent]
    observer: Observer
    reward: WeightedReward
    turns: int
    tick: Callable[[], None] | None = None
    dialogs: list[Dialog] = field(default_factory=list)

    @property
    def goals(self) -> tuple[Goal, ...]:
        """The actions, in order."""
        return self.observer.goals.goals

    def begin(self, dialogs: Sequence[Dialog]) -> Vectors:
        """Begin with empty dialogs, each with a seed.

        Returns:
            The first observations, shape (dialogs, width).
        """
        self.dialogs = list(dialogs)
        return self.observer.observe(self.dialogs, self.tick)

    def step(self, actions: Sequence[int]) -> Exchange:
        """Let every opener speak under its goal, and every partner reply.

        Args:
            actions: indices of goals, one per dialog.

        Raises:
            ValueError: a dialog has reached the turn limit, or an action is no goal's index.
            RewardError: an exchange cannot be scored.
        """
        if len(actions) != len(self.dialogs) or not actions:
            raise ValueError(f"{len(actions)} actions for {len(self.dialogs)} dialogs")
        if any(len(dialog) >= 2 * self.turns for dialog in self.dialogs):
            raise ValueError("the dialogs are over: begin new ones")
        if not all(0 <= action < len(self.goals) for action in actions):
            raise ValueError(f"an action is the index of one of {len(self.goals)} goals")
        chosen = [self.goals[action] for action in actions]
        asked = self._say(self.dialogs, OPENER, chosen)
        replied = self._say(asked, PARTNER, [None] * len(asked))
        parts = self.reward.parts(replied)
        rewards = self.reward.total(parts)
        if max(map(abs, rewards)) > LARGEST:
            raise RewardError(
                f"A reward of {max(rewards, key=abs):g} is too large to learn from: lower its "
                "weight."
            )
        dialogs = [
            dialog.with_turn(-2, replace(dialog.turns[-2], reward=reward))
            for dialog, reward in zip(replied, rewards, strict=True)
        ]
        observations = self.observer.observe(dialogs, self.tick)
        self.dialogs = dialogs
        return Exchange(
            observations,
            np.array(rewards, dtype=np.float32),
            parts,
            len(dialogs[0]) >= 2 * self.turns,
        )

    def _say(
        self, dialogs: Sequence[Dialog], speaker: int, goals: Sequence[Goal | None]
    ) -> list[Dialog]:
        # As in self-play, so that the same goals make the same dialog in both.
        seeds = [derive_seed(dialog.seed or 0, "turn", len(dialog)) for dialog in dialogs]
        agents = [self.agents[speaker]] * len(dialogs)
        said = speak(agents, dialogs, speaker, goals, seeds, self.tick)
        return [
            dialog.add(_turn(speaker, candidate, goal))
            for dialog, candidate, goal in zip(dialogs, said, goals, strict=True)
        ]


def _turn(speaker: int, candidate: Candidate, goal: Goal | None) -> Turn:
    return Turn(speaker, (candidate,), goal=goal.id if goal else None)
