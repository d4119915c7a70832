"""How the next goal is chosen: not at all, at random, without repeats, as learned."""

from convotui.policies.basic import FixedGoal, NoGoal, NoRepeat, RandomGoal
from convotui.policies.choice import Policy, make_policy
from convotui.policies.learned import LearnedGoal

__all__ = ["FixedGoal", "LearnedGoal", "NoGoal", "NoRepeat", "Policy", "RandomGoal", "make_policy"]
