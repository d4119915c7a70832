"""Numbers that learning uses, from people's judgements or computed."""

from convotui.rewards.manual import manual_reward

__all__ = ["manual_reward"]
