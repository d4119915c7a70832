"""Promise: a model folder loads as it is and runs no code; a bad one is one sentence."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import (
    AutoTokenizer,
    BloomConfig,
    BloomForCausalLM,
    MambaConfig,
    MambaForCausalLM,
)

from convotui import load_decoder
from convotui.decoders import Decoder, ReplyRequest, Sampling
from convotui.decoders.loading import choose_device, choose_dtype, load_model
from convotui.decoders.prompts import Prompt, Utterance
from convotui.errors import ModelError, UsageError


def refuse(folder: Path, words: str) -> str:
    with pytest.raises(ModelError, match=words) as caught:
        load_decoder(str(folder), device="cpu")
    text = str(caught.value)
    assert text.isprintable()
    assert text.endswith(".")
    return text


def edit_config(folder: Path, **changes: object) -> None:
    path = folder / "config.json"
    config = json.loads(path.read_text())
    path.write_text(json.dumps({**config, **changes}))


def test_a_folder_loads_in_eval_mode_with_frozen_weights(chat_folder) -> None:
    decoder = load_decoder(str(chat_folder), dtype="float32", device="cpu")
    assert isinstance(decoder, Decoder)
    assert decoder.name == str(chat_folder)
    assert (decoder.version, decoder.device, decoder.dtype) == ("base", "cpu", "float32")
    assert decoder.context_length == 512
    assert not decoder.model.training
    assert not any(p.requires_grad for p in decoder.model.parameters())


def test_the_format_follows_the_tokenizer(persona_folder, chat_folder, copied) -> None:
    assert load_decoder(str(persona_folder)).form.name == "persona-C"
    assert load_decoder(str(chat_folder)).form.name == "chat"
    folder = copied(chat_folder)
    (folder / "chat_template.jinja").unlink()
    assert load_decoder(str(folder)).form.name == "transcript"
    assert load_decoder(str(persona_folder), dialect="A").form.dialect == "A"


@pytest.mark.parametrize(("dtype", "expected"), [("float32", "float32"), ("bfloat16", "bfloat16")])
def test_the_dtype_asked_for_is_the_one_loaded(chat_folder, dtype, expected) -> None:
    decoder = load_decoder(str(chat_folder), dtype=dtype, device="cpu")
    assert decoder.dtype == expected
    assert {p.dtype for p in decoder.model.parameters()} == {getattr(torch, expected)}
    [reply] = decoder.reply([ReplyRequest(Prompt(0), 0, Sampling(max_new_tokens=3))])
    assert reply.text


def test_auto_is_float32_on_the_cpu_whatever_the_file_holds(chat_folder, copied) -> None:
    folder = copied(chat_folder)
    weights = load_file(folder / "model.safetensors")
    half = {name: tensor.bfloat16() for name, tensor in weights.items()}
    save_file(half, folder / "model.safetensors", metadata={"format": "pt"})
    edit_config(folder, dtype="bfloat16")
    assert load_decoder(str(folder), device="cpu").dtype == "float32"
    assert choose_dtype("auto", torch.device("cpu")) == torch.float32


@pytest.mark.parametrize("name", ["float16", "fp32", "double", "", "auto ", "\x1b[2J"])
def test_other_dtypes_are_refused(chat_folder, name) -> None:
    with pytest.raises(UsageError, match="is not a dtype: use auto, float32 or bfloat16") as caught:
        load_decoder(str(chat_folder), dtype=name)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    "name", ["gpu", "cuda:x", "", "cpu:", "cuda:-1", "0", "\x1b[2J", "cuda:" + "9" * 30]
)
def test_names_that_are_no_device_are_refused(chat_folder, name) -> None:
    with pytest.raises(UsageError, match=r"device|machine has no") as caught:
        load_decoder(str(chat_folder), device=name)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("name", ["mps", "xpu", "hpu", "meta", "vulkan", "privateuseone"])
def test_devices_this_machine_has_not_are_refused(name) -> None:
    if name == "mps" and torch.backends.mps.is_available():
        pytest.skip("this machine has mps")
    with pytest.raises(UsageError, match=f"This machine has no {name}: use --device cpu or auto"):
        choose_device(name)


@pytest.mark.parametrize("name", ["cuda", "cuda:0", "cuda:7"])
def test_cuda_on_a_machine_without_it_is_refused(chat_folder, name) -> None:
    if torch.cuda.is_available():
        pytest.skip("this machine has CUDA")
    assert choose_device("auto") == torch.device("cpu")
    with pytest.raises(UsageError, match=f"This machine has no {name}: use --device cpu or auto"):
        load_decoder(str(chat_folder), device=name)


def test_a_model_that_does_not_fit_the_device_is_said_in_words(chat_folder, monkeypatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has")

    monkeypatch.setattr(torch.nn.Module, "to", full)
    refuse(chat_folder, "CUDA out of memory")


def test_threads_are_set_when_given_and_left_alone_else(chat_folder) -> None:
    before = torch.get_num_threads()
    try:
        load_model(chat_folder, threads=1)
        assert torch.get_num_threads() == 1
        torch.set_num_threads(2)
        load_model(chat_folder)
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


def test_code_in_a_model_folder_is_not_run(chat_folder, copied, tmp_path) -> None:
    folder, marker = copied(chat_folder), tmp_path / "executed"
    code = f"open({str(marker)!r}, 'w')\n"
    for name in ("modeling_evil", "configuration_evil", "tokenization_evil"):
        (folder / f"{name}.py").write_text(code)
    auto_map = {
        "AutoConfig": "configuration_evil.EvilConfig",
        "AutoModelForCausalLM": "modeling_evil.EvilModel",
    }
    edit_config(folder, auto_map=auto_map)
    path = folder / "tokenizer_config.json"
    config = json.loads(path.read_text())
    config["auto_map"] = {"AutoTokenizer": ["tokenization_evil.Evil", "tokenization_evil.Evil"]}
    path.write_text(json.dumps(config))
    # A known kind of model loads with our own code ...
    assert load_decoder(str(folder)).form.name == "chat"
    # ... and an unknown one not at all.
    edit_config(folder, model_type="evil")
    refuse(folder, "cannot be loaded")
    assert not marker.exists()


def test_pickled_weights_are_not_read_even_past_the_check_of_the_folder(
    chat_folder, copied
) -> None:
    folder = copied(chat_folder)
    weights = load_file(folder / "model.safetensors")
    (folder / "model.safetensors").unlink()
    torch.save(weights, folder / "pytorch_model.bin")
    with pytest.raises(ModelError, match="cannot be loaded"):
        load_model(folder)


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.999])
def test_truncated_weights_are_refused(chat_folder, copied, share) -> None:
    folder = copied(chat_folder)
    path = folder / "model.safetensors"
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    refuse(folder, "cannot be loaded")


def test_weights_that_are_something_else_are_refused(chat_folder, copied) -> None:
    folder = copied(chat_folder)
    (folder / "model.safetensors").write_bytes(b"\xff" * 5000)
    refuse(folder, "cannot be loaded")


def test_a_missing_tensor_is_named(chat_folder, copied) -> None:
    folder = copied(chat_folder)
    weights = load_file(folder / "model.safetensors")
    del weights["model.layers.1.mlp.up_proj.weight"]
    del weights["model.norm.weight"]
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    text = refuse(folder, "incomplete")
    assert "model.layers.1.mlp.up_proj.weight" in text
    assert "1 more" in text


def test_a_tensor_of_another_shape_is_refused(chat_folder, copied) -> None:
    folder = copied(chat_folder)
    weights = load_file(folder / "model.safetensors")
    weights["model.norm.weight"] = torch.ones(33)
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    refuse(folder, "cannot be loaded|another shape")


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"model_type": "nothing-known"}', "{}", "\x00", "[" * 100_000]
)
def test_a_config_that_cannot_be_read_is_refused(chat_folder, copied, text) -> None:
    folder = copied(chat_folder)
    (folder / "config.json").write_text(text)
    refuse(folder, "cannot be loaded")


def test_an_encoder_decoder_model_is_refused(tmp_path) -> None:
    from transformers import T5Config, T5ForConditionalGeneration

    config = T5Config(
        vocab_size=64,
        d_model=16,
        d_kv=8,
        d_ff=32,
        num_layers=1,
        num_heads=2,
        decoder_start_token_id=0,
    )
    T5ForConditionalGeneration(config).save_pretrained(tmp_path / "t5")
    refuse(tmp_path / "t5", "encoder-decoder")


def test_a_model_that_does_not_generate_text_is_refused(tmp_path) -> None:
    from transformers import ViTConfig, ViTModel

    config = ViTConfig(
        hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32
    )
    ViTModel(config).save_pretrained(tmp_path / "vit")
    refuse(tmp_path / "vit", "cannot be loaded")


@pytest.mark.parametrize("damage", ["missing", "empty", "cut", "other json"])
def test_a_damaged_tokenizer_is_refused(chat_folder, copied, damage) -> None:
    folder = copied(chat_folder)
    path = folder / "tokenizer.json"
    whole = path.read_text()
    if damage == "missing":
        path.unlink()
    else:
        path.write_text({"empty": "", "cut": whole[:1000], "other json": "[1, 2]"}[damage])
    refuse(folder, "tokenizer in .* cannot be loaded")


def test_a_tokenizer_with_more_tokens_than_the_model_is_refused(chat_folder, copied) -> None:
    folder = copied(chat_folder)
    tokenizer = AutoTokenizer.from_pretrained(chat_folder)
    tokenizer.add_tokens(["<|im_start|>x", "<|new|>"], special_tokens=True)
    tokenizer.chat_template = tokenizer.chat_template.replace("<|im_end|>", "<|new|>")
    tokenizer.save_pretrained(folder)
    refuse(folder, "tokenizer .* more tokens than")


def test_a_tokenizer_with_spare_tokens_that_no_prompt_uses_is_taken(chat_folder, copied) -> None:
    folder = copied(chat_folder)
    tokenizer = AutoTokenizer.from_pretrained(chat_folder)
    tokenizer.add_special_tokens({"pad_token": "<|spare|>"})
    tokenizer.save_pretrained(folder)
    decoder = load_decoder(str(folder))
    prompt = Prompt(0, ("<|spare|>",), (Utterance(1, "<|spare|>"),))
    [reply] = decoder.reply([ReplyRequest(prompt, 0, Sampling(max_new_tokens=3))])
    assert reply.text


def test_a_model_that_names_no_context_gets_a_cautious_one_and_talks(chat_folder, copied) -> None:
    folder = copied(chat_folder)
    vocabulary = len(AutoTokenizer.from_pretrained(chat_folder))
    config = BloomConfig(vocab_size=vocabulary, hidden_size=32, n_layer=2, n_head=2)
    BloomForCausalLM(config).save_pretrained(folder)
    decoder = load_decoder(str(folder))
    assert decoder.context_length == 2048
    [reply] = decoder.reply([ReplyRequest(Prompt(0), 0, Sampling(max_new_tokens=3))])
    assert reply.text


def test_a_model_without_keys_and_values_is_refused_in_words(chat_folder, copied) -> None:
    folder = copied(chat_folder)
    vocabulary = len(AutoTokenizer.from_pretrained(chat_folder))
    config = MambaConfig(vocab_size=vocabulary, hidden_size=16, num_hidden_layers=1, state_size=4)
    MambaForCausalLM(config).save_pretrained(folder)
    decoder = load_decoder(str(folder))
    with pytest.raises(ModelError, match="use a transformer"):
        decoder.reply([ReplyRequest(Prompt(0), 0, Sampling(max_new_tokens=3))])


def test_a_template_that_cannot_chat_is_refused(chat_folder, copied) -> None:
    folder = copied(chat_folder)
    (folder / "chat_template.jinja").write_text("{{ raise_exception('no') }}")
    refuse(folder, "chat template")


def test_a_folder_with_an_evil_name_cannot_drive_the_terminal(chat_folder, copied) -> None:
    folder = copied(chat_folder, "x\x1b]0;owned\x07y")
    (folder / "model.safetensors").write_bytes(b"")
    text = refuse(folder, "cannot be loaded")
    assert "\\x1b" in text


def test_nothing_is_printed_while_loading(chat_folder, persona_folder, capfd) -> None:
    capfd.readouterr()
    for folder in (chat_folder, persona_folder):
        load_decoder(str(folder))
    assert capfd.readouterr() == ("", "")


def test_progress_is_told(chat_folder) -> None:
    told = []
    load_decoder(str(chat_folder), progress=lambda stage, share: told.append((stage, share)))
    assert told == [(f"loading {chat_folder}", None)]


class NetworkUsedError(Exception):
    """Raised in place of any connection."""


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Block every socket, and switch the hub's own offline mode off, so that it would try."""
    from huggingface_hub import constants

    def block(*_: object, **__: object) -> None:
        raise NetworkUsedError

    monkeypatch.setattr(socket.socket, "connect", block)
    monkeypatch.setattr(socket.socket, "connect_ex", block)
    monkeypatch.setattr(socket, "create_connection", block)
    monkeypatch.setattr(socket, "getaddrinfo", block)
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)


@pytest.mark.real
def test_the_real_model_loads_and_speaks_without_network(real_home, no_network) -> None:
    with pytest.raises(NetworkUsedError):
        socket.create_connection(("127.0.0.1", 9))  # the block works
    decoder = load_decoder("smollm2", dtype="float32", device="cpu")
    prompt = Prompt(1, ("I love pizza.",), (Utterance(0, "Hi!"),))
    [reply] = decoder.reply([ReplyRequest(prompt, 1, Sampling(max_new_tokens=4))])
    assert reply.text
    assert load_decoder("auto").name == "smollm2"


def test_tiny_models_load_without_network(chat_folder, persona_folder, no_network) -> None:
    for folder in (chat_folder, persona_folder):
        assert load_decoder(str(folder)).reply([ReplyRequest(Prompt(0), 0)])[0].text
