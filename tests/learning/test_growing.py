"""A run can be given more dialogs; anything else makes it another run."""

from __future__ import annotations

from typing import Any

import pytest

from convotui.dialog import Goal, GoalSet
from convotui.errors import ConvoTUIError, UsageError
from convotui.learning.checkpoints import load_checkpoint
from convotui.learning.history import BASELINES
from convotui.learning.plan import DqnSettings, plan_from
from convotui.learning.policy import train_policy
from convotui.learning.trainer import METRICS, SCORES
from convotui.runs import find_run
from tests.learning.courses import FEW, NAME, Fuse, course, differing, kept, plan_of
from tests.learning.games import BANDIT, Form, Speaker, pays, setting_of


class Progress:
    """A watcher that keeps how far it was said to be."""

    def __init__(self) -> None:
        self.told: list[tuple[str, int, int, int]] = []

    def began(self, points: object, scores: object) -> None:
        pass

    def progress(self, stage: str, done: int, total: int, before: int) -> None:
        self.told.append((stage, done, total, before))

    def trained(self, point: object, dialog: object) -> None:
        pass

    def measured(self, *what: object) -> None:
        pass


def test_more_dialogs_go_on_from_what_there_was() -> None:
    course()
    run = find_run(NAME)
    before = run.lines(METRICS)
    weights = load_checkpoint(run.path, "last").tensors["buffer.actions"]
    summary = course(plan=plan_of(episodes=50), resume=True).summary
    assert run.lines(METRICS)[:3] == before
    assert [point["episodes"] for point in run.lines(METRICS)] == [10, 20, 30, 40, 50]
    last = load_checkpoint(run.path, "last")
    assert last.episodes == summary["episodes"] == 50
    assert last.tensors["buffer.actions"][: len(weights)].equal(weights)
    assert run.config["episodes"] == 50
    # What was learned is another thing now, but that it was compared before is not forgotten.
    stages = [line["stage"] for line in run.lines(SCORES)]
    looked = ["validation", "validation", "final"]
    assert stages == ["baseline"] * len(BASELINES) + looked + looked
    assert summary["looks"] == 2


def test_grown_in_the_middle_is_as_if_it_was_to_be_so_long_from_there() -> None:
    with pytest.raises(KeyboardInterrupt):
        course(Fuse(160, _interrupt))
    course(plan=plan_of(episodes=50), resume=True)
    grown = kept()
    course(plan=plan_of(episodes=50), name="long")
    long = kept("long")
    # Nothing had been learned by then, so that all of it is as in a run of that length.
    assert set(differing(grown, long)) <= {"summary", "report"}


def test_the_progress_of_a_grown_run_ends_at_its_whole() -> None:
    course(watcher=(once := Progress()))
    course(plan=plan_of(episodes=50), resume=True, watcher=(grown := Progress()))
    for progress in (once, grown):
        assert progress.told[-1][1] == progress.told[-1][2]
        assert all(before <= done <= total for _, done, total, before in progress.told)
        done = [row[1] for row in progress.told]
        assert done == sorted(done)


def test_fewer_dialogs_end_where_it_was_to_end() -> None:
    course()
    assert course(plan=plan_of(episodes=10), resume=True).summary["episodes"] == 30


def test_a_run_goes_on_as_it_was_without_being_told_how(uninterrupted: dict[str, Any]) -> None:
    with pytest.raises(KeyboardInterrupt):
        course(Fuse(230, _interrupt))
    train_policy(Speaker(), name=NAME, resume=True, setting=setting_of(BANDIT, pays, 1))
    assert differing(uninterrupted, kept()) == []


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"turns": 4}, "turns"),
        ({"seed": 2}, "seed"),
        ({"batch": 5}, "batch"),
        ({"batch": 20}, "batch"),
        ({"reward": "persona-rank"}, "reward"),
        ({"goals": "support"}, "goals"),
        ({"state": "both"}, "state"),
        ({"persona_b": "baker"}, "persona_b"),
        ({"eval_every": 10}, "eval_every"),
        ({"validation_episodes": 5}, "validation_episodes"),
        ({"eval_episodes": 0}, "eval_episodes"),
        ({"dqn": DqnSettings(gamma=0.5)}, "dqn"),
    ],
)
def test_another_setting_is_refused_by_its_name(change: dict[str, object], word: str) -> None:
    with pytest.raises(KeyboardInterrupt):
        course(Fuse(230, _interrupt))
    before = _files()
    with pytest.raises(UsageError, match=f"another {word}: resume it as it was"):
        course(plan=plan_of(**change), resume=True)
    assert _files() == before


def test_a_batch_larger_than_all_dialogs_is_the_one_it_was_begun_with() -> None:
    few = plan_of(episodes=6, batch=8, eval_every=0)
    course(plan=few)
    assert find_run(NAME).config["batch"] == 6
    longer = plan_of(episodes=12, batch=8, eval_every=0)
    assert course(plan=longer, resume=True).summary["episodes"] == 12


@pytest.mark.parametrize(
    ("speaker", "word"),
    [
        (Speaker(name="other"), "other"),
        (Speaker(version="v0002"), "v0002"),
        (Speaker(dtype="bfloat16"), "bfloat16"),
        (Speaker(form=Form("persona-A")), "persona-A"),
    ],
)
def test_another_model_is_refused_by_its_name(speaker: Speaker, word: str) -> None:
    with pytest.raises(KeyboardInterrupt):
        course(Fuse(230, _interrupt))
    before = _files()
    with pytest.raises(ConvoTUIError, match=rf"trained with echo.*is {word}|{word}.*load that"):
        train_policy(
            speaker, plan_of(), name=NAME, resume=True, setting=setting_of(BANDIT, pays, 1)
        )
    assert _files() == before


def test_goals_that_changed_since_are_refused() -> None:
    with pytest.raises(KeyboardInterrupt):
        course(Fuse(230, _interrupt))
    more = GoalSet("bandit", (*BANDIT.goals, Goal("arm-4", "pull arm 4.")))
    with pytest.raises(UsageError, match="bandit is not what it was"):
        course(setting=setting_of(more, pays, 1), resume=True)


def test_a_run_that_is_worked_on_is_left_alone() -> None:
    with pytest.raises(KeyboardInterrupt):
        course(Fuse(230, _interrupt))
    before = _files()
    with (
        find_run(NAME).holding(),
        pytest.raises(ConvoTUIError, match="Another process works on the run course"),
    ):
        course(plan=plan_of(episodes=50), resume=True)
    assert _files() == before


def test_only_a_run_that_is_there_can_be_resumed() -> None:
    with pytest.raises(UsageError, match="no run called"):
        course(resume=True)
    with pytest.raises(UsageError, match="give its name"):
        course(name=None, resume=True)


def test_a_name_that_is_taken_is_refused() -> None:
    course(plan=plan_of(episodes=10, eval_episodes=0, eval_every=0))
    with pytest.raises(UsageError, match="already"):
        course()


def test_the_config_of_a_run_is_the_plan_it_was_begun_with() -> None:
    course(plan=plan_of(episodes=10, eval_episodes=0, eval_every=0))
    config = find_run(NAME).config
    assert config.pop("model")["name"] == "echo"
    plan = plan_of(episodes=10, eval_episodes=0, eval_every=0)
    assert plan_from(config) == plan
    assert plan.dqn == FEW


def _interrupt() -> None:
    raise KeyboardInterrupt


def _files() -> dict[str, bytes]:
    folder = find_run(NAME).path
    return {str(p): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}
