"""Whatever a call returned from is in the database after ``kill -9`` at any moment."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from convotui.store import Store

CHILD = """
import json, sys
from pathlib import Path
from convotui.dialog import Candidate, Dialog, Turn
from convotui.store import Store

def done(**what):
    print(json.dumps(what), flush=True)

with Store(Path(sys.argv[1])) as store:
    done(did="open")
    key = store.add_dialog(Dialog(sys.argv[2]))
    done(did="dialog", key=key)
    for place in range(100_000):
        text = f"{sys.argv[2]} says {place} " + "x" * (place % 7 * 500)
        store.add_turns([(key, place, Turn(1, (Candidate(text, "model", place, "base"),)))])
        done(did="turn", key=key, place=place, text=text)
        store.rate(key, place, place % 5 + 1, place / 4)
        done(did="rating", key=key, place=place, rating=place % 5 + 1, reward=place / 4)
        if place % 3 == 0:
            store.add_candidate(key, place, Candidate(f"better {place}", "human"))
            done(did="correction", key=key, place=place, text=f"better {place}", instead=text)
        if place % 10 == 9:
            run = store.import_dialogs("import", [Dialog(f"{place}-{i}") for i in range(3)])
            done(did="import", run=run)
"""
DRAW = random.Random(20240517)


def kill_at_a_random_moment(path: Path, name: str) -> list[dict[str, Any]]:
    """Let a program work, kill it after some acknowledgements, and return all it gave."""
    program = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(path), name], stdout=subprocess.PIPE, text=True
    )
    assert program.stdout is not None
    lines = [program.stdout.readline() for _ in range(DRAW.choice((0, 1, 5, 20, 60, 150)))]
    time.sleep(DRAW.uniform(0, 0.005))
    program.kill()
    lines += program.stdout.readlines()
    program.stdout.close()
    assert program.wait() == -9
    return [json.loads(line) for line in lines if line.endswith("\n")]


def check_all(path: Path, acknowledged: list[dict[str, Any]]) -> None:
    """Find everything that was acknowledged in the reopened database."""
    with Store(path) as store:
        assert store.check() == "ok"
        loaded = {row.key: store.load(row.key) for row in store.list_dialogs()}
        for ack in acknowledged:
            if ack["did"] in ("open", "dialog"):
                assert ack["did"] == "open" or ack["key"] in loaded
                continue
            if ack["did"] == "import":
                assert len(store.list_dialogs(ack["run"])) == 3
                continue
            turn = loaded[ack["key"]].turns[ack["place"]]
            if ack["did"] == "turn":
                assert turn.candidates[0].text == ack["text"]
            elif ack["did"] == "rating":
                # The reward goes with the reply it was given to, which may be corrected since.
                kept = None if turn.correction else ack["reward"]
                assert (turn.rating, turn.reward) == (ack["rating"], kept)
            else:
                assert turn.correction == (ack["text"], ack["instead"])
        # What was begun and not acknowledged is there whole, or not at all.
        imports = [run["id"] for run in store.runs()]
        assert all(len(store.list_dialogs(run)) == 3 for run in imports)


def test_nothing_acknowledged_is_lost_to_kill_9(tmp_path: Path) -> None:
    path = tmp_path / "c.db"
    acknowledged: list[dict[str, Any]] = []
    for number in range(10):
        acknowledged += kill_at_a_random_moment(path, f"program {number}")
        check_all(path, acknowledged)
    assert {ack["did"] for ack in acknowledged} >= {"open", "dialog", "turn", "rating"}


def test_a_new_database_survives_a_kill_while_it_is_made(tmp_path: Path) -> None:
    program = [sys.executable, "-c", CHILD]
    for number in range(3):
        path = tmp_path / f"{number}.db"
        child = subprocess.Popen([*program, str(path), "x"], stdout=subprocess.DEVNULL)
        while not path.exists() and child.poll() is None:
            time.sleep(0.0005)
        time.sleep(DRAW.uniform(0, 0.003))
        child.kill()
        assert child.wait() == -9
        with Store(path) as store:
            assert store.check() == "ok"
            store.list_dialogs()
