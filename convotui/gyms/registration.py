"""Tells Gymnasium of ``convotui/Dialog-v0``; an entry point calls it, nothing need be imported."""

from __future__ import annotations


def register_envs() -> None:
    """Register the environments."""
    import gymnasium

    if "convotui/Dialog-v0" not in gymnasium.registry:
        gymnasium.register("convotui/Dialog-v0", entry_point="convotui.gyms.setting:make_env")
