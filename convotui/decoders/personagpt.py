"""personaGPT: published as a pickle only, so read once, checked, and kept as safetensors.

This is the one place in the project where a pickled file is read, and only the command
``convotui models pull personagpt`` gets here.
"""

from __future__ import annotations

import hashlib
import json
import pickle
from pathlib import Path
from typing import Any

from convotui.decoders import cache
from convotui.decoders.hub import snapshot
from convotui.decoders.sources import ProgressFn
from convotui.dialog import display_line
from convotui.errors import ModelError

REPO = "af1tang/personaGPT"
WEIGHTS = "pytorch_model.bin"
FILES = (WEIGHTS, "config.json", "vocab.json", "merges.txt")
# The published weights of 2021-09-07, the last ones: size and the start of the SHA-256 that
# the hub shows for them. What was read is recorded in full in the manifest.
WEIGHTS_BYTES = 1_444_556_021
WEIGHTS_SHA256 = "bba0725e1194"
# GPT-2's byte-pair encoding: tokens in id order, and merges, each joined by line breaks.
VOCAB_SHA256 = "e35a33a0b2250c932ffdafc4c3a3552aef0cc7af7a11e9ebfddf1d2a6517371f"
MERGES_SHA256 = "04e3597d7996f292ca9b8b7285ca4d58a6ae171ac47d73fc7140ceb0c7a6bbc0"
EOS = "<|endoftext|>"
EXTRA_TOKENS = ("<|sep|>", "<|cls|>", "<|start|>", "<|p1|>", "<|p2|>", "<|act|>")
VOCABULARY = 50_257 + len(EXTRA_TOKENS)
_SIZES = {"n_layer": 96, "n_head": 128, "n_embd": 16_384, "n_positions": 65_536}
_MAX_BYTES = 8_000_000_000


def fetch(progress: ProgressFn) -> Path:
    """Download the repository's files, or find them in the hub's cache.

    Raises:
        ModelError: the hub cannot be reached.
    """
    progress("fetching personaGPT (1.4 GB)", None)
    return snapshot(REPO, None, FILES, needed=FILES)


def convert(source: Path, target: Path, progress: ProgressFn, *, sha256: str | None = None) -> None:
    """Check a folder of personaGPT's files and write it as safetensors.

    Checked are the digest before anything is unpickled, that the pickle holds tensors only,
    every name and shape against the config, and the vocabulary.

    Args:
        source: folder with ``pytorch_model.bin``, ``config.json``, ``vocab.json``, ``merges.txt``.
        target: folder to make.
        progress: told the stages.
        sha256: digest to accept instead of the published one's.

    Raises:
        ModelError: a file is missing or is not what it should be.
    """
    for name in FILES:
        if not (source / name).is_file():
            raise ModelError(f"{display_line(str(source))} holds no {name}.")
    # Imported here: this module's names are wanted without an "import torch".
    from convotui.decoders.loading import quiet_transformers

    progress("checking personaGPT", None)
    digest = _check_weights(source / WEIGHTS, sha256)
    progress("converting personaGPT", None)
    model = _build(_read_config(source / "config.json"), _read_pickle(source / WEIGHTS))
    tokenizer = build_tokenizer(source / "vocab.json", source / "merges.txt")
    about = {"source": REPO, "weights_sha256": digest}
    with cache.building(target, about) as work, quiet_transformers():
        model.save_pretrained(work)
        tokenizer.save_pretrained(work)


def build_tokenizer(vocab: Path, merges: Path) -> Any:
    """Build personaGPT's tokenizer: GPT-2's, and six control tokens at ids 50257-50262.

    Raises:
        ModelError: the files are not GPT-2's.
    """
    from transformers import GPT2Tokenizer

    try:
        table = json.loads(vocab.read_text(encoding="utf-8"))
        pairs = [
            line
            for line in merges.read_text(encoding="utf-8").split("\n")
            if line and not line.startswith("#version")
        ]
        same = (
            sorted(table.values()) == list(range(50_257))
            and _digest(sorted(table, key=table.__getitem__)) == VOCAB_SHA256
            and _digest(pairs) == MERGES_SHA256
        )
    except (ValueError, TypeError, AttributeError, RecursionError):
        same = False
    if not same:
        raise ModelError(f"{vocab.name} and {merges.name} are not GPT-2's vocabulary.")
    tokenizer = GPT2Tokenizer(
        vocab=table,
        merges=[tuple(pair.split(" ")) for pair in pairs],
        bos_token=EOS,
        eos_token=EOS,
        unk_token=EOS,
        pad_token=EOS,
    )
    tokenizer.add_special_tokens(
        {
            "sep_token": "<|sep|>",
            "cls_token": "<|cls|>",
            "additional_special_tokens": list(EXTRA_TOKENS[2:]),
        }
    )
    ids = tokenizer.convert_tokens_to_ids([EOS, *EXTRA_TOKENS])
    if ids != list(range(50_256, VOCABULARY)):
        raise ModelError(f"The control tokens came out at {ids}, not at 50256 to 50262.")
    return tokenizer


