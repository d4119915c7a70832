"""Short trainings on the bandit that are stopped on the way, and all that is kept of one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from convotui.agents import Ask
from convotui.dialog import Candidate, Dialog, Goal
from convotui.errors import Cancelled
from convotui.gyms.setting import Setting
from convotui.learning.checkpoints import load_checkpoint
from convotui.learning.plan import DqnSettings, PolicyPlan
from convotui.learning.policy import TrainedPolicy, train_policy
from convotui.learning.trainer import DIALOGS, METRICS, SCORES
from convotui.runs import find_run
from tests.learning.games import BANDIT, Echo, Speaker, bandit_plan, pays, setting_of

NAME = "course"
FEW = DqnSettings(
    updates=1, layers=(16,), learning_starts=8, batch_size=16, target_update_interval=10
)
SPEECHES = 420
"""How often an agent is asked to speak in the plan below: 3 baselines of 48, rounds of 60 with
24 for the validation after the second and third, 48 in the comparison."""


def plan_of(**changes: object) -> PolicyPlan:
    """Three rounds of ten dialogs, looked at after the second and the third."""
    few = {"episodes": 30, "turns": 3, "eval_every": 20, "dqn": FEW}
    return bandit_plan(**{**few, **changes})


def cancel() -> None:
    """Stop as a tick does."""
    raise Cancelled


def interrupt() -> None:
    """Stop as Ctrl-C does."""
    raise KeyboardInterrupt


@dataclass
class Fuse:
    """An echo that can speak only so often.

    Attributes:
        left: how often.
        blow: what happens then.
    """

    left: int = 10**9
    blow: Callable[[], None] = cancel

    def prepare(
        self, dialog: Dialog, speaker: int, goal: Goal | None, seed: int
    ) -> Candidate | Ask:
        if not self.left:
            self.blow()
        self.left -= 1
        return Echo().prepare(dialog, speaker, goal, seed)


def course(
    fuse: Fuse | None = None,
    plan: PolicyPlan | None = None,
    *,
    setting: Setting | None = None,
    **options: Any,
) -> TrainedPolicy:
    """Train on the bandit."""
    plan = plan or plan_of()
    made = setting or setting_of(BANDIT, pays, plan.seed)
    if fuse:
        made = replace(made, agents=(fuse, fuse))
    return train_policy(Speaker(), plan, setting=made, **{"name": NAME, **options})


def kept(name: str = NAME) -> dict[str, Any]:
    """List all that must not depend on whether a training was stopped on the way."""
    run = find_run(name)
    found: dict[str, Any] = {log: run.lines(log) for log in (METRICS, DIALOGS, SCORES)}
    for kind in ("last", "best"):
        checkpoint = load_checkpoint(run.path, kind)
        if checkpoint:
            found[kind] = (checkpoint.episodes, checkpoint.values)
            found |= {
                f"{kind}.{key}": (t.dtype, t.shape, t.numpy().tobytes())
                for key, t in checkpoint.tensors.items()
            }
    found["report"] = (run.path / "report.md").read_text(encoding="utf-8")
    found["summary"] = {k: v for k, v in run.state["summary"].items() if k != "folder"}
    return found


def differing(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """Name what differs between two trainings."""
    return sorted(key for key in one.keys() | other.keys() if one.get(key) != other.get(key))
