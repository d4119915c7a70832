"""Many dialogs at once as a ``VecEnv`` of Stable-Baselines3, generated in one batch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray
from stable_baselines3.common.vec_env.base_vec_env import VecEnv, VecEnvIndices, VecEnvStepReturn

from convotui.dialog import Dialog
from convotui.gyms.casting import Casting
from convotui.gyms.dialog_batch import DialogBatch
from convotui.gyms.env import observation_space
from convotui.states.hidden import Vectors


class DialogVecEnv(VecEnv):
    """A batch of dialogs that begin together and reach the turn limit together.

    Truncation is told as Stable-Baselines3 wants it: ``TimeLimit.truncated`` and
    ``terminal_observation`` in the infos of the last exchange, with the finished ``dialog``.

    Attributes:
        rounds: how many rounds of dialogs are over.
        finished: the dialogs of the last round that was over, with their rewards.
    """

    def __init__(self, batch: DialogBatch, casting: Casting, num_envs: int, rounds: int = 0):
        """Take the core, who plays, and how many dialogs there are at once.

        Args:
            batch: plays the dialogs.
            casting: lays them out; round n has the episodes from ``n * num_envs`` on.
            num_envs: dialogs that advance together.
            rounds: how many rounds are over already, for a training that is resumed.
        """
        super().__init__(num_envs, observation_space(batch), spaces.Discrete(len(batch.goals)))
        self.batch = batch
        self.casting = casting
        self.rounds = rounds
        self.finished: list[Dialog] = []
        self._actions: list[int] = []

    def reset(self) -> Vectors:
        """Begin the round of dialogs that is next, from its first exchange."""
        first = self.rounds * self.num_envs
        self.reset_infos = [{} for _ in range(self.num_envs)]
        return self.batch.begin([self.casting.dialog(first + i) for i in range(self.num_envs)])

    def step_async(self, actions: NDArray[np.int64]) -> None:
        """Take the goals, one per dialog."""
        self._actions = [int(action) for action in actions]

    def step_wait(self) -> VecEnvStepReturn:
        """Play an exchange; at the turn limit, begin the next round."""
        done = self.batch.step(self._actions)
        infos: list[dict[str, Any]] = [
            {
                "TimeLimit.truncated": done.truncated,
                "rewards": {name: values[i] for name, values in done.parts.items()},
            }
            for i in range(self.num_envs)
        ]
        observations = done.observations
        if done.truncated:
            self.finished = list(self.batch.dialogs)
            rows = zip(infos, done.observations, self.finished, strict=True)
            for info, observation, dialog in rows:
                info.update(terminal_observation=observation, dialog=dialog)
            self.rounds += 1
            observations = self.reset()
        dones = np.full(self.num_envs, done.truncated)
        return observations, done.rewards, dones, infos

    def close(self) -> None:
        """Nothing is open."""

    def get_attr(self, attr_name: str, indices: VecEnvIndices = None) -> list[Any]:
        """Read an attribute of the batch, once per dialog."""
        if attr_name == "render_mode":  # asked for before there is a batch
            return [None for _ in self._places(indices)]
        if not hasattr(self.batch, attr_name):
            # What wrappers look for, they must be able not to find.
            raise AttributeError(f"a dialog environment has no attribute {attr_name!r}")
        return [getattr(self.batch, attr_name) for _ in self._places(indices)]

    def set_attr(self, attr_name: str, value: Any, indices: VecEnvIndices = None) -> None:
        """Refuse: the dialogs of a batch have nothing of their own to set.

        Raises:
            AttributeError: always.
        """
        raise AttributeError(f"{attr_name!r} cannot be set for single dialogs of a batch")

    def env_method(
        self, method_name: str, *args: Any, indices: VecEnvIndices = None, **kwargs: Any
    ) -> list[Any]:
        """Answer ``action_masks``: every goal may be given at any time.

        Raises:
            AttributeError: any other method.
        """
        if method_name != "action_masks":
            raise AttributeError(f"a dialog environment has no method {method_name!r}")
        every = np.ones(len(self.batch.goals), dtype=bool)
        return [every.copy() for _ in self._places(indices)]

    def env_is_wrapped(self, wrapper_class: type[Any], indices: VecEnvIndices = None) -> list[bool]:
        """Say that no dialog is wrapped."""
        return [False for _ in self._places(indices)]

    def get_images(self) -> Sequence[NDArray[np.uint8] | None]:
        """Return no pictures."""
        return [None for _ in range(self.num_envs)]

    def _places(self, indices: VecEnvIndices) -> Iterable[int]:
        return self._get_indices(indices)
