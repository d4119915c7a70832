"""ConvoTUI: a terminal gym for persona chatbots.

The names below are the Python API. They are imported on first use, so that
``import convotui`` costs milliseconds and never loads torch.
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

# Busy-waiting OpenMP threads slow decoding many times over on a loaded laptop. The
# variable is read once, when torch is first imported, so it is set here.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

__version__ = "0.1.0"

_API = {
    "Persona": "convotui.dialog",
    "Goal": "convotui.dialog",
    "GoalSet": "convotui.dialog",
    "Turn": "convotui.dialog",
    "Candidate": "convotui.dialog",
    "Dialog": "convotui.dialog",
    "load_persona": "convotui.dialog",
    "load_goals": "convotui.dialog",
    "Sampling": "convotui.decoders",
    "load_decoder": "convotui.decoders",
    "InteractiveDialog": "convotui.gyms",
    "self_play": "convotui.gyms",
    "make_env": "convotui.gyms",
    "train_policy": "convotui.learning",
    "load_policy": "convotui.learning",
    "ConvoTUIError": "convotui.errors",
}

__all__ = [
    "Candidate",
    "ConvoTUIError",
    "Dialog",
    "Goal",
    "GoalSet",
    "InteractiveDialog",
    "Persona",
    "Sampling",
    "Turn",
    "__version__",
    "load_decoder",
    "load_goals",
    "load_persona",
    "load_policy",
    "make_env",
    "self_play",
    "train_policy",
]

if TYPE_CHECKING:
    from convotui.decoders import Sampling, load_decoder
    from convotui.dialog import (
        Candidate,
        Dialog,
        Goal,
        GoalSet,
        Persona,
        Turn,
        load_goals,
        load_persona,
    )
    from convotui.errors import ConvoTUIError
    from convotui.gyms import InteractiveDialog, make_env, self_play
    from convotui.learning import load_policy, train_policy


def __getattr__(name: str) -> Any:
    """Import a name of the Python API when it is first asked for."""
    if name not in _API:
        raise AttributeError(f"module 'convotui' has no attribute {name!r}")
    value = getattr(import_module(_API[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the Python API beside the module's own names."""
    return sorted(set(globals()) | set(_API))
