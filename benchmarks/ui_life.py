"""One life of an app, measured: its start, idle, at work, its end."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence

from ui_bench import (
    ASKS_TO_QUIT,
    CHAT,
    CTRL_Q,
    CTRL_S,
    CTRL_U,
    ENTER,
    F2,
    F4,
    FORM,
    READING,
    Bench,
    Result,
    quantile,
    typed,
)
from ui_terminal import Child

LETTERS = "bcdfgkpqvwxz"


def living(bench: Bench, side: str, parts: set[str]) -> Result:
    """Measure lag, keys, CPU and quitting, those of them that are wanted."""
    effort, ours = bench.effort, side == "ours"
    with bench.child(side) as (child, _):
        child.wait_event(["ModelReady"])
        stall = child.ask("lag-end")
        if "lag" in parts:
            yield "start-up stall: longest, ms", 1000 * max(stall)
        time.sleep(2.0)
        if "lag" in parts:
            yield from _lag(child, "idle", effort.lag)
        if "cpu" in parts:
            yield "idle: CPU, % of one", 100 * _cpu(child, effort.idle)
        if "keys" in parts:
            yield from _keys(child, "idle", bench)
        if not parts & {"lag", "keys", "quit"}:
            return
        if ours:
            child.wait_for(FORM, typed(child, F4))
            child.type(CTRL_S)
        else:
            child.ask("play")
        child.wait_event(["TurnPlayed"])
        if "lag" in parts:
            yield from _lag(child, "self-play, F4", effort.lag)
        if ours:
            child.wait_for(CHAT, typed(child, F2))
        time.sleep(1.0)
        if "lag" in parts:
            yield from _lag(child, "self-play, F2", effort.lag)
        if "keys" in parts:
            yield from _keys(child, "self-play", bench)
        if "quit" in parts:
            yield from _quit(child, ours)


def _lag(child: Child, state: str, seconds: float) -> Result:
    child.ask("lag-begin")
    time.sleep(seconds)
    late = child.ask("lag-end")
    yield f"lag, {state}: p50, ms", 1000 * quantile(late, 0.5)
    yield f"lag, {state}: p99, ms", 1000 * quantile(late, 0.99)
    yield f"lag, {state}: p99 of moments, ms", 1000 * quantile(moments(late), 0.99)
    yield f"lag, {state}: longest, ms", 1000 * max(late)


def moments(late: Sequence[float], period: float = 0.005) -> list[float]:
    """Add the probes that were never sent, because the loop was held up at their time."""
    found = []
    for delay in late:
        found.append(delay)
        while (delay := delay - period) > 0:
            found.append(delay)
    return found


def _cpu(child: Child, seconds: float) -> float:
    used, at = child.ask("cpu")
    time.sleep(seconds)
    used_then, then = child.ask("cpu")
    return (used_then - used) / (then - at)


def _keys(child: Child, state: str, bench: Bench) -> Result:
    """Type letters at a person's pace and wait for each on the screen."""
    draw, text = random.Random(bench.seed), ""
    took: list[float] = []
    while len(took) < bench.effort.keys:
        if len(text) % 24 == 0:
            child.type(CTRL_U)
            time.sleep(0.3)
            # A few letters first: one alone is no mark among all that is shown.
            text = "".join(draw.choices(LETTERS, k=4))
            child.wait_for(text, typed(child, text))
        time.sleep(draw.uniform(0.1, 0.25))
        text += draw.choice(LETTERS)
        here = child.here
        pressed = child.type(text[-1])
        took.append(child.wait_for(text[-6:], here) - pressed)
    yield f"key to screen, {state}: p50, ms", 1000 * quantile(took, 0.5)
    yield f"key to screen, {state}: p99, ms", 1000 * quantile(took, 0.99)


def _quit(child: Child, ours: bool) -> Result:
    if ours:
        child.wait_for(ASKS_TO_QUIT, typed(child, CTRL_Q))
        time.sleep(READING)
    pressed = child.type(ENTER if ours else CTRL_Q)
    returned = child.hear()["returned"]
    gone = child.gone()
    yield "quit at work: run returns, ms", 1000 * (returned - pressed)
    yield "quit at work: process gone, ms", 1000 * (gone - pressed)
