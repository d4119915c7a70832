"""Where files live: config, data, state, models and the libraries shipped with the package."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs

_PACKAGE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Paths:
    """The three folders everything else is under.

    Attributes:
        config: ``config.toml`` and the user's own ``personas/`` and ``goals/``.
        data: the database, ``runs/`` and ``models/``.
        state: logs.
        models: converted models; ``CONVOTUI_MODELS`` moves it, to share one cache
            between several homes.
    """

    config: Path
    data: Path
    state: Path
    models: Path

    @property
    def database(self) -> Path:
        """The SQLite file with every dialog, rating and correction."""
        return self.data / "convotui.db"

    @property
    def config_file(self) -> Path:
        """The user's settings."""
        return self.config / "config.toml"

    @property
    def log_file(self) -> Path:
        """Where unexpected errors are written with their traceback."""
        return self.state / "convotui.log"

    def libraries(self, kind: str) -> tuple[Path, ...]:
        """Folders searched for ``personas`` or ``goals``, the user's own first."""
        return (self.config / kind, shipped_library(kind))


def get_paths() -> Paths:
    """Read the folders from the environment, else from the platform's conventions."""
    home = os.environ.get("CONVOTUI_HOME")
    if home:
        root = _folder(home)
        config, data, state = root / "config", root / "data", root / "state"
    else:
        config = Path(platformdirs.user_config_dir("convotui", appauthor=False))
        data = Path(platformdirs.user_data_dir("convotui", appauthor=False))
        state = Path(platformdirs.user_state_dir("convotui", appauthor=False))
    shared_models = os.environ.get("CONVOTUI_MODELS")
    models = _folder(shared_models) if shared_models else data / "models"
    return Paths(config=config, data=data, state=state, models=models)


def shipped_library(kind: str) -> Path:
    """Find ``personas`` or ``goals`` inside a wheel, else beside an editable checkout."""
    inside = _PACKAGE / "library" / kind
    if inside.is_dir():
        return inside
    return _PACKAGE.parent / kind


def _folder(text: str) -> Path:
    # Of os.path, because Path.expanduser raises where a user does not exist.
    return Path(os.path.expanduser(text)).absolute()  # noqa: PTH111
