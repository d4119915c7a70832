"""How the next goal is chosen: not at all, at random, without repeats, or always the same."""

from convotui.policies.basic import FixedGoal, NoGoal, NoRepeat, RandomGoal
from convotui.policies.choice import Policy, make_policy

__all__ = ["FixedGoal", "NoGoal", "NoRepeat", "Policy", "RandomGoal", "make_policy"]
