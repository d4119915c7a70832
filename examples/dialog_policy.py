"""Train a dialog policy on a reward of one's own, beside baselines, and let it steer a dialog.

A real training takes some hundred dialogs (``convotui train-policy``); this one is cut short.
Run: python examples/dialog_policy.py
"""

from convotui import Sampling, load_decoder, load_goals, load_policy, self_play, train_policy

decoder = load_decoder("auto")
goals = load_goals("everyday")


def speaks_of_itself(dialogs):
    """Reward exchanges in which the partner says "I" or "my": 1 or 0 for each dialog."""
    words = [dialog.turns[-1].text.lower().split() for dialog in dialogs]
    return [float(not {"i", "i'm", "i've", "my"}.isdisjoint(said)) for said in words]


# Rewards that come with the package go by name: reward="goal-met=1,persona-rank=0.5", or
# reward="manual" to be asked for a number at every exchange.
trained = train_policy(
    decoder,
    goals=goals,
    reward=speaks_of_itself,
    episodes=4,
    turns=2,
    batch=4,
    eval_episodes=2,
    eval_every=0,
    seed=1,
    sampling=Sampling(max_new_tokens=16),
    dqn={"learning_starts": 4},
)
for name, score in trained.summary["eval"].items():
    if name != "episodes":
        print(f"{name:10} {score['mean']:.2f} [{score['low']:.2f}, {score['high']:.2f}]")

policy = load_policy(trained.run, decoder)
sampling = Sampling(max_new_tokens=24)
(dialog,) = self_play(decoder, turns=4, policy=policy, goals=goals, seed=7, sampling=sampling)
for turn in dialog.turns:
    print(f"{'AB'[turn.speaker]}: {turn.text}" + (f"  [{turn.goal}]" if turn.goal else ""))
