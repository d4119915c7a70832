"""Dialog loops: a person with a decoder, and decoders with each other."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

_NAMES = {
    "Conductor": "convotui.gyms.conductor",
    "InteractiveDialog": "convotui.gyms.interactive",
    "SelfPlayPlan": "convotui.gyms.plan",
    "make_env": "convotui.gyms.setting",
    "play": "convotui.gyms.rounds",
    "self_play": "convotui.gyms.selfplay",
}

__all__ = [
    "Conductor",
    "InteractiveDialog",
    "SelfPlayPlan",
    "make_env",
    "play",
    "self_play",
]

if TYPE_CHECKING:
    from convotui.gyms.conductor import Conductor
    from convotui.gyms.interactive import InteractiveDialog
    from convotui.gyms.plan import SelfPlayPlan
    from convotui.gyms.rounds import play
    from convotui.gyms.selfplay import self_play
    from convotui.gyms.setting import make_env


def __getattr__(name: str) -> Any:
    """Import on first use: a plan must not cost an ``import torch``."""
    if name not in _NAMES:
        raise AttributeError(f"module 'convotui.gyms' has no attribute {name!r}")
    return getattr(import_module(_NAMES[name]), name)
