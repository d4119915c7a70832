"""What a training is to be: settings, a file and flags put together, or a run's own for it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from shlex import quote
from typing import Any, get_args

from convotui.cli.options import ModelOptions, PolicyOptions, SamplingOptions
from convotui.config import Config
from convotui.dialog import display_line, load_goals
from convotui.engine.api import TrainPolicy
from convotui.engine.training_rules import imports_code, resuming
from convotui.errors import ConvoTUIError, UsageError
from convotui.gyms.casting import Split, cast
from convotui.learning.plan import PolicyPlan, plan_from, sparing
from convotui.policies.learned import check_goals, find_training
from convotui.rewards import make_reward, needs_person, parse_reward
from convotui.runs import CONFIG, GOALS, Run, check_new_name

FACTS = {"name", "version", "prompt_format"}
"""What a run's table ``model`` says of it beside how it is loaded."""


@dataclass(frozen=True)
class Flags:
    """What was said about a training on the command line.

    Attributes:
        file: settings to begin with.
    """

    policy: PolicyOptions
    goals: str | None
    model: ModelOptions
    replies: SamplingOptions
    name: str | None
    resume: bool
    file: Path | None

    @property
    def given(self) -> bool:
        """Whether anything was said about the training itself."""
        return self.policy.given or self.resume or bool(self.name or self.file)

    def record(self) -> dict[str, Any]:
        """Return the flags of the plan as settings that ``plan_from`` reads."""
        said = self.policy.record()
        sampling = {name: value for name, value in vars(self.replies).items() if value is not None}
        if self.goals is not None:
            said["goals"] = self.goals
        return {**said, "sampling": sampling} if sampling else said


def ask_for(flags: Flags, settings: Config) -> tuple[TrainPolicy, Config]:
    """Make the request for a training, and the settings its model is loaded with.

    Args:
        flags: win over all else.
        settings: the person's, for what neither flags nor their file say.

    Raises:
        UsageError: something is out of range, is not known, or cannot be; or a run or file names
            code as its reward that the flags do not name.
        ConvoTUIError: the run that is to go on is damaged, or a process works on it.
    """
    if flags.resume:
        return _go_on(flags, settings)
    if flags.name is not None:
        check_new_name(flags.name)
    plan = PolicyPlan(goals=settings.goals, sampling=settings.sampling)
    if flags.policy.reward is not None and needs_person(flags.policy.reward):
        plan = sparing(plan)
    if flags.file is not None:
        rewards = flags.policy.reward is None
        plan, settings = _from_file(flags.file, plan, settings, rewards=rewards)
    return TrainPolicy(_changed(plan, flags.record()), flags.name), settings


def check_plan(plan: PolicyPlan) -> None:
    """Find what a plan names, before a model is loaded for minutes.

    Raises:
        UsageError: a reward, goal set or persona does not exist, or there are too few personas.
    """
    goals = load_goals(plan.goals)
    for name, _ in parse_reward(plan.reward):
        if ":" in name:
            make_reward(name, goals)
    for split in get_args(Split):
        cast(split, goals, seed=0, persona_a=plan.persona_a, persona_b=plan.persona_b)


def _go_on(flags: Flags, settings: Config) -> tuple[TrainPolicy, Config]:
    """Take plan and model from the run; flags may ask for more dialogs and for nothing else."""
    if flags.name is None:
        raise UsageError("Say which run is to go on: --resume needs --name.")
    if flags.file is not None:
        raise UsageError("Leave --config out: a run that goes on has its own settings.")
    run = find_training(flags.name)
    if run.is_held():
        raise ConvoTUIError(
            f"Another process works on the run {run.name} now: wait for it, or stop it."
        )
    record = run.config
    model = record.pop("model", {})
    try:
        plan = plan_from(record)
        loaded = _with_model(settings, model)
    except UsageError as problem:
        raise _in_file(run.path / CONFIG, problem) from None
    _check_same(run, flags, plan, model)
    if imports_code(plan.reward) and flags.policy.reward is None:
        raise UsageError(
            f"The run {run.name} is rewarded by code, which runs only where you name it: "
            f"'{resuming(run.name, plan.reward)}' does."
        )
    if flags.policy.episodes is not None:
        plan = replace(plan, episodes=flags.policy.episodes)
    if run.read_json(GOALS) is not None:
        check_goals(run, load_goals(plan.goals))
    return TrainPolicy(plan, run.name, resume=True), loaded


