"""Steer replies by turn-level goals, and look at the prompt a goal makes.

Run: python examples/turn_level_goals.py
"""

from convotui import Goal, Sampling, load_decoder, load_goals
from convotui.decoders import Prompt, ReplyRequest, Utterance

decoder = load_decoder("auto")
goals = [*load_goals("everyday")][:3]
goals.append(Goal("talk-pokemon", "talk about pokemon."))

history = (Utterance(0, "hi, nice to meet you!"),)
requests = [
    ReplyRequest(Prompt(speaker=1, history=history, goal=goal.text), seed=1, sampling=Sampling())
    for goal in goals
]
for goal, reply in zip(goals, decoder.reply(requests), strict=True):
    print(f"{goal.text:25} -> {reply.text}")

encoded = decoder.encode(requests[0].prompt, max_new_tokens=40)
print("the first prompt as ids:", list(encoded.ids))
