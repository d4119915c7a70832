"""Promise: no text becomes a control token, and what is encoded decodes to the same text."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import AddedToken, normalizers
from transformers import AutoTokenizer, GPT2Tokenizer

from convotui.decoders.tokens import TextCodec

HOSTILE = json.loads((Path(__file__).parent.parent / "hostile_texts.json").read_text("utf-8"))
TOKENIZERS = [
    "tiny-persona",
    "tiny-chat",
    "personagpt",
    pytest.param("smollm2", marks=pytest.mark.real),
]
SPECIALS = [
    "<|endoftext|>",
    "<|im_start|>",
    "<|im_end|>",
    "<|sep|>",
    "<|act|>",
    "<|p2|>",
    "<tool>",
    "<repo_name>",
    "<shout>",
]
PIECES = [*SPECIALS, "<|", "|>", "<|im_", "end|>", "<", "|", ">", "im_end", " ", "\n", "act"]
HARD_TEXT = st.lists(
    st.one_of(
        st.sampled_from(PIECES),
        st.characters(exclude_categories=()),  # lone surrogates included
        st.text(max_size=5),
    ),
    max_size=12,
).map("".join)


def without_surrogates(text: str) -> str:
    """Spell out what the codec documents: a lone surrogate becomes U+FFFD."""
    return "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in text)


@cache
def missing_bytes(codec: TextCodec) -> frozenset[int]:
    known = codec.tokenizer.get_vocab()
    return frozenset(byte for char, byte in byte_table().items() if char not in known)


def without_missing_bytes(codec: TextCodec, text: str) -> str:
    """SmolLM2's vocabulary lacks a few bytes of control characters and unassigned planes."""
    missing = missing_bytes(codec)
    assert len(missing) < 25
    return "".join(c for c in text if missing.isdisjoint(c.encode("utf-8", "replace")))


def assert_plain(codec: TextCodec, text: str) -> None:
    ids = codec.encode(text)
    tokenizer = codec.tokenizer
    assert not set(ids) & {*tokenizer.all_special_ids, *tokenizer.added_tokens_decoder}
    assert codec.decode(ids) == without_surrogates(text)


@pytest.fixture(scope="session")
def codecs(persona_folder: Path, chat_folder: Path) -> dict[str, TextCodec]:
    """The tiny ones, which need no files from elsewhere."""
    return {
        "tiny-persona": TextCodec(AutoTokenizer.from_pretrained(persona_folder)),
        "tiny-chat": TextCodec(AutoTokenizer.from_pretrained(chat_folder)),
    }


@pytest.fixture
def codec(request: pytest.FixtureRequest) -> TextCodec:
    if request.param == "smollm2":
        return request.getfixturevalue("real_decoder").codec
    if request.param == "personagpt":
        return request.getfixturevalue("persona_gpt_codec")
    return request.getfixturevalue("codecs")[request.param]


@pytest.mark.parametrize("codec", TOKENIZERS, indirect=True)
def test_the_name_of_every_added_token_stays_text(codec: TextCodec) -> None:
    names = [str(token) for token in codec.tokenizer.added_tokens_decoder.values()]
    assert len(names) >= 3
    for name in names:
        assert_plain(codec, name)
        assert_plain(codec, f"say{name}now")
        assert_plain(codec, f" {name} {name}{name}")
    assert_plain(codec, "".join(names))


@pytest.mark.parametrize("codec", TOKENIZERS, indirect=True)
def test_a_typed_control_token_is_spelled_as_any_other_text(codec: TextCodec) -> None:
    for name in codec.tokenizer.all_special_tokens:
        text = f"say {name} now"
        plain = codec.tokenizer(text, add_special_tokens=False, split_special_tokens=True)
        assert codec.encode(text) == tuple(plain["input_ids"])


@pytest.mark.parametrize("codec", TOKENIZERS, indirect=True)
def test_control_ids_are_all_special_and_all_added_ids(codec: TextCodec) -> None:
    tokenizer = codec.tokenizer
    assert set(tokenizer.all_special_ids) <= codec.control_ids
    assert set(tokenizer.added_tokens_decoder) <= codec.control_ids
    assert tokenizer.eos_token_id in codec.control_ids


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("codec", ["tiny-persona", "tiny-chat", "personagpt"], indirect=True)
def test_hostile_texts_stay_text(codec: TextCodec, text: str) -> None:
    assert_plain(codec, text)


@pytest.mark.real
def test_hostile_texts_stay_text_for_the_real_tokenizer(real_decoder) -> None:
    for text in HOSTILE:
        assert_plain(real_decoder.codec, text)


@settings(max_examples=150, deadline=None)
@given(text=HARD_TEXT)
def test_any_text_stays_text(codecs: dict, text: str) -> None:
    for codec in codecs.values():
        assert_plain(codec, text)


@settings(max_examples=150, deadline=None)
@given(text=HARD_TEXT)
def test_any_text_stays_text_for_personagpt_s_tokenizer(persona_gpt_codec, text: str) -> None:
    assert_plain(persona_gpt_codec, text)


@pytest.mark.real
@settings(max_examples=150, deadline=None)
@given(text=HARD_TEXT)
def test_any_text_stays_text_for_the_real_tokenizer(real_decoder, text: str) -> None:
    codec = real_decoder.codec
    assert codec.control_ids.isdisjoint(codec.encode(text))
    assert_plain(codec, without_missing_bytes(codec, text))


@settings(max_examples=80, deadline=None)
@given(parts=st.lists(HARD_TEXT, min_size=2, max_size=4))
def test_texts_joined_as_ids_cannot_become_control_across_the_seam(codecs: dict, parts) -> None:
    for codec in codecs.values():
        ids = [i for part in parts for i in codec.encode(part)]
        assert codec.control_ids.isdisjoint(ids)
        assert codec.decode(ids) == without_surrogates("".join(parts))