def _check_same(run: Run, flags: Flags, plan: PolicyPlan, model: Mapping[str, Any]) -> None:
    """Refuse flags that differ from a run.

    Raises:
        UsageError: naming the first.
    """
    have = {**model, **vars(plan), **vars(plan.sampling), **vars(plan.dqn)}
    # What is automatic was settled when the run began.
    loading = {name: value for name, value in vars(flags.model).items() if value not in ("auto", 0)}
    said = {**vars(flags.policy), **vars(flags.replies), **loading, "goals": flags.goals}
    for name, value in said.items():
        known = have.get(name)
        if value is None or known is None or _means(name, value, plan) == known:
            continue
        flag = f"--{name.replace('_', '-')}"
        if name != "episodes":
            raise UsageError(
                f"The run {run.name} has {flag} {display_line(str(known))}, not "
                f"{display_line(str(value))}: leave {flag} out, or begin a new run."
            )
        if value < known:
            raise UsageError(
                f"The run {run.name} is to learn from {known} dialogs: {flag} can only be more."
            )


def _means(name: str, value: Any, plan: PolicyPlan) -> Any:
    """Say what a flag comes to in a run that was begun with it."""
    if name == "batch" and value > 0:
        return replace(plan, batch=value).width
    return value


def _from_file(
    path: Path, plan: PolicyPlan, settings: Config, *, rewards: bool
) -> tuple[PolicyPlan, Config]:
    """Put what a file says in place of settings; ``rewards``: its reward is the one that counts."""
    record = _read(path)
    try:
        settings = _with_model(settings, record.pop("model", {}))
        given = _changed(plan, record)
        if rewards and imports_code(given.reward):
            raise UsageError(
                f"The reward {display_line(given.reward)} is code, which runs only where you name "
                f"it: add --reward {quote(display_line(given.reward))}."
            )
        if rewards and needs_person(given.reward):
            given = _changed(sparing(plan), record)
    except UsageError as problem:
        raise _in_file(path, problem) from None
    return given, settings


def _changed(plan: PolicyPlan, given: Mapping[str, Any]) -> PolicyPlan:
    """Put settings in place of a plan's; each is of the kind that the default is of."""
    record = plan.record()
    for name, value in given.items():
        both = isinstance(value, Mapping) and isinstance(record.get(name), Mapping)
        record[name] = {**record[name], **value} if both else value
    return plan_from(record)


def _with_model(settings: Config, model: object) -> Config:
    """Put what a table says of a model in place of the settings of the same names.

    Raises:
        UsageError: naming a key that is no setting or has a wrong kind of value.
    """
    if not isinstance(model, Mapping):
        raise UsageError("'model': expected a table.")
    known = {field.name: type(getattr(settings, field.name)) for field in fields(ModelOptions)}
    # A run tells of its model in more words than loading takes; a person's own may be misspelt.
    told = model.keys() >= {"name", "version"}
    for key, value in model.items():
        if key in known:
            if type(value) is not known[key]:
                raise UsageError(
                    f"'model.{display_line(key)}': expected {known[key].__name__}, found {value!a}."
                )
        elif not told and key not in FACTS:
            raise UsageError(
                f"'model.{display_line(key)}' is not a setting; there are {', '.join(known)}."
            )
    try:
        return replace(settings, **{key: model[key] for key in known if key in model})
    except ValueError as problem:
        raise UsageError(f"{problem}.") from None


def _read(path: Path) -> dict[str, Any]:
    shown = display_line(str(path))
    try:
        # Some editors begin a file with a byte-order mark, which is no TOML.
        return tomllib.loads(path.read_bytes().decode("utf-8").removeprefix("\ufeff"))
    except FileNotFoundError:
        raise UsageError(f"There is no config file {shown}.") from None
    except UnicodeDecodeError:
        raise UsageError(f"{shown} is not UTF-8: save it as UTF-8.") from None
    except OSError as error:
        raise UsageError(f"{shown} cannot be read: {error.strerror}.") from None
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{shown} is not valid TOML: {display_line(str(error))}.") from None


def _in_file(path: Path, problem: UsageError) -> UsageError:
    return UsageError(f"{display_line(str(path))}: {problem}")
