"""Trainings in homes of their own, and one that was never stopped to compare with."""

from __future__ import annotations

from typing import Any

import pytest

from tests.learning.courses import course, kept


@pytest.fixture(scope="package")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """All that is kept of the course when nothing stops it."""
    patch = pytest.MonkeyPatch()
    patch.setenv("CONVOTUI_HOME", str(tmp_path_factory.mktemp("uninterrupted")))
    try:
        course()
        return kept()
    finally:
        patch.undo()
