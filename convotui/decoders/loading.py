"""Loading a model folder with transformers: safetensors only, nothing remote, errors in words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer
from transformers.utils import logging as transformers_logging

from convotui.dialog import display_line
from convotui.errors import ModelError, UsageError


def load_model(folder: Path, *, dtype: str = "auto", device: str = "auto", threads: int = 0) -> Any:
    """Load a causal language model in eval mode.

    Raises:
        ModelError: the files are damaged, incomplete or of another kind, or do not fit.
        UsageError: the device does not exist, or the dtype is not known.
    """
    if threads:
        torch.set_num_threads(threads)
    place = choose_device(device)
    numbers = choose_dtype(dtype, place)
    shown = display_line(str(folder))
    try:
        with quiet_transformers():
            config = AutoConfig.from_pretrained(folder, **_SAFE)
            if config.is_encoder_decoder:
                raise ModelError(
                    f"{shown} holds an encoder-decoder model; only causal language models can "
                    "play a persona here."
                )
            model, info = AutoModelForCausalLM.from_pretrained(
                folder,
                config=config,
                dtype=numbers,
                use_safetensors=True,
                output_loading_info=True,
                **_SAFE,
            )
            model = model.to(place)
    except ModelError:
        raise
    except Exception as error:  # transformers, safetensors and json raise what they like here
        reason = _first_sentence(error)
        raise ModelError(f"The model in {shown} cannot be loaded: {reason}.") from error
    lost = sorted(info["missing_keys"]) + sorted(str(k) for k in info["mismatched_keys"])
    if lost:
        raise ModelError(
            f"The weights in {shown} are incomplete or of another shape ({display_line(lost[0])} "
            f"and {len(lost) - 1} more): fetch the model again."
        )
    model.requires_grad_(False)
    return model.eval()


def load_tokenizer(folder: Path) -> Any:
    """Load a tokenizer.

    Raises:
        ModelError: there is none, or it cannot be read.
    """
    try:
        with quiet_transformers():
            return AutoTokenizer.from_pretrained(folder, **_SAFE)
    except Exception as error:  # as above: the libraries below raise what they like
        reason, shown = _first_sentence(error), display_line(str(folder))
        raise ModelError(f"The tokenizer in {shown} cannot be loaded: {reason}.") from error


def choose_device(device: str) -> torch.device:
    """Resolve ``auto`` and check that the device is there.

    Raises:
        UsageError: it is not.
    """
    if device == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        place = torch.device(device)
    except RuntimeError:
        raise UsageError(
            f"There is no device called '{display_line(device)}': use auto, cpu, cuda or cuda:N."
        ) from None
    if place.type == "cuda" and (place.index or 0) >= torch.cuda.device_count():
        raise UsageError(f"This machine has no {device}: use --device cpu or auto.")
    if place.type not in ("cpu", "cuda"):
        try:
            torch.ones(1, device=place).item()
        except (RuntimeError, AssertionError, NotImplementedError, ImportError):
            raise UsageError(f"This machine has no {device}: use --device cpu or auto.") from None
    return place


def choose_dtype(dtype: str, device: torch.device) -> torch.dtype:
    """Resolve ``auto``: bfloat16 where a GPU computes in it, else float32.

    Raises:
        UsageError: the name is not known.
    """
    if dtype == "auto":
        fast = device.type == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False)
        return torch.bfloat16 if fast else torch.float32
    known = {"float32": torch.float32, "bfloat16": torch.bfloat16}
    if dtype not in known:
        raise UsageError(f"'{display_line(dtype)}' is not a dtype: use auto, float32 or bfloat16.")
    return known[dtype]


@contextmanager
def quiet_transformers() -> Iterator[None]:
    """Keep progress bars and advice off the terminal while transformers works."""
    verbosity = transformers_logging.get_verbosity()
    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    try:
        yield
    finally:
        transformers_logging.set_verbosity(verbosity)
        transformers_logging.enable_progress_bar()


def _first_sentence(error: Exception) -> str:
    """Cut an error of the libraries below, which may run over pages, to what it says first."""
    text = display_line(str(error)) or type(error).__name__
    return text.split(". ")[0][:200].rstrip(". ")


_SAFE: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
