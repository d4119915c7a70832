"""Deep Q-learning through Stable-Baselines3, with all of its state as tensors and JSON values."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from gymnasium import spaces
from numpy.typing import NDArray
from stable_baselines3 import DQN
from stable_baselines3.common.logger import Logger
from stable_baselines3.common.vec_env.base_vec_env import VecEnv
from torch import Tensor

from convotui.errors import ConvoTUIError
from convotui.learning.plan import DqnSettings

BUFFER = ("observations", "next_observations", "actions", "rewards", "dones", "timeouts")
COUNTERS = ("num_timesteps", "_n_calls", "_n_updates", "_episode_num", "exploration_rate")
GIVE_UP = 3
"""So many broken updates in a row end a training."""


class DivergedError(ConvoTUIError):
    """The learner's numbers are no longer finite."""


class DialogDQN(DQN):
    """DQN that explores in each dialog by itself, and leaves broken updates out.

    Stable-Baselines3 draws once for all parallel environments whether they explore; with dialogs
    that advance together a whole round would then explore, or none of it. An update whose
    gradient is not finite is skipped and counted.

    Attributes:
        skipped: updates left out so far.
        skipped_in_a_row: those since the last good one.

    Source: Mnih et al., "Human-level control through deep reinforcement learning", 2015.
    """

    def _setup_model(self) -> None:
        super()._setup_model()
        self.skipped = 0
        self.skipped_in_a_row = 0
        self.policy.optimizer.register_step_pre_hook(self._guard)

    def _guard(self, optimizer: torch.optim.Optimizer, *_: Any) -> None:
        """Take the gradients away before a step that would spoil the weights."""
        weights = [p for group in optimizer.param_groups for p in group["params"]]
        if all(bool(p.grad.isfinite().all()) for p in weights if p.grad is not None):
            self.skipped_in_a_row = 0
            return
        self.skipped += 1
        self.skipped_in_a_row += 1
        if self.skipped_in_a_row == GIVE_UP:
            raise DivergedError(
                f"The training went wrong: the loss was not finite {GIVE_UP} times in a row. The "
                "last checkpoint, from before that, is kept; begin a run with a lower learning "
                "rate or smaller rewards."
            )
        optimizer.zero_grad(set_to_none=True)

    def predict(
        self,
        observation: Any,
        state: tuple[NDArray[Any], ...] | None = None,
        episode_start: NDArray[Any] | None = None,
        deterministic: bool = False,
    ) -> tuple[NDArray[Any], tuple[NDArray[Any], ...] | None]:
        """Choose goals, each dialog exploring by its own draw unless ``deterministic``."""
        actions, state = self.policy.predict(observation, state, episode_start, deterministic=True)
        if not deterministic:
            actions = np.array(actions)
            for row in np.flatnonzero(np.random.rand(len(actions)) < self.exploration_rate):
                actions[row] = self.action_space.sample()
        return actions, state


@contextmanager
def own_randomness() -> Iterator[None]:
    """Give the global random generators back as they were: a learner seeds and draws from them."""
    before = random.getstate(), np.random.get_state(), torch.get_rng_state()
    try:
        yield
    finally:
        random.setstate(before[0])
        np.random.set_state(before[1])
        torch.set_rng_state(before[2])


def build_dqn(settings: DqnSettings, env: VecEnv, *, seed: int, exchanges: int) -> DialogDQN:
    """Make a learner that has seen nothing yet.

    Args:
        settings: of the algorithm.
        env: dialogs that advance together.
        seed: of weights, exploration and replay.
        exchanges: how many there will be in all; the buffer is not made larger than that.
    """
    many = env.num_envs
    model = DialogDQN(
        "MlpPolicy",
        env,
        learning_rate=settings.learning_rate,
        buffer_size=max(many, min(settings.buffer_size, exchanges)),
        learning_starts=settings.learning_starts,
        batch_size=settings.batch_size,
        gamma=settings.gamma,
        train_freq=(1, "step"),
        gradient_steps=settings.updates * many,
        target_update_interval=max(many, settings.target_update_interval),
        exploration_fraction=settings.exploration_fraction,
        exploration_initial_eps=settings.exploration_initial,
        exploration_final_eps=settings.exploration_final,
        replay_buffer_kwargs={"handle_timeout_termination": settings.bootstrap_at_limit},
        policy_kwargs={"net_arch": list(settings.layers)},
        # Hundreds of weights: a GPU would only wait for its instructions.
        device="cpu",
        seed=seed % 2**32,
    )
    model.set_logger(Logger(folder=None, output_formats=[]))
    return model


