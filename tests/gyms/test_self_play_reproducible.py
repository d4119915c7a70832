"""The same seed gives the same dialogs, in any batch size; another seed gives others."""

from __future__ import annotations

from dataclasses import replace

import pytest

from convotui.decoders import Decoder, Sampling
from convotui.dialog import Dialog
from convotui.gyms import SelfPlayPlan, self_play
from convotui.gyms.plan import new_dialogs

SAMPLING = Sampling(max_new_tokens=12)


def _play(decoder: Decoder, *, seed: int = 5, batch: int = 3) -> list[Dialog]:
    return self_play(
        decoder,
        episodes=7,
        turns=4,
        seed=seed,
        batch=batch,
        policy="random",
        sampling=SAMPLING,
    )


def _texts(dialogs: list[Dialog]) -> list[list[str]]:
    return [[turn.text for turn in dialog.turns] for dialog in dialogs]


def test_the_same_seed_gives_the_same_dialogs(decoder: Decoder) -> None:
    assert _play(decoder) == _play(decoder)


def test_the_batch_size_changes_nothing(decoder: Decoder) -> None:
    three = _play(decoder, batch=3)
    assert _play(decoder, batch=1) == three
    assert _play(decoder, batch=16) == three


def test_another_seed_gives_other_dialogs(decoder: Decoder) -> None:
    ours, theirs = _play(decoder, seed=5), _play(decoder, seed=6)
    assert not {d.id for d in ours} & {d.id for d in theirs}
    assert not {d.seed for d in ours} & {d.seed for d in theirs}
    same = [a == b for a, b in zip(_texts(ours), _texts(theirs), strict=True)]
    assert not any(same)


def test_dialogs_of_one_run_differ_from_each_other(decoder: Decoder) -> None:
    texts = [tuple(row) for row in _texts(_play(decoder))]
    assert len(set(texts)) == len(texts)


def test_fewer_episodes_are_the_first_of_more(decoder: Decoder) -> None:
    few = self_play(decoder, episodes=2, turns=2, seed=9, sampling=SAMPLING)
    many = self_play(decoder, episodes=5, turns=2, seed=9, sampling=SAMPLING)
    assert many[:2] == few


@pytest.mark.parametrize("batch", [1, 3, 16])
def test_ids_seeds_and_personas_follow_from_the_plan_not_from_the_batch(batch: int) -> None:
    plan = SelfPlayPlan(episodes=9, turns=4, seed=2)
    assert new_dialogs(replace(plan, batch=batch), "m", "base") == new_dialogs(plan, "m", "base")


@pytest.mark.parametrize(
    "change",
    [
        {"seed": 3},
        {"turns": 5},
        {"policy": "random"},
        {"persona_a": "baker"},
        {"goals": "support"},
        {"sampling": Sampling(temperature=0.5)},
    ],
)
def test_another_plan_gives_dialogs_of_other_names(change: dict[str, object]) -> None:
    plan = SelfPlayPlan(episodes=3, turns=4, seed=2)
    ours = {dialog.id for dialog in new_dialogs(plan, "m", "base")}
    theirs = {dialog.id for dialog in new_dialogs(replace(plan, **change), "m", "base")}
    assert not ours & theirs


def test_another_model_or_version_gives_dialogs_of_other_names() -> None:
    plan = SelfPlayPlan(episodes=2, turns=4)
    made = [("m", "base"), ("n", "base"), ("m", "v0001")]
    ids = {dialog.id for who in made for dialog in new_dialogs(plan, *who)}
    assert len(ids) == 6
