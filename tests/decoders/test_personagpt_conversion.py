"""Promise: personaGPT's pickle is read once, runs nothing, and is exactly what is loaded later."""

from __future__ import annotations

import json
import os
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import GPT2Config, GPT2LMHeadModel

from convotui import load_decoder
from convotui.decoders import ReplyRequest, Sampling, cache, sources
from convotui.decoders.formats import PersonaFormat
from convotui.decoders.personagpt import build_tokenizer, convert
from convotui.decoders.prompts import Prompt, Utterance
from convotui.errors import Cancelled, ModelError
from convotui.paths import get_paths

SIZES = {"vocab_size": 50_263, "n_layer": 2, "n_embd": 16, "n_head": 2, "n_positions": 128}
# As published: written by transformers of 2021, for a model of another size.
CONFIG = {
    **SIZES,
    "_name_or_path": "/home/af1tang/convogym/checkpoint/model/",
    "activation_function": "gelu_new",
    "architectures": ["GPT2LMHeadModel"],
    "attn_pdrop": 0.1,
    "bos_token_id": 50256,
    "eos_token_id": 50256,
    "model_type": "gpt2",
    "n_ctx": 128,
    "n_inner": None,
    "transformers_version": "4.10.0",
}

State = dict[str, Any]


@pytest.fixture(scope="session")
def original() -> GPT2LMHeadModel:
    """A small model with personaGPT's vocabulary."""
    torch.manual_seed(0)
    return GPT2LMHeadModel(GPT2Config(**SIZES)).eval()


def old_names(model: GPT2LMHeadModel) -> State:
    """Its tensors as transformers of 2021 saved them, causal masks and all."""
    state = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    for layer in range(SIZES["n_layer"]):
        triangle = torch.ones(128, 128, dtype=torch.uint8).tril().view(1, 1, 128, 128)
        state[f"transformer.h.{layer}.attn.bias"] = triangle
        state[f"transformer.h.{layer}.attn.masked_bias"] = torch.tensor(-1e4)
    return state


def without_head(state: State) -> State:
    """The names that GPT2Model without a language model head saves."""
    return {
        name.removeprefix("transformer."): tensor
        for name, tensor in state.items()
        if name != "lm_head.weight"
    }


@pytest.fixture
def publish(tmp_path, gpt2_files, original) -> Callable[..., tuple[Path, str]]:
    """Write a folder as the hub holds it; returns it with the SHA-256 of its weights."""

    def write(weights: Any = None, config: Any = CONFIG) -> tuple[Path, str]:
        folder = tmp_path / "published"
        folder.mkdir(exist_ok=True)
        target = folder / "pytorch_model.bin"
        if isinstance(weights, bytes):
            target.write_bytes(weights)
        else:
            torch.save(old_names(original) if weights is None else weights, target)
        text = config if isinstance(config, str) else json.dumps(config)
        (folder / "config.json").write_text(text)
        for name in ("vocab.json", "merges.txt"):
            shutil.copyfile(gpt2_files / name, folder / name)
        return folder, cache.sha256_of(target)

    return write


def left_behind() -> list[str]:
    models = get_paths().models
    return sorted(path.name for path in models.iterdir()) if models.is_dir() else []


def refuse(folder: Path, digest: str | None, words: str) -> None:
    """Check that a pull fails with these words in one sentence and leaves nothing."""
    with pytest.raises(ModelError, match=words) as caught:
        sources.pull_personagpt(folder=folder, sha256=digest)
    assert str(caught.value).endswith(".")
    assert "\n" not in str(caught.value)
    assert left_behind() == []


