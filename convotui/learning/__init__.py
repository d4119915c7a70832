"""How policies learn: plans, runs, checkpoints, deep Q-learning through Stable-Baselines3."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

_NAMES = {
    "LearnedPolicy": "convotui.learning.learned",
    "PolicyPlan": "convotui.learning.plan",
    "TrainedPolicy": "convotui.learning.policy",
    "load_policy": "convotui.learning.learned",
    "train_policy": "convotui.learning.policy",
}

__all__ = ["LearnedPolicy", "PolicyPlan", "TrainedPolicy", "load_policy", "train_policy"]

if TYPE_CHECKING:
    from convotui.learning.learned import LearnedPolicy, load_policy
    from convotui.learning.plan import PolicyPlan
    from convotui.learning.policy import TrainedPolicy, train_policy


def __getattr__(name: str) -> Any:
    """Import on first use: a plan must not cost an ``import torch``."""
    if name not in _NAMES:
        raise AttributeError(f"module 'convotui.learning' has no attribute {name!r}")
    return getattr(import_module(_NAMES[name]), name)
