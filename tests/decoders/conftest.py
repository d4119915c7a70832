"""Fixtures of the decoders' tests: the exact personaGPT tokenizer, a hub cache, tiny folders."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from convotui.decoders.tokens import TextCodec

HUB_REVISION = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture(scope="session")
def persona_gpt_tokenizer(gpt2_files: Path) -> object:
    """The tokenizer that the conversion of the published personaGPT builds."""
    from convotui.decoders.personagpt import build_tokenizer

    return build_tokenizer(gpt2_files / "vocab.json", gpt2_files / "merges.txt")


@pytest.fixture(scope="session")
def persona_gpt_codec(persona_gpt_tokenizer: object) -> TextCodec:
    """A codec of the exact personaGPT tokenizer."""
    return TextCodec(persona_gpt_tokenizer)


@pytest.fixture
def hub_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of the Hugging Face hub, with the network switched off."""
    from huggingface_hub import constants

    folder = tmp_path / "hub-cache"
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(folder))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    return folder


@pytest.fixture
def put_in_hub_cache(hub_cache: Path) -> Callable[..., Path]:
    """Lay files out as the hub's own code does; returns the snapshot's folder."""

    def put(
        repo: str, files: Mapping[str, Path], *, ref: str = "main", revision: str = HUB_REVISION
    ) -> Path:
        storage = hub_cache / f"models--{repo.replace('/', '--')}"
        snapshot = storage / "snapshots" / revision
        snapshot.mkdir(parents=True, exist_ok=True)
        (storage / "refs" / ref).parent.mkdir(parents=True, exist_ok=True)
        (storage / "refs" / ref).write_text(revision)
        for name, source in files.items():
            shutil.copyfile(source, snapshot / name)
        return snapshot

    return put


@pytest.fixture
def copied(tmp_path: Path) -> Callable[..., Path]:
    """Copy a model folder, so that a test can damage it."""

    def copy(folder: Path, name: str = "copy") -> Path:
        return Path(shutil.copytree(folder, tmp_path / name))

    return copy