@pytest.mark.parametrize("shape", [dict, without_head], ids=["with prefix", "without prefix"])
def test_a_published_folder_is_converted_loads_and_replies(publish, original, shape) -> None:
    folder, digest = publish(shape(old_names(original)))
    stages = []
    source = sources.pull_personagpt(
        lambda stage, share: stages.append(stage), folder=folder, sha256=digest
    )
    assert source.folder == get_paths().models / "personagpt"
    assert left_behind() == ["personagpt"]
    assert [path.suffix for path in source.folder.iterdir() if path.suffix == ".bin"] == []
    assert stages == ["checking personaGPT", "converting personaGPT"]

    decoder = load_decoder("personagpt", dtype="float32", device="cpu")
    assert isinstance(decoder.form, PersonaFormat)
    assert decoder.context_length == 128
    assert decoder.rules.stop_ids == {50256}
    prompt = Prompt(1, ("i love pizza.",), (Utterance(0, "hello!"),), "talk about movies.")
    ids = torch.tensor([decoder.form.encode(prompt).ids])
    with torch.inference_mode():
        assert torch.equal(decoder.model(ids).logits, original(ids).logits)
    [reply] = decoder.reply([ReplyRequest(prompt, 3, Sampling(max_new_tokens=8))])
    assert reply.text


def test_auto_picks_it_once_it_is_there(publish, monkeypatch) -> None:
    asked = []
    monkeypatch.setattr(sources, "pull_smollm2", lambda *_: asked.append(1) or "smollm2")
    assert not sources.is_ready("personagpt")
    assert sources.ensure_model("auto") == "smollm2"
    folder, digest = publish()
    sources.pull_personagpt(folder=folder, sha256=digest)
    assert sources.is_ready("personagpt")
    assert sources.ensure_model("auto").name == "personagpt"
    assert load_decoder("auto").name == "personagpt"
    assert len(asked) == 1


def test_it_comes_from_the_hub_s_cache_through_the_hub_s_own_code(
    publish, put_in_hub_cache, original
) -> None:
    folder, digest = publish()
    put_in_hub_cache("af1tang/personaGPT", {path.name: path for path in folder.iterdir()})
    source = sources.pull_personagpt(sha256=digest.upper())
    assert source.folder == get_paths().models / "personagpt"
    manifest = json.loads((source.folder / cache.MANIFEST).read_text())
    assert manifest["source"] == "af1tang/personaGPT"
    assert manifest["weights_sha256"] == digest
    ids = torch.tensor([[50261, 72, 50257, 50259]])
    decoder = load_decoder("personagpt", dtype="float32", device="cpu")
    with torch.inference_mode():
        assert torch.equal(decoder.model(ids).logits, original(ids).logits)


def test_a_hub_cache_without_the_weights_is_not_taken_for_the_model(
    publish, put_in_hub_cache
) -> None:
    folder, _ = publish()
    names = ["config.json", "vocab.json"]  # as another program's tokenizer would leave it
    put_in_hub_cache("af1tang/personaGPT", {name: folder / name for name in names})
    with pytest.raises(ModelError, match="hub cannot be reached"):
        sources.pull_personagpt()
    assert left_behind() == []


def test_nothing_is_printed_while_converting(publish, capfd) -> None:
    folder, digest = publish()
    capfd.readouterr()
    sources.pull_personagpt(folder=folder, sha256=digest)
    assert capfd.readouterr() == ("", "")


def test_without_it_the_command_to_get_it_is_named() -> None:
    with pytest.raises(ModelError, match="convotui models pull personagpt"):
        load_decoder("personagpt")


def test_weights_other_than_the_published_ones_are_refused_before_they_are_read(
    publish, monkeypatch
) -> None:
    folder, digest = publish()
    monkeypatch.setattr(torch, "load", lambda *_, **__: pytest.fail("it was unpickled"))
    refuse(folder, None, "not the expected file")
    refuse(folder, "0" * 64, "pass --sha256")
    refuse(folder, digest[:12], "not the expected file")  # a prefix of the digest is not enough


