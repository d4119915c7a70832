"""What ``ui.py`` measures: each part drives one side and says what came of it."""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any

from ui_bare import HELLO
from ui_terminal import Child, Terminal

from convotui.dialog import Candidate, Dialog, Turn
from convotui.engine.start import FAKE
from convotui.store import Store

COMMAND = "from convotui.cli import main; main()"
WATCHED = "ui_engine:WatchedEngine"
F2, F4, ENTER, ESC, UP = "\x1bOQ", "\x1bOS", "\r", "\x1b", "\x1b[A"
CTRL_Q, CTRL_R, CTRL_S, CTRL_U = "\x11", "\x12", "\x13", "\x15"
CHAT, FORM, ASKS_TO_STOP, ASKS_TO_QUIT = (
    "Say something below",
    "Let the model talk to itself",
    "Stop the run?",
    "is running",
)
READING = 0.3
"""Seconds a person takes to see what a question is."""
LETTERS = "bcdfgkpqvwxz"
SHORT, LONG = "quokka", "zyzzyva"
"""Words that only the last turns of the stored dialogs have."""
WORDS = ("we", "cooked", "fish", "with", "lemon", "at", "the", "harbour", "of", "my", "sister")
NARROW = (100, 36)
ENDS = ("JobDone", "JobCancelled", "JobFailed")

Result = Iterator[tuple[str, float]]
"""What was measured, with its unit, and the value."""


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
        models: folder of the converted models.
        load: the model, as ``LoadModel`` takes it.
        plan: the self-play, as ``SelfPlayPlan`` takes it.
        seed: of pauses and texts.
    """

    effort: Effort
    models: Path
    load: dict[str, Any]
    plan: dict[str, Any]
    seed: int

    def environment(self, home: Path | str) -> dict[str, str]:
        """Return the variables that say where files are kept."""
        return {"CONVOTUI_HOME": str(home), "CONVOTUI_MODELS": str(self.models)}

    @contextmanager
    def child(
        self,
        side: str,
        *,
        engine: str = WATCHED,
        home: Path | None = None,
        dialog: int | None = None,
        known: str = "",
    ) -> Iterator[tuple[Child, float]]:
        """Start a side and wait for its first frame.

        Args:
            side: as of ``ui_child.py``.
            engine: dotted name of its engine, empty for none.
            home: where it keeps its files; an empty folder unless given.
            dialog: key of the stored dialog it begins with.
            known: what the frame waited for shows.

        Yields:
            The child, and the seconds from its start to that frame.
        """
        spec = {"side": side, "engine": engine, "dialog": dialog}
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            environment = self.environment(home or folder)
            with Child(environment, {**spec, "load": self.load, "plan": self.plan}) as child:
                shown = child.wait_for(known or (CHAT if side == "ours" else HELLO))
                yield child, shown - child.started


def quantile(values: Sequence[float], share: float) -> float:
    """Return the value that so large a share does not exceed."""
    return sorted(values)[max(0, ceil(share * len(values)) - 1)]


# --- one life of an app: its start, idle, at work, its end -----------------------------------


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
            child.wait_for(FORM, _typed(child, F4))
            child.type(CTRL_S)
        else:
            child.ask("play")
        child.wait_event(["TurnPlayed"])
        if "lag" in parts:
            yield from _lag(child, "self-play, F4", effort.lag)
        if ours:
            child.wait_for(CHAT, _typed(child, F2))
        time.sleep(1.0)
        if "lag" in parts:
            yield from _lag(child, "self-play, F2", effort.lag)
        if "keys" in parts:
            yield from _keys(child, "self-play", bench)
        if "quit" in parts:
            yield from _quit(child, ours)


def _typed(child: Child, keys: str) -> int:
    """Type, and return the place in the output from which on an answer may come."""
    here = child.here
    child.type(keys)
    return here


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
            child.wait_for(text, _typed(child, text))
        time.sleep(draw.uniform(0.1, 0.25))
        text += draw.choice(LETTERS)
        here = child.here
        pressed = child.type(text[-1])
        took.append(child.wait_for(text[-6:], here) - pressed)
    yield f"key to screen, {state}: p50, ms", 1000 * quantile(took, 0.5)
    yield f"key to screen, {state}: p99, ms", 1000 * quantile(took, 0.99)


def _quit(child: Child, ours: bool) -> Result:
    if ours:
        child.wait_for(ASKS_TO_QUIT, _typed(child, CTRL_Q))
        time.sleep(READING)
    pressed = child.type(ENTER if ours else CTRL_Q)
    returned = child.hear()["returned"]
    gone = child.gone()
    yield "quit at work: run returns, ms", 1000 * (returned - pressed)
    yield "quit at work: process gone, ms", 1000 * (gone - pressed)


# --- the first frame --------------------------------------------------------------------------


def starting(bench: Bench, side: str) -> Result:
    """Measure the time to the first frame and that of ``--help``; beside it Python's own."""
    painted, helped = [], []
    python = [sys.executable, "-c"]
    helps = [*python, COMMAND, "--help"] if side == "ours" else [*python, ""]
    for _ in range(bench.effort.starts + 1):
        painted.append(_first_frame(bench, side))
        began = time.monotonic()
        subprocess.run(helps, check=True, stdout=subprocess.DEVNULL)
        helped.append(time.monotonic() - began)
    # The first ones may find files neither compiled nor in memory.
    yield "first paint: median, ms", 1000 * quantile(painted[1:], 0.5)
    yield "first paint: slowest, ms", 1000 * max(painted[1:])
    yield "--help: median, ms", 1000 * quantile(helped[1:], 0.5)


