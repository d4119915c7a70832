"""Dialogs as a Gymnasium environment: an action is the goal of the opener's next turn.

Run: python examples/gymnasium_env.py
"""

import gymnasium

from convotui import Sampling

env = gymnasium.make(
    "convotui.gyms.env:convotui/Dialog-v0",
    model="auto",
    goals="everyday",
    reward="goal-met=1",
    turns=2,
    sampling=Sampling(max_new_tokens=24),
    render_mode="ansi",
)
print("observations:", env.observation_space.shape, "actions:", env.action_space)
env.action_space.seed(1)

observation, info = env.reset(seed=1)
truncated = False
while not truncated:
    observation, reward, terminated, truncated, info = env.step(env.action_space.sample())
    print(f"reward {reward:.2f}, by name {info['rewards']}")
print(env.render())
