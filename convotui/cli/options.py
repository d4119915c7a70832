"""Options that several verbs share: declared once as dataclasses, flattened into flags."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import typer

from convotui.config import Config, load_config
from convotui.decoders.sampling import Sampling
from convotui.dialog import display_line
from convotui.engine.api import LoadModel
from convotui.errors import UsageError
from convotui.gyms.plan import SelfPlayPlan
from convotui.learning.plan import PolicyPlan
from convotui.paths import get_paths

PLAN = PolicyPlan()
"""A training of which nothing was said."""
# Far above any use; OpenMP ends the process where the system has no more threads to give.
MAX_THREADS = 1024

Goals = Annotated[str | None, typer.Option(help="Goal set: a name, or a .toml file.")]
ConfigFile = Annotated[
    Path | None, typer.Option("--config", help="Settings to use instead of the usual file.")
]


@dataclass(frozen=True)
class ModelOptions:
    """The flags of every verb that runs a model; one that is not given is None."""

    model: Annotated[
        str | None,
        typer.Option(help="auto, smollm2, personagpt, hub:org/name@revision, or a folder."),
    ] = None
    dtype: Annotated[str | None, typer.Option(help="auto, float32 or bfloat16.")] = None
    device: Annotated[str | None, typer.Option(help="auto, cpu, cuda, cuda:N or mps.")] = None
    threads: Annotated[
        int | None, typer.Option(help="CPU threads of the model; 0 is automatic.")
    ] = None
    dialect: Annotated[str | None, typer.Option(help="Goal dialect of personaGPT: A, B or C.")] = (
        None
    )

    def request(self, config: Config, *, leave_free: int = 0) -> LoadModel:
        """Merge the flags into the config's settings.

        Args:
            config: gives what no flag does.
            leave_free: how many CPUs an automatic thread count leaves to others.

        Raises:
            UsageError: a value is out of range.
        """
        merged: Config = _merge(config, self)
        if merged.threads > MAX_THREADS:
            raise UsageError(f"'threads': expected at most {MAX_THREADS}.")
        return LoadModel(
            model=merged.model,
            dtype=merged.dtype,
            device=merged.device,
            threads=merged.threads or max(1, _cpus() - leave_free),
            dialect=merged.dialect,
        )


@dataclass(frozen=True)
class SamplingOptions:
    """The flags of every verb that samples replies; one that is not given is None."""

    temperature: Annotated[float | None, typer.Option(help="Divides the logits, above 0.")] = None
    top_k: Annotated[
        int | None, typer.Option(help="Keep the k most likely tokens; 0 keeps all.")
    ] = None
    top_p: Annotated[float | None, typer.Option(help="Keep this share of the probability.")] = None
    greedy: Annotated[
        bool | None, typer.Option("--greedy/--no-greedy", help="Take the most likely token.")
    ] = None
    min_new_tokens: Annotated[int | None, typer.Option(help="Tokens a reply must have.")] = None
    max_new_tokens: Annotated[int | None, typer.Option(help="Tokens a reply may have.")] = None

    def sampling(self, config: Config) -> Sampling:
        """Merge the flags into the config's settings.

        Raises:
            UsageError: a value is out of range.
        """
        merged: Sampling = _merge(config.sampling, self)
        return merged


@dataclass(frozen=True)
class PlayOptions:
    """The flags that say what a self-play is to be; one that is not given is None."""

    episodes: Annotated[int | None, typer.Option(help="How many dialogs.", show_default="8")] = None
    turns: Annotated[
        int | None,
        typer.Option(help="Utterances in each, both speakers counted.", show_default="8"),
    ] = None
    persona_a: Annotated[
        str | None,
        typer.Option(
            help="The opener's persona: a name, a .toml file, or random.", show_default="random"
        ),
    ] = None
    persona_b: Annotated[
        str | None,
        typer.Option(help="The responder's persona, likewise.", show_default="random"),
    ] = None
    policy: Annotated[
        str | None,
        typer.Option(
            help="How the opener's goals are chosen: none, random, no-repeat, goal:ID, run:NAME "
            "or module:thing.",
            show_default="none",
        ),
    ] = None
    batch: Annotated[
        int | None, typer.Option(help="How many dialogs advance together.", show_default="8")
    ] = None
    seed: Annotated[
        int | None, typer.Option(help="Everything random is derived from it.", show_default="0")
    ] = None
    out: Annotated[
        Path | None, typer.Option(help="Write the dialogs to this file (JSON Lines).")
    ] = None

    @property
    def given(self) -> bool:
        """Whether anything was said about the self-play."""
        return any(value is not None for value in vars(self).values())

    def plan(self, goals: str, sampling: Sampling) -> SelfPlayPlan:
        """Make the plan of the self-play.

        Raises:
            UsageError: a number is out of range.
        """
        given = {k: v for k, v in vars(self).items() if v is not None and k != "out"}
        counts = {"episodes": 8, "turns": 8}
        return SelfPlayPlan(**{**counts, **given}, goals=goals, sampling=sampling)


@dataclass(frozen=True)
class PolicyOptions:
    """The flags that say how a dialog policy is trained; one that is not given is None."""

    algo: Annotated[str | None, typer.Option(help="How it learns: dqn.", show_default="dqn")] = None
    reward: Annotated[
        str | None,
        typer.Option(
            help="What it is rewarded for, NAME=WEIGHT,...: goal-met, persona-rank, manual or "
            "module:thing.",
            show_default="goal-met=1",
        ),
    ] = None
    episodes: Annotated[
        int | None,
        typer.Option(
            help="How many dialogs to learn from, rounded up to whole rounds of --batch.",
            show_default=str(PLAN.episodes),
        ),
    ] = None
    turns: Annotated[
        int | None,
        typer.Option(help="Exchanges in each, one goal each.", show_default=str(PLAN.turns)),
    ] = None
    persona_a: Annotated[
        str | None,
        typer.Option(
            help="The opener's persona: a name, a .toml file, or random.",
            show_default=str(PLAN.persona_a),
        ),
    ] = None
    persona_b: Annotated[
        str | None,
        typer.Option(help="The responder's persona, likewise.", show_default=str(PLAN.persona_b)),
    ] = None
    state: Annotated[
        str | None,
        typer.Option(
            help="Whose words the policy sees: partner or both.", show_default=str(PLAN.state)
        ),
    ] = None
    batch: Annotated[
        int | None,
        typer.Option(help="How many dialogs advance together.", show_default=str(PLAN.batch)),
    ] = None
    seed: Annotated[
        int | None,
        typer.Option(help="Everything random is derived from it.", show_default=str(PLAN.seed)),
    ] = None
    eval_every: Annotated[
        int | None,
        typer.Option(
            help="Dialogs between two looks at other personas; 0 for none.",
            show_default=str(PLAN.eval_every),
        ),
    ] = None
    validation_episodes: Annotated[
        int | None,
        typer.Option(help="Dialogs in such a look.", show_default=str(PLAN.validation_episodes)),
    ] = None
    eval_episodes: Annotated[
        int | None,
        typer.Option(
            help="Held-out dialogs per policy in the comparison with baselines; 0 for none.",
            show_default=str(PLAN.eval_episodes),
        ),
    ] = None
    learning_rate: Annotated[
        float | None,
        typer.Option(help="Of the updates, above 0.", show_default=str(PLAN.dqn.learning_rate)),
    ] = None
    gamma: Annotated[
        float | None,
        typer.Option(help="Discount of an exchange, 0-1.", show_default=str(PLAN.dqn.gamma)),
    ] = None

    @property
    def given(self) -> bool:
        """Whether anything was said about the training."""
        return bool(self.record())

    def record(self) -> dict[str, Any]:
        """Return what was said as settings that ``plan_from`` reads."""
        said = {name: value for name, value in vars(self).items() if value is not None}
        dqn = {name: said.pop(name) for name in ("learning_rate", "gamma") if name in said}
        return {**said, "dqn": dqn} if dqn else said


def grouped(function: Callable[..., None]) -> Callable[..., None]:
    """Let a command take dataclasses of options: typer sees their fields as flags of its own."""
    kinds = get_type_hints(function, include_extras=True)
    parameters: list[inspect.Parameter] = []
    groups: dict[str, Any] = {}
    for parameter in inspect.signature(function).parameters.values():
        kind = kinds[parameter.name]
        if not is_dataclass(kind):
            parameters.append(_keyword(parameter.name, kind, parameter.default))
            continue
        groups[parameter.name] = kind
        members = get_type_hints(kind, include_extras=True)
        parameters += [_keyword(f.name, members[f.name], f.default) for f in fields(kind)]

    @wraps(function)
    def command(**given: Any) -> None:
        for name, kind in groups.items():
            given[name] = kind(**{f.name: given.pop(f.name) for f in fields(kind)})
        function(**given)

    # typer reads signature and annotations, and would look through to the function itself.
    vars(command)["__signature__"] = inspect.Signature(parameters)
    command.__annotations__ = {p.name: p.annotation for p in parameters}
    del vars(command)["__wrapped__"]
    return command


def read_config(path: Path | None) -> Config:
    """Read the given config file, else the user's."""
    if path is not None and not path.is_file():
        raise UsageError(f"There is no config file {display_line(str(path))}.")
    return load_config(path or get_paths().config_file)


def _merge(settings: Any, flags: Any) -> Any:
    given = {name: value for name, value in vars(flags).items() if value is not None}
    try:
        return replace(settings, **given)
    except ValueError as problem:
        raise UsageError(f"{problem}.") from None


def _keyword(name: str, annotation: Any, default: Any) -> inspect.Parameter:
    kind = inspect.Parameter.KEYWORD_ONLY
    return inspect.Parameter(name, kind, default=default, annotation=annotation)


def _cpus() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
