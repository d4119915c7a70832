"""The embedded model from the command line: chats, plays with itself, and does so again."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pexpect
import pytest

from convotui import Dialog, self_play
from convotui.decoders import Decoder
from convotui.dialog import dialog_from_record, load_persona
from convotui.store import read_dialogs
from tests.cli.conftest import COMMAND, spawn, stored, texts

pytestmark = pytest.mark.real

PIPED = "hi there\n/goal ask-pets\nwhat do you do?\n/rate 4\n/correct i am a nurse.\n/quit\n"
KEYS = ["id", "seed", "model", "version", "personas", "turns", "rating", "return", "meta"]
TURN_KEYS = ["speaker", "text", "goal", "rating", "reward", "chosen", "candidates"]
CANDIDATE_KEYS = ["text", "source", "seed", "version"]


def test_a_piped_chat_answers_each_line_and_keeps_goal_rating_and_correction(
    real_home: Path,
) -> None:
    words = ("--model", "smollm2", "--persona", "night-nurse", "--seed", "1")
    done = spawn("chat", "--plain", *words, stdin=PIPED)
    assert done.code == 0, done.err
    first, goal, second, rated, corrected = done.lines
    assert first.startswith("night-nurse: ")
    assert goal == "* goal for the next reply: ask about pets."
    assert second.startswith("night-nurse: ")
    assert rated == "* rated 4, reward +0.5"
    assert corrected == "* corrected: i am a nurse."
    (dialog,) = stored()
    assert dialog.personas[1] == load_persona("night-nurse").facts
    assert (dialog.model, dialog.version, dialog.seed) == ("smollm2", "base", 1)
    assert [turn.speaker for turn in dialog.turns] == [0, 1, 0, 1]
    assert [turn.goal for turn in dialog.turns] == [None, None, None, "ask-pets"]
    last = dialog.turns[3]
    # The reward went with the reply that was corrected afterwards; the log has it.
    assert (last.rating, last.reward) == (4, None)
    with closing(sqlite3.connect(real_home / "data" / "convotui.db")) as db:
        judged = db.execute("SELECT candidate, rating, reward FROM ratings").fetchall()
    assert judged == [(0, 4, 0.5)]
    assert last.correction == ("i am a nurse.", last.candidates[0].text)
    assert texts(dialog)[0::2] == ["hi there", "what do you do?"]


@pytest.fixture(scope="module")
def played(real_models: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Play four dialogs, all at once."""
    folder = tmp_path_factory.mktemp("played")
    return _play(folder, real_models, "--batch", "4")


def _play(folder: Path, models: Path, *words: str) -> Path:
    out = folder / "a.jsonl"
    size = ["--episodes", "4", "--turns", "4", "--seed", "1", "--headless", "--out", str(out)]
    done = subprocess.run(
        [*COMMAND, "selfplay", "--model", "smollm2", "--dtype", "float32", *size, *words],
        capture_output=True,
        text=True,
        timeout=500,
        env={
            **os.environ,
            "CONVOTUI_HOME": str(folder / "home"),
            "CONVOTUI_MODELS": str(models),
            "HF_HUB_OFFLINE": "1",
        },
    )
    assert done.returncode == 0, done.stderr
    (summary,) = [json.loads(line) for line in done.stdout.splitlines()]
    assert (summary["status"], summary["episodes"], summary["turns"]) == ("done", 4, 16)
    assert "playing" in done.stderr
    return out


def _in_this_process(decoder: Decoder, **changes: int) -> list[Dialog]:
    return self_play(decoder, **{"episodes": 4, "turns": 4, "batch": 4, "seed": 1, **changes})


def _said(dialogs: list[Dialog]) -> list[list[str]]:
    return [texts(dialog) for dialog in dialogs]


def test_self_play_writes_the_documented_schema(played: Path) -> None:
    records = [json.loads(line) for line in played.read_text(encoding="utf-8").splitlines()]
    assert len(records) == 4
    for record in records:
        assert list(record) == KEYS
        assert (record["model"], record["version"]) == ("smollm2", "base")
        assert [turn["speaker"] for turn in record["turns"]] == [0, 1, 0, 1]
        for turn in record["turns"]:
            assert list(turn) == TURN_KEYS
            (candidate,) = turn["candidates"]
            assert list(candidate) == CANDIDATE_KEYS
            assert candidate["text"] == turn["text"]
            assert turn["text"].strip()
        assert dialog_from_record(record)
    assert len({json.dumps(record["personas"]) for record in records}) == 4


def test_one_dialog_at_a_time_gives_the_same_texts_in_another_process(
    played: Path, real_models: Path, tmp_path: Path
) -> None:
    alone = _play(tmp_path, real_models, "--batch", "1")
    assert alone.read_text(encoding="utf-8") == played.read_text(encoding="utf-8")


def test_python_plays_the_same_dialogs_as_the_command(played: Path, real_decoder: Decoder) -> None:
    assert _in_this_process(real_decoder) == list(read_dialogs(played))


def test_another_seed_gives_other_texts(played: Path, real_decoder: Decoder) -> None:
    others = _in_this_process(real_decoder, seed=2, turns=1)
    first = [texts(dialog)[0] for dialog in read_dialogs(played)]
    assert not {dialog[0] for dialog in _said(others)} & set(first)


@pytest.fixture
def terminal(real_home: Path) -> Iterator[pexpect.spawn]:
    """A chat on a real terminal, replies of a hundred tokens."""
    size = ["--min-new-tokens", "100", "--max-new-tokens", "100"]
    words = [*COMMAND[1:], "chat", "--plain", "--persona", "baker", "--seed", "1", *size]
    child = pexpect.spawn(sys.executable, words, encoding="utf-8", timeout=300)
    yield child
    child.close(force=True)


def test_a_chat_on_a_terminal_streams_can_be_stopped_and_is_left_by_quit(
    terminal: pexpect.spawn,
) -> None:
    terminal.expect("/help lists commands")
    terminal.expect("you: ")
    terminal.sendline("hello there")
    terminal.expect("baker: ")
    chunks, terminal.buffer = [str(terminal.buffer)], ""
    while "you: " not in "".join(chunks[-3:]):
        chunks.append(terminal.read_nonblocking(size=1000, timeout=300))
    assert len(chunks) > 5, "the reply must come in pieces"
    reply = "".join(chunks).split("\r\n")[0].strip()
    assert reply

    terminal.sendline("tell me more")
    terminal.expect("baker: .")
    terminal.sendintr()
    terminal.expect("Stopped; /again asks once more.")
    terminal.expect("you: ")
    terminal.sendline("/quit")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 0
    (dialog,) = stored()
    assert texts(dialog)[::2] == ["hello there", "tell me more"]
    assert len(dialog) == 3, "the reply that was stopped is no turn"
    assert " ".join(texts(dialog)[1].split()) == " ".join(reply.split())
