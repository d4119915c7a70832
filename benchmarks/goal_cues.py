"""Does the model obey goals? Share of replies with the goal's cues, with the goal and without.

Twenty fixed histories, every goal of a set, several seeds. Each reply given under a goal is
judged by that goal's cues; the baseline are replies to the same histories under the same
seeds without a goal, judged by the same cues. Intervals are 95 %, bootstrapped over
histories. Cues are a crude judge: they see the topic, not whether it was asked about.

Run: python benchmarks/goal_cues.py [--model smollm2] [--goals everyday] [--seeds 2]
"""

from __future__ import annotations

import argparse
import json
import sys

from machine import describe

from convotui import Sampling, load_decoder, load_goals
from convotui.decoders import Prompt, ReplyRequest, Utterance
from convotui.dialog import derive_seed, list_personas, meets_cues
from convotui.evaluation import Estimate, cluster_bootstrap, wilson

HISTORIES = (
    (),
    ("hi there",),
    ("hello, how are you today?",),
    ("hi! i just got home.", "welcome back, long day?", "very long, my feet hurt."),
    ("hey, what is new with you?", "not much, just resting. you?", "same here."),
    ("good evening!", "good evening, nice to meet you.", "nice to meet you too."),
    ("it is so cold today.", "yes, i have two sweaters on.", "smart, i only have one."),
    ("do you live in a city?", "yes, near the harbour.", "that sounds noisy."),
    ("i could not sleep last night.", "oh no, why not?", "my neighbour had a party."),
    ("what are you up to?", "just drinking some tea.", "lovely, i prefer coffee."),
    ("i am new here.", "welcome! i hope you like it.", "so far everyone is kind."),
    ("the bus was late again.", "that happens here a lot.", "i should buy a bicycle."),
    ("i finally cleaned my room.", "well done! was it bad?", "you do not want to know."),
    ("is it raining where you are?", "no, it is sunny.", "i am jealous."),
    ("i lost my keys.", "did you look in your coat?", "yes, twice."),
    ("tell me something funny.", "i once put salt in my tea.", "ha, how was it?"),
    ("my phone is almost empty.", "then talk fast!", "i will try."),
    ("i am waiting for a friend.", "is your friend late?", "always."),
    ("today was a good day.", "what made it good?", "i slept well and the sun was out."),
    ("i think i am getting a cold.", "drink something hot.", "good idea, thank you."),
)


def main() -> None:
    """Measure and print a table and one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="smollm2")
    parser.add_argument("--goals", default="everyday")
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--dtype", default="float32")
    options = parser.parse_args()

    decoder = load_decoder(options.model, dtype=options.dtype)
    goals = load_goals(options.goals)
    personas = list_personas()
    asked = {goal.id: [] for goal in goals}
    free = {goal.id: [] for goal in goals}
    for number, lines in enumerate(HISTORIES):
        speaker = len(lines) % 2
        history = tuple(Utterance(i % 2, text) for i, text in enumerate(lines))
        facts = personas[number % len(personas)].facts
        requests = [
            ReplyRequest(
                Prompt(speaker, facts, history, text), derive_seed(number, seed), Sampling()
            )
            for text in [None, *(goal.text for goal in goals)]
            for seed in range(options.seeds)
        ]
        texts = [reply.text for reply in decoder.reply(requests)]
        plain = texts[: options.seeds]
        for place, goal in enumerate(goals, start=1):
            told = texts[place * options.seeds : (place + 1) * options.seeds]
            asked[goal.id].append([float(meets_cues(t, goal.cues)) for t in told])
            free[goal.id].append([float(meets_cues(t, goal.cues)) for t in plain])
        print(f"history {number + 1}/{len(HISTORIES)}", file=sys.stderr)

    rows = {goal.id: (_mean(asked[goal.id]), _mean(free[goal.id])) for goal in goals}
    pooled = (_pool(asked), _pool(free))
    print(f"{'goal':20} {'with the goal':22} {'without':22}")
    for name, (told, plain_share) in {**rows, "all": pooled}.items():
        print(f"{name:20} {_cell(told):22} {_cell(plain_share):22}")
    print(
        json.dumps(
            {
                "benchmark": "goal_cues",
                "model": decoder.name,
                "version": decoder.version,
                "dtype": decoder.dtype,
                "goals": goals.name,
                "histories": len(HISTORIES),
                "seeds": options.seeds,
                "with": pooled[0].__dict__,
                "without": pooled[1].__dict__,
                **describe(),
            }
        )
    )


def _mean(groups: list[list[float]]) -> Estimate:
    values = [x for group in groups for x in group]
    return wilson(sum(values) / len(values), len(groups))


def _pool(table: dict[str, list[list[float]]]) -> Estimate:
    """Pool the goals, keeping the replies to one history together."""
    histories = zip(*table.values(), strict=True)
    return cluster_bootstrap([[x for cell in row for x in cell] for row in histories])


def _cell(estimate: Estimate) -> str:
    return f"{estimate.mean:5.1%} [{estimate.low:.1%}, {estimate.high:.1%}]"


if __name__ == "__main__":
    main()
