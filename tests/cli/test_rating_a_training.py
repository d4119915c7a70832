"""The reward ``manual`` without a screen: exchanges on stderr, numbers on stdin."""

from __future__ import annotations

import json
import signal
import subprocess
import sys

import pytest

from convotui.engine.training_rules import judgement
from convotui.runs import find_run
from tests.cli.conftest import Cli

WORDS = ("--reward", "manual", "--episodes", 2, "--turns", 2, "--batch", 1, "--eval-every", 0)
MANUAL = (*WORDS, "--eval-episodes", 0, "--name", "mine")
ON_FAKE = """
from convotui.cli import jobs, main, train_policy
from convotui.engine.start import FAKE
train_policy.running = lambda store: jobs.running(store, FAKE)
main()
"""
QUESTION = "rating 1-5, or any other number as the reward:"


def _spawn() -> subprocess.Popen[bytes]:
    words = [str(word) for word in ("train-policy", "--headless", *MANUAL)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen([sys.executable, "-c", ON_FAKE, *words], **pipes)


def _wait_for_question(stream: object) -> list[str]:
    lines = []
    for raw in stream:
        lines.append(raw.decode().rstrip("\n"))
        if lines[-1] == QUESTION:
            return lines
    raise AssertionError(lines)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", -1.0),
        ("3", 0.0),
        (" 5\r", 1.0),
        ("1.0", 1.0),
        ("6", 6.0),
        ("-0.25", -0.25),
        ("0", 0.0),
        ("", None),
        ("good", None),
        ("nan", None),
        ("inf", None),
        ("4 5", None),
        ("\x1b[2J", None),
    ],
)
def test_ratings_are_1_to_5_and_any_other_number_is_the_reward(
    text: str, value: float | None
) -> None:
    assert judgement(text) == value


def test_every_exchange_is_judged_by_a_line(train: Cli) -> None:
    done = train(*MANUAL, stdin="5\n1\n0.5\n-2\n")
    assert done.code == 0, done.err
    assert done.err.splitlines().count(QUESTION) == 4
    means = [r["mean_return"] for r in done.records if r.get("event") == "round"]
    assert means == [0.0, -1.5]
    shown = [line for line in done.err.splitlines() if line.startswith(("opener: ", "partner: "))]
    assert [line.split(":")[0] for line in shown] == ["opener", "partner"] * 4


def test_the_goal_of_an_exchange_stands_above_it(train: Cli) -> None:
    done = train(*MANUAL, stdin="5\n1\n0.5\n-2\n")
    lines = done.err.splitlines()
    asked = [lines[place - 3] for place, line in enumerate(lines) if line == QUESTION]
    rounds = find_run("mine").lines("metrics.jsonl")
    given = [goal for one in rounds for goal, count in one["goals"].items() for _ in range(count)]
    assert sorted(asked) == sorted(f"goal: {goal}" for goal in given)


def test_nonsense_is_asked_again(train: Cli) -> None:
    done = train(*MANUAL, stdin=b"\xff\n\nwhat?\nnan\n5\n5\n5\n5\n")
    assert done.code == 0, done.err
    assert done.err.count("That is no number") == 4


def test_the_end_of_the_input_cancels_and_keeps_what_was_learned(train: Cli) -> None:
    done = train(*MANUAL, stdin="5\n5\n5")
    assert done.code == 130
    assert done.records[-1]["status"] == "cancelled"
    assert done.records[-1]["run"] == "mine"
    assert done.records[-1]["episodes"] == 1
    assert "The input ended before every exchange was judged" in done.err
    assert "'convotui train-policy --name mine --resume' goes on." in done.err
    assert find_run("mine").state["status"] == "cancelled"
    on = train("--name", "mine", "--resume", stdin="5\n5\n")
    assert on.code == 0, on.err


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_signal_while_a_person_is_asked_cancels_at_once(name: str) -> None:
    with _spawn() as running:
        running.stdin.write(b"5\n5\n5\n")
        running.stdin.flush()
        for _ in range(4):
            _wait_for_question(running.stderr)
        running.send_signal(getattr(signal, name))
        assert running.wait(60) == 130
        err = running.stderr.read().decode()
        last = json.loads(running.stdout.read().splitlines()[-1])
    assert (last["status"], last["episodes"]) == ("cancelled", 1)
    assert "Traceback" not in err
    assert err.splitlines()[-1] == "convotui: Cancelled; what had been stored is kept."


def test_lines_are_read_as_they_are_typed() -> None:
    with _spawn() as running:
        for _ in range(4):
            assert _wait_for_question(running.stderr)[-3].startswith("opener: ")
            running.stdin.write(b"4\n")
            running.stdin.flush()
        assert running.wait(60) == 0
        last = json.loads(running.stdout.read().splitlines()[-1])
        running.stderr.read()
    assert last["status"] == "done"
