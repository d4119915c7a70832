"""Does the app wait for anything? ConvoTUI's beside a bare Textual app with the same engine.

Both run as a person runs them: a process on a real pty, keys typed to it, its output read.
They take turns; figures are medians over the rounds, the longest and slowest ones are those
of all rounds. The bare app (a TextArea, a Static, a
Footer) loads the same model in its process and has it play the same dialogs, so what differs
is ours. Parts: lag (how late the event loop wakes), keys (typed until on the screen), cpu
(idle), quit, paint (first frame), memory (a dialog of 2,000 turns), cancel.

Run: python benchmarks/ui.py [--only lag,keys] [--quick] [--rounds 3] [--model smollm2]
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from importlib.metadata import version
from statistics import median
from typing import Any

from machine import describe
from ui_bench import Bench, Effort, Result
from ui_life import living
from ui_parts import cancelling, remembering, starting
from ui_terminal import SIZE

from convotui.cli.options import ModelOptions
from convotui.config import Config
from convotui.decoders import sources
from convotui.paths import get_paths

PROMISES = {
    "lag, idle: p99, ms": 50,
    "lag, self-play, F4: p99, ms": 50,
    "lag, self-play, F2: p99, ms": 50,
    "first paint: median, ms": 700,
    "--help: median, ms": 200,
    "cancel a reply, from key: slowest, ms": 250,
    "cancel self-play, from key: slowest, ms": 250,
}
"""What docs say that no figure of ours exceeds."""
BUSY = 0.5
"""Load from which on the figures are not those of the app alone."""
LIFE = {"lag", "keys", "cpu", "quit"}
PARTS = (*sorted(LIFE), "paint", "memory", "cancel")
SIDES = ("ours", "bare", "log", "statics")
QUICK = Effort(rounds=1, lag=5, idle=5, keys=20, trials=4, starts=3)
Table = dict[str, dict[str, list[float]]]


def main() -> None:
    """Measure and print a table and one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default=",".join(PARTS), help="parts, separated by commas")
    parser.add_argument("--quick", action="store_true", help="little of everything")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--model", default="smollm2")
    parser.add_argument("--dtype", default="float32")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    parts = set(options.only.split(","))
    if parts - set(PARTS):
        parser.error(f"there are the parts {', '.join(PARTS)}")

    effort = QUICK if options.quick else Effort()
    rounds = options.rounds or effort.rounds
    # One CPU stays free for the screen, as the app has it.
    wanted = ModelOptions(model=options.model, dtype=options.dtype, device=options.device)
    load = wanted.request(Config(), leave_free=1)
    sources.ensure_model(options.model)
    plan = {"episodes": 160, "turns": 8, "batch": 16, "seed": options.seed}
    bench = Bench(effort, get_paths().models, vars(load), plan, options.seed)

    busy = os.getloadavg()[0]
    if busy > BUSY:
        print(
            f"Other programs are running here (load {busy:.1f}): wait, or mind it.", file=sys.stderr
        )
    table: Table = {}
    for number in range(rounds):
        for part, side, result in _round(bench, parts):
            print(f"round {number + 1}/{rounds}: {part}, {side}", file=sys.stderr)
            for name, value in result:
                table.setdefault(name, {}).setdefault(side, []).append(value)
    _print(table)
    print(json.dumps(_record(bench, rounds, busy, table)))


def _round(bench: Bench, parts: set[str]) -> list[tuple[str, str, Result]]:
    """List what is measured in a round, side by side."""
    pair, found = SIDES[:2], list[tuple[str, str, Result]]()
    if parts & LIFE:
        found += [
            ("/".join(sorted(parts & LIFE)), side, living(bench, side, parts)) for side in pair
        ]
    if "paint" in parts:
        found += [("paint", side, starting(bench, side)) for side in pair]
    if "memory" in parts:
        found += [("memory", side, remembering(bench, side)) for side in SIDES if side != "bare"]
    if "cancel" in parts:
        found += [("cancel", side, cancelling(bench, side)) for side in pair]
    return found


def _print(table: Table) -> None:
    """Print a Markdown table, for docs/results.md."""
    print(f"| {'':43} |" + "".join(f" {side:>7} |" for side in SIDES) + " promised |")
    print("|---|" + "---:|" * (len(SIDES) + 1))
    for name, sides in table.items():
        summed = {side: _sum(name, values) for side, values in sides.items()}
        cells = [f"{summed[side]:7.1f}" if side in summed else " " * 7 for side in SIDES]
        promised = ""
        if name in PROMISES:
            over = summed["ours"] - PROMISES[name]
            promised = str(PROMISES[name]) + (f", missed by {over:.0f}" if over > 0 else "")
        print(f"| {name:43} | " + " | ".join(cells) + f" | {promised:8} |")


def _sum(name: str, values: list[float]) -> float:
    return max(values) if "slowest" in name or "longest" in name else median(values)


def _record(bench: Bench, rounds: int, busy: float, table: Table) -> dict[str, Any]:
    return {
        "benchmark": "ui",
        "model": bench.load["model"],
        "dtype": bench.load["dtype"],
        "device": bench.load["device"],
        "seed": bench.seed,
        "rounds": rounds,
        "effort": vars(bench.effort),
        "plan": bench.plan,
        "load_before": round(busy, 2),
        "results": {
            name: {side: [round(x, 2) for x in values] for side, values in sides.items()}
            for name, sides in table.items()
        },
        **describe(),
        "textual": version("textual"),
        "terminal": SIZE,
        "threads": bench.load["threads"],
    }


if __name__ == "__main__":
    main()
