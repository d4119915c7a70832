"""Rewards by name, and sums of them with weights: ``goal-met=1,persona-rank=0.5`` (torch-free)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from importlib import import_module

from convotui.dialog import Dialog, GoalSet, display_line
from convotui.errors import Cancelled, ConvoTUIError, UsageError
from convotui.rewards.exchange import Embed, Reward, RewardError
from convotui.rewards.goal_met import GoalMet
from convotui.rewards.manual import ManualReward
from convotui.rewards.persona_rank import PersonaRank

MANUAL, PERSONA_RANK, GOAL_MET = "manual", "persona-rank", "goal-met"
NAMES = (MANUAL, PERSONA_RANK, GOAL_MET)
_KINDS = f"{', '.join(NAMES)}, or module:thing, each with =WEIGHT if it is not to be 1"


def parse_reward(spec: str) -> tuple[tuple[str, float], ...]:
    """Read ``NAME=W,...``: names of rewards and their weights (1 where none is given).

    Raises:
        UsageError: a name is not known or comes twice, a weight is no finite number, or there
            is nothing.
    """
    parts = [_parse(part.strip(), spec) for part in spec.split(",")]
    names = [name for name, _ in parts]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise UsageError(
            f"The reward '{display_line(twice)}' comes twice in '{display_line(spec)}': name it "
            f"once, with its whole weight. There are {_KINDS}."
        )
    return tuple(parts)


def needs_encoder(spec: str) -> bool:
    """Say whether a reward needs the sentence encoder.

    Raises:
        UsageError: as ``parse_reward``.
    """
    return any(name in (PERSONA_RANK, GOAL_MET) for name, _ in parse_reward(spec))


def needs_person(spec: str) -> bool:
    """Say whether a reward asks a person.

    Raises:
        UsageError: as ``parse_reward``.
    """
    return any(name == MANUAL for name, _ in parse_reward(spec))


class WeightedReward:
    """A sum of rewards with weights; itself a reward.

    Attributes:
        rewards: by name.
        weights: by name.
    """

    def __init__(self, parts: Sequence[tuple[str, Reward, float]]) -> None:
        """Take names, rewards and weights."""
        self.rewards = {name: reward for name, reward, _ in parts}
        self.weights = {name: weight for name, _, weight in parts}

    def parts(self, dialogs: Sequence[Dialog]) -> dict[str, list[float]]:
        """Score the newest exchange of each dialog by every reward, unweighted.

        Raises:
            RewardError: a reward cannot score a dialog, or gives anything but one finite
                number for each.
        """
        return {name: _checked(name, reward, dialogs) for name, reward in self.rewards.items()}

    def __call__(self, dialogs: Sequence[Dialog]) -> list[float]:
        """Sum the weighted parts for each dialog.

        Raises:
            RewardError: as ``parts``.
        """
        return self.total(self.parts(dialogs))

    def total(self, parts: dict[str, list[float]]) -> list[float]:
        """Sum parts already scored, weighted.

        Raises:
            RewardError: a sum is not finite.
        """
        weighted = [[self.weights[name] * value for value in parts[name]] for name in self.rewards]
        sums = [math.fsum(row) for row in zip(*weighted, strict=True)]
        if not all(map(math.isfinite, sums)):
            raise RewardError(
                "The weighted sum of the rewards is no finite number: lower a weight."
            )
        return sums


def make_reward(
    spec: str,
    goals: GoalSet,
    *,
    encoder: Embed | None = None,
    ask: Callable[[Dialog], float] | None = None,
    facts: Sequence[str] | None = None,
) -> WeightedReward:
    """Make the reward a person named.

    Args:
        spec: as ``parse_reward`` reads it; ``module:thing`` stands for an operator's own,
            where ``thing(goals)`` returns a reward.
        goals: the action space.
        encoder: texts to unit vectors, ``SentenceEncoder.embed`` say; see ``needs_encoder``.
        ask: gives a person's number for ``manual``; without it, what is kept with the turns
            counts.
        facts: of other people, for ``persona-rank``; those of the persona libraries if not given.

    Raises:
        UsageError: as ``parse_reward``; the encoder is missing; or an operator's own reward
            cannot be made.
    """
    return WeightedReward(
        [
            (name, _make(name, goals, encoder, ask, facts), weight)
            for name, weight in parse_reward(spec)
        ]
    )


def _parse(part: str, spec: str) -> tuple[str, float]:
    name, given, number = (word.strip() for word in part.partition("="))
    module, _, thing = name.partition(":")
    if name not in NAMES and not (module and thing):
        raise UsageError(
            f"'{display_line(name)}' in '{display_line(spec)}' is not a reward: use {_KINDS}."
        )
    try:
        weight = float(number) if given else 1.0
    except ValueError:
        weight = math.nan
    if not math.isfinite(weight):
        raise UsageError(
            f"The weight '{display_line(number)}' of the reward {display_line(name)} is no finite "
            f"number: write {display_line(name)}=0.5, say."
        )
    return name, weight


def _make(
    name: str,
    goals: GoalSet,
    embed: Embed | None,
    ask: Callable[[Dialog], float] | None,
    facts: Sequence[str] | None,
) -> Reward:
    if name == MANUAL:
        return ManualReward(ask)
    if name not in NAMES:
        return _imported(name, goals)
    if embed is None:
        raise UsageError(
            f"The reward {name} needs the sentence encoder: give "
            "make_reward(..., encoder=load_encoder().embed)."
        )
    return GoalMet(goals, embed) if name == GOAL_MET else PersonaRank(embed, facts)


def _imported(name: str, goals: GoalSet) -> Reward:
    module, _, thing = name.partition(":")
    try:
        made: Reward = getattr(import_module(module), thing)(goals)
        if not callable(made):
            raise TypeError("what it makes cannot be called")
    except (Exception, SystemExit) as error:  # an operator's own code may raise what it likes
        raise UsageError(
            f"The reward {display_line(name)} cannot be made ({_reason(error)}): use {_KINDS}."
        ) from error
    return made


def _checked(name: str, reward: Reward, dialogs: Sequence[Dialog]) -> list[float]:
    shown = display_line(name)
    try:
        values = [float(value) for value in reward(dialogs)]
    except (ConvoTUIError, Cancelled):
        raise
    except Exception as error:
        if name in NAMES:
            raise
        # As above: an operator's own code.
        raise RewardError(f"The reward {shown} failed ({_reason(error)}).") from error
    if len(values) != len(dialogs):
        raise RewardError(
            f"The reward {shown} gave {len(values)} numbers for {len(dialogs)} dialogs: it must "
            "return a list with one for each."
        )
    for dialog, value in zip(dialogs, values, strict=True):
        if not math.isfinite(value):
            raise RewardError(
                f"The reward {shown} gave {value} for the dialog {display_line(dialog.id)}: it "
                "must return finite numbers."
            )
    return values


def _reason(error: BaseException) -> str:
    return display_line(f"{type(error).__name__}: {error}".rstrip("."))
