"""What a dialog policy is trained on and how: a plan, as Python values and as TOML (torch-free)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal, get_args

from convotui.decoders.sampling import Sampling
from convotui.dialog import display_line
from convotui.errors import UsageError

Algo = Literal["dqn"]
Sides = Literal["partner", "both"]
ALGOS: tuple[str, ...] = get_args(Algo)
SIDES: tuple[str, ...] = get_args(Sides)


@dataclass(frozen=True)
class DqnSettings:
    """Settings of deep Q-learning, by the names Stable-Baselines3 has for them.

    Attributes:
        learning_rate: of Adam.
        gamma: discount of an exchange, 0-1.
        buffer_size: exchanges kept for replay.
        learning_starts: exchanges played before the first update.
        batch_size: exchanges in an update.
        updates: gradient steps for each exchange played.
        target_update_interval: exchanges between two copies of the network to its target.
        exploration_initial: share of random goals at the start, 0-1.
        exploration_final: share of random goals at the end.
        exploration_fraction: part of the training over which the share falls, 0-1.
        layers: widths of the hidden layers.
        bootstrap_at_limit: value the last exchange of a dialog by what might have followed, as
            a turn limit that only truncates asks for; else as the end of everything.
    """

    learning_rate: float = 1e-3
    gamma: float = 0.5
    buffer_size: int = 10_000
    learning_starts: int = 32
    batch_size: int = 64
    updates: int = 2
    target_update_interval: int = 32
    exploration_initial: float = 1.0
    exploration_final: float = 0.05
    exploration_fraction: float = 0.6
    layers: tuple[int, ...] = (64, 64)
    bootstrap_at_limit: bool = True

    def __post_init__(self) -> None:
        """Check the ranges; a list of layers, as files have it, becomes a tuple.

        Raises:
            ValueError: naming the setting and what is expected.
        """
        object.__setattr__(self, "layers", tuple(self.layers))
        if not (self.learning_rate > 0 and math.isfinite(self.learning_rate)):
            raise ValueError("'learning_rate': expected a number above 0")
        for name in ("gamma", "exploration_initial", "exploration_final", "exploration_fraction"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"'{name}': expected a number from 0 to 1")
        for name in ("buffer_size", "batch_size", "updates", "target_update_interval"):
            if getattr(self, name) < 1:
                raise ValueError(f"'{name}': expected 1 or more")
        if self.learning_starts < 0:
            raise ValueError("'learning_starts': expected 0 or more")
        if not self.layers or min(self.layers) < 1:
            raise ValueError("'layers': expected one width or more, each 1 or more")


@dataclass(frozen=True)
class PolicyPlan:
    """A training of a dialog policy, and how what it learned is measured.

    Attributes:
        algo: the learning algorithm.
        reward: rewards with weights, as ``convotui.rewards.parse_reward`` reads them.
        goals: name or path of the goal set, the policy's actions.
        episodes: dialogs to learn from; rounded up to whole rounds of ``batch``.
        turns: exchanges in each, one goal each.
        persona_a: the opener's: a name, a path, or ``random`` (drawn per dialog).
        persona_b: the responder's.
        state: whose tokens the state vector is made of.
        batch: dialogs that advance together; a checkpoint is made when they are over.
        seed: everything random is derived from it.
        eval_every: dialogs between two looks at the validation personas; 0 for none.
        validation_episodes: dialogs in such a look, 2 or more; ``best`` is chosen by them.
        eval_episodes: held-out dialogs per policy in the comparison with baselines, 2 or more;
            0 for none.
        sampling: how replies are sampled.
        dqn: settings of the algorithm.
    """

    algo: str = "dqn"
    reward: str = "goal-met=1"
    goals: str = "everyday"
    episodes: int = 200
    turns: int = 4
    persona_a: str = "random"
    persona_b: str = "random"
    state: str = "partner"
    batch: int = 10
    seed: int = 0
    eval_every: int = 40
    validation_episodes: int = 10
    eval_episodes: int = 20
    sampling: Sampling = Sampling()
    dqn: DqnSettings = DqnSettings()

    def __post_init__(self) -> None:
        """Check the counts and names.

        Raises:
            UsageError: one is out of range or not known.
        """
        for name in ("episodes", "turns", "batch"):
            if getattr(self, name) < 1:
                raise UsageError(f"'{name}': expected 1 or more, not {getattr(self, name)}.")
        for name in ("seed", "eval_every"):
            if getattr(self, name) < 0:
                raise UsageError(f"'{name}': expected 0 or more, not {getattr(self, name)}.")
        for name, least in (
            ("validation_episodes", "2 or more"),
            ("eval_episodes", "0, or 2 or more"),
        ):
            number = getattr(self, name)
            if number < 2 and not (name == "eval_episodes" and number == 0):
                # The spread of one dialog is not known, so there would be no interval.
                raise UsageError(f"'{name}': expected {least}, not {number}.")
        for name, known in (("algo", ALGOS), ("state", SIDES)):
            if getattr(self, name) not in known:
                raise UsageError(
                    f"'{name}': expected {' or '.join(known)}, "
                    f"not '{display_line(getattr(self, name))}'."
                )

    @property
    def width(self) -> int:
        """How many dialogs advance together."""
        return min(self.batch, self.episodes)

    @property
    def rounds(self) -> int:
        """How many times ``width`` dialogs are played."""
        return math.ceil(self.episodes / self.width)

    def record(self) -> dict[str, Any]:
        """Return the plan as JSON and TOML values; ``plan_from`` reads them."""
        record = asdict(self)
        record["dqn"]["layers"] = list(self.dqn.layers)
        return record


def sparing(plan: PolicyPlan) -> PolicyPlan:
    """Leave out of a plan all that a person would have to rate beside what is learned from.

    By default hundreds of exchanges are scored to compare policies; whoever wants that of a
    person says so.
    """
    return replace(plan, eval_every=0, eval_episodes=0)


def plan_from(record: Mapping[str, Any], base: PolicyPlan | None = None) -> PolicyPlan:
    """Read a plan from the values of a file or a record.

    Args:
        record: settings by name, those of ``sampling`` and ``dqn`` in tables of their own;
            what is not in it stays as in ``base``.
        base: the plan to begin with.

    Raises:
        UsageError: naming a key that is no setting or has a wrong kind of value.
    """
    plan = base or PolicyPlan()
    given = dict(record)
    try:
        sampling = _changed(plan.sampling, given.pop("sampling", {}), "sampling.")
        dqn = _changed(plan.dqn, given.pop("dqn", {}), "dqn.")
        changed: PolicyPlan = _changed(plan, given, "", sampling=sampling, dqn=dqn)
    except (TypeError, ValueError) as error:
        raise UsageError(f"{display_line(str(error))}.") from None
    return changed


def _changed(settings: Any, given: Any, prefix: str, **ready: Any) -> Any:
    if isinstance(given, type(settings)):
        return given
    if not isinstance(given, Mapping):
        raise TypeError(f"'{prefix.rstrip('.')}': expected a table")
    # A kind of value is that of the default: 2 may stand where 0.5 may.
    known = {f.name: f.default for f in fields(settings) if f.name not in ready}
    for key, value in given.items():
        if key not in known:
            raise ValueError(f"'{prefix}{key}' is not a setting; there are {', '.join(known)}")
        if not _fits(value, known[key]):
            wanted = "list" if isinstance(known[key], tuple) else type(known[key]).__name__
            raise TypeError(f"'{prefix}{key}': expected {wanted}, found {value!r}")
    return replace(settings, **given, **ready)


def _fits(value: object, like: object) -> bool:
    if isinstance(like, tuple):
        whole = isinstance(value, list | tuple)
        return whole and all(_fits(item, 0) for item in value)  # type: ignore[attr-defined]
    if isinstance(value, bool) or isinstance(like, bool):
        return isinstance(value, bool) and isinstance(like, bool)
    return isinstance(value, (int, float) if isinstance(like, float) else type(like))