def capture(model: DialogDQN) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Take all that the next update depends on out of a learner, when all dialogs are over.

    Returns:
        Tensors by name, and JSON values.
    """
    buffer = model.replay_buffer
    if buffer is None:
        raise ValueError("a learner without a replay buffer")
    rows = buffer.buffer_size if buffer.full else buffer.pos
    optimizer = model.policy.optimizer.state_dict()
    tensors = {f"policy.{k}": t.clone() for k, t in model.policy.state_dict().items()}
    for number, state in optimizer["state"].items():
        tensors |= {f"optimizer.{number}.{k}": t.clone() for k, t in state.items()}
    for name in BUFFER:
        tensors[f"buffer.{name}"] = torch.from_numpy(getattr(buffer, name)[:rows].copy())
    kind, keys, position, has_gauss, gauss = np.random.get_state(legacy=True)
    version, words, normal = random.getstate()
    tensors["random.numpy"] = torch.from_numpy(np.asarray(keys, dtype=np.int64))
    tensors["random.torch"] = torch.get_rng_state()
    values = {
        "counters": {name: getattr(model, name) for name in COUNTERS},
        "skipped": [model.skipped, model.skipped_in_a_row],
        "buffer": {"position": buffer.pos, "full": buffer.full},
        "numpy": [kind, int(position), int(has_gauss), float(gauss)],
        "python": [version, list(words), normal],
        "actions": model.action_space.np_random.bit_generator.state,
    }
    return tensors, values


def restore(model: DialogDQN, tensors: Mapping[str, Tensor], values: Mapping[str, Any]) -> None:
    """Put back what ``capture`` took; the learner then goes on as if it had never stopped.

    Raises:
        ValueError: it was taken from a learner of another shape.
    """
    buffer = model.replay_buffer
    if buffer is None:
        raise ValueError("a learner without a replay buffer")
    model.policy.load_state_dict(_under(tensors, "policy."))
    optimizer = model.policy.optimizer
    states: dict[int, dict[str, Tensor]] = {}
    for name, tensor in _under(tensors, "optimizer.").items():
        number, _, key = name.partition(".")
        states.setdefault(int(number), {})[key] = tensor.clone()
    optimizer.load_state_dict({**optimizer.state_dict(), "state": states})
    for name, tensor in _under(tensors, "buffer.").items():
        getattr(buffer, name)[: len(tensor)] = tensor.numpy()
    place = values["buffer"]
    buffer.full = bool(place["full"])
    # With more dialogs to come the buffer may have grown: then there is room behind its rows.
    rows = len(tensors["buffer.rewards"])
    if buffer.full and rows < buffer.buffer_size:
        buffer.full, buffer.pos = False, rows
    else:
        buffer.pos = int(place["position"])
    for name, number in values["counters"].items():
        setattr(model, name, number)
    model.skipped, model.skipped_in_a_row = values["skipped"]
    kind, position, has_gauss, gauss = values["numpy"]
    keys = tensors["random.numpy"].numpy().astype(np.uint32)
    np.random.set_state((kind, keys, position, has_gauss, gauss))
    torch.set_rng_state(tensors["random.torch"])
    version, words, normal = values["python"]
    random.setstate((version, tuple(words), normal))
    model.action_space.np_random.bit_generator.state = values["actions"]


def greedy(tensors: Mapping[str, Tensor], width: int, goals: int, layers: tuple[int, ...]) -> Any:
    """Make a policy that only chooses, from a checkpoint's ``policy.`` tensors.

    Returns:
        A policy of Stable-Baselines3; ``predict(observations, deterministic=True)`` chooses.

    Raises:
        ValueError: the tensors are of a policy of another shape.
    """
    from stable_baselines3.dqn.policies import DQNPolicy

    space = spaces.Box(-np.inf, np.inf, (width,), np.float32)
    # Its first weights are drawn only to be replaced: a training that looks at what it has
    # learned must draw the same numbers afterwards as one that was resumed there.
    with torch.random.fork_rng(devices=[]):
        policy = DQNPolicy(space, spaces.Discrete(goals), lambda _: 0.0, net_arch=list(layers))
    try:
        policy.load_state_dict(_under(tensors, "policy."))
    except RuntimeError as error:
        raise ValueError(str(error)) from None
    policy.set_training_mode(False)
    return policy


def _under(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {k.removeprefix(prefix): t for k, t in tensors.items() if k.startswith(prefix)}
