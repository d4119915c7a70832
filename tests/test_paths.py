"""Where files live: under CONVOTUI_HOME, else where the platform keeps such things."""

from __future__ import annotations

from pathlib import Path

import pytest

from convotui.paths import get_paths, shipped_library


def test_a_home_holds_config_data_and_state(home: Path) -> None:
    paths = get_paths()
    assert paths.config == home / "config"
    assert paths.data == home / "data"
    assert paths.state == home / "state"
    assert paths.models == home / "data" / "models"
    assert paths.config_file == home / "config" / "config.toml"
    assert paths.database == home / "data" / "convotui.db"
    assert paths.log_file.parent == home / "state"


def test_asking_for_paths_makes_no_folder(home: Path) -> None:
    get_paths()
    assert not home.exists()


@pytest.mark.parametrize("kind", ["personas", "goals"])
def test_the_users_library_comes_before_the_shipped_one(kind: str, home: Path) -> None:
    assert get_paths().libraries(kind) == (home / "config" / kind, shipped_library(kind))


@pytest.mark.parametrize("kind", ["personas", "goals"])
def test_the_shipped_library_is_found(kind: str) -> None:
    assert list(shipped_library(kind).glob("*.toml"))


def test_a_relative_home_is_taken_from_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CONVOTUI_HOME", "here")
    monkeypatch.setenv("CONVOTUI_MODELS", "there")
    assert get_paths().data == tmp_path / "here" / "data"
    assert get_paths().models == tmp_path / "there"


def test_a_home_may_begin_with_a_tilde(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("CONVOTUI_HOME", "~/gym")
    monkeypatch.setenv("CONVOTUI_MODELS", "~/models")
    assert get_paths().config == tmp_path / "gym" / "config"
    assert get_paths().models == tmp_path / "models"


def test_models_can_be_shared_between_homes(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONVOTUI_MODELS", str(tmp_path / "shared"))
    assert get_paths().models == tmp_path / "shared"
    assert get_paths().data == home / "data"


@pytest.mark.parametrize("empty", [True, False])
def test_without_a_home_files_live_where_the_platform_keeps_them(
    empty: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    if empty:
        monkeypatch.setenv("CONVOTUI_HOME", "")
        monkeypatch.setenv("CONVOTUI_MODELS", "")
    else:
        monkeypatch.delenv("CONVOTUI_HOME")
    paths = get_paths()
    assert paths.config == tmp_path / ".config" / "convotui"
    assert paths.data == tmp_path / ".local" / "share" / "convotui"
    assert paths.state == tmp_path / ".local" / "state" / "convotui"
    assert paths.models == paths.data / "models"


def test_the_platforms_own_variables_move_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CONVOTUI_HOME")
    for kind in ("CONFIG", "DATA", "STATE"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(tmp_path / kind))
    paths = get_paths()
    assert (paths.config, paths.data, paths.state) == tuple(
        tmp_path / kind / "convotui" for kind in ("CONFIG", "DATA", "STATE")
    )


def test_a_home_of_an_unknown_user_is_a_folder_of_that_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CONVOTUI_HOME", "~no-such-user/home")
    assert get_paths().data == Path.cwd() / "~no-such-user" / "home" / "data"
