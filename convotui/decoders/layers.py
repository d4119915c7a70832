"""Being called before each layer of a network: the finest place to interrupt a forward pass."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def before_layers(network: Any, call: Callable[[], None]) -> None:
    """Call something before each layer of every forward pass; raising in it abandons the pass.

    Args:
        network: a torch module; its layers are the longest ``ModuleList`` in it. Without one
            nothing is ever called.
        call: takes and returns nothing, so that what is computed stays the same.
    """
    from torch.nn import ModuleList

    lists = [module for module in network.modules() if isinstance(module, ModuleList)]
    for layer in max(lists, key=len, default=()):
        layer.register_forward_pre_hook(lambda *_: call())
