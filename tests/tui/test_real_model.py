"""The real app, on a real terminal, with the real embedded model."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from convotui.paths import get_paths
from convotui.store import Store
from tests.tui.terminal import Terminal

pytestmark = pytest.mark.real

CHAT = ("chat", "--model", "smollm2", "--persona", "night-nurse", "--seed", "1")
CTRL_T, CTRL_Q, CTRL_S, ESC, F8 = "\x14", "\x11", "\x13", "\x1b", "\x1b[19~"


def test_a_greeting_is_answered_and_the_answer_streams(real_home: Path) -> None:
    with Terminal(*CHAT, size=(80, 24)) as terminal:
        terminal.wait("write, enter sends")
        terminal.send("hi there\r")
        terminal.wait(r"night-nurse \S")
        terminal.wait(lambda shown: "esc stops" not in shown and "night-nurse h" in shown.lower())
        terminal.send(CTRL_Q)
        assert terminal.exit_code() == 0
        frames = terminal.frames()
    with Store(get_paths().database) as store:
        (row,) = store.list_dialogs()
        dialog = store.load(row.key)
    assert [turn.speaker for turn in dialog.turns] == [0, 1]
    assert dialog.turns[0].text == "hi there"
    assert dialog.model == "smollm2"
    reply = dialog.turns[1].text
    # What was shown of it before it was whole: beginnings of it, and each longer than the last.
    under_way = [re.search(r"night-nurse +([^▌│]*)▌", frame) for frame in frames]
    texts = [" ".join(found.group(1).split()) for found in under_way if found]
    beginnings = {text for text in texts if text and " ".join(reply.split()).startswith(text)}
    assert len(beginnings) >= 2, texts


def test_a_dialog_is_judged_found_again_and_continued(real_home: Path) -> None:
    short = ("--max-new-tokens", "8", "--greedy")
    with Terminal(*CHAT, *short, size=(80, 24)) as terminal:
        terminal.wait("smollm2@base")
        terminal.send("do you like films?\r")
        terminal.wait(lambda shown: "saved" in shown and "dialog 1" in shown)
        terminal.wait(r"night-nurse \S")
        terminal.send(ESC)
        terminal.wait("→ candidates")
        terminal.send("4")
        terminal.wait("★4")
        terminal.send("c")
        terminal.wait("what turn 2 should have been")
        terminal.send("only black and white ones.\r")
        terminal.wait("✎ corrected")
        terminal.send(CTRL_T)
        terminal.wait("What came of it|How was this dialog")
        terminal.send(f"1\t1\t5{CTRL_S}")
        terminal.wait(r"return \+1")
        terminal.send(CTRL_Q)
        assert terminal.exit_code() == 0
    with Terminal(*CHAT, *short, size=(80, 24)) as terminal:
        terminal.wait("smollm2@base")
        terminal.send(F8)
        terminal.wait("1 dialog")
        terminal.send("\r")
        terminal.wait("only black and white ones")
        terminal.send("which one is best?\r")
        terminal.wait(lambda shown: "which one is best?" in shown and "saved" in shown)
        terminal.wait(lambda shown: shown.count("night-nurse") >= 2 and "esc stops" not in shown)
        terminal.send(CTRL_Q)
        assert terminal.exit_code() == 0
    with Store(get_paths().database) as store:
        (row,) = store.list_dialogs()
        dialog = store.load(row.key)
    assert len(dialog) == 4
    assert dialog.turns[1].correction is not None
    assert dialog.turns[1].correction[0] == "only black and white ones."
    assert (dialog.rating, dialog.return_) == (5, 1.0)


def test_a_terminal_is_left_as_it_was_and_work_under_way_is_no_reason_to_wait(
    real_home: Path,
) -> None:
    play = ("selfplay", "--model", "smollm2", "--episodes", "4", "--turns", "40", "--seed", "1")
    with Terminal(*play) as terminal:
        terminal.wait(lambda shown: re.search(r"\bt[1-9]", shown))
        terminal.send(CTRL_Q)
        terminal.wait("(?i)quit")
        terminal.send("\r")
        assert terminal.exit_code() == 0
    with Store(get_paths().database) as store:
        (run,) = store.runs()
        assert run["status"] == "cancelled"
        assert store.check() == "ok"
