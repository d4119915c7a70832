"""Dialogs without a language model whose best policy is known: a bandit and a chain."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from convotui.agents import Ask
from convotui.dialog import Candidate, Dialog, Goal, GoalSet
from convotui.gyms.casting import cast
from convotui.gyms.setting import Setting
from convotui.learning.plan import DqnSettings, PolicyPlan
from convotui.rewards.composition import WeightedReward

BANDIT = GoalSet("bandit", tuple(Goal(f"arm-{i}", f"pull arm {i}.") for i in range(4)))
CHAIN = GoalSet("chain", tuple(Goal(name, f"say {name}.") for name in ("one", "two", "three")))
PAYS = (0.1, 0.3, 1.0, 0.5)


class Echo:
    """Says the goal it was given, or that it heard something."""

    def prepare(
        self, dialog: Dialog, speaker: int, goal: Goal | None, seed: int
    ) -> Candidate | Ask:
        if goal:
            return Candidate(goal.id, "model", seed)
        return Candidate(f"heard {dialog.turns[-1].text}" if dialog.turns else "hi", "model", seed)


@dataclass
class Letters:
    """A state estimator: how often each letter was said by the partner."""

    name: str = "letters"
    width: int = 26
    reads: int = 0

    def estimate(
        self, dialogs: Sequence[Dialog], tick: Callable[[], None] | None = None
    ) -> np.ndarray:
        rows = np.zeros((len(dialogs), self.width), dtype=np.float32)
        for row, dialog in zip(rows, dialogs, strict=True):
            for turn in dialog.turns[1::2]:
                for letter in turn.text:
                    if letter.isascii() and letter.isalpha():
                        row[ord(letter.lower()) - ord("a")] += 1
        self.reads += len(dialogs)
        return rows


def pays(dialogs: Sequence[Dialog]) -> list[float]:
    """The bandit: every arm pays the same each time."""
    pay = dict(zip((goal.id for goal in BANDIT), PAYS, strict=True))
    return [pay.get(dialog.turns[-2].goal, 0.0) for dialog in dialogs]


def unlocks(dialogs: Sequence[Dialog]) -> list[float]:
    """The chain: only "one", "two", "three" in this order pays, and only at its end."""
    order = [goal.id for goal in CHAIN]
    return [float([turn.goal for turn in d.turns[::2]] == order) for d in dialogs]


def setting_of(
    goals: GoalSet, reward: Callable[[Sequence[Dialog]], list[float]], seed: int
) -> Setting:
    """Make a gym of echoes."""
    splits = ("train", "validation", "held-out")
    return Setting(
        agents=(Echo(), Echo()),
        estimator=Letters(),
        reward=WeightedReward([("game", reward, 1.0)]),
        goals=goals,
        castings={split: cast(split, goals, seed=seed) for split in splits},
        model={"name": "echo", "version": "base", "dtype": "float32", "prompt_format": "none"},
    )


@dataclass(frozen=True)
class Form:
    name: str = "none"


@dataclass(frozen=True)
class Speaker:
    """What a run records of the model, where there is none."""

    name: str = "echo"
    version: str = "base"
    dtype: str = "float32"
    form: Form = Form()


def bandit_plan(**changes: object) -> PolicyPlan:
    """A short training on the bandit."""
    plan = {"episodes": 60, "turns": 4, "batch": 10, "seed": 1, "reward": "game:pays"}
    few = {"eval_every": 20, "validation_episodes": 4, "eval_episodes": 8}
    return PolicyPlan(**{**plan, **few, "goals": "everyday", **changes})


def chain_plan(**changes: object) -> PolicyPlan:
    """A training on the chain, which pays only for three right goals in a row."""
    settings = DqnSettings(exploration_fraction=0.9, gamma=0.9, updates=4)
    plan = {"episodes": 240, "turns": 3, "batch": 10, "seed": 1, "reward": "game:unlocks"}
    few = {"eval_every": 40, "validation_episodes": 4, "eval_episodes": 8}
    return PolicyPlan(**{**plan, **few, "goals": "everyday", "dqn": settings, **changes})
