"""A plan is read with every mistake named, and written so that it reads the same."""

from __future__ import annotations

import tomllib

import pytest
import tomlkit

from convotui.decoders.sampling import Sampling
from convotui.errors import UsageError
from convotui.learning.plan import DqnSettings, PolicyPlan, plan_from

BAD = [
    ("episodes", 0),
    ("episodes", -1),
    ("episodes", 2.5),
    ("episodes", "many"),
    ("episodes", True),
    ("turns", 0),
    ("batch", 0),
    ("batch", None),
    ("validation_episodes", 0),
    ("seed", -1),
    ("seed", 1.0),
    ("eval_every", -1),
    ("eval_episodes", -5),
    ("algo", "ppo2"),
    ("algo", 1),
    ("state", "opener"),
    ("reward", 1.0),
    ("goals", ["everyday"]),
    ("persona_a", None),
    ("persona_b", 3),
    ("sampling", "greedy"),
    ("sampling.temperature", 0),
    ("sampling.temperature", float("nan")),
    ("sampling.top_p", 1.5),
    ("sampling.top_k", -1),
    ("sampling.top_k", "all"),
    ("sampling.greedy", 1),
    ("sampling.min_new_tokens", 0),
    ("sampling.max_new_tokens", 0),
    ("sampling.heat", 1.0),
    ("dqn", [1]),
    ("dqn.learning_rate", 0),
    ("dqn.learning_rate", float("inf")),
    ("dqn.learning_rate", float("nan")),
    ("dqn.learning_rate", "fast"),
    ("dqn.gamma", 1.1),
    ("dqn.gamma", -0.1),
    ("dqn.gamma", float("nan")),
    ("dqn.buffer_size", 0),
    ("dqn.learning_starts", -1),
    ("dqn.batch_size", 0),
    ("dqn.updates", 0),
    ("dqn.target_update_interval", 0),
    ("dqn.exploration_initial", 2),
    ("dqn.exploration_final", -1),
    ("dqn.exploration_fraction", 1.01),
    ("dqn.layers", []),
    ("dqn.layers", [0]),
    ("dqn.layers", [1.5]),
    ("dqn.layers", [True]),
    ("dqn.layers", 64),
    ("dqn.layers", "64"),
    ("dqn.speed", 1),
    ("model", {"name": "smollm2"}),
    ("episode", 10),
]
FULL = PolicyPlan(
    reward="goal-met=1,persona-rank=0.5",
    goals="support",
    episodes=7,
    turns=2,
    persona_a="baker",
    state="both",
    batch=3,
    seed=2**53 + 1,
    eval_every=0,
    eval_episodes=0,
    sampling=Sampling(temperature=0.7, greedy=True, max_new_tokens=9),
    dqn=DqnSettings(learning_rate=1e-5, gamma=1, layers=(8, 16, 8)),
)


@pytest.mark.parametrize(("key", "value"), BAD, ids=[f"{k}={v!r}" for k, v in BAD])
def test_a_bad_value_is_refused_by_its_name(key: str, value: object) -> None:
    table, _, name = key.rpartition(".")
    record = {table: {name: value}} if table else {key: value}
    with pytest.raises(UsageError) as refused:
        plan_from(record)
    assert f"'{name}'" in str(refused.value) or f"'{key}'" in str(refused.value)
    assert str(refused.value).endswith(".")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("key", ["\x1b[31m", "a\nb", "dqn.\u202e"])
def test_a_hostile_key_does_not_drive_the_terminal(key: str) -> None:
    with pytest.raises(UsageError) as refused:
        plan_from({key: 1})
    assert str(refused.value).isprintable()


@pytest.mark.parametrize("plan", [PolicyPlan(), FULL], ids=["usual", "other"])
def test_a_plan_reads_as_it_was_written(plan: PolicyPlan) -> None:
    assert plan_from(plan.record()) == plan
    assert plan_from(tomllib.loads(tomlkit.dumps(plan.record()))) == plan


def test_what_is_not_said_stays_as_it_was() -> None:
    changed = plan_from({"turns": 5, "dqn": {"gamma": 0.5}, "sampling": {"top_k": 3}}, FULL)
    assert (changed.turns, changed.dqn.gamma, changed.sampling.top_k) == (5, 0.5, 3)
    assert changed.dqn.layers == FULL.dqn.layers
    assert changed.sampling.temperature == FULL.sampling.temperature
    assert changed.reward == FULL.reward
    assert plan_from({}, FULL) == FULL


def test_whole_numbers_do_where_fractions_may_be() -> None:
    assert plan_from({"dqn": {"gamma": 1, "learning_rate": 1}}).dqn.gamma == 1


@pytest.mark.parametrize(
    ("episodes", "batch", "width", "rounds"),
    [(10, 10, 10, 1), (11, 10, 10, 2), (3, 10, 3, 1), (1, 1, 1, 1), (200, 7, 7, 29)],
)
def test_dialogs_are_rounded_up_to_whole_rounds(
    episodes: int, batch: int, width: int, rounds: int
) -> None:
    plan = PolicyPlan(episodes=episodes, batch=batch)
    assert (plan.width, plan.rounds) == (width, rounds)


def test_reading_a_plan_needs_no_torch() -> None:
    import subprocess
    import sys

    code = (
        "import sys; import convotui.learning.plan, convotui.learning.history, "
        "convotui.learning.asking, convotui.learning.report; "
        "print([m for m in ('torch', 'numpy', 'gymnasium') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
