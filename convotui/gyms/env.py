"""``convotui/Dialog-v0``: dialogs as a Gymnasium environment, a batch of one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, SupportsFloat

import gymnasium
import numpy as np
from gymnasium import spaces

from convotui.dialog import derive_seed
from convotui.gyms.casting import Casting
from convotui.gyms.dialog_batch import DialogBatch
from convotui.states.hidden import Vectors

ENV_ID = "convotui/Dialog-v0"


def observation_space(batch: DialogBatch) -> spaces.Space[Any]:
    """The space of a batch's observations, of one dialog."""
    return spaces.Box(-np.inf, np.inf, (batch.observer.width,), np.float32)


class DialogEnv(gymnasium.Env[Vectors, np.int64]):
    """One dialog in which each action is the goal of the opener's next turn.

    A step is the opener's turn under that goal and the partner's reply. The turn limit
    truncates; nothing terminates. ``info`` has the dialog so far (``dialog``) and what each
    reward by itself gave (``rewards``). ``convotui.make_env`` sets one up with a model;
    ``gymnasium.make("convotui.gyms.env:convotui/Dialog-v0", model="smollm2", ...)`` does the same.
    """

    metadata: dict[str, Any] = {"render_modes": ["ansi"], "render_fps": 1}  # noqa: RUF012 - Gymnasium's

    def __init__(
        self, batch: DialogBatch, casting: Casting, *, render_mode: str | None = None
    ) -> None:
        """Take the core and who plays.

        Args:
            batch: plays the dialogs.
            casting: lays them out; episodes follow one another in its order.
            render_mode: ``ansi`` to have ``render`` return the dialog as text.
        """
        self.batch = batch
        self.casting = casting
        self.render_mode = render_mode
        self.observation_space = observation_space(batch)
        self.action_space = spaces.Discrete(len(batch.goals))
        self._episode: int | None = None

    def reset(
        self, *, seed: int | None = None, options: Mapping[str, Any] | None = None
    ) -> tuple[Vectors, dict[str, Any]]:
        """Begin the next episode; a seed chooses where in the endless row of them to go on.

        Environments with different seeds play different dialogs, also later on; without one,
        the place is drawn by Gymnasium's generator, as ``np_random`` is seeded. The option
        ``episode`` is the place itself: a number, as ``Casting.dialog`` takes it.
        """
        super().reset(seed=seed)
        if options is not None and "episode" in options:
            self._episode = int(options["episode"])
        elif seed is not None:
            self._episode = derive_seed("reset", seed)
        elif self._episode is None:
            self._episode = int(self.np_random.integers(2**52))
        (observation,) = self.batch.begin([self.casting.dialog(self._episode)])
        self._episode += 1
        return observation, {"dialog": self.batch.dialogs[0]}

    def step(
        self, action: np.int64 | int
    ) -> tuple[Vectors, SupportsFloat, bool, bool, dict[str, Any]]:
        """Play one exchange under a goal.

        Raises:
            ValueError: the dialog is over, or the action is no goal's index.
        """
        done = self.batch.step([int(action)])
        info = {
            "dialog": self.batch.dialogs[0],
            "rewards": {name: values[0] for name, values in done.parts.items()},
        }
        return done.observations[0], float(done.rewards[0]), False, done.truncated, info

    def action_masks(self) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Say which goals may be given now: all of them. Shape (goals,)."""
        return np.ones(len(self.batch.goals), dtype=bool)

    def render(self) -> str | None:
        """Return the dialog so far as text, for ``ansi``."""
        if self.render_mode != "ansi" or not self.batch.dialogs:
            return None
        from convotui.dialog import display_line

        return "\n".join(
            f"{'AB'[turn.speaker]} {display_line(turn.text)}"
            + (f"  [{turn.goal}]" if turn.goal else "")
            for turn in self.batch.dialogs[0].turns
        )


# Gymnasium imports the module before the colon of an id, and then looks the id up.
if ENV_ID not in gymnasium.registry:
    gymnasium.register(ENV_ID, entry_point="convotui.gyms.setting:make_env")