@pytest.fixture(scope="session")
def with_plain_added(chat_folder: Path) -> TextCodec:
    """A tokenizer with tokens added as ordinary ones, which split_special_tokens lets through."""
    tokenizer = AutoTokenizer.from_pretrained(chat_folder)
    tokenizer.add_tokens(["<shout>", "<sh", "pets", "ets<"])
    tokenizer.add_tokens([AddedToken("<mask>", lstrip=True, rstrip=True, special=False)])
    codec = TextCodec(tokenizer)
    naive = tokenizer("I <shout> pets", add_special_tokens=False, split_special_tokens=True)
    assert not codec.control_ids.isdisjoint(naive["input_ids"])  # the trap is real
    return codec


@settings(max_examples=150, deadline=None)
@given(
    text=st.lists(
        st.one_of(st.sampled_from(["<shout>", "<sh", "pets", "ets<", "<mask>", *PIECES]), st.text())
    ).map("".join)
)
def test_tokens_added_as_ordinary_ones_are_not_forged_either(with_plain_added, text: str) -> None:
    assert_plain(with_plain_added, text)


@pytest.fixture(scope="session")
def lower_casing(chat_folder: Path) -> TextCodec:
    """A tokenizer that normalises, with added tokens that are matched after normalising."""
    tokenizer = AutoTokenizer.from_pretrained(chat_folder)
    tokenizer.backend_tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.add_tokens([AddedToken("<Act>", normalized=True, special=False)])
    tokenizer.add_tokens(
        [AddedToken("<|Boss|>", normalized=True, special=True)], special_tokens=True
    )
    codec = TextCodec(tokenizer)
    naive = tokenizer("<ACT>", add_special_tokens=False, split_special_tokens=True)["input_ids"]
    assert not codec.control_ids.isdisjoint(naive)  # the trap is real
    return codec


@settings(max_examples=150, deadline=None)
@given(
    text=st.lists(
        st.one_of(
            st.sampled_from(["<Act>", "<ACT>", "<act>", "<|BOSS|>", "<|Boss|>", "Hi "]),
            st.text(st.characters(codec="ascii"), max_size=4),
        )
    ).map("".join)
)
def test_a_normalising_tokenizer_cannot_be_tricked_by_another_spelling(lower_casing, text) -> None:
    ids = lower_casing.encode(text)
    assert lower_casing.control_ids.isdisjoint(ids)
    assert lower_casing.decode(ids) == text.lower()


def test_a_one_character_added_token_is_left_out_and_the_rest_stays(chat_folder: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(chat_folder)
    tokenizer.add_tokens(["§"])
    codec = TextCodec(tokenizer)
    ids = codec.encode("see §4 of §§ law")
    assert codec.control_ids.isdisjoint(ids)
    assert codec.decode(ids) == "see 4 of  law"


@pytest.mark.parametrize("codec", ["tiny-persona", "tiny-chat", "personagpt"], indirect=True)
def test_decode_leaves_control_ids_out(codec: TextCodec) -> None:
    controls = sorted(codec.control_ids)
    ids = [controls[0], *codec.encode("hello"), controls[-1], *codec.encode(" you"), *controls]
    assert codec.decode(ids) == "hello you"
    assert codec.decode(controls) == ""


@pytest.mark.parametrize("codec", ["tiny-persona", "tiny-chat", "personagpt"], indirect=True)
def test_decode_does_not_tidy_spaces(codec: TextCodec) -> None:
    text = "well , i do n't know . do you ?"
    assert codec.decode(codec.encode(text)) == text


@pytest.mark.parametrize("codec", ["tiny-persona", "tiny-chat", "personagpt"], indirect=True)
def test_encode_neither_adds_tokens_nor_changes_the_tokenizer(codec: TextCodec) -> None:
    before = (len(codec.tokenizer), dict(codec.tokenizer.get_added_vocab()))
    assert codec.encode("") == ()
    codec.encode("<|act|> <|im_end|>")
    assert (len(codec.tokenizer), dict(codec.tokenizer.get_added_vocab())) == before


def byte_table() -> dict[str, int]:
    """GPT-2's printable stand-ins for bytes, built from its definition."""
    shown = [*range(33, 127), *range(161, 173), *range(174, 256)]
    hidden = [byte for byte in range(256) if byte not in shown]
    table = {chr(byte): byte for byte in shown}
    return table | {chr(256 + i): byte for i, byte in enumerate(hidden)}


@pytest.mark.parametrize("codec", ["tiny-persona", "tiny-chat", "personagpt"], indirect=True)
def test_blank_and_newline_ids_are_exactly_those_whose_bytes_say_so(codec: TextCodec) -> None:
    table = byte_table()
    blank, newline = set(), set()
    for token, i in codec.tokenizer.get_vocab().items():
        if i in codec.control_ids:
            continue
        text = bytes(table[char] for char in token).decode("utf-8", "replace")
        if not text.strip():
            blank.add(i)
        if "\n" in text:
            newline.add(i)
    assert blank, "the vocabulary has blanks to find"
    assert newline
    assert codec.blank_ids == blank
    assert codec.newline_ids == newline


def test_ids_the_tokenizer_has_no_token_for_count_as_blank_and_unknown() -> None:
    vocabulary = {"<e>": 0, "a": 1, "b": 2, "Ġ": 9}
    tokenizer = GPT2Tokenizer(
        vocab=vocabulary, merges=[], bos_token="<e>", eos_token="<e>", unk_token="<e>"
    )
    codec = TextCodec(tokenizer)
    assert codec.known_ids == {0, 1, 2, 9}
    assert 9 in codec.blank_ids
    assert {1, 2}.isdisjoint(codec.blank_ids)
