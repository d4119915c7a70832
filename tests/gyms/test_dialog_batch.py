"""Many dialogs advance together, and each is what it would have been by itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest

from convotui.decoders import Decoder
from convotui.dialog import Dialog, Goal
from convotui.gyms.dialog_batch import DialogBatch
from convotui.gyms.rounds import play
from convotui.rewards.composition import WeightedReward
from convotui.rewards.exchange import RewardError
from tests.gyms.stages import batch, setting

ACTIONS = [[0, 3, 1, 2, 5], [4, 4, 0, 1, 3]]
"""Goals of five dialogs in two exchanges."""


class Told:
    """A policy that gives the goals it was told, by dialog and exchange."""

    name = "told"

    def __init__(self, goals: Sequence[Goal], ids: Sequence[str]) -> None:
        self._goals = goals
        self._places = {name: place for place, name in enumerate(ids)}

    def choose(self, dialogs: Sequence[Dialog], seeds: Sequence[int]) -> list[Goal | None]:
        return [self._goals[ACTIONS[len(d) // 2][self._places[d.id]]] for d in dialogs]


def played(core: DialogBatch, dialogs: Sequence[Dialog]) -> tuple[list[np.ndarray], list[list]]:
    """Play the actions: observations of each exchange, and rewards."""
    seen, earned = [core.begin(dialogs)], []
    for row in ACTIONS:
        done = core.step(row[: len(dialogs)])
        seen.append(done.observations)
        earned.append(done.rewards.tolist())
    return seen, earned


def without_rewards(dialog: Dialog) -> Dialog:
    return replace(dialog, turns=tuple(replace(turn, reward=None) for turn in dialog.turns))


def test_an_exchange_is_the_openers_turn_under_its_goal_and_a_reply(decoder: Decoder) -> None:
    made = setting(decoder)
    core = batch(made)
    core.begin([made.castings["train"].dialog(e) for e in range(5)])
    done = core.step(ACTIONS[0])
    for dialog, action, reward in zip(core.dialogs, ACTIONS[0], done.rewards, strict=True):
        asked, replied = dialog.turns
        assert (asked.speaker, replied.speaker) == (0, 1)
        assert asked.goal == made.goals.goals[action].id
        assert replied.goal is None
        assert np.float32(asked.reward) == reward
        assert replied.reward is None
    assert done.rewards.dtype == np.float32
    assert done.observations.shape == (5, core.observer.width)
    assert done.parts.keys() == made.reward.rewards.keys()
    assert not done.truncated
    assert core.step(ACTIONS[1]).truncated


def test_the_dialogs_are_those_that_self_play_makes_of_the_same_goals(decoder: Decoder) -> None:
    made = setting(decoder)
    dialogs = [made.castings["held-out"].dialog(e) for e in range(5)]
    core = batch(made)
    played(core, dialogs)
    told = Told(made.goals.goals, [d.id for d in dialogs])
    rounds = play(dialogs, made.agents, turns=4, policy=told, batch=2)
    ends = {p.episode: p.dialog for round_ in rounds for p in round_}
    assert [without_rewards(d) for d in core.dialogs] == [ends[e] for e in range(5)]


def test_a_dialog_does_not_depend_on_its_company(decoder: Decoder) -> None:
    made = setting(decoder)
    dialogs = [made.castings["train"].dialog(e) for e in range(5)]
    core = batch(made)
    seen, earned = played(core, dialogs)
    together = core.dialogs
    for place, dialog in enumerate(dialogs):
        alone = batch(made)
        alone.begin([dialog])
        for number, row in enumerate(ACTIONS):
            done = alone.step([row[place]])
            assert (done.observations[0] == seen[number + 1][place]).all()
            assert done.rewards[0] == np.float32(earned[number][place])
        assert alone.dialogs == [together[place]]


def test_another_goal_makes_another_dialog(decoder: Decoder) -> None:
    made = setting(decoder)
    first = made.castings["train"].dialog(0)
    texts = set()
    for action in range(len(made.goals)):
        core = batch(made)
        core.begin([first])
        core.step([action])
        texts.add(core.dialogs[0].turns[0].text)
    assert len(texts) > 1


def test_a_dialog_at_its_limit_takes_no_more(chat_decoder: Decoder) -> None:
    made = setting(chat_decoder)
    core = batch(made, turns=1)
    core.begin([made.castings["train"].dialog(0)])
    assert core.step([0]).truncated
    over = core.dialogs
    with pytest.raises(ValueError, match="begin new ones"):
        core.step([0])
    assert core.dialogs == over


@pytest.mark.parametrize("action", [-1, 99])
def test_an_action_that_is_no_goal_is_refused(chat_decoder: Decoder, action: int) -> None:
    made = setting(chat_decoder)
    core = batch(made)
    core.begin([made.castings["train"].dialog(0)])
    with pytest.raises(ValueError, match=f"one of {len(made.goals)} goals"):
        core.step([action])
    assert core.dialogs[0].turns == ()


@pytest.mark.parametrize("actions", [[], [0], [0, 1, 2]])
def test_each_dialog_takes_one_action(chat_decoder: Decoder, actions: list[int]) -> None:
    made = setting(chat_decoder)
    core = batch(made)
    core.begin([made.castings["train"].dialog(e) for e in range(2)])
    with pytest.raises(ValueError, match=f"{len(actions)} actions for 2 dialogs"):
        core.step(actions)


def test_nothing_is_played_before_it_began(chat_decoder: Decoder) -> None:
    with pytest.raises(ValueError, match="1 actions for 0 dialogs"):
        batch(setting(chat_decoder)).step([0])


def test_stopped_anywhere_an_exchange_is_played_again_from_its_beginning(
    decoder: Decoder,
) -> None:
    made = setting(decoder)
    dialogs = [made.castings["train"].dialog(e) for e in range(2)]
    left = [10**9]

    def tick() -> None:
        left[0] -= 1
        if left[0] == 0:
            raise KeyboardInterrupt

    calm = batch(made)
    calm.begin(dialogs)
    wanted = calm.step([0, 1])
    core = batch(made, tick=tick)
    core.begin(dialogs)
    stops = 0
    for stop in range(1, 100):
        left[0] = stop
        try:
            done = core.step([0, 1])
            break
        except KeyboardInterrupt:
            assert core.dialogs == dialogs
            stops += 1
    assert stops >= 4  # columns of both turns, and before each of the two new states
    assert core.dialogs == calm.dialogs
    assert (done.observations == wanted.observations).all()


def test_a_reward_sees_the_dialog_to_the_exchange_it_scores(chat_decoder: Decoder) -> None:
    seen: list[list[int]] = []

    def watching(dialogs: Sequence[Dialog]) -> list[float]:
        seen.append([len(d) for d in dialogs])
        return [0.0 for _ in dialogs]

    made = replace(setting(chat_decoder), reward=WeightedReward([("watching", watching, 1.0)]))
    core = batch(made, turns=3)
    core.begin([made.castings["train"].dialog(e) for e in range(2)])
    for _ in range(3):
        core.step([0, 0])
    assert seen == [[2, 2], [4, 4], [6, 6]]


@pytest.mark.parametrize("size", [1e38, 1e39, -1e300])
def test_a_reward_too_large_for_single_precision_is_a_sentence(
    chat_decoder: Decoder, size: float
) -> None:
    huge: Callable[[Sequence[Dialog]], list[float]] = lambda dialogs: [size for _ in dialogs]  # noqa: E731
    made = replace(setting(chat_decoder), reward=WeightedReward([("huge", huge, 1.0)]))
    core = batch(made)
    core.begin([made.castings["train"].dialog(0)])
    with pytest.raises(RewardError, match="too large to learn from: lower its weight"):
        core.step([0])
