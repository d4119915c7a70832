"""A training on the real model that is killed and resumed ends as one that was left alone."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest
from safetensors.torch import load_file

from tests.cli.conftest import COMMAND

TRAINING = (
    "train-policy --model smollm2 --dtype float32 --threads 2 --algo dqn --reward goal-met=1 "
    "--goals everyday --episodes 12 --turns 2 --batch 4 --eval-every 8 --validation-episodes 2 "
    "--eval-episodes 3 --max-new-tokens 12 --seed 1 --name first --headless"
)


def training(home: Path, models: Path, *more: str) -> subprocess.Popen[str]:
    home.mkdir(exist_ok=True)
    place = {"CONVOTUI_HOME": str(home), "CONVOTUI_MODELS": str(models)}
    return subprocess.Popen(
        [*COMMAND, *TRAINING.split(), *more],
        env={**os.environ, **place, "OMP_WAIT_POLICY": "PASSIVE"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def summary(process: subprocess.Popen[str]) -> dict[str, Any]:
    out, _ = process.communicate(timeout=600)
    assert process.returncode == 0
    return json.loads(out.splitlines()[-1])


def kill_after(process: subprocess.Popen[str], rounds: int) -> None:
    """Kill the training inside the round after so many."""
    assert process.stdout is not None
    for line in process.stdout:
        rounds -= json.loads(line).get("event") == "round"
        if rounds == 0:
            break
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL


@pytest.mark.slow
def test_killed_twice_and_resumed_equals_left_alone(tmp_path: Path, real_models: Path) -> None:
    alone = summary(training(tmp_path / "alone", real_models))

    killed = tmp_path / "killed"
    kill_after(training(killed, real_models), 1)
    kill_after(training(killed, real_models, "--resume"), 1)
    resumed = summary(training(killed, real_models, "--resume"))

    folders = Path(alone.pop("folder")), Path(resumed.pop("folder"))
    assert resumed == alone
    for kind in ("best", "last"):
        one, other = (next((f / "checkpoints").glob(f"{kind}-*")) for f in folders)
        assert one.name == other.name
        tensors = load_file(one / "tensors.safetensors"), load_file(other / "tensors.safetensors")
        assert tensors[0].keys() == tensors[1].keys()
        assert all(bool((tensors[0][k] == tensors[1][k]).all()) for k in tensors[0])
    for log in ("metrics.jsonl", "dialogs.jsonl", "scores.jsonl"):
        assert (folders[0] / log).read_text() == (folders[1] / log).read_text()
