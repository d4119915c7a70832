"""State estimators: a dialog so far as a vector."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__all__ = ["HiddenMean", "StateEstimator"]

if TYPE_CHECKING:
    from convotui.states.hidden import HiddenMean, StateEstimator


def __getattr__(name: str) -> Any:
    """Import on first use: numpy is not for front ends."""
    if name not in __all__:
        raise AttributeError(f"module 'convotui.states' has no attribute {name!r}")
    return getattr(import_module("convotui.states.hidden"), name)
