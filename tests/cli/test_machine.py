"""``models``, ``doctor`` and ``locate``: what is here, where it is, and whether it works."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from convotui.cli import doctor
from convotui.decoders.sources import ENCODERS, KNOWN_MODELS
from convotui.dialog import list_goal_sets, list_personas
from convotui.paths import get_paths, shipped_library
from tests.cli.conftest import Cli


def test_models_list_says_which_are_here(cli: Cli) -> None:
    rows = [line.split()[:2] for line in cli("models", "list").lines]
    assert rows == [["NAME", "HERE"], *([model.name, "no"] for model in (*KNOWN_MODELS, *ENCODERS))]


def test_the_sentence_encoder_is_not_taken_for_a_model_that_speaks(cli: Cli) -> None:
    assert "it cannot speak" in cli("chat", "--plain", "--model", "minilm").problem(2)


@pytest.mark.real
def test_models_list_and_show_know_the_embedded_model(cli: Cli, real_home: Path) -> None:
    assert ["smollm2", "yes"] in [line.split()[:2] for line in cli("models", "list").lines]
    shown = dict(line.split(maxsplit=1) for line in cli("models", "show", "smollm2").lines)
    assert shown["model_type"] == "llama"
    assert shown["folder"].endswith("smollm2")
    assert "wheel_sha256" in shown
    assert "bytes" in shown["model.safetensors"]


def test_models_show_takes_a_folder(cli: Cli, chat_folder: Path) -> None:
    shown = dict(line.split(maxsplit=1) for line in cli("models", "show", chat_folder).lines)
    assert shown["folder"] == str(chat_folder)
    assert (shown["model_type"], shown["num_hidden_layers"]) == ("llama", "3")
    size = (chat_folder / "model.safetensors").stat().st_size
    assert shown["model.safetensors"] == f"{size} bytes"


def test_models_show_takes_a_repository_of_the_hubs_cache(
    cli: Cli, chat_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    storage = tmp_path / "hub" / "models--org--tiny"
    snapshot = storage / "snapshots" / ("0" * 40)
    shutil.copytree(chat_folder, snapshot)
    (storage / "refs").mkdir()
    (storage / "refs" / "main").write_text("0" * 40)
    shown = dict(line.split(maxsplit=1) for line in cli("models", "show", "hub:org/tiny").lines)
    assert shown["folder"] == str(snapshot)
    assert shown["model_type"] == "llama"
    problem = cli("models", "show", "hub:org/other").problem(2)
    assert "hub's cache" in problem
    assert "convotui models pull hub:org/other" in problem


@pytest.mark.parametrize("name", ["nope", "no/where", "run:x", "hub:gpt2", "~nobody/x", ""])
def test_models_show_of_an_unknown_name_says_what_there_is(cli: Cli, name: str) -> None:
    problem = cli("models", "show", name).problem(2)
    for kind in ("smollm2", "personagpt", "hub:org/name", "folder"):
        assert kind in problem


@pytest.mark.parametrize("config", ["{", "[]", "\ud800"])
def test_models_show_of_a_damaged_folder_is_a_sentence(
    cli: Cli, tmp_path: Path, config: str
) -> None:
    (tmp_path / "config.json").write_bytes(config.encode("utf-8", "surrogatepass"))
    (tmp_path / "model.safetensors").write_bytes(b"")
    assert "config.json" in cli("models", "show", tmp_path).problem(1)


def test_locate_names_every_place(cli: Cli, home: Path) -> None:
    shown = [line.split(maxsplit=1) for line in cli("locate").lines]
    values = [row[1] for row in shown]
    for place in (get_paths().config_file, get_paths().database, get_paths().log_file):
        assert any(value.endswith(str(place)) for value in values)
    assert any(value.endswith(str(shipped_library("personas"))) for value in values)
    assert not home.exists(), "asking where things are makes nothing"


def test_doctor_finds_this_machine_well(cli: Cli) -> None:
    done = cli("doctor")
    assert done.code == 0, done.out
    rows = {line.split()[1]: line.split()[0] for line in done.lines}
    assert set(rows.values()) == {"ok"}
    for name in ("python", "torch", "transformers", "device", "database", "smollm2"):
        assert name in rows


def test_doctor_finds_a_database_that_is_none(cli: Cli) -> None:
    get_paths().database.parent.mkdir(parents=True)
    get_paths().database.write_bytes(b"nonsense" * 1000)
    done = cli("doctor")
    assert done.code == 1
    (row,) = [line for line in done.lines if line.startswith("PROBLEM")]
    assert row.split()[1] == "database"


def test_doctor_finds_a_home_that_is_a_file(cli: Cli, home: Path) -> None:
    home.write_text("in the way")
    done = cli("doctor")
    assert done.code == 1
    problems = [line for line in done.lines if line.startswith("PROBLEM")]
    assert any("data folder" in row for row in problems)
    assert any("database" in row for row in problems)


def test_doctor_finds_a_broken_config(cli: Cli) -> None:
    path = get_paths().config_file
    path.parent.mkdir(parents=True)
    path.write_text("colour = 1")
    done = cli("doctor")
    assert done.code == 1
    (row,) = [line for line in done.lines if line.startswith("PROBLEM")]
    assert row.split()[1] == "config"
    assert f"{path}: 'colour' is not a setting" in row


def test_doctor_reads_both_libraries_and_finds_every_broken_file(cli: Cli, home: Path) -> None:
    broken = [
        ("personas", "one", "facts = 3", "'facts'"),
        ("personas", "two", "facts = [", "TOML"),
        ("personas", "three", 'name = "other"\nfacts = ["x"]', "'name'"),
        ("goals", "four", "goals = []", "'goals'"),
    ]
    for kind, name, text, _ in broken:
        path = home / "config" / kind / f"{name}.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    done = cli("doctor")
    assert done.code == 1
    rows = [line for line in done.lines if line.startswith("PROBLEM")]
    assert len(rows) == len(broken)
    for kind, name, _, word in broken:
        (row,) = [row for row in rows if f"{name}.toml" in row]
        assert row.split()[1] == kind
        assert word in row


def test_doctor_counts_what_it_read(cli: Cli) -> None:
    rows = {line.split()[1]: line.split(maxsplit=2)[2] for line in cli("doctor").lines}
    assert rows["personas"] == f"{len(list_personas())} files"
    assert rows["goals"] == f"{len(list_goal_sets())} files"
    assert str(get_paths().config_file) in rows["config"]


def test_doctor_finds_a_missing_package(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "PACKAGES", ("torch", "no-such-package"))
    done = cli("doctor")
    assert done.code == 1
    (row,) = [line for line in done.lines if line.startswith("PROBLEM")]
    assert "no-such-package" in row
    assert "pip install" in row


def test_version_is_printed(cli: Cli) -> None:
    import convotui

    assert cli("--version").out == f"convotui {convotui.__version__}\n"
