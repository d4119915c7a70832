"""Self-play gives as many dialogs and turns as asked, speakers in turn, nothing empty."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from convotui.decoders import Decoder, Sampling
from convotui.dialog import list_personas, load_goals, load_persona
from convotui.errors import UsageError
from convotui.gyms import SelfPlayPlan, self_play
from convotui.gyms.plan import new_dialogs
from tests.sentences import is_sentence

SHORT = Sampling(max_new_tokens=5)
FACTS = {persona.facts for persona in list_personas()}


@pytest.mark.parametrize(("episodes", "turns", "batch"), [(1, 1, 8), (5, 3, 2), (3, 4, 3)])
def test_as_many_dialogs_and_turns_as_asked(
    decoder: Decoder, episodes: int, turns: int, batch: int
) -> None:
    dialogs = self_play(decoder, episodes=episodes, turns=turns, batch=batch, sampling=SHORT)
    assert [len(dialog) for dialog in dialogs] == [turns] * episodes


def test_speakers_take_turns_and_the_opener_begins(decoder: Decoder) -> None:
    for dialog in self_play(decoder, episodes=2, turns=5, sampling=SHORT):
        assert [turn.speaker for turn in dialog.turns] == [0, 1, 0, 1, 0]


def test_no_turn_is_empty(decoder: Decoder) -> None:
    dialogs = self_play(decoder, episodes=12, turns=6, sampling=Sampling(max_new_tokens=1), seed=3)
    texts = [turn.text for dialog in dialogs for turn in dialog.turns]
    assert len(texts) == 72
    assert all(text.strip() for text in texts)


def test_a_dialog_says_who_made_it(decoder: Decoder) -> None:
    (dialog,) = self_play(decoder, episodes=1, turns=2, sampling=SHORT)
    assert dialog.model == decoder.name
    assert dialog.version == "base"
    assert dialog.meta["sampling"]["max_new_tokens"] == 5
    seeds = [turn.candidates[0].seed for turn in dialog.turns]
    assert len({dialog.seed, *seeds}) == 3
    assert [turn.candidates[0].source for turn in dialog.turns] == ["model", "model"]


def test_personas_are_drawn_from_the_libraries_and_differ_within_a_dialog(
    decoder: Decoder,
) -> None:
    dialogs = self_play(decoder, episodes=30, turns=1, sampling=Sampling(max_new_tokens=1))
    assert all(dialog.personas[0] != dialog.personas[1] for dialog in dialogs)
    assert {facts for dialog in dialogs for facts in dialog.personas} <= FACTS
    assert len({dialog.personas for dialog in dialogs}) > 20


def test_fixed_personas_stay_on_their_sides(decoder: Decoder) -> None:
    baker, welder = load_persona("baker"), load_persona("welder")
    dialogs = self_play(
        decoder, episodes=3, turns=1, persona_a="baker", persona_b="welder", sampling=SHORT
    )
    assert [dialog.personas for dialog in dialogs] == [(baker.facts, welder.facts)] * 3
    assert dialogs[0].meta["persona_names"] == ["baker", "welder"]


def test_a_fixed_persona_never_meets_itself_in_a_drawn_one(decoder: Decoder) -> None:
    one = Sampling(max_new_tokens=1)
    dialogs = self_play(decoder, episodes=60, turns=1, persona_b="baker", sampling=one, batch=60)
    assert {dialog.meta["persona_names"][1] for dialog in dialogs} == {"baker"}
    assert "baker" not in {dialog.meta["persona_names"][0] for dialog in dialogs}


def test_a_persona_file_can_play(decoder: Decoder, write_toml: Callable[[str, str], Path]) -> None:
    path = write_toml("mine.toml", 'facts = ["i fix clocks."]')
    (dialog,) = self_play(decoder, episodes=1, turns=1, persona_a=str(path), sampling=SHORT)
    assert dialog.personas[0] == ("i fix clocks.",)


def test_policy_goals_go_to_the_opener_only_and_are_kept_as_ids(decoder: Decoder) -> None:
    dialogs = self_play(decoder, episodes=4, turns=6, policy="no-repeat", sampling=SHORT)
    ids = {goal.id for goal in load_goals("everyday")}
    for dialog in dialogs:
        given = [turn.goal for turn in dialog.turns]
        assert given[1::2] == [None, None, None]
        assert len(set(given[::2])) == 3
        assert set(given[::2]) <= ids


def test_a_fixed_goal_changes_what_is_said(decoder: Decoder) -> None:
    free = self_play(decoder, episodes=2, turns=1, seed=1, sampling=Sampling(max_new_tokens=20))
    steered = self_play(
        decoder,
        episodes=2,
        turns=1,
        seed=1,
        policy="goal:ask-pets",
        sampling=Sampling(max_new_tokens=20),
    )
    assert [dialog.turns[0].goal for dialog in steered] == ["ask-pets"] * 2
    assert [d.turns[0].text for d in free] != [d.turns[0].text for d in steered]


@pytest.mark.parametrize("name", ["episodes", "turns", "batch"])
@pytest.mark.parametrize("value", [0, -1])
def test_a_count_below_one_is_refused_by_name(chat_decoder: Decoder, name: str, value: int) -> None:
    with pytest.raises(UsageError) as refused:
        self_play(chat_decoder, **{name: value})
    assert f"'{name}'" in str(refused.value)
    assert is_sentence(str(refused.value))


@pytest.mark.parametrize(
    "wrong",
    [
        {"persona_a": "nobody"},
        {"persona_b": "nobody"},
        {"goals": "nothing"},
        {"policy": "clever"},
        {"policy": "goal:nothing"},
        {"seed": -1},
    ],
)
def test_a_name_that_does_not_exist_is_refused(
    chat_decoder: Decoder, wrong: dict[str, object]
) -> None:
    with pytest.raises(UsageError) as refused:
        self_play(chat_decoder, **wrong)
    assert is_sentence(str(refused.value))


def test_too_few_personas_to_draw_from_is_a_sentence(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("convotui.paths._PACKAGE", home / "nothing" / "convotui")
    with pytest.raises(UsageError, match="too few personas") as refused:
        new_dialogs(SelfPlayPlan(episodes=1, turns=1), "m", "base")
    assert is_sentence(str(refused.value))


def test_a_plans_record_survives_json() -> None:
    record = SelfPlayPlan(episodes=2, turns=3, sampling=SHORT).record()
    assert json.loads(json.dumps(record)) == record
    assert record["sampling"]["max_new_tokens"] == 5
