"""A training killed with ``kill -9`` loses the round it was in, and nothing else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from convotui.learning.checkpoints import FOLDER
from convotui.runs import find_run
from tests.learning.courses import NAME, differing, kept

REPOSITORY = Path(__file__).parent.parent.parent


def test_killed_in_rounds_and_measurements_it_ends_as_if_never_stopped(
    uninterrupted: dict[str, Any],
) -> None:
    # In a baseline, a round, the next round, a validation, the last round, the comparison.
    kills = [70, 130, 90, 125, 40, 100]
    script = [sys.executable, "-m", "tests.learning.killed", *map(str, kills)]
    done = subprocess.run(script, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["-9"] * len(kills) + ["0"], done.stderr
    assert differing(uninterrupted, kept()) == []
    run = find_run(NAME)
    assert run.state["status"] == "done"
    folders = {path.name.split("-")[0] for path in (run.path / FOLDER).iterdir()}
    assert folders == {"best", "last"}
