"""Promise: every model reference leads to a safe folder or to one sentence that says what to do."""

from __future__ import annotations

import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from convotui import load_decoder
from convotui.decoders import cache, sources
from convotui.errors import ConvoTUIError, ModelError, UsageError
from convotui.paths import get_paths


@pytest.mark.parametrize("ref", ["gpt5", "Auto", "personaGPT2", "smollm2 ", ""])
def test_an_unknown_name_is_refused_with_the_known_kinds(ref) -> None:
    with pytest.raises(UsageError, match="no model called") as caught:
        sources.ensure_model(ref)
    for kind in ("auto", "smollm2", "personagpt", "hub:org/name@revision", "folder"):
        assert kind in str(caught.value)


@pytest.mark.parametrize("ref", ["run:x", "run:mine@best", "run:", "run:../../x"])
def test_runs_are_refused_while_there_are_none(ref) -> None:
    with pytest.raises(UsageError, match="no run called") as caught:
        sources.ensure_model(ref)
    assert str(get_paths().data / "runs") in str(caught.value)


@pytest.mark.parametrize("ref", ["./nothing/here", "/no/such/folder", "a\\b", "~/no-such-model"])
def test_a_missing_folder_is_said_to_be_missing(ref) -> None:
    with pytest.raises(ModelError, match="no model folder") as caught:
        sources.ensure_model(ref)
    assert "config.json" in str(caught.value)


def test_a_file_is_no_folder(tmp_path) -> None:
    file = tmp_path / "model.safetensors"
    file.write_bytes(b"x")
    with pytest.raises(ModelError, match="no model folder"):
        sources.ensure_model(str(file))


STRANGE = st.text(st.characters(exclude_categories=()), max_size=40)


@settings(max_examples=300, deadline=None)
@given(ref=st.one_of(STRANGE, STRANGE.map("run:{}".format), STRANGE.map("./{}".format)))
@example(ref="x" * 5000)
@example(ref="/" + "y" * 5000)
@example(ref="~nobody-is-called-this/model")
@example(ref="nul\0byte/x")
@example(ref="~\0")
@example(ref="\x1b]52;c;aGk=\x07/x")
@example(ref="\udcff/x")
def test_whatever_is_typed_the_answer_is_one_safe_sentence(ref) -> None:
    if ref in ("auto", "smollm2", "personagpt") or ref.startswith("hub:"):
        return
    with pytest.raises(ConvoTUIError) as caught:
        sources.ensure_model(ref)
    text = str(caught.value)
    # Control characters, lone surrogates, line and paragraph separators.
    assert {unicodedata.category(char) for char in text}.isdisjoint({"Cc", "Cs", "Zl", "Zp"})
    assert text.endswith(".")


def test_an_empty_folder_and_one_without_weights_are_refused(tmp_path) -> None:
    with pytest.raises(ModelError, match=r"holds no config\.json"):
        sources.ensure_model(str(tmp_path))
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ModelError, match=r"holds no \*\.safetensors weights"):
        sources.ensure_model(str(tmp_path))


@pytest.mark.parametrize(
    "name", ["pytorch_model.bin", "model.pt", "m.pth", "last.ckpt", "weights.pkl", "m.gguf", "x.h5"]
)
def test_other_weights_than_safetensors_are_refused_with_the_reason_and_a_way_out(
    chat_folder, copied, name
) -> None:
    folder = copied(chat_folder)
    (folder / "model.safetensors").rename(folder / name)
    for load in (sources.ensure_model, load_decoder):
        with pytest.raises(ModelError) as caught:
            load(str(folder))
        assert name in str(caught.value)
        assert "pickles can carry code, and other formats are not read" in str(caught.value)
        assert "convotui models pull personagpt --from" in str(caught.value)
        assert "save_pretrained" in str(caught.value)


def test_a_model_on_this_machine_is_found_without_fetching(
    chat_folder, copied, monkeypatch
) -> None:
    folder = copied(chat_folder, "mine")
    monkeypatch.setenv("HOME", str(folder.parent))
    assert sources.find_model(str(folder)) == sources.find_model("~/mine") == folder


def test_pickled_weights_beside_safetensors_are_not_touched(chat_folder, copied, tmp_path) -> None:
    import pickle

    from tests.decoders.test_personagpt_conversion import Payload

    folder, marker = copied(chat_folder), tmp_path / "executed"
    for name in ("pytorch_model.bin", "training_args.bin", "optimizer.pt"):
        (folder / name).write_bytes(pickle.dumps(Payload(marker)))
    load_decoder(str(folder))
    assert not marker.exists()


def test_a_folder_is_found_with_tilde_and_keeps_the_name_it_was_given(
    chat_folder, copied, monkeypatch
) -> None:
    folder = copied(chat_folder, "mine")
    monkeypatch.setenv("HOME", str(folder.parent))
    source = sources.ensure_model("~/mine")
    assert source == sources.ModelSource("~/mine", folder)


def test_a_relative_folder_needs_no_slash(chat_folder, copied, monkeypatch) -> None:
    folder = copied(chat_folder, "mine")
    monkeypatch.chdir(folder.parent)
    assert sources.ensure_model("mine").folder.resolve() == folder.resolve()


def test_known_models_are_found_in_the_cache_and_nowhere_else(chat_folder, monkeypatch) -> None:
    built = []

    def build(target: Path, progress: object) -> None:
        built.append(target)
        with cache.building(target, {}) as work:
            (work / "model.safetensors").write_bytes(b"x")

    monkeypatch.setattr("convotui.decoders.gguf_wheel.build_smollm2", build)
    assert not sources.is_ready("smollm2")
    first = sources.ensure_model("smollm2")
    assert first.folder == get_paths().models / "smollm2"
    assert sources.is_ready("smollm2")
    assert sources.ensure_model("smollm2") == sources.ensure_model("auto") == first
    assert built == [first.folder]
    (first.folder / "model.safetensors").write_bytes(b"")  # damaged: built anew
    sources.ensure_model("smollm2")
    assert len(built) == 2


def test_looking_for_models_does_not_import_torch(tmp_path) -> None:
    code = (
        "import sys; from convotui.decoders import sources, personagpt, hub, gguf_wheel; "
        "sources.is_ready('smollm2'); "
        "assert not {'torch', 'transformers', 'huggingface_hub'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
