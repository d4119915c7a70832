"""Updates whose numbers are not finite are left out and counted; three in a row end a training."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
import torch

from convotui.dialog import Dialog
from convotui.errors import Cancelled, ConvoTUIError
from convotui.learning.checkpoints import load_checkpoint
from convotui.learning.dqn import GIVE_UP
from convotui.learning.trainer import METRICS
from convotui.runs import find_run
from tests.learning.courses import NAME, Fuse, course, differing, kept, plan_of
from tests.learning.games import BANDIT, pays, setting_of

UPDATES = 90
"""Of the course: 30 in a round."""


@pytest.fixture
def breaking(monkeypatch: pytest.MonkeyPatch) -> Callable[[set[int]], list[int]]:
    """Let the losses of some updates be NaN; the list that comes back counts all updates."""

    def arrange(broken: set[int]) -> list[int]:
        from stable_baselines3.dqn import dqn

        loss, count = dqn.F.smooth_l1_loss, [0]

        def of(*args: Any, **options: Any) -> torch.Tensor:
            count[0] += 1
            return loss(*args, **options) * (float("nan") if count[0] in broken else 1.0)

        monkeypatch.setattr(dqn.F, "smooth_l1_loss", of)
        return count

    return arrange


def test_the_course_has_as_many_updates_as_these_tests_assume(
    breaking: Callable[[set[int]], list[int]],
) -> None:
    count = breaking(set())
    course()
    assert count[0] == UPDATES


def test_broken_updates_are_counted_and_the_training_goes_on(
    breaking: Callable[[set[int]], list[int]],
) -> None:
    breaking({3, 40, 41, 75})
    summary = course().summary
    assert summary["skipped_updates"] == 4
    points = find_run(NAME).lines(METRICS)
    assert [point["skipped"] for point in points] == [1, 3, 4]
    assert all(point["loss"] is None or point["loss"] >= 0 for point in points)


def test_a_broken_update_leaves_weights_and_optimiser_as_they_were(
    breaking: Callable[[set[int]], list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    from convotui.learning.dqn import DialogDQN

    breaking({13})
    guard, seen = DialogDQN._guard, []

    def guarding(self: DialogDQN, *args: Any) -> None:
        if self.skipped == 1:
            seen.append(_everything(self))
        before = self.skipped
        guard(self, *args)
        if self.skipped > before:
            seen.append(_everything(self))

    monkeypatch.setattr(DialogDQN, "_guard", guarding)
    course()
    # At the broken update, and when the next one is about to be made.
    broken, after = seen[:2]
    assert broken.keys() == after.keys()
    assert all(broken[name].equal(after[name]) for name in broken)


def test_three_in_a_row_end_the_run_and_the_last_checkpoint_stays(
    breaking: Callable[[set[int]], list[int]],
) -> None:
    breaking({65, 66, 67})
    with pytest.raises(ConvoTUIError, match=rf"not finite {GIVE_UP} times in a row"):
        course()
    run = find_run(NAME)
    assert run.state["status"] == "failed"
    assert "lower learning rate" in run.state["summary"]["message"]
    kept = load_checkpoint(run.path, "last")
    assert kept.episodes == run.state["summary"]["episodes"] == 20
    assert all(t.isfinite().all() for t in kept.tensors.values() if t.is_floating_point())


def test_two_in_a_row_twice_do_not(breaking: Callable[[set[int]], list[int]]) -> None:
    breaking({10, 11, 13, 14})
    assert course().summary["skipped_updates"] == 4


def test_it_is_counted_across_a_stop(breaking: Callable[[set[int]], list[int]]) -> None:
    breaking({29, 30, 31})  # two at the end of the first round, one in the second

    with pytest.raises(Cancelled):
        course(Fuse(144 + 60))
    with pytest.raises(ConvoTUIError, match="in a row"):
        course(resume=True)


def test_a_run_that_went_wrong_can_be_resumed_where_it_was_right(
    breaking: Callable[[set[int]], list[int]], uninterrupted: dict[str, Any]
) -> None:
    breaking({65, 66, 67})
    with pytest.raises(ConvoTUIError):
        course()
    course(resume=True)
    assert differing(uninterrupted, kept()) == []


@pytest.mark.parametrize("size", [1e38, 1e39, -1e300])
def test_a_reward_beyond_single_precision_is_a_sentence(size: float) -> None:
    def huge(dialogs: Sequence[Dialog]) -> list[float]:
        return [size for _ in dialogs]

    with pytest.raises(ConvoTUIError, match="too large to learn from: lower its weight"):
        course(setting=setting_of(BANDIT, huge, 1), plan=plan_of(eval_episodes=0))
    assert find_run(NAME).state["status"] == "failed"


def test_a_reward_that_is_not_finite_is_a_sentence() -> None:
    def broken(dialogs: Sequence[Dialog]) -> list[float]:
        return [float("nan") for _ in dialogs]

    with pytest.raises(ConvoTUIError, match="must return finite numbers"):
        course(setting=setting_of(BANDIT, broken, 1))


def test_large_rewards_are_learned_from() -> None:
    def large(dialogs: Sequence[Dialog]) -> list[float]:
        return [1e6 * value for value in pays(dialogs)]

    summary = course(setting=setting_of(BANDIT, large, 1)).summary
    assert summary["skipped_updates"] == 0
    assert summary["eval"]["random"]["mean"] > 1e5


def _everything(model: Any) -> dict[str, torch.Tensor]:
    weights = {k: t.clone() for k, t in model.policy.q_net.state_dict().items()}
    for number, state in model.policy.optimizer.state_dict()["state"].items():
        weights |= {f"{number}.{k}": t.clone() for k, t in state.items()}
    return weights
