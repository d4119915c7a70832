"""What a run has learned can be played again, by whom it was trained with or nearly."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from convotui.decoders import Decoder
from convotui.dialog import Dialog, load_goals
from convotui.errors import ConvoTUIError, UsageError
from convotui.gyms import self_play
from convotui.learning.learned import goals_from, goals_record, load_policy
from convotui.learning.plan import PolicyPlan
from convotui.learning.policy import train_policy
from convotui.policies.learned import find_learned
from convotui.runs import GOALS, create_run, find_run
from convotui.states import HiddenMean
from tests.gyms.stages import REWARD, SAMPLING
from tests.gyms.troupe import Show
from tests.learning.courses import FEW, differing, kept
from tests.learning.games import Letters

NAME = "small"
PLAN = PolicyPlan(
    reward=REWARD,
    episodes=6,
    turns=2,
    batch=2,
    eval_every=2,
    validation_episodes=2,
    eval_episodes=2,
    sampling=SAMPLING,
    dqn=replace(FEW, learning_starts=2),
)


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory, chat_decoder: Decoder) -> Iterator[Path]:
    """A home with a run of the tiny Llama."""
    home = tmp_path_factory.mktemp("trained")
    patch = pytest.MonkeyPatch()
    patch.setenv("CONVOTUI_HOME", str(home))
    train_policy(chat_decoder, PLAN, name=NAME)
    patch.undo()
    return home


@pytest.fixture(autouse=True)
def trained(before: Path, home: Path) -> Path:
    """The folder of that run, in this test's home."""
    shutil.copytree(before / "data" / "runs", home / "data" / "runs")
    return find_run(NAME).path


def dialogs() -> list[Dialog]:
    """Dialogs of an exchange each, which nobody has learned from."""
    return [end for _, end in sorted(Show(episodes=5, turns=2).ends().items())]


def test_it_always_gives_a_dialog_the_same_goal(chat_decoder: Decoder) -> None:
    policy = load_policy(NAME, chat_decoder)
    first = policy.choose(dialogs(), [1, 2, 3, 4, 5])
    assert first == policy.choose(dialogs(), [9, 9, 9, 9, 9])
    assert first == load_policy(NAME, chat_decoder).choose(dialogs(), [0] * 5)
    assert first == [policy.choose([d], [0])[0] for d in dialogs()]
    assert set(first) <= set(load_goals("everyday"))
    assert policy.choose([], []) == []
    assert policy.notes == ()


def test_it_gives_the_goal_that_its_network_values_most(chat_decoder: Decoder) -> None:
    import torch

    policy = load_policy(NAME, chat_decoder)
    seen = torch.from_numpy(policy.observer.observe(dialogs()))
    with torch.no_grad():
        best = policy.network.q_net(seen).argmax(1).tolist()
    goals = policy.observer.goals.goals
    assert policy.choose(dialogs(), [0] * 5) == [goals[i] for i in best]


def test_it_sees_what_it_saw_in_training(chat_decoder: Decoder) -> None:
    from convotui.gyms.setting import make_setting

    made = make_setting(chat_decoder, reward=REWARD, sampling=SAMPLING, seed=PLAN.seed)
    observer = made.observer(PLAN.turns)
    policy = load_policy(NAME, chat_decoder)
    assert (policy.observer.observe(dialogs()) == observer.observe(dialogs())).all()


def test_best_and_last_can_be_chosen_and_say_so(chat_decoder: Decoder) -> None:
    best, last = (load_policy(NAME, chat_decoder, which=kind) for kind in ("best", "last"))
    assert best.name.startswith("run:small@best#")
    assert last.name.startswith("run:small@last#")
    usual = load_policy(NAME, chat_decoder)
    assert usual.name.removeprefix("run:small#") == best.name.removeprefix("run:small@best#")
    summary = find_run(NAME).state["summary"]
    assert usual.name.endswith("#" + summary["policy"]["digest"])


def test_without_a_best_the_last_is_played(chat_decoder: Decoder, trained: Path) -> None:
    for folder in (trained / "checkpoints").glob("best-*"):
        shutil.rmtree(folder)
    last = load_policy(NAME, chat_decoder, which="last")
    assert load_policy(NAME, chat_decoder).name == last.name.replace("@last", "")
    with pytest.raises(UsageError, match="no best"):
        load_policy(NAME, chat_decoder, which="best")


def test_states_of_another_width_are_an_error(chat_decoder: Decoder) -> None:
    with pytest.raises(ConvoTUIError, match=r"states of 32 numbers.* makes 26: load the model"):
        load_policy(NAME, chat_decoder, estimator=Letters())


def test_a_network_of_another_width_is_an_error(chat_decoder: Decoder) -> None:
    from transformers import LlamaConfig, LlamaForCausalLM

    config = LlamaConfig(
        vocab_size=chat_decoder.model.config.vocab_size,
        num_hidden_layers=1,
        num_attention_heads=2,
        num_key_value_heads=1,
        hidden_size=16,
        intermediate_size=16,
    )
    other = replace(chat_decoder, model=LlamaForCausalLM(config).eval())
    with pytest.raises(ConvoTUIError, match=r"32 numbers.* makes 16"):
        load_policy(NAME, other)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"version": "v0002"}, "version base, not v0002"),
        ({"name": "other\x1b[1m"}, "not other"),
    ],
)
def test_another_version_is_a_note(
    chat_decoder: Decoder, change: dict[str, str], words: str
) -> None:
    policy = load_policy(NAME, replace(chat_decoder, **change))
    (note,) = policy.notes
    assert note.startswith(f"The policy {NAME} was trained with ")
    assert words in note
    assert note.isprintable()
    assert len(policy.choose(dialogs(), [0] * 5)) == 5


