"""What ``ui.py`` measures: each part drives one side and says what came of it."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ui_bare import HELLO
from ui_terminal import Child

from convotui.dialog import Candidate, Dialog, Turn
from convotui.engine.start import FAKE
from convotui.paths import get_paths
from convotui.store import Store

WATCHED = "ui_engine:WatchedEngine"
SELF_PLAY, CHAT, SEND, STOP, START, QUIT = "\x1bOS", "\x1bOQ", "\r", "\x1b", "\x13", "\x11"
AGAIN, CLEAR = "\x12", "\x15"
KNOWN = {"ours": "Say something below"}
"""What the first frame of our app says; the bare ones say ``HELLO``."""
LAST = "zyzzyva"
"""A word that only the last turn of a stored dialog has."""
NARROW = (100, 36)

Result = Iterator[tuple[str, float]]
"""Names of what was measured, with their unit, and the values."""


@dataclass(frozen=True)
class Effort:
    """How much is measured.

    Attributes:
        rounds: times that each side is measured, in turn.
        lag: seconds that the event loop is watched, in each state.
        idle: seconds that CPU use is counted.
        keys: how many are typed, in each state.
        trials: how often a reply and a self-play are called off.
        starts: how often each program is started.
        turns: of the long dialog.
    """

    rounds: int = 3
    lag: float = 20.0
    idle: float = 10.0
    keys: int = 60
    trials: int = 20
    starts: int = 10
    turns: int = 2000


@dataclass(frozen=True)
class Bench:
    """What all parts need.

    Attributes:
        load: the model, as ``LoadModel`` takes it.
        plan: the self-play, as ``SelfPlayPlan`` takes it.
        seed: of pauses and texts.
    """

    effort: Effort
    load: dict[str, Any]
    plan: dict[str, Any]
    seed: int

    @contextmanager
    def child(self, side: str, home: Path | None = None, **spec: Any) -> Iterator[Child]:
        """Start a side, in a home of its own unless one is given, and wait for its first frame."""
        told = {"side": side, "load": self.load, "plan": self.plan, "dialog": None}
        with tempfile.TemporaryDirectory() as folder:
            with Child(home or Path(folder), **{**told, "engine": WATCHED, **spec}) as child:
                child.wait_for(KNOWN.get(side, HELLO) if told["dialog"] is None else HELLO)
                yield child


def living(bench: Bench, side: str, parts: set[str]) -> Result:
    """Measure one life of an app: start, idle, at work, quit."""
    effort, ours = bench.effort, side == "ours"
    with bench.child(side) as child:
        child.wait_event(["ModelReady"])
        stall = child.ask("lag-end")
        if "lag" in parts:
            yield "start-up stall, ms", 1000 * max(stall)
        time.sleep(2.0)
        if "lag" in parts:
            yield from _lag(child, "idle", effort.lag)
        if "cpu" in parts:
            before = child.ask("cpu")
            time.sleep(effort.idle)
            after = child.ask("cpu")
            share = (after[0] - before[0]) / (after[1] - before[1])
            yield "idle CPU, % of one", 100 * share
        if "keys" in parts:
            yield from _keys(child, "idle", bench)
        if not parts & {"lag", "keys", "quit"}:
            return
        if ours:
            child.wait_for("Let the model talk", _typed(child, SELF_PLAY))
            child.type(START)
        else:
            child.ask("play")
        child.wait_event(["TurnPlayed"])
        if "lag" in parts:
            yield from _lag(child, "self-play, F4", effort.lag)
        if ours:
            child.wait_for(KNOWN["ours"], _typed(child, CHAT))
        time.sleep(1.0)
        if "lag" in parts:
            yield from _lag(child, "self-play, F2", effort.lag)
        if "keys" in parts:
            yield from _keys(child, "self-play", bench)
        if "quit" in parts:
            yield from _quit(child, ours)


def _typed(child: Child, keys: str) -> int:
    here = child.here
    child.type(keys)
    return here


def _lag(child: Child, state: str, seconds: float) -> Result:
    child.ask("lag-begin")
    time.sleep(seconds)
    late = child.ask("lag-end")
    yield f"lag {state}: p50, ms", 1000 * quantile(late, 0.5)
    yield f"lag {state}: p99, ms", 1000 * quantile(late, 0.99)
    yield f"lag {state}: p99 of all moments, ms", 1000 * quantile(_moments(late), 0.99)
    yield f"lag {state}: longest, ms", 1000 * max(late)


def _moments(late: list[float], period: float = 0.005) -> list[float]:
    """Add the probes that could not be sent because the loop was still busy with one before."""
    return [left for delay in late for left in _steps(delay, period)]


def _steps(delay: float, period: float) -> list[float]:
    return [delay - number * period for number in range(1 + max(0, int(delay / period)))]


def _keys(child: Child, state: str, bench: Bench) -> Result:
    """Type letters as a person does, and wait for each on the screen."""
    draw, took = random.Random(bench.seed), []
    text = ""
    while len(took) < bench.effort.keys:
        if len(text) % 24 == 0:
            child.type(CLEAR)
            time.sleep(0.3)
            # The first letters are no mark of their own among all that is shown.
            text = "".join(draw.choices("bcdfgkpqvwxz", k=4))
            child.wait_for(text, _typed(child, text))
        time.sleep(draw.uniform(0.1, 0.25))
        text += draw.choice("bcdfgkpqvwxz")
        here = child.here
        pressed = child.type(text[-1])
        took.append(child.wait_for(text[-6:], here) - pressed)
    yield f"key to screen, {state}: p50, ms", 1000 * quantile(took, 0.5)
    yield f"key to screen, {state}: p99, ms", 1000 * quantile(took, 0.99)


def _quit(child: Child, ours: bool) -> Result:
    if ours:
        child.wait_for("is running", _typed(child, QUIT))
        pressed = child.type(SEND)
    else:
        pressed = child.type(QUIT)
    returned = child.hear()["returned"]
    gone = child.gone()
    yield "quit, until the app has returned, ms", 1000 * (returned - pressed)
    yield "quit, until the process is gone, ms", 1000 * (gone - pressed)


def starting(bench: Bench, side: str) -> Result:
    """Measure how long a start takes until the first frame, and ``--help``."""
    engine = WATCHED if side == "ours" else ""
    took = []
    for _ in range(bench.effort.starts + 1):
        with tempfile.TemporaryDirectory() as folder:
            told = {"load": bench.load, "plan": bench.plan, "dialog": None}
            with Child(Path(folder), side=side, engine=engine, **told) as child:
                took.append(child.wait_for(KNOWN.get(side, HELLO)) - child.started)
    # The first one may find its files neither compiled nor in memory.
    yield "first paint: median, ms", 1000 * quantile(took[1:], 0.5)
    yield "first paint: slowest, ms", 1000 * max(took[1:])
    called = "from convotui.cli import main; main(['--help'])" if side == "ours" else "pass"
    took = []
    for _ in range(bench.effort.starts + 1):
        began = time.monotonic()
        command = [sys.executable, "-c", called]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=os.environ)
        took.append(time.monotonic() - began)
    yield "--help (bare: python alone): median, ms", 1000 * quantile(took[1:], 0.5)


def remembering(bench: Bench, side: str) -> Result:
    """Measure a long dialog beside a short one: memory, showing, resizing, moving in it."""
    with tempfile.TemporaryDirectory() as folder:
        home, turns = Path(folder), bench.effort.turns
        short, long = _store_dialogs(home, turns, bench.seed)
        spec: dict[str, Any] = {"home": home, "engine": FAKE if side == "ours" else ""}
        with _opened(bench, side, short, spec) as (child, _):
            small = child.ask("rss")
            child.ask("lag-begin")
            here, asked = child.here, time.monotonic()
            child.ask("open", key=long)
            shown = child.wait_for(LAST, here)
            time.sleep(0.5)
            yield f"{turns} turns: show them, ms", 1000 * (shown - asked)
            yield f"{turns} turns: longest lag by that, ms", 1000 * max(child.ask("lag-end"))
        with _opened(bench, side, long, spec) as (child, start):
            yield f"{turns} turns: start with them, ms", 1000 * start
            yield f"{turns} turns: memory, MB", (child.ask("rss") - small) / 1e6
            if side == "ours":
                child.rest(_typed(child, STOP), 0.7)  # from the text field to the dialog
            here = child.here
            resized = child.resize(NARROW)
            yield f"{turns} turns: resize, ms", 1000 * (child.rest(here, 0.7) - resized)
            took = []
            for _ in range(bench.effort.keys):
                here = child.here
                pressed = child.type("k" if side == "ours" else "\x1b[A")
                took.append(child.next_output(here) - pressed)
                time.sleep(0.15)
            yield f"{turns} turns: a key: p50, ms", 1000 * quantile(took, 0.5)
            yield f"{turns} turns: a key: p99, ms", 1000 * quantile(took, 0.99)


@contextmanager
def _opened(
    bench: Bench, side: str, key: int, spec: dict[str, Any]
) -> Iterator[tuple[Child, float]]:
    """Start a side with a stored dialog; say how long it took until its end was shown."""
    told = {"side": side, "load": bench.load, "plan": bench.plan, "dialog": key}
    home = spec["home"]
    with Child(home, **{**told, "engine": spec["engine"]}) as child:
        shown = child.wait_for(LAST) - child.started
        time.sleep(2.0)
        yield child, shown


def _store_dialogs(home: Path, turns: int, seed: int) -> list[int]:
    """Store a dialog of two turns and one of many."""
    os.environ["CONVOTUI_HOME"] = str(home)
    with Store(get_paths().database) as store:
        keys = [store.add_dialog(_dialog(count, seed)) for count in (2, turns)]
    del os.environ["CONVOTUI_HOME"]
    return keys


def _dialog(count: int, seed: int) -> Dialog:
    draw = random.Random(seed)
    words = "we went to the harbour and my sister cooked fish with lemon for all of us".split()
    texts = [" ".join(draw.choices(words, k=draw.randint(3, 25))) for _ in range(count - 1)]
    texts.append(LAST)
    made = [
        Turn(1, (Candidate(text, "model", place, "v0"),)) if place % 2 else Turn.say(0, text)
        for place, text in enumerate(texts)
    ]
    names = {"persona_names": ["you", "night-nurse"]}
    return Dialog(f"bench-{count}", turns=tuple(made), seed=seed, model="none", meta=names)


def cancelling(bench: Bench, side: str) -> Result:
    """Call replies and self-plays off at random moments; wait for the engine's word."""
    draw, ours = random.Random(bench.seed), side == "ours"
    with bench.child(side) as child:
        seen, _, _ = child.wait_event(["ModelReady"])
        time.sleep(1.0)
        for number in range(bench.effort.trials):
            pass
        yield from _trials(child, "reply", bench, draw, ours, seen)