def _check_weights(path: Path, sha256: str | None) -> str:
    size = path.stat().st_size
    if size > _MAX_BYTES:
        raise ModelError(f"{WEIGHTS} has {size} bytes, more than any personaGPT.")
    digest = cache.sha256_of(path)
    if sha256 is None:
        good = size == WEIGHTS_BYTES and digest.startswith(WEIGHTS_SHA256)
    else:
        good = digest == sha256.lower()
    if not good:
        raise ModelError(
            f"{WEIGHTS} ({size} bytes, SHA-256 {digest}) is not the expected file, perhaps cut "
            "off: fetch it again, or, if these weights are your own, pass --sha256 with this "
            "digest."
        )
    return digest


def _read_config(path: Path) -> dict[str, int]:
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
        sizes = {key: config[key] for key in (*_SIZES, "vocab_size")}
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ModelError(f"{path.name} is not the config of a GPT-2 model.") from None
    for key, most in (*_SIZES.items(), ("vocab_size", VOCABULARY)):
        if type(sizes[key]) is not int or not 1 <= sizes[key] <= most:
            raise ModelError(f"{path.name}: '{key}' is {sizes[key]!r}, expected 1 to {most}.")
    if sizes["vocab_size"] != VOCABULARY or sizes["n_embd"] % sizes["n_head"]:
        raise ModelError(f"{path.name} does not describe a personaGPT ({VOCABULARY} tokens).")
    return sizes


def _read_pickle(path: Path) -> dict[str, Any]:
    import torch

    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError, ValueError, KeyError) as error:
        raise ModelError(
            f"{WEIGHTS} was refused: it holds something other than tensors, or is damaged "
            f"({type(error).__name__})."
        ) from error
    if not isinstance(state, dict) or not all(
        isinstance(k, str) and isinstance(v, torch.Tensor) for k, v in state.items()
    ):
        raise ModelError(f"{WEIGHTS} does not hold named tensors.")
    return state


def _build(sizes: dict[str, int], state: dict[str, Any]) -> Any:
    import torch
    from transformers import GPT2Config, GPT2LMHeadModel

    config = GPT2Config(**sizes, bos_token_id=50_256, eos_token_id=50_256, pad_token_id=50_256)
    with torch.device("meta"):
        expected = {k: v.shape for k, v in GPT2LMHeadModel(config).state_dict().items()}
    found = {}
    for name, tensor in state.items():
        full = name if name.startswith(("transformer.", "lm_head.")) else f"transformer.{name}"
        # Causal masks were saved as buffers then; transformers makes them itself now.
        if not full.endswith((".attn.bias", ".attn.masked_bias")):
            found[full] = tensor
    found.setdefault("lm_head.weight", found.get("transformer.wte.weight"))
    odd = sorted(expected.keys() ^ found.keys())
    if odd:
        raise ModelError(f"{WEIGHTS}: the tensors differ from a GPT-2's, first {odd[0]!r}.")
    for name, shape in expected.items():
        tensor = found[name]
        dense = tensor.layout is torch.strided and not tensor.is_meta
        if tensor.shape != shape or not tensor.is_floating_point() or not dense:
            raise ModelError(
                f"{WEIGHTS}: {name} is {tensor.dtype} {tuple(tensor.shape)}, expected "
                f"floating point {tuple(shape)}."
            )
    if not torch.equal(found["lm_head.weight"], found["transformer.wte.weight"]):
        raise ModelError(f"{WEIGHTS}: lm_head.weight is not the embeddings, as in a GPT-2.")
    model = GPT2LMHeadModel(config)
    model.load_state_dict({name: tensor.float() for name, tensor in found.items()})
    return model


def _digest(lines: list[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