def _first_frame(bench: Bench, side: str) -> float:
    """Start our app by its command, or a bare one, and end it once it is seen."""
    if side != "ours":
        with bench.child(side, engine="") as (_, seconds):
            return seconds
    named = [f"--{name}={bench.load[name]}" for name in ("model", "dtype", "device")]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        command = [sys.executable, "-c", COMMAND, "chat", *named]
        with Terminal(command, bench.environment(folder)) as terminal:
            return terminal.wait_for(CHAT) - terminal.started


# --- a long dialog ----------------------------------------------------------------------------


def remembering(bench: Bench, side: str) -> Result:
    """Measure a long dialog beside a short one: memory, showing, resizing, moving in it."""
    turns, ours = f"{bench.effort.turns} turns", side == "ours"
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        short, long = _store_dialogs(home, bench.effort.turns, bench.seed)
        engine = FAKE if ours else ""
        with bench.child(side, engine=engine, home=home, dialog=short, known=SHORT) as (child, _):
            time.sleep(2.0)
            small = child.ask("rss")
            child.ask("lag-begin")
            here, asked = child.here, time.monotonic()
            child.ask("open", key=long)
            yield f"{turns}: show, ms", 1000 * (child.wait_for(LONG, here) - asked)
            time.sleep(0.5)
            yield f"{turns}: show, longest lag, ms", 1000 * max(child.ask("lag-end"))
        with bench.child(side, engine=engine, home=home, dialog=long, known=LONG) as (child, took):
            yield f"{turns}: start with them, ms", 1000 * took
            time.sleep(2.0)
            yield f"{turns}: memory, MB", (child.ask("rss") - small) / 1e6
            if ours:  # from the text field to the dialog
                child.rest(_typed(child, ESC), 0.7)
            here = child.here
            resized = child.resize(NARROW)
            yield f"{turns}: resize, ms", 1000 * (child.rest(here, 0.7) - resized)
            keys = []
            for _ in range(bench.effort.keys):
                here = child.here
                pressed = child.type("k" if ours else UP)
                keys.append(child.next_output(here) - pressed)
                time.sleep(0.15)
            yield f"{turns}: key to screen: p50, ms", 1000 * quantile(keys, 0.5)
            yield f"{turns}: key to screen: p99, ms", 1000 * quantile(keys, 0.99)


