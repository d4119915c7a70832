"""``convotui/Dialog-v0`` keeps Gymnasium's rules, and a turn limit is truncation."""

from __future__ import annotations

import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

from convotui.decoders import Decoder
from convotui.errors import UsageError
from convotui.gyms.env import DialogEnv
from convotui.gyms.setting import make_env
from tests.gyms.stages import REWARD, SAMPLING, batch, setting

REPOSITORY = Path(__file__).parent.parent.parent
MADE_BY_NAME = f"""
import sys
import gymnasium
from convotui.decoders.sampling import Sampling

assert not any(name.startswith("convotui.gyms") for name in sys.modules)
env = gymnasium.make(
    "convotui.gyms.env:convotui/Dialog-v0",
    model=sys.argv[1],
    turns=2,
    reward="{REWARD}",
    sampling=Sampling(max_new_tokens=4),
)
observation, info = env.reset(seed=4)
ends = [env.step(env.action_space.n - 1)[2:4] for _ in range(2)]
print(observation.shape == env.observation_space.shape, *ends, len(info["dialog"]))
"""


@pytest.fixture
def env(decoder: Decoder) -> DialogEnv:
    return make_env(decoder, turns=2, reward=REWARD, sampling=SAMPLING, render_mode="ansi")


def test_gymnasiums_checker_finds_nothing(env: DialogEnv) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        # That it is not made by name, and that the space has no bounds, is as it should be.
        warnings.filterwarnings("ignore", message=".*spec.*")
        warnings.filterwarnings("ignore", message=".*infinity.*")
        check_env(env)


def test_stable_baselines_checker_finds_nothing(env: DialogEnv) -> None:
    from stable_baselines3.common.env_checker import check_env as check

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check(env)


def test_it_is_made_by_its_name_without_being_imported_first(chat_folder: Path) -> None:
    code = [sys.executable, "-c", MADE_BY_NAME, str(chat_folder)]
    done = subprocess.run(code, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split("\n")[-2] == "True (False, False) (False, True) 0"


def test_a_turn_limit_truncates_and_never_terminates(env: DialogEnv) -> None:
    for seed in range(3):
        env.reset(seed=seed)
        ends = [env.step(action)[2:4] for action in (0, 1)]
        assert ends == [(False, False), (False, True)]


def test_a_step_after_the_end_is_refused(env: DialogEnv) -> None:
    env.reset(seed=1)
    env.step(0)
    env.step(0)
    with pytest.raises(ValueError, match="begin new ones"):
        env.step(0)
    env.reset()
    env.step(0)


def test_a_step_before_a_dialog_is_refused(env: DialogEnv) -> None:
    with pytest.raises(ValueError, match="0 dialogs"):
        env.step(0)


@pytest.mark.parametrize("action", [-1, 1000])
def test_an_action_that_is_no_goal_is_refused(env: DialogEnv, action: int) -> None:
    env.reset(seed=1)
    with pytest.raises(ValueError, match="index of one of"):
        env.step(action)


def test_a_seed_stands_for_one_dialog_and_others_follow_it(env: DialogEnv) -> None:
    def played(seed: int) -> list[str]:
        return [
            env.reset(seed=seed)[1]["dialog"].id,
            *(env.reset()[1]["dialog"].id for _ in range(5)),
        ]

    assert played(7) == played(7)
    # Environments that are seeded one after the other, as vector environments do.
    assert set(played(7)).isdisjoint(played(8))


def test_an_episode_can_be_asked_for_by_its_number(env: DialogEnv) -> None:
    dialog = env.reset(options={"episode": 3})[1]["dialog"]
    assert dialog == env.casting.dialog(3)
    assert env.reset()[1]["dialog"] == env.casting.dialog(4)


def test_the_same_seed_and_goals_give_the_same_dialog(env: DialogEnv) -> None:
    def played() -> tuple[object, list[float], bytes]:
        env.reset(seed=5)
        steps = [env.step(action) for action in (2, 0)]
        return steps[-1][4]["dialog"], [s[1] for s in steps], steps[-1][0].tobytes()

    assert played() == played()


def test_each_step_tells_the_dialog_and_what_each_reward_gave(env: DialogEnv) -> None:
    env.reset(seed=1)
    observation, reward, *_, info = env.step(3)
    assert observation in env.observation_space
    goal = env.batch.goals[3]
    assert [turn.goal for turn in info["dialog"].turns] == [goal.id, None]
    assert np.float32(info["rewards"][REWARD]) == np.float32(reward)
    assert info["dialog"].turns[0].reward == pytest.approx(reward)


def test_every_goal_may_be_given(env: DialogEnv) -> None:
    env.reset(seed=1)
    assert env.action_masks().tolist() == [True] * env.action_space.n


def test_it_renders_what_was_said_without_driving_the_terminal(env: DialogEnv) -> None:
    assert env.render() is None
    env.reset(seed=1)
    assert env.render() == ""
    env.step(2)
    lines = env.render().split("\n")
    assert [line[0] for line in lines] == ["A", "B"]
    assert lines[0].endswith(f"[{env.batch.goals[2].id}]")
    assert all(line.isprintable() for line in lines)


def test_its_splits_have_their_own_personas(decoder: Decoder) -> None:
    made = setting(decoder)
    ids = set()
    for split in ("train", "validation", "held-out"):
        env = DialogEnv(batch(made), made.castings[split])
        ids.add(env.reset(seed=0)[1]["dialog"].id)
    assert len(ids) == 3


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"goals": "nowhere"}, "nowhere"),
        ({"reward": "glory"}, "glory"),
        ({"persona_a": "nobody"}, "nobody"),
    ],
)
def test_what_does_not_exist_is_a_sentence(
    chat_decoder: Decoder, wrong: dict[str, str], word: str
) -> None:
    with pytest.raises(UsageError, match=word):
        make_env(chat_decoder, **{"reward": REWARD, **wrong})