class Payload:
    """What a hostile pickle does: run a command when it is loaded."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self):
        return (os.system, (f"touch {self.marker}",))


@pytest.mark.parametrize("how", ["alone", "beside the tensors", "as a bare pickle", "as a key"])
def test_code_in_the_pickle_is_refused_and_not_run(publish, original, tmp_path, how) -> None:
    marker = tmp_path / "executed"
    payload = Payload(marker)
    weights: Any = {
        "alone": payload,
        "beside the tensors": {**old_names(original), "extra": payload},
        "as a bare pickle": pickle.dumps(payload, protocol=2),
        "as a key": {("x", payload): torch.zeros(1)},
    }[how]
    folder, digest = publish(weights)
    refuse(folder, digest, "refused: it holds something other than tensors")
    assert not marker.exists()
    # The payload is a live one: an ordinary load would have run it.
    bare = folder / "pytorch_model.bin"
    if how == "as a bare pickle":
        pickle.loads(bare.read_bytes())
    else:
        torch.load(bare, weights_only=False)
    assert marker.exists()


@pytest.mark.parametrize("share", [0.0, 0.3, 0.999])
def test_a_file_that_was_cut_off_is_refused(publish, share) -> None:
    folder, digest = publish()
    whole = (folder / "pytorch_model.bin").read_bytes()
    folder, cut = publish(whole[: int(len(whole) * share)])
    refuse(folder, digest, "perhaps cut off")
    refuse(folder, cut, "refused")  # even when its digest is vouched for


def changed(**changes: Any) -> Callable[[State], State]:
    def change(state: State) -> State:
        for name, value in changes.items():
            key = name.replace("__", ".")
            if value is None:
                del state[key]
            else:
                state[key] = value(state.get(key)) if callable(value) else value
        return state

    return change


WTE, LN = "transformer__wte__weight", "transformer__ln_f__weight"
BAD_STATES: dict[str, tuple[Callable[[State], Any], str]] = {
    "a tensor too many": (changed(evil=torch.zeros(2)), "tensors differ"),
    "a layer too many": (changed(transformer__h__2__ln_1__weight=torch.zeros(16)), "differ"),
    "a tensor missing": (changed(transformer__wpe__weight=None), "differ"),
    "embeddings missing": (changed(transformer__wte__weight=None), "differ"),
    "embeddings and head missing": (
        changed(transformer__wte__weight=None, lm_head__weight=None),
        "differ",
    ),
    "another shape": (changed(**{LN: torch.zeros(17)}), "expected floating point"),
    "transposed": (
        changed(transformer__h__0__mlp__c_fc__weight=lambda w: w.T.contiguous()),
        "expected floating point",
    ),
    "integers": (changed(**{LN: torch.ones(16, dtype=torch.int64)}), "torch.int64"),
    "complex": (changed(**{LN: torch.ones(16, dtype=torch.complex64)}), "torch.complex64"),
    "a head of its own": (changed(lm_head__weight=lambda w: w + 1), "lm_head"),
    "a sparse tensor": (changed(**{LN: torch.ones(16).to_sparse()}), "expected|refused"),
    "a tensor without data": (changed(**{LN: torch.ones(16, device="meta")}), "expected|refused"),
    "a list": (lambda state: list(state.values()), "named tensors"),
    "one tensor": (lambda state: state["lm_head.weight"], "named tensors"),
    "numbers among tensors": (changed(epoch=3), "named tensors"),
    "nested": (lambda state: {"model": state}, "named tensors"),
    "no names": (lambda state: dict(enumerate(state.values())), "named tensors"),
}


@pytest.mark.parametrize("case", BAD_STATES)
def test_tensors_other_than_a_gpt2_s_are_refused(publish, original, case) -> None:
    change, words = BAD_STATES[case]
    folder, digest = publish(change(old_names(original)))
    refuse(folder, digest, words)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"n_layer": 0}, "'n_layer' is 0"),
        ({"n_layer": -3}, "'n_layer' is -3"),
        ({"n_layer": 10**9}, "expected 1 to"),
        ({"n_embd": 10**7}, "'n_embd'"),
        ({"n_head": "2"}, "'n_head' is '2'"),
        ({"n_positions": True}, "'n_positions' is True"),
        ({"n_positions": 1.5}, "'n_positions' is 1.5"),
        ({"n_positions": 64}, "expected floating point"),
        ({"n_embd": 32}, "expected floating point"),
        ({"n_head": 3}, "does not describe a personaGPT"),
        ({"vocab_size": 50_257}, "does not describe a personaGPT"),
        ({"vocab_size": 50_264}, "expected 1 to 50263"),
        ({"n_layer": 1}, "differ"),
    ],
)
def test_a_config_of_another_model_is_refused(publish, change, words) -> None:
    folder, digest = publish(config={**CONFIG, **change})
    refuse(folder, digest, words)


@pytest.mark.parametrize(
    "config",
    ["", "{", "[]", "null", "3", json.dumps({"n_layer": 2}), "[" * 100_000, '{"n_layer": 1e999}'],
)
def test_a_config_that_is_none_is_refused(publish, config) -> None:
    folder, digest = publish(config=config)
    refuse(folder, digest, "config.json")


@pytest.mark.parametrize("name", ["pytorch_model.bin", "config.json", "vocab.json", "merges.txt"])
def test_a_missing_file_is_named(publish, name) -> None:
    folder, digest = publish()
    (folder / name).unlink()
    refuse(folder, digest, f"holds no {name}")


def swap_tokens(text: str) -> str:
    table = json.loads(text)
    table["hello"], table["world"] = table["world"], table["hello"]
    return json.dumps(table)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("vocab.json", swap_tokens),
        ("vocab.json", lambda text: text.replace('"hello"', '"<|act|>"', 1)),
        ("vocab.json", lambda text: "[]"),
        ("vocab.json", lambda text: '{"a": "b"}'),
        ("vocab.json", lambda text: text[:5000]),
        ("vocab.json", lambda text: "[" * 100_000),
        ("merges.txt", lambda text: text.rsplit("\n", 3)[0]),
        ("merges.txt", lambda text: text + "\nh ello"),
        ("merges.txt", lambda text: ""),
    ],
)
def test_a_vocabulary_other_than_gpt2_s_is_refused(publish, name, change) -> None:
    folder, digest = publish()
    path = folder / name
    path.write_text(change(path.read_text("utf-8")), "utf-8")
    refuse(folder, digest, "not GPT-2's vocabulary")


def test_a_vocabulary_that_is_not_utf8_is_refused(publish) -> None:
    folder, digest = publish()
    (folder / "merges.txt").write_bytes(b"\xff\xfe\x00")
    refuse(folder, digest, "not GPT-2's vocabulary")


def test_the_tokenizer_encodes_as_gpt2_does(gpt2_files) -> None:
    tokenizer = build_tokenizer(gpt2_files / "vocab.json", gpt2_files / "merges.txt")
    # Ids of GPT-2, known from its release.
    assert tokenizer("Hello world")["input_ids"] == [15496, 995]
    assert tokenizer(" hello")["input_ids"] == [23748]
    assert tokenizer("it's 2021, naïve 😀")["input_ids"][:2] == [270, 338]
    assert tokenizer.decode([15496, 995]) == "Hello world"


def test_a_failed_pull_leaves_the_model_that_was_there(publish, original) -> None:
    folder, digest = publish()
    sources.pull_personagpt(folder=folder, sha256=digest)
    before = (get_paths().models / "personagpt" / "model.safetensors").read_bytes()
    folder, digest = publish(changed(evil=torch.zeros(2))(old_names(original)))
    with pytest.raises(ModelError):
        sources.pull_personagpt(folder=folder, sha256=digest)
    assert sources.is_ready("personagpt")
    assert (get_paths().models / "personagpt" / "model.safetensors").read_bytes() == before
    assert left_behind() == ["personagpt"]


def test_cancelling_leaves_nothing(publish) -> None:
    folder, digest = publish()

    def cancel(stage: str, share: float | None) -> None:
        if stage.startswith("converting"):
            raise Cancelled

    with pytest.raises(Cancelled):
        convert(folder, cache.folder_of("personagpt"), cancel, sha256=digest)
    assert left_behind() == []