def test_another_model_of_the_same_width_is_a_note(persona_decoder: Decoder) -> None:
    (note,) = load_policy(NAME, persona_decoder).notes
    assert "model " in note
    assert "prompt format chat, not persona-C" in note


def test_self_play_takes_it(chat_decoder: Decoder) -> None:
    policy = load_policy(NAME, chat_decoder)
    options = {"episodes": 3, "turns": 4, "sampling": SAMPLING, "seed": 2}
    played = self_play(chat_decoder, policy=policy, **options)
    assert played == self_play(chat_decoder, policy=policy, batch=1, **options)
    ids = {goal.id for goal in load_goals("everyday")}
    assert {turn.goal for d in played for turn in d.turns[::2]} <= ids


def test_a_run_without_a_round_has_nothing_to_play(chat_decoder: Decoder) -> None:
    run = create_run("young", "train-policy", {**PLAN.record(), "model": {}})
    run.write_json(GOALS, goals_record(load_goals("everyday")))
    with pytest.raises(UsageError, match="young has no finished round of dialogs yet"):
        load_policy("young", chat_decoder)


def test_a_run_of_something_else_has_no_policy(chat_decoder: Decoder) -> None:
    create_run("decoder", "train-decoder", {})
    with pytest.raises(UsageError, match="learns no policy"):
        load_policy("decoder", chat_decoder)
    with pytest.raises(UsageError, match="no run called"):
        load_policy("nothing", chat_decoder)


def test_a_damaged_checkpoint_is_a_sentence(chat_decoder: Decoder, trained: Path) -> None:
    (folder,) = (trained / "checkpoints").glob("best-*")
    path = folder / "values.json"
    path.write_bytes(path.read_bytes().replace(b"0", b"1"))
    with pytest.raises(ConvoTUIError, match=r"values\.json is damaged"):
        load_policy(NAME, chat_decoder)


@pytest.mark.parametrize("text", ["", "[]", '{"name": 1}', '{"name": "x", "goals": [{}]}'])
def test_damaged_goals_are_a_sentence(chat_decoder: Decoder, trained: Path, text: str) -> None:
    (trained / GOALS).write_text(text, encoding="utf-8")
    with pytest.raises(ConvoTUIError, match=r"goals\.json"):
        load_policy(NAME, chat_decoder)


def test_goals_that_do_not_fit_what_was_learned_are_a_sentence(
    chat_decoder: Decoder, trained: Path
) -> None:
    record = json.loads((trained / GOALS).read_text(encoding="utf-8"))
    record["goals"].pop()
    (trained / GOALS).write_text(json.dumps(record), encoding="utf-8")
    with pytest.raises(ConvoTUIError, match=r"small has learned does not fit its config\.toml"):
        load_policy(NAME, chat_decoder)


def test_it_is_found_by_its_name_for_the_goals_it_learned_on() -> None:
    assert find_learned(NAME, load_goals("everyday")).name == "run:small"
    with pytest.raises(UsageError, match="learned on the goal set everyday, not on support"):
        find_learned(NAME, load_goals("support"))


def test_goals_read_as_they_were_written() -> None:
    for name in ("everyday", "support", "getting-to-know"):
        goals = load_goals(name)
        again = goals_from(json.loads(json.dumps(goals_record(goals))))
        assert (again.name, again.goals) == (goals.name, goals.goals)


def test_training_leaves_the_decoder_as_it_was(chat_decoder: Decoder) -> None:
    before = {k: t.clone() for k, t in chat_decoder.model.state_dict().items()}
    train_policy(chat_decoder, PLAN, name="again", episodes=2, eval_episodes=0)
    assert all(t.equal(before[k]) for k, t in chat_decoder.model.state_dict().items())


def test_with_a_network_two_runs_of_one_seed_are_equal_and_resumed_ones_too(
    chat_decoder: Decoder,
) -> None:
    train_policy(chat_decoder, PLAN, name="again")
    columns = [0]

    def tick() -> None:
        columns[0] += 1
        if columns[0] % 300 == 0:
            raise KeyboardInterrupt

    stops = 0
    while stops < 20:
        try:
            train_policy(chat_decoder, PLAN, name="stopped", tick=tick, resume=stops > 0)
            break
        except KeyboardInterrupt:
            stops += 1
    assert 1 < stops < 20
    ours = kept(NAME)
    for name in ("again", "stopped"):
        assert differing(ours, kept(name)) == ["report", "summary"]
        assert {**kept(name)["summary"], "run": NAME} == ours["summary"]


def test_estimates_are_those_of_a_network_of_this_decoder(chat_decoder: Decoder) -> None:
    policy = load_policy(NAME, chat_decoder)
    assert isinstance(policy.observer.estimator, HiddenMean)
    assert np.isfinite(policy.observer.mean).all()