def _store_dialogs(home: Path, turns: int, seed: int) -> tuple[int, int]:
    """Store a dialog of two turns and one of many."""
    with Store(home / "data" / "convotui.db") as store:
        short = store.add_dialog(_dialog(2, SHORT, seed))
        return short, store.add_dialog(_dialog(turns, LONG, seed))


def _dialog(count: int, last: str, seed: int) -> Dialog:
    draw = random.Random(seed)
    texts = [" ".join(draw.choices(WORDS, k=draw.randint(3, 25))) for _ in range(count - 1)]
    turns = [
        Turn(1, (Candidate(text, "model", place, "v0"),)) if place % 2 else Turn.say(0, text)
        for place, text in enumerate([*texts, last])
    ]
    names = {"persona_names": ["you", "night-nurse"]}
    return Dialog(f"bench-{count}", turns=tuple(turns), seed=seed, model="none", meta=names)


# --- calling off ------------------------------------------------------------------------------


def cancelling(bench: Bench, side: str) -> Result:
    """Call replies and self-plays off at random moments and wait for the engine's word."""
    draw, ours = random.Random(bench.seed), side == "ours"
    with bench.child(side) as (child, _):
        seen = len(child.wait_event(["ModelReady"]))
        time.sleep(1.0)
        trials = _Trials(child, draw, seen)
        for number in range(3 * bench.effort.trials):
            if ours:
                child.type(CTRL_R if number else f"hi there{ENTER}")
            else:
                child.ask("reply", key=number)
            trials.begun("ReplyText", 0.05, 0.4)
            trials.end(child.type(ESC))
            if len(trials.keys) == bench.effort.trials:
                break
            time.sleep(READING)  # as long as the app is busy with one, it takes no other
        yield from trials.result("a reply")
        trials = _Trials(child, draw, trials.seen)
        if ours:
            child.wait_for(FORM, _typed(child, F4))
        for _ in range(bench.effort.trials):
            if ours:
                child.type(CTRL_S)
            else:
                child.ask("play")
            trials.begun("PlayStarted", 0.5, 3.0)
            if ours:
                child.wait_for(ASKS_TO_STOP, _typed(child, "s"))
                time.sleep(READING)
            trials.end(child.type(ENTER if ours else ESC))
            if ours:
                time.sleep(0.5)
                child.wait_for(FORM, _typed(child, "n"))
        yield from trials.result("self-play")


class _Trials:
    """Jobs that were called off, and how long that took."""

    def __init__(self, child: Child, draw: random.Random, seen: int) -> None:
        self.child, self.draw, self.seen = child, draw, seen
        self.keys: list[float] = []
        self.asked: list[float] = []
        self._job = 0

    def begun(self, kind: str, least: float, most: float) -> None:
        """Wait until a job has begun, and for a random time."""
        found = self.child.wait_event([kind], self.seen)
        self.seen += len(found)
        self._job = found[-1][2]
        time.sleep(self.draw.uniform(least, most))

    def end(self, pressed: float) -> None:
        """Wait for the end of the job; one that was done before the key does not count."""
        found = self.child.wait_event(ENDS, self.seen, self._job)
        self.seen += len(found)
        when, what, _ = found[-1]
        if what == "JobCancelled":
            (asked,) = [at for at, was, job in found if (was, job) == ("cancel", self._job)]
            self.keys.append(when - pressed)
            self.asked.append(when - asked)

    def result(self, what: str) -> Result:
        """Sum up."""
        for name, took in (("key", self.keys), ("engine asked", self.asked)):
            yield f"cancel {what}, from {name}: p50, ms", 1000 * quantile(took, 0.5)
            yield f"cancel {what}, from {name}: slowest, ms", 1000 * max(took)
