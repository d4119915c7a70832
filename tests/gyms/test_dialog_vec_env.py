"""A batch of dialogs is what Stable-Baselines3 expects, and each dialog as if it were alone."""

from __future__ import annotations

import numpy as np
import pytest
from stable_baselines3.common.monitor import Monitor
from stable_baselines3.common.vec_env import VecMonitor

from convotui.decoders import Decoder
from convotui.gyms.env import DialogEnv
from convotui.gyms.vec_env import DialogVecEnv
from tests.gyms.stages import batch, setting

MANY, TURNS = 4, 2
ACTIONS = np.array([[0, 3, 1, 2], [4, 4, 0, 1], [2, 2, 2, 0], [1, 0, 3, 3]])
"""Two rounds of dialogs."""


@pytest.fixture
def vec(decoder: Decoder) -> DialogVecEnv:
    made = setting(decoder)
    return DialogVecEnv(batch(made, TURNS), made.castings["train"], MANY)


def test_a_batch_equals_single_dialogs_exactly(decoder: Decoder, vec: DialogVecEnv) -> None:
    made = setting(decoder)
    singles = [DialogEnv(batch(made, TURNS), made.castings["train"]) for _ in range(MANY)]
    seen = vec.reset()
    for place, single in enumerate(singles):
        assert (single.reset(options={"episode": place})[0] == seen[place]).all()
    for number, actions in enumerate(ACTIONS):
        seen, rewards, dones, infos = vec.step(actions)
        for place, single in enumerate(singles):
            alone, reward, terminated, truncated, info = single.step(actions[place])
            assert not terminated
            assert dones[place] == truncated == (number % TURNS == TURNS - 1)
            assert rewards[place] == np.float32(reward)
            assert infos[place]["rewards"] == info["rewards"]
            if truncated:
                assert (infos[place]["terminal_observation"] == alone).all()
                assert infos[place]["dialog"] == info["dialog"]
                episode = MANY * (number // TURNS + 1) + place
                alone = single.reset(options={"episode": episode})[0]
            assert (seen[place] == alone).all()
            assert vec.batch.dialogs[place] == single.batch.dialogs[0]


def test_the_limit_is_told_as_stable_baselines_wants_it(vec: DialogVecEnv) -> None:
    vec.reset()
    _, _, dones, infos = vec.step(ACTIONS[0])
    assert not dones.any()
    assert [info["TimeLimit.truncated"] for info in infos] == [False] * MANY
    assert not any("terminal_observation" in info for info in infos)
    seen, _, dones, infos = vec.step(ACTIONS[1])
    assert dones.all()
    assert dones.dtype == bool
    assert [info["TimeLimit.truncated"] for info in infos] == [True] * MANY
    for info, beginning in zip(infos, seen, strict=True):
        assert info["terminal_observation"].any()
        assert not beginning.any()


def test_the_next_round_begins_by_itself_with_the_next_dialogs(vec: DialogVecEnv) -> None:
    vec.reset()
    ids = []
    for actions in ACTIONS:
        _, _, dones, infos = vec.step(actions)
        if dones.all():
            ids += [info["dialog"].id for info in infos]
            assert vec.finished == [info["dialog"] for info in infos]
    assert vec.rounds == 2
    assert ids == [f"train-3-{n:05d}" for n in range(2 * MANY)]


def test_a_training_that_goes_on_has_the_dialogs_it_would_have_had(decoder: Decoder) -> None:
    made = setting(decoder)
    casting = made.castings["train"]
    whole, later = (
        DialogVecEnv(batch(made, TURNS), casting, MANY, rounds=rounds) for rounds in (0, 1)
    )
    whole.reset()
    for actions in ACTIONS[:2]:
        whole.step(actions)
    later.reset()
    for actions in ACTIONS[2:]:
        one, other = whole.step(actions), later.step(actions)
        for a, b in zip(one[:3], other[:3], strict=True):
            assert (a == b).all()
    assert whole.finished == later.finished


def test_a_reset_in_the_middle_begins_the_round_again(vec: DialogVecEnv) -> None:
    first = vec.reset()
    begun = list(vec.batch.dialogs)
    vec.step(ACTIONS[0])
    assert (vec.reset() == first).all()
    assert vec.batch.dialogs == begun
    assert vec.rounds == 0


def test_every_goal_may_be_given(vec: DialogVecEnv) -> None:
    masks = vec.env_method("action_masks")
    assert len(masks) == MANY
    assert all(mask.shape == (vec.action_space.n,) and mask.all() for mask in masks)
    assert len(vec.env_method("action_masks", indices=[1, 2])) == 2
    masks[0][:] = False
    assert vec.env_method("action_masks")[0].all()


def test_what_wrappers_look_for_they_find_or_find_missing(vec: DialogVecEnv) -> None:
    assert vec.get_attr("turns") == [TURNS] * MANY
    assert vec.get_attr("render_mode", 0) == [None]
    assert vec.env_is_wrapped(Monitor) == [False] * MANY
    assert len(vec.get_images()) == MANY
    with pytest.raises(AttributeError, match="no attribute 'sorcery'"):
        vec.get_attr("sorcery")
    with pytest.raises(AttributeError, match="no method 'sorcery'"):
        vec.env_method("sorcery")
    with pytest.raises(AttributeError, match="cannot be set"):
        vec.set_attr("turns", 3)
    assert not vec.has_attr("sorcery")


def test_it_can_be_wrapped_and_learned_from(vec: DialogVecEnv) -> None:
    from stable_baselines3 import DQN

    monitored = VecMonitor(vec)
    model = DQN("MlpPolicy", monitored, learning_starts=4, batch_size=4, seed=1, device="cpu")
    model.learn(4 * MANY)
    assert vec.rounds == 2
    buffer = model.replay_buffer
    assert buffer.timeouts[:4].tolist() == [[0.0] * MANY, [1.0] * MANY] * 2
    vec.close()
