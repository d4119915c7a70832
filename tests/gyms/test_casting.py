"""Who plays in a training: splits that never mix, partners that come round evenly."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import get_args

import pytest

from convotui.dialog import list_personas, load_goals
from convotui.errors import UsageError
from convotui.gyms.casting import Split, cast, split_of
from convotui.paths import get_paths

GOALS = load_goals("everyday")
SPLITS = get_args(Split)


def persona(folder: Path, name: str) -> None:
    path = folder / f"{name}.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'name = "{name}"\nfacts = ["i am {name}."]\n', encoding="utf-8")


@pytest.fixture
def own(home: Path) -> Path:
    """The person's own folder of personas."""
    return get_paths().config / "personas"


def test_splits_are_disjoint_and_cover_the_library() -> None:
    pools = [{p.name for p in cast(split, GOALS, seed=1).pool} for split in SPLITS]
    assert sum(map(len, pools)) == len(set().union(*pools))
    assert set().union(*pools) == {p.name for p in list_personas()}
    assert min(map(len, pools)) >= 2


def test_dialogs_are_played_by_personas_of_their_split_alone() -> None:
    for split in SPLITS:
        casting = cast(split, GOALS, seed=1)
        for episode in range(60):
            names = casting.dialog(episode).meta["persona_names"]
            assert {split_of(name) for name in names} == {split}
            assert len(set(names)) == 2


def test_a_persona_that_is_added_moves_no_other(own: Path) -> None:
    before = {split: {p.name for p in cast(split, GOALS, seed=1).pool} for split in SPLITS}
    for number in range(20):
        persona(own, f"newcomer-{number}")
    for split in SPLITS:
        after = {p.name for p in cast(split, GOALS, seed=1).pool}
        assert {name for name in after if not name.startswith("newcomer-")} == before[split]


def test_the_shares_of_the_splits_are_about_what_they_say() -> None:
    counts = Counter(split_of(f"persona-{n}") for n in range(4000))
    assert counts["held-out"] / 4000 == pytest.approx(0.30, abs=0.03)
    assert counts["validation"] / 4000 == pytest.approx(0.15, abs=0.03)


@pytest.mark.parametrize("split", SPLITS)
def test_the_same_episode_gets_the_same_dialog(split: Split) -> None:
    one, two = cast(split, GOALS, seed=5), cast(split, GOALS, seed=5)
    forwards = [one.dialog(episode) for episode in range(9)]
    backwards = [two.dialog(episode) for episode in reversed(range(9))]
    assert forwards == backwards[::-1]


def test_episodes_seeds_and_splits_tell_dialogs_apart() -> None:
    dialogs = [
        cast(split, GOALS, seed=seed).dialog(episode)
        for split in SPLITS
        for seed in (0, 1)
        for episode in range(20)
    ]
    assert len({d.id for d in dialogs}) == len({d.seed for d in dialogs}) == len(dialogs)


@pytest.mark.parametrize("split", SPLITS)
def test_partners_come_round_evenly(split: Split) -> None:
    casting = cast(split, GOALS, seed=3)
    whole = len(casting.pool)
    for count in (whole, 2 * whole, whole + 3):
        met = Counter(casting.dialog(e).meta["persona_names"][1] for e in range(count))
        assert max(met.values()) - min(met.values()) <= (count % whole > 0)
        assert len(met) == whole


def test_openers_change_from_dialog_to_dialog() -> None:
    casting = cast("train", GOALS, seed=3)
    openers = {casting.dialog(e).meta["persona_names"][0] for e in range(60)}
    assert len(openers) > len(casting.pool) / 2


@pytest.mark.parametrize("split", SPLITS)
def test_named_personas_play_in_every_split_and_are_not_drawn(split: Split) -> None:
    casting = cast(split, GOALS, seed=1, persona_a="baker", persona_b="welder")
    names = {tuple(casting.dialog(e).meta["persona_names"]) for e in range(8)}
    assert names == {("baker", "welder")}
    one = cast(split, GOALS, seed=1, persona_b="welder")
    assert "welder" not in {p.name for p in one.pool}
    drawn = [one.dialog(e).meta["persona_names"] for e in range(30)]
    assert {partner for _, partner in drawn} == {"welder"}
    assert "welder" not in {opener for opener, _ in drawn}


def test_the_same_persona_may_be_named_for_both_sides() -> None:
    casting = cast("train", GOALS, seed=1, persona_a="baker", persona_b="baker")
    assert casting.dialog(0).meta["persona_names"] == ["baker", "baker"]


def test_a_persona_may_be_named_by_its_path(tmp_path: Path) -> None:
    persona(tmp_path, "hermit")
    casting = cast("held-out", GOALS, seed=1, persona_b=str(tmp_path / "hermit.toml"))
    assert casting.dialog(0).personas[1] == ("i am hermit.",)


def test_a_dialog_says_who_plays_and_what_its_goals_mean() -> None:
    casting = cast("train", GOALS, seed=1, model="m", version="v0001", meta={"dtype": "float32"})
    dialog = casting.dialog(2)
    assert (dialog.model, dialog.version, dialog.turns) == ("m", "v0001", ())
    assert dialog.meta["goals"] == {goal.id: goal.text for goal in GOALS}
    assert dialog.meta["goal_set"] == "everyday"
    assert dialog.meta["dtype"] == "float32"
    facts = {p.name: p.facts for p in list_personas()}
    assert dialog.personas == tuple(facts[name] for name in dialog.meta["persona_names"])


def test_too_few_personas_are_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("convotui.gyms.casting.list_personas", list)
    with pytest.raises(UsageError, match="too few personas in the libraries for the validation"):
        cast("validation", GOALS, seed=1)
    with pytest.raises(UsageError, match="name personas"):
        cast("train", GOALS, seed=1, persona_a="baker")
    cast("train", GOALS, seed=1, persona_a="baker", persona_b="welder")


def test_one_persona_is_too_few_for_two_sides(monkeypatch: pytest.MonkeyPatch) -> None:
    only = [p for p in list_personas() if split_of(p.name) == "train" and p.name != "baker"][:1]
    monkeypatch.setattr("convotui.gyms.casting.list_personas", lambda: only)
    with pytest.raises(UsageError, match="too few"):
        cast("train", GOALS, seed=1)
    assert cast("train", GOALS, seed=1, persona_a="baker").pool == tuple(only)


def test_a_persona_nobody_knows_is_a_sentence() -> None:
    with pytest.raises(UsageError, match="nobody"):
        cast("train", GOALS, seed=1, persona_a="nobody")
