"""What the parts of ``ui.py`` share: how much is measured, starting a side, keys and sums."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any

from ui_bare import HELLO
from ui_terminal import Child

WATCHED = "ui_engine:WatchedEngine"
F2, F4, ENTER, ESC, UP = "\x1bOQ", "\x1bOS", "\r", "\x1b", "\x1b[A"
CTRL_Q, CTRL_R, CTRL_S, CTRL_U = "\x11", "\x12", "\x13", "\x15"
CHAT, FORM = "Say something below", "Let the model talk to itself"
ASKS_TO_STOP, ASKS_TO_QUIT = "Stop the run?", "Quit while"
READING = 0.3
"""Seconds a person takes to see what a question is."""

Result = Iterator[tuple[str, float]]
"""What was measured, with its unit, and the value."""


@dataclass(frozen=True)
class Effort:
    """How much is measured.

    Attributes:
        rounds: times that each side is measured, in turn.
        lag: seconds that the event loop is watched, in each state.
        idle: seconds that CPU use is counted.
        keys: how many are typed, in each state.
        trials: how often a reply and a self-play are called off.
        starts: how often each program is started.
        turns: of the long dialog.
    """

    rounds: int = 3
    lag: float = 20.0
    idle: float = 10.0
    keys: int = 60
    trials: int = 20
    starts: int = 10
    turns: int = 2000


@dataclass(frozen=True)
class Bench:
    """What all parts need.

    Attributes:
        models: folder of the converted models.
        load: the model, as ``LoadModel`` takes it.
        plan: the self-play, as ``SelfPlayPlan`` takes it.
        seed: of pauses and texts.
    """

    effort: Effort
    models: Path
    load: dict[str, Any]
    plan: dict[str, Any]
    seed: int

    def environment(self, home: Path | str) -> dict[str, str]:
        """Return the variables that say where files are kept."""
        return {"CONVOTUI_HOME": str(home), "CONVOTUI_MODELS": str(self.models)}

    @contextmanager
    def child(
        self,
        side: str,
        *,
        engine: str = WATCHED,
        home: Path | None = None,
        dialog: int | None = None,
        known: str = "",
    ) -> Iterator[tuple[Child, float]]:
        """Start a side and wait for its first frame.

        Args:
            side: as of ``ui_child.py``.
            engine: dotted name of its engine, empty for none.
            home: where it keeps its files; an empty folder unless given.
            dialog: key of the stored dialog it begins with.
            known: what the frame waited for shows.

        Yields:
            The child, and the seconds from its start to that frame.
        """
        spec = {"side": side, "engine": engine, "dialog": dialog}
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            environment = self.environment(home or folder)
            with Child(environment, {**spec, "load": self.load, "plan": self.plan}) as child:
                shown = child.wait_for(known or (CHAT if side == "ours" else HELLO))
                yield child, shown - child.started


def quantile(values: Sequence[float], share: float) -> float:
    """Return the value that so large a share does not exceed."""
    return sorted(values)[max(0, ceil(share * len(values)) - 1)]


def typed(child: Child, keys: str) -> int:
    """Type, and return the place in the output from which on an answer may come."""
    here = child.here
    child.type(keys)
    return here
