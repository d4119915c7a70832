"""Parts of ``ui.py`` that start an app of their own: first frame, a long dialog, calling off."""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ui_bench import (
    ASKS_TO_STOP,
    CHAT,
    CTRL_R,
    CTRL_S,
    ENTER,
    ESC,
    F4,
    FORM,
    READING,
    UP,
    Bench,
    Result,
    quantile,
    typed,
)
from ui_terminal import Child, Terminal

from convotui.dialog import Candidate, Dialog, Turn
from convotui.engine.start import FAKE
from convotui.store import Store

COMMAND = "from convotui.cli import main; main()"
SHORT, LONG = "quokka", "zyzzyva"
"""Words that only the last turns of the stored dialogs have."""
WORDS = ("we", "cooked", "fish", "with", "lemon", "at", "the", "harbour", "of", "my", "sister")
NARROW = (100, 36)
ENDS = ("JobDone", "JobCancelled", "JobFailed")


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
                child.rest(typed(child, ESC), 0.7)
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
            child.wait_for(FORM, typed(child, F4))
        for _ in range(bench.effort.trials):
            if ours:
                child.type(CTRL_S)
            else:
                child.ask("play")
            trials.begun("PlayStarted", 0.5, 3.0)
            if ours:
                child.wait_for(ASKS_TO_STOP, typed(child, "s"))
                time.sleep(READING)
            trials.end(child.type(ENTER if ours else ESC))
            if ours:
                time.sleep(0.5)
                child.wait_for(FORM, typed(child, "n"))
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
