"""Options that several verbs share, and how they are merged with the config."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from convotui.config import Config, load_config
from convotui.decoders.sampling import Sampling
from convotui.dialog import display_line
from convotui.engine.api import LoadModel
from convotui.errors import UsageError
from convotui.paths import get_paths

# Far above any use; OpenMP ends the process where the system has no more threads to give.
MAX_THREADS = 1024

Model = Annotated[
    str | None,
    typer.Option(help="auto, smollm2, personagpt, hub:org/name@revision, or a folder."),
]
Dtype = Annotated[str | None, typer.Option(help="auto, float32 or bfloat16.")]
Device = Annotated[str | None, typer.Option(help="auto, cpu, cuda, cuda:N or mps.")]
Threads = Annotated[int | None, typer.Option(help="CPU threads of the model; 0 is automatic.")]
Dialect = Annotated[str | None, typer.Option(help="Goal dialect of personaGPT: A, B or C.")]
Goals = Annotated[str | None, typer.Option(help="Goal set: a name, or a .toml file.")]
ConfigFile = Annotated[
    Path | None, typer.Option("--config", help="Settings to use instead of the usual file.")
]
Temperature = Annotated[float | None, typer.Option(help="Divides the logits, above 0.")]
TopK = Annotated[int | None, typer.Option(help="Keep the k most likely tokens; 0 keeps all.")]
TopP = Annotated[float | None, typer.Option(help="Keep this share of the probability.")]
Greedy = Annotated[bool | None, typer.Option("--greedy", help="Take the most likely token.")]
MinNew = Annotated[int | None, typer.Option(help="Tokens a reply must have.")]
MaxNew = Annotated[int | None, typer.Option(help="Tokens a reply may have.")]


def read_config(path: Path | None) -> Config:
    """Read the given config file, else the user's."""
    if path is not None and not path.is_file():
        raise UsageError(f"There is no config file {display_line(str(path))}.")
    return load_config(path or get_paths().config_file)


def load_request(
    config: Config,
    *,
    model: str | None,
    dtype: str | None,
    device: str | None,
    threads: int | None,
    dialect: str | None = None,
    leave_free: int = 0,
) -> LoadModel:
    """Merge flags into the config's model settings.

    An automatic thread count leaves ``leave_free`` CPUs to others.

    Raises:
        UsageError: a value is out of range.
    """
    if max(threads or 0, config.threads) > MAX_THREADS:
        raise UsageError(f"'threads': expected at most {MAX_THREADS}.")
    given = {"dtype": dtype, "dialect": dialect, "threads": threads}
    try:
        merged = replace(config, **{k: v for k, v in given.items() if v is not None})  # type: ignore[arg-type]
    except ValueError as problem:
        raise UsageError(f"{problem}.") from None
    cpus = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return LoadModel(
        model=model or config.model,
        dtype=merged.dtype,
        device=device or config.device,
        threads=merged.threads or max(1, cpus - leave_free),
        dialect=merged.dialect,
    )


def sampling(
    config: Config,
    *,
    temperature: float | None,
    top_k: int | None,
    top_p: float | None,
    greedy: bool | None,
    min_new_tokens: int | None,
    max_new_tokens: int | None,
) -> Sampling:
    """Merge flags into the config's sampling settings.

    Raises:
        UsageError: a value is out of range.
    """
    given = {
        "temperature": temperature,
        "top_k": top_k,
        "top_p": top_p,
        "greedy": greedy,
        "min_new_tokens": min_new_tokens,
        "max_new_tokens": max_new_tokens,
    }
    try:
        return replace(config.sampling, **{k: v for k, v in given.items() if v is not None})  # type: ignore[arg-type]
    except ValueError as problem:
        raise UsageError(f"{problem}.") from None
