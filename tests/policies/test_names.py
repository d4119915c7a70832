"""A policy is found by the name a person types; what is not one is refused in a sentence."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from convotui.dialog import load_goals
from convotui.errors import UsageError
from convotui.policies import FixedGoal, NoGoal, NoRepeat, RandomGoal, make_policy
from tests.sentences import is_sentence

GOALS = load_goals("everyday")
OWN = """
from convotui.policies import FixedGoal

def last(goals):
    return FixedGoal(goals.goals[-1])

def broken(goals):
    raise RuntimeError("no luck today.")

def nothing(goals):
    return 3

def no_arguments():
    return None

word = "hello"
"""


@pytest.fixture
def own_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    folder = tmp_path / "operator_policies"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "mine.py").write_text(OWN)
    monkeypatch.syspath_prepend(str(tmp_path))
    return "operator_policies.mine"


def test_the_simple_names() -> None:
    assert make_policy("none", GOALS) == NoGoal()
    assert make_policy("random", GOALS) == RandomGoal(GOALS)
    assert make_policy("no-repeat", GOALS) == NoRepeat(GOALS)


def test_goal_and_an_id_is_that_goal_always() -> None:
    assert make_policy("goal:ask-pets", GOALS) == FixedGoal(GOALS["ask-pets"])


def test_a_module_without_a_dot_is_called_too(own_module: str, tmp_path: Path) -> None:
    (tmp_path / "operator_alone.py").write_text(OWN)
    assert make_policy("operator_alone:last", GOALS) == FixedGoal(GOALS.goals[-1])


def test_a_library_call_leaves_the_import_path_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "operator_here.py").write_text(OWN)
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if entry])
    monkeypatch.chdir(tmp_path)
    before = list(sys.path)
    assert "operator_here" in _refusal("operator_here:last")
    assert sys.path == before


def test_a_module_that_ends_the_program_is_refused(own_module: str, tmp_path: Path) -> None:
    (tmp_path / "operator_script.py").write_text("raise SystemExit(3)")
    assert "SystemExit" in _refusal("operator_script:last")


def test_a_dotted_name_is_called_with_the_goal_set(own_module: str) -> None:
    assert make_policy(f"{own_module}:last", GOALS) == FixedGoal(GOALS.goals[-1])


def _refusal(spec: str) -> str:
    with pytest.raises(UsageError) as refused:
        make_policy(spec, GOALS)
    assert is_sentence(str(refused.value)), str(refused.value)
    return str(refused.value)


@pytest.mark.parametrize(
    "spec", ["", "greedy", "Random", "none ", "goals:ask-pets", "x:y", "a.b", ":", "x:", ":y"]
)
def test_an_unknown_name_is_refused_with_the_names_there_are(spec: str) -> None:
    assert "no-repeat" in _refusal(spec)


@pytest.mark.parametrize("spec", ["goal:", "goal:ask-cars"])
def test_a_goal_that_is_not_in_the_set_is_refused(spec: str) -> None:
    assert "goals show everyday" in _refusal(spec)


def test_a_run_that_does_not_exist_is_refused() -> None:
    assert "no run called x" in _refusal("run:x")


@pytest.mark.parametrize(
    "spec",
    [
        "no.such.module:thing",
        "convotui.policies:no_such_thing",
        "convotui.policies.basic:NoGoal",
        ".relative:thing",
        "..:thing",
        "os.path:sep",
    ],
)
def test_a_dotted_name_that_gives_no_policy_is_refused(spec: str) -> None:
    assert spec in _refusal(spec)


@pytest.mark.parametrize("thing", ["broken", "nothing", "no_arguments", "word", "missing"])
def test_a_callable_that_makes_no_policy_is_refused(own_module: str, thing: str) -> None:
    assert f"{own_module}:{thing}" in _refusal(f"{own_module}:{thing}")
