"""A database file of its own for every test of the store, and the store opened on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from convotui.store import Store


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Name a new database file."""
    return tmp_path / "c.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    """Open it."""
    with Store(path) as opened:
        yield opened
