"""``run:NAME`` names what a run has learned: found without a model, refused in sentences."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from convotui.dialog import Dialog, Goal, GoalSet, load_goals
from convotui.errors import ConvoTUIError, UsageError
from convotui.gyms.plan import SelfPlayPlan, new_dialogs
from convotui.policies import LearnedGoal, make_policy
from convotui.policies.basic import NoGoal
from convotui.runs import Run, create_run
from tests.sentences import driving, is_sentence

GOALS = load_goals("support")


def _run(*checkpoints: str, kind: str = "train-policy", goals: GoalSet | None = GOALS) -> Run:
    run = create_run("mine", kind, {"goals": goals.name if goals else "x"})
    for name in checkpoints:
        (run.path / "checkpoints" / name).mkdir(parents=True)
    if goals is not None:
        texts = [{"id": goal.id, "text": goal.text} for goal in goals]
        run.write_json("goals.json", {"name": goals.name, "goals": texts})
    return run


def _refusal(spec: str, goals: GoalSet = GOALS, error: type[ConvoTUIError] = UsageError) -> str:
    with pytest.raises(error) as refused:
        make_policy(spec, goals)
    assert is_sentence(str(refused.value)), str(refused.value)
    assert not driving(str(refused.value))
    return str(refused.value)


@pytest.mark.parametrize(
    ("checkpoints", "spec", "policy", "name"),
    [
        (("best-000008", "last-000016"), "run:mine", LearnedGoal("mine"), "run:mine"),
        (("best-000008", "last-000016"), "run:mine@best", LearnedGoal("mine"), "run:mine"),
        (
            ("best-000008", "last-000016"),
            "run:mine@last",
            LearnedGoal("mine", "last"),
            "run:mine@last",
        ),
        (("last-000016",), "run:mine", LearnedGoal("mine", "last"), "run:mine@last"),
    ],
)
def test_a_run_and_perhaps_a_checkpoint_of_it(
    checkpoints: tuple[str, ...], spec: str, policy: LearnedGoal, name: str
) -> None:
    _run(*checkpoints)
    assert make_policy(spec, GOALS) == policy
    assert policy.name == name


def test_it_chooses_nothing_before_it_is_bound_to_a_model() -> None:
    with pytest.raises(ConvoTUIError) as refused:
        LearnedGoal("mine", "last").choose([Dialog("d")], [1])
    assert "'convotui selfplay --policy run:mine@last'" in str(refused.value)
    assert is_sentence(str(refused.value))


@pytest.mark.parametrize("name", ["x", "", "../mine", "MINE", "mine ", "\x1b[2J", "a/b", "\ud800"])
def test_a_run_there_is_not_is_refused(name: str) -> None:
    _run("best-000008")
    assert "There is no run called" in _refusal(f"run:{name}")


@pytest.mark.parametrize(
    "which", ["", "first", "BEST", "best-000008", "../..", "last@last", "\x1b"]
)
def test_a_checkpoint_there_is_not_is_refused(which: str) -> None:
    _run("best-000008", "last-000008")
    assert "run:mine@best or @last" in _refusal(f"run:mine@{which}")


def test_a_run_without_a_checkpoint_is_refused_with_what_makes_one() -> None:
    _run()
    for spec in ("run:mine", "run:mine@best", "run:mine@last"):
        assert "--name mine --resume" in _refusal(spec)


def test_a_best_checkpoint_that_is_asked_for_must_be_there() -> None:
    _run("last-000008")
    assert "run:mine@last is there" in _refusal("run:mine@best")


def test_a_run_of_another_kind_is_refused() -> None:
    _run("best-000008", kind="train-decoder")
    assert "learns no policy" in _refusal("run:mine")


def test_another_goal_set_is_refused_with_the_one_it_wants() -> None:
    _run("best-000008")
    sentence = _refusal("run:mine", load_goals("everyday"))
    assert "learned on the goal set support, not on everyday" in sentence
    assert "--goals support" in sentence


@pytest.mark.parametrize("change", ["text", "id", "order", "fewer", "more"])
def test_a_goal_set_that_has_changed_is_refused(change: str) -> None:
    _run("best-000008")
    first, *rest = GOALS.goals
    changed = {
        "text": (Goal(first.id, "do something else."), *rest),
        "id": (Goal("another", first.text), *rest),
        "order": (*rest, first),
        "fewer": tuple(rest),
        "more": (first, *rest, Goal("one-more", "say more.")),
    }[change]
    assert "is not what it was" in _refusal("run:mine", GoalSet("support", changed))


def test_examples_and_cues_may_change() -> None:
    _run("best-000008")
    plain = GoalSet("support", tuple(Goal(goal.id, goal.text) for goal in GOALS))
    assert make_policy("run:mine", plain) == LearnedGoal("mine")


@pytest.mark.parametrize("text", ["{", "3", "{}", '{"name": "x", "goals": [3]}'])
def test_damaged_files_are_a_sentence(text: str) -> None:
    run = _run("best-000008")
    (run.path / "goals.json").write_text(text)
    assert "goals.json" in _refusal("run:mine", error=ConvoTUIError)
    (run.path / "run.json").write_text("{")
    assert "run.json" in _refusal("run:mine", error=ConvoTUIError)


def test_a_run_that_was_killed_before_it_kept_its_goals_is_refused() -> None:
    _run("best-000008", goals=None)
    assert "goals.json" in _refusal("run:mine")


def test_hostile_names_in_a_runs_goals_are_shown_safely(hostile_texts: tuple[str, ...]) -> None:
    run = _run("best-000008")
    for text in hostile_texts:
        goals = {"name": text, "goals": [{"id": text, "text": text}]}
        (run.path / "goals.json").write_text(json.dumps(goals))
        assert "learned on the goal set" in _refusal("run:mine")


def test_a_plan_and_its_dialogs_record_a_policy_by_its_name() -> None:
    plan = SelfPlayPlan(1, 2, policy=LearnedGoal("mine", "last"), goals=GOALS)
    assert plan.record()["policy"] == "run:mine@last"
    assert new_dialogs(plan, "tiny", "base")[0].meta["policy"] == "run:mine@last"
    assert SelfPlayPlan(1, 2, policy=NoGoal()).record()["policy"] == "NoGoal"


def test_finding_one_loads_no_model_code() -> None:
    _run("best-000008")
    code = (
        "import sys; from convotui.policies import make_policy; "
        "from convotui.dialog import load_goals; "
        "make_policy('run:mine', load_goals('support')); "
        "print(sorted({'torch', 'numpy', 'stable_baselines3', 'gymnasium'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout == "[]\n", done.stderr
