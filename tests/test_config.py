"""The settings file: its keys, their types and ranges, and how a bad one is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from convotui.config import Config, load_config
from convotui.decoders import Sampling
from convotui.errors import UsageError
from tests.dialog.active import active_in


def refusal(path: Path, content: str | bytes) -> str:
    """Load settings that are wrong and return the sentence about them."""
    path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    with pytest.raises(UsageError) as caught:
        load_config(path)
    message = str(caught.value)
    assert str(path) in message
    assert message.endswith(".")
    assert active_in(message) == []
    return message


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Name a settings file."""
    return tmp_path / "config.toml"


def test_a_missing_file_means_the_defaults(path: Path) -> None:
    assert load_config(path) == Config()


def test_an_empty_file_means_the_defaults(path: Path) -> None:
    path.touch()
    assert load_config(path) == Config()


def test_every_setting_can_be_given(path: Path) -> None:
    path.write_text(
        'model = "smollm2"\ndtype = "float32"\ndevice = "cuda:1"\nthreads = 3\n'
        'goals = "support"\ndialect = "A"\npersona = "night-nurse"\ntheme = "nord"\n'
        "[sampling]\ntemperature = 0.5\ntop_k = 0\ntop_p = 1.0\ngreedy = true\n"
        "min_new_tokens = 2\nmax_new_tokens = 8\n"
        '[keys]\nquit = "ctrl+q,f10"\nhelp = "f1"\n',
        encoding="utf-8",
    )
    assert load_config(path) == Config(
        model="smollm2",
        dtype="float32",
        device="cuda:1",
        threads=3,
        goals="support",
        dialect="A",
        persona="night-nurse",
        theme="nord",
        sampling=Sampling(0.5, 0, 1.0, True, 2, 8),
        keys={"quit": "ctrl+q,f10", "help": "f1"},
    )


def test_settings_can_be_a_part_of_what_is_hashed(path: Path) -> None:
    path.write_text('[keys]\nquit = "f10"\n', encoding="utf-8")
    assert len({Config(), load_config(path), load_config(path)}) == 2


def test_a_byte_order_mark_at_the_start_is_no_part_of_the_settings(path: Path) -> None:
    path.write_bytes(b"\xef\xbb\xbfthreads = 2\n")
    assert load_config(path) == Config(threads=2)
    assert "is not valid TOML" in refusal(path, "\ufeff\ufeffthreads = 2")


def test_what_is_not_given_keeps_its_default(path: Path) -> None:
    path.write_text("threads = 2\n[sampling]\ntop_k = 50\n", encoding="utf-8")
    assert load_config(path) == Config(threads=2, sampling=Sampling(top_k=50))


def test_a_whole_number_is_taken_where_a_fraction_may_be(path: Path) -> None:
    path.write_text("[sampling]\ntemperature = 2\n", encoding="utf-8")
    assert load_config(path).sampling.temperature == 2


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('colour = "red"', ["'colour' is not a setting", "model", "threads"]),
        ("[sampling]\nheat = 1", ["'sampling.heat' is not a setting", "temperature"]),
        ("[models]\nx = 1", ["'models' is not a setting"]),
        ('"\\u001b[2J" = 1', [r"'\x1b[2J' is not a setting"]),
    ],
)
def test_an_unknown_key_is_named_with_its_file_and_the_keys_there_are(
    content: str, words: list[str], path: Path
) -> None:
    message = refusal(path, content)
    assert [word for word in words if word not in message] == [], message


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("model = 3", "'model': expected str, found 3"),
        ('threads = "2"', "'threads': expected int, found '2'"),
        ("threads = 1.5", "'threads': expected int, found 1.5"),
        ("threads = true", "'threads': expected int, found True"),
        ("goals = ['everyday']", "'goals': expected str"),
        ("sampling = 3", "'sampling': expected a table"),
        ("[[sampling]]", "'sampling': expected a table"),
        ("[sampling]\ntemperature = true", "'sampling.temperature': expected float, found True"),
        ("[sampling]\ntop_p = '0.9'", "'sampling.top_p': expected float"),
        ("[sampling]\ntop_k = 2.0", "'sampling.top_k': expected int"),
        ("[sampling]\ngreedy = 1", "'sampling.greedy': expected bool, found 1"),
        ("theme = 1", "'theme': expected str, found 1"),
        ("keys = 'f1'", "'keys': expected a table"),
        ("[keys]\nhelp = 1", '\'keys.help\': expected keys such as "f5" or "g,home", found 1'),
        ("[keys]\nhelp = ['f1']", "'keys.help': expected keys such as"),
        ("[keys]\nhelp = ''", "found ''"),
        ("[keys]\nhelp = ' '", "found ' '"),
        ("[keys]\nhelp = 'f1,,f2'", "found 'f1,,f2'"),
        ("[keys]\nhelp = 'f1,'", "found 'f1,'"),
        ("[keys.help]\nx = 'f1'", "'keys.help': expected keys such as"),
    ],
)
def test_a_value_of_the_wrong_type_is_named_with_what_is_expected(
    content: str, words: str, path: Path
) -> None:
    assert words in refusal(path, content)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("dtype = 'float16'", "'dtype': expected auto, float32 or bfloat16"),
        ("dialect = 'D'", "'dialect': expected A, B or C"),
        ("threads = -1", "'threads': expected 0 (automatic) or more"),
        ("[sampling]\ntemperature = 0.0", "'temperature': expected a number above 0"),
        ("[sampling]\ntemperature = nan", "'temperature': expected a number above 0"),
        ("[sampling]\ntemperature = inf", "'temperature': expected a number above 0"),
        ("[sampling]\ntop_k = -1", "'top_k': expected 0 (all tokens) or more"),
        ("[sampling]\ntop_p = 0", "'top_p': expected a number above 0, at most 1"),
        ("[sampling]\ntop_p = 1.01", "'top_p': expected a number above 0, at most 1"),
        ("[sampling]\ntop_p = nan", "'top_p': expected a number above 0, at most 1"),
        ("[sampling]\nmin_new_tokens = 0", "'min_new_tokens': expected 1 or more"),
        ("[sampling]\nmax_new_tokens = 0", "'max_new_tokens': expected at least min_new_tokens"),
    ],
)
def test_a_value_out_of_range_is_named_with_what_is_expected(
    content: str, words: str, path: Path
) -> None:
    assert words in refusal(path, content)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("model = ", "is not valid TOML"),
        ("model = 'a'\nmodel = 'b'", "is not valid TOML"),
        ("x = " + "[" * 50_000, "is not valid TOML"),
        ("threads = 1" + "0" * 5000, "is not valid TOML"),
        (b"model = 'caf\xe9'", "is not UTF-8"),
        ("threads = 1".encode("utf-16"), "is not UTF-8"),
    ],
)
def test_a_file_that_is_not_toml_is_named(content: str | bytes, words: str, path: Path) -> None:
    assert words in refusal(path, content)


def test_a_folder_in_the_files_place_is_a_sentence(path: Path) -> None:
    path.mkdir()
    with pytest.raises(UsageError, match=r"config\.toml cannot be read: Is a directory\.$"):
        load_config(path)


def test_a_hostile_path_is_shown_inert(tmp_path: Path) -> None:
    path = tmp_path / "\x1b[2J.toml"
    path.write_text("colour = 1", encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        load_config(path)
    assert active_in(str(caught.value)) == []
