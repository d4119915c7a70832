"""Promise: rewards are named, weighted and summed; what is wrong is said in a sentence."""

from __future__ import annotations

import math
import subprocess
import sys

import pytest

from convotui import load_goals
from convotui.errors import Cancelled, ConvoTUIError, UsageError
from convotui.rewards import (
    GoalMet,
    PersonaRank,
    RewardError,
    make_reward,
    needs_encoder,
    needs_person,
    parse_reward,
)
from tests.rewards.words import Words, dialog

GOALS = load_goals("everyday")
DIALOGS = [
    dialog("two dogs, both asleep.", goals=["ask-pets"]),
    dialog("hello there.", "i bake bread at night.", goals=["ask-pets", "ask-food"]),
]
BAD: dict[str, object] = {}


def turns(goals):
    """An operator's own reward: how long the dialog is, in units of the goals."""
    return lambda dialogs: [len(d) / len(goals) for d in dialogs]


def bad(goals):
    """An operator's own reward that gives what the test wants."""
    return lambda dialogs: BAD["values"](dialogs)


def no_reward(goals):
    return 3


def broken(goals):
    raise SystemExit("i \x1b[2J quit")


OWN = "tests.rewards.test_composition"


@pytest.mark.parametrize(
    ("spec", "parts"),
    [
        ("goal-met", (("goal-met", 1.0),)),
        ("goal-met=0.5", (("goal-met", 0.5),)),
        (" persona-rank = -2 , manual ", (("persona-rank", -2.0), ("manual", 1.0))),
        ("goal-met=0,my.module:thing=1e-3", (("goal-met", 0.0), ("my.module:thing", 0.001))),
    ],
)
def test_names_and_weights_are_read(spec: str, parts: tuple) -> None:
    assert parse_reward(spec) == parts


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ("", "'' in '' is not a reward"),
        ("goal-met,", "'' in 'goal-met,' is not a reward"),
        ("clever", "'clever' in 'clever' is not a reward"),
        (":thing", "':thing' in ':thing' is not a reward"),
        ("goal-met=much", "weight 'much' of the reward goal-met is no finite number"),
        ("goal-met=", "weight '' of the reward goal-met"),
        ("goal-met=nan", "weight 'nan'"),
        ("goal-met=inf", "weight 'inf'"),
        ("manual,goal-met,manual=2", "'manual' comes twice"),
        ("\x1b[2J", r"'\\x1b\[2J' in"),
    ],
)
def test_what_is_no_reward_is_a_wrong_setting_in_one_line(spec: str, words: str) -> None:
    with pytest.raises(UsageError, match=words) as caught:
        parse_reward(spec)
    assert "\n" not in str(caught.value)
    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize("spec", ["clever", "goal-met,goal-met"])
def test_the_error_lists_what_there_is(spec: str) -> None:
    with pytest.raises(UsageError, match="manual, persona-rank, goal-met, or module:thing"):
        make_reward(spec, GOALS)


def test_what_a_reward_needs_is_known_from_its_name() -> None:
    specs = ("manual", "goal-met", "manual=2,persona-rank", "a:b")
    assert [needs_encoder(spec) for spec in specs] == [False, True, True, False]
    assert [needs_person(spec) for spec in specs] == [True, False, True, False]


def test_parts_are_unweighted_and_the_sum_is_weighted() -> None:
    made = make_reward(f"goal-met=2,persona-rank=-0.5,{OWN}:turns=3", GOALS, encoder=Words())
    parts = made.parts(DIALOGS)
    assert parts["goal-met"] == GoalMet(GOALS, Words())(DIALOGS)
    assert parts["goal-met"][0] == 1.0
    assert parts["persona-rank"] == PersonaRank(Words())(DIALOGS)
    assert parts[f"{OWN}:turns"] == [2 / 11, 4 / 11]
    weighted = [2 * a - 0.5 * b + 3 * c for a, b, c in zip(*parts.values(), strict=True)]
    assert made(DIALOGS) == pytest.approx(weighted)
    assert made.total(parts) == made(DIALOGS)
    assert made([]) == []


def test_a_reward_that_needs_the_encoder_is_not_made_without_it() -> None:
    with pytest.raises(UsageError, match="persona-rank needs the sentence encoder"):
        make_reward("persona-rank", GOALS)


@pytest.mark.parametrize(
    "name", ["nowhere.at.all:thing", f"{OWN}:absent", f"{OWN}:no_reward", f"{OWN}:broken"]
)
def test_an_own_reward_that_cannot_be_made_is_a_wrong_setting(name: str) -> None:
    with pytest.raises(UsageError, match=f"The reward {name} cannot be made") as caught:
        make_reward(name, GOALS)
    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (lambda dialogs: [math.nan for _ in dialogs], "gave nan for the dialog d"),
        (lambda dialogs: [math.inf for _ in dialogs], "gave inf for the dialog d"),
        (lambda dialogs: [1.0], "gave 1 numbers for 2 dialogs"),
        (lambda dialogs: ["much" for _ in dialogs], "failed .ValueError"),
        (lambda dialogs: 1 / 0, "failed .ZeroDivisionError"),
        (lambda dialogs: None, "failed .TypeError"),
    ],
)
def test_what_an_own_reward_gives_wrongly_is_said_by_its_name(values, words: str) -> None:
    BAD["values"] = values
    made = make_reward(f"{OWN}:bad", GOALS)
    with pytest.raises(RewardError, match=f"The reward {OWN}:bad {words}") as caught:
        made(DIALOGS)
    assert isinstance(caught.value, ConvoTUIError)
    assert caught.value.exit_code == 1


def test_cancelling_passes_through_a_reward() -> None:
    def cancel(dialogs):
        raise Cancelled

    BAD["values"] = cancel
    with pytest.raises(Cancelled):
        make_reward(f"{OWN}:bad", GOALS)(DIALOGS)


def test_a_sum_beyond_all_numbers_is_an_error() -> None:
    made = make_reward(f"{OWN}:turns=1e308,manual=-1e308", GOALS, ask=lambda d: -1e10)
    with pytest.raises(RewardError, match="no finite number: lower a weight"):
        made(DIALOGS)


def test_a_person_is_asked_for_each_dialog() -> None:
    asked = []

    def ask(one):
        asked.append(one)
        return 0.25 * len(one)

    assert make_reward("manual=2", GOALS, ask=ask)(DIALOGS) == [1.0, 2.0]
    assert asked == DIALOGS


def test_rewards_are_named_without_loading_numbers_or_models() -> None:
    code = (
        "import sys; from convotui.rewards import parse_reward; parse_reward('goal-met=2'); "
        "print(sorted({'torch', 'transformers', 'numpy'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout.strip() == "[]"
