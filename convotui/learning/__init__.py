"""How policies learn: plans, runs, checkpoints, deep Q-learning through Stable-Baselines3."""
