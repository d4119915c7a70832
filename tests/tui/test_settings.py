"""Settings written into config.toml: everything else in the file stays."""

from pathlib import Path

import pytest

from convotui.config import Config, load_config
from convotui.decoders.sampling import Sampling
from convotui.errors import ConvoTUIError, UsageError
from convotui.tui.settings import save_sampling, save_setting

ODD = Sampling(0.5, 3, 0.25, True, 2, 9)
FILE = """\
# mine
model = 'smollm2'  # the small one

[sampling] # how replies are made
temperature = 1 # as it was
top_k = 4 # few
# the end
"""


def test_a_missing_file_is_made_with_its_folder(tmp_path: Path) -> None:
    path = tmp_path / "new" / "config.toml"
    save_sampling(path, ODD)
    assert load_config(path) == Config(sampling=ODD)


def test_sampling_comes_back_and_everything_else_stays(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(FILE)
    save_sampling(path, Sampling(top_k=7))
    assert load_config(path) == Config(model="smollm2", sampling=Sampling(top_k=7))
    written = path.read_text()
    for line in FILE.replace("top_k = 4", "top_k = 7").splitlines():
        assert line in written.splitlines()


@pytest.mark.parametrize(
    "before", ["sampling = {top_k = 3}\n", "sampling.top_k = 3\n", "\ufeffthreads = 0\r\n", ""]
)
def test_every_spelling_of_a_table_is_understood(tmp_path: Path, before: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(before, encoding="utf-8")
    save_sampling(path, ODD)
    save_setting(path, "model", "personagpt")
    assert load_config(path) == Config(model="personagpt", sampling=ODD)


def test_a_setting_goes_above_the_tables(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(FILE.replace("model = 'smollm2'  # the small one\n", ""))
    save_setting(path, "persona", "hiker")
    save_setting(path, "persona", 'baker "x"')
    assert load_config(path) == Config(
        persona='baker "x"', sampling=Sampling(temperature=1, top_k=4)
    )
    assert "# mine" in path.read_text()


def test_hostile_values_come_back(tmp_path: Path, hostile_texts: tuple[str, ...]) -> None:
    path = tmp_path / "config.toml"
    for text in hostile_texts:
        save_setting(path, "persona", text)
        assert load_config(path).persona == text


def test_a_number_never_passes_for_a_switch(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("[sampling]\ntop_k = true\ngreedy = 1\n")
    save_sampling(path, Sampling(top_k=1, greedy=True))
    assert load_config(path).sampling == Sampling(top_k=1, greedy=True)
    assert "top_k = 1" in path.read_text()


@pytest.mark.parametrize(
    ("content", "expected"),
    [(b"model = ", "is not valid TOML"), (b"\xff", "is not UTF-8"), (b"sampling = 3", "table")],
)
def test_a_file_that_cannot_be_understood_is_left_as_it_is(
    tmp_path: Path, content: bytes, expected: str
) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=expected) as caught:
        save_sampling(path, ODD)
    assert str(path) in str(caught.value)
    assert path.read_bytes() == content


def test_a_folder_in_the_way_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConvoTUIError, match="cannot be read"):
        save_setting(tmp_path, "persona", "x")
    (tmp_path / "file").write_text("")
    with pytest.raises(ConvoTUIError, match="cannot be"):
        save_setting(tmp_path / "file" / "config.toml", "persona", "x")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_linked_config_stays_a_link_and_its_mode_stays(tmp_path: Path) -> None:
    real, link = tmp_path / "dotfiles.toml", tmp_path / "config.toml"
    real.write_text("threads = 2\n")
    real.chmod(0o600)
    link.symlink_to(real)
    save_setting(link, "persona", "hiker")
    assert link.is_symlink()
    assert load_config(real) == Config(threads=2, persona="hiker")
    assert real.stat().st_mode & 0o777 == 0o600
