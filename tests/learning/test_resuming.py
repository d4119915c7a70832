"""A training that was stopped anywhere and resumed ends as one that was never stopped."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from convotui.errors import Cancelled, ConvoTUIError
from convotui.learning import trainer
from convotui.learning.checkpoints import Checkpoint, Kind
from convotui.rewards.exchange import RewardError
from convotui.runs import GOALS, Run, find_run
from tests.learning.courses import (
    NAME,
    SPEECHES,
    Fuse,
    cancel,
    course,
    differing,
    interrupt,
    kept,
)

BASELINES, ROUND, LOOK = 144, 60, 24
STOPS = {
    "before anything was said": 0,
    "in the first baseline": 47,
    "in the last baseline": 130,
    "at the beginning of the first round": BASELINES,
    "in the first round": BASELINES + 31,
    "at the end of the first round": BASELINES + ROUND - 1,
    "at the beginning of the second round": BASELINES + ROUND,
    "in the second round": BASELINES + ROUND + 30,
    "in a validation": BASELINES + 2 * ROUND + 5,
    "right after a validation": BASELINES + 2 * ROUND + LOOK,
    "in the last round": BASELINES + 2 * ROUND + LOOK + 33,
    "in the last validation": BASELINES + 3 * ROUND + LOOK + 3,
    "in the comparison": SPEECHES - 20,
    "at the last word": SPEECHES - 1,
}


def stop(fuse: Fuse, **options: Any) -> None:
    with pytest.raises((Cancelled, KeyboardInterrupt, ConvoTUIError)):
        course(fuse, **options)


def test_the_course_is_as_long_as_the_stops_assume() -> None:
    course(fuse := Fuse(SPEECHES))
    assert fuse.left == 0


@pytest.mark.parametrize("speeches", STOPS.values(), ids=STOPS.keys())
def test_cancelled_and_resumed_is_as_if_never_stopped(
    uninterrupted: dict[str, Any], speeches: int
) -> None:
    stop(Fuse(speeches))
    assert find_run(NAME).state["status"] == "cancelled"
    course(resume=True)
    assert differing(uninterrupted, kept()) == []
    assert find_run(NAME).state["status"] == "done"


@pytest.mark.parametrize("speeches", [100, 240, 270, 330, 355])
def test_ctrl_c_loses_no_more_than_cancelling(uninterrupted: dict[str, Any], speeches: int) -> None:
    stop(Fuse(speeches, interrupt))
    assert find_run(NAME).state["status"] == "cancelled"
    course(resume=True)
    assert differing(uninterrupted, kept()) == []


def test_a_reward_that_failed_once_leaves_nothing_behind(uninterrupted: dict[str, Any]) -> None:
    def fail() -> None:
        raise RewardError("The reward failed.")

    stop(Fuse(250, fail))
    state = find_run(NAME).state
    assert (state["status"], state["summary"]["message"]) == ("failed", "The reward failed.")
    course(resume=True)
    assert differing(uninterrupted, kept()) == []


def test_stopped_again_and_again_is_as_if_never_stopped(uninterrupted: dict[str, Any]) -> None:
    stops = 0
    while stops < 20:
        try:
            course(Fuse(110, cancel if stops % 2 else interrupt), resume=stops > 0)
            break
        except (Cancelled, KeyboardInterrupt):
            stops += 1
    assert 3 <= stops < 20
    assert differing(uninterrupted, kept()) == []


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("kind", "time"), [("best", 1), ("last", 1), ("last", 2), ("last", 3)])
def test_stopped_around_a_checkpoint_is_as_if_never_stopped(
    uninterrupted: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    time: int,
    after: bool,
) -> None:
    save, times = trainer.save_checkpoint, [time]

    def saving(path: Path, which: Kind, checkpoint: Checkpoint) -> Path:
        times[0] -= which == kind
        due = which == kind and times[0] == 0
        if due and not after:
            cancel()
        saved = save(path, which, checkpoint)
        if due:
            cancel()
        return saved

    with monkeypatch.context() as patch:
        patch.setattr(trainer, "save_checkpoint", saving)
        with pytest.raises(Cancelled):
            course()
    course(resume=True)
    assert differing(uninterrupted, kept()) == []


def test_a_cancelled_training_says_what_is_on_disk() -> None:
    last_look = STOPS["in the last validation"]
    with pytest.raises(Cancelled) as stopped:
        course(Fuse(last_look))
    # The last round is learned from, but not on disk before it has been looked at.
    assert stopped.value.summary["episodes"] == 20
    assert stopped.value.summary["episodes_planned"] == 30
    assert find_run(NAME).state["summary"]["episodes"] == 20
    with pytest.raises(Cancelled) as stopped:
        course(Fuse(0), resume=True)
    assert stopped.value.summary["episodes"] == 20


def test_resuming_what_is_done_changes_nothing(uninterrupted: dict[str, Any]) -> None:
    course()
    course(resume=True)
    assert differing(uninterrupted, kept()) == []


def test_a_run_stopped_before_it_had_goals_goes_on(
    uninterrupted: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Run, "write_json", _only_state(Run.write_json))
        with pytest.raises(KeyboardInterrupt):
            course()
    course(resume=True)
    assert differing(uninterrupted, kept()) == []
    assert find_run(NAME).read_json(GOALS)["name"] == "bandit"


def _only_state(write: Any) -> Any:
    def writing(run: Run, file: str, value: Any) -> None:
        if file == GOALS:
            interrupt()
        write(run, file, value)

    return writing
