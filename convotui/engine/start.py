"""Starting an engine by dotted name, so that front ends import no model code."""

from __future__ import annotations

from importlib import import_module

from convotui.engine.api import Engine, Listener
from convotui.store import Store

REAL = "convotui.engine.real:RealEngine"
FAKE = "convotui.engine.fake:FakeEngine"


def start(listener: Listener, store: Store, *, engine: str = REAL) -> Engine:
    """Start an engine.

    Args:
        listener: gets every event, see ``convotui.engine.api.Listener``.
        store: where dialogs, ratings and runs are kept.
        engine: dotted name of its class.
    """
    module, _, name = engine.partition(":")
    started: Engine = getattr(import_module(module), name)(listener, store)
    return started
