"""Where a round of dialogs ends, seen from inside Stable-Baselines3's loop."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from stable_baselines3.common.callbacks import BaseCallback

from convotui.gyms.vec_env import DialogVecEnv
from convotui.learning.dqn import DialogDQN


@dataclass(frozen=True)
class Round:
    """A round that has been played and learned from.

    Attributes:
        parts: sum over all its exchanges of what each reward by itself gave, by name.
        losses: of the updates after each of its exchanges, where they are finite.
    """

    parts: Mapping[str, float]
    losses: tuple[float, ...]


class Rounds(BaseCallback):
    """Tells of the ends of rounds, when a learner has learned from them."""

    def __init__(
        self,
        env: DialogVecEnv,
        exchanged: Callable[[int], None],
        ended: Callable[[DialogDQN, DialogVecEnv, Round], None],
    ) -> None:
        """Take who is told.

        Args:
            env: plays the dialogs.
            exchanged: told how many exchanges have just been played.
            ended: told of each round that is over.
        """
        super().__init__()
        self._env = env
        self._exchanged = exchanged
        self._ended = ended
        self._told = env.rounds
        self._parts: dict[str, float] = {}
        self._losses: list[float] = []
        self._updates = 0

    def _on_training_start(self) -> None:
        self._updates = self._learner()._n_updates

    def _on_step(self) -> bool:
        self._exchanged(self._env.num_envs)
        for info in self.locals["infos"]:
            for name, value in info["rewards"].items():
                self._parts[name] = self._parts.get(name, 0.0) + value
        return True

    def _on_rollout_start(self) -> None:
        self._tell()

    def _on_training_end(self) -> None:
        self._tell()

    def _tell(self) -> None:
        learner = self._learner()
        if learner._n_updates != self._updates:
            self._updates = learner._n_updates
            loss = float(learner.logger.name_to_value["train/loss"])
            # Broken updates are counted by the learner; their loss is no number to average.
            self._losses += [loss] if math.isfinite(loss) else []
        # Here, and not after the last exchange: only now has the learner learned from it.
        if self._env.rounds > self._told:
            self._told = self._env.rounds
            over = Round(self._parts, tuple(self._losses))
            self._parts, self._losses = {}, []
            self._ended(learner, self._env, over)

    def _learner(self) -> DialogDQN:
        if not isinstance(self.model, DialogDQN):
            raise TypeError("rounds of something else than a DialogDQN")
        return self.model
