"""``convotui models``: which there are, fetching them, what one is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from convotui.cli.jobs import running
from convotui.cli.output import block, note, table
from convotui.decoders import cache, sources
from convotui.dialog import display_line
from convotui.engine.api import PullModel
from convotui.errors import ModelError, UsageError
from convotui.store import Store

app = typer.Typer(help="List, fetch and inspect models.", no_args_is_help=True)


@app.command("list")
def list_models() -> None:
    """List the models that have names, and which of them are on this machine."""
    rows = [("NAME", "HERE", "ABOUT")]
    for model in (*sources.KNOWN_MODELS, *sources.ENCODERS):
        rows.append((model.name, "yes" if sources.is_ready(model.name) else "no", model.about))
    table(rows)
    note("Any causal language model works too: hub:org/name@revision, or its folder.")


@app.command()
def pull(
    name: Annotated[
        str, typer.Argument(help="smollm2, personagpt, minilm or hub:org/name@revision.")
    ],
    folder: Annotated[
        Path | None,
        typer.Option("--from", help="personagpt: read its files here instead of from the hub."),
    ] = None,
    sha256: Annotated[
        str | None, typer.Option(help="personagpt: accept weights with this SHA-256.")
    ] = None,
) -> None:
    """Fetch a model and convert it to safetensors where needed."""
    if name != sources.PERSONAGPT and (folder or sha256):
        raise UsageError("--from and --sha256 go with personagpt only.")
    if folder is not None and not folder.is_dir():
        raise UsageError(f"There is no folder {folder}.")
    with Store(":memory:") as store, running(store) as runner:
        done = runner.run(PullModel(name, str(folder) if folder else None, sha256))
    block(f"{done.summary['model']} is ready in {done.summary['folder']}")


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="smollm2, personagpt, hub:org/name, or a folder.")],
) -> None:
    """Show where a model came from, its files and its config."""
    folder = sources.find_model(name)
    rows = [("folder", str(folder))]
    manifest = folder / cache.MANIFEST
    if manifest.is_file():
        for key, value in _read_json(manifest).items():
            if not isinstance(value, dict):
                rows.append((key, str(value)))
    config = _read_json(folder / "config.json")
    for key in ("model_type", "num_hidden_layers", "hidden_size", "n_layer", "n_embd"):
        if key in config:
            rows.append((key, str(config[key])))
    files = [path for path in sorted(folder.iterdir()) if path.is_file()]
    rows += [(path.name, f"{path.stat().st_size} bytes") for path in files]
    table(rows)


def _read_json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        value = None
    if not isinstance(value, dict):
        raise ModelError(f"{display_line(str(path))} is damaged: fetch the model again.")
    return value
