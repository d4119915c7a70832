"""A whole session by keyboard alone, on a real terminal with the real model, at both sizes.

With ``CONVOTUI_CAPTURES=FOLDER`` what the screen showed at each step is written there.
"""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

import pytest

from convotui.paths import get_paths
from convotui.store import Store
from tests.tui.terminal import Terminal

pytestmark = [pytest.mark.real, pytest.mark.slow]

WIDE, NARROW = (120, 36), (80, 24)
KEYS = {
    "ctrl+l": "\x0c",
    "ctrl+o": "\x0f",
    "ctrl+q": "\x11",
    "ctrl+r": "\x12",
    "ctrl+s": "\x13",
    "ctrl+t": "\x14",
    "alt+g": "\x1bg",
    "esc": "\x1b",
    "enter": "\r",
    "tab": "\t",
    "left": "\x1b[D",
    "right": "\x1b[C",
    "F1": "\x1bOP",
    "F2": "\x1bOQ",
    "F4": "\x1bOS",
    "F8": "\x1b[19~",
}
MODEL = ("--model", "smollm2", "--dtype", "float32", "--seed", "1", "--max-new-tokens", "16")


class Walk:
    """A terminal, the keys as people call them, and a note of every screen."""

    def __init__(self, terminal: Terminal, size: tuple[int, int]) -> None:
        self.terminal = terminal
        folder = os.environ.get("CONVOTUI_CAPTURES")
        self._notes = Path(folder) / f"{size[0]}x{size[1]}.txt" if folder else None

    def press(self, *keys: str) -> None:
        for key in keys:
            self.terminal.send(KEYS.get(key, key))
            if key == "esc":
                # With another key right behind it, it would be that key with alt.
                time.sleep(0.3)

    def see(self, pattern: str, step: str = "") -> str:
        shown = self.terminal.wait(re.compile(pattern, re.DOTALL).search)
        if step and self._notes:
            with self._notes.open("a", encoding="utf-8") as file:
                file.write(f"=== {step}\n{shown}\n\n")
        return shown

    def reply(self, turns: int, step: str = "") -> None:
        """Wait until the dialog has so many turns."""
        self.terminal.wait(lambda shown: "esc stops" not in shown and _turns() == turns)
        self.see("saved|cut at", step)


def _turns() -> int:
    with Store(get_paths().database) as store:
        return max((row.turns for row in store.list_dialogs()), default=0)


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["120x36", "80x24"])
def test_a_chat_from_the_first_key_to_the_library(real_home: Path, size: tuple[int, int]) -> None:
    narrow = size == NARROW
    words = ("chat", "--persona", "night-nurse", "--me", "baker", *MODEL)
    with Terminal(*words, size=size) as terminal:
        walk = Walk(terminal, size)
        walk.see("smollm2@base.*write, enter sends", "started")
        walk.press(*(["ctrl+l"] if narrow else ["ctrl+o", "a"]))
        walk.see("a add")
        walk.press("a", "i collect old postcards.", "enter")
        walk.see(r"5 facts · \d+ tokens", "a fact added to the partner's persona")
        walk.press("m")
        walk.see("muted: i collect", "and muted")
        walk.press("m")
        walk.see("5 facts")
        walk.press(*(["esc"] if narrow else ["ctrl+o", "f"]))
        walk.see("ctrl\\+r another.*ctrl\\+t end")
        walk.press("alt+g")
        walk.see("Which goal")
        walk.press("pets", "enter")
        walk.press("hi there", "enter")
        walk.see("→ ask-pets.*esc stops", "a goal chosen, the first reply under way")
        walk.reply(2, "the first reply")
        walk.press("what do you do for work?", "enter")
        walk.reply(4)
        walk.press("do you like films?", "enter")
        walk.reply(6, "three exchanges")
        walk.press("ctrl+r")
        walk.see("‹2/2›", "regenerated")
        walk.press("esc")
        walk.see("→ candidates")
        walk.press("left")
        walk.see("‹1/2›", "swiped back")
        walk.press("4")
        walk.see("★4", "rated")
        walk.press("c")
        walk.see("what turn 6 should have been")
        walk.press("yes, black and white horror films.", "enter")
        walk.see("✎ corrected", "corrected")
        walk.press("ctrl+t")
        walk.see("How was this dialog")
        walk.press("1", "tab", "1", "tab", "4", "tab", "tab", "a good talk")
        walk.see("Stored: rating 4", "the reward form")
        walk.press("ctrl+s")
        walk.see(r"return \+0\.5", "ended with a reward")
        walk.press("ctrl+q")
        assert terminal.exit_code() == 0
    with Terminal(*words, size=size) as terminal:
        walk = Walk(terminal, size)
        walk.see("smollm2@base")
        walk.press("F8")
        walk.see("1 dialog")
        walk.press("/", "horror films", "enter")
        walk.see("1 dialog.*baker", "started again, the dialog found")
        walk.press("enter")
        walk.see("dialog 1.*black and white horror", "and reopened")
        walk.press("ctrl+q")
        assert terminal.exit_code() == 0
    with Store(get_paths().database) as store:
        (row,) = store.list_dialogs()
        dialog = store.load(row.key)
    assert "i collect old postcards." in dialog.personas[1]
    assert dialog.turns[1].goal == "ask-pets"
    assert dialog.turns[5].correction is not None
    assert len(dialog.turns[5].candidates) == 3
    assert (dialog.rating, dialog.return_) == (4, 0.5)
    assert dialog.meta["judgement"]["note"] == "a good talk"


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["120x36", "80x24"])
def test_eight_episodes_are_paused_stepped_and_one_side_taken_over(
    real_home: Path, size: tuple[int, int]
) -> None:
    play = ("selfplay", "--episodes", "8", "--turns", "6", "--policy", "no-repeat", *MODEL)
    with Terminal(*play, size=size) as terminal:
        walk = Walk(terminal, size)
        walk.see("#8.*", "self-play started")
        walk.see(r"\bt1\b")
        walk.press(" ")
        walk.see("‖ paused", "paused")
        before = _turns()
        walk.press(".")
        terminal.wait(lambda shown: _turns() == before + 1 and "‖ paused" in shown)
        walk.see(rf"\bt{before + 1}\b", "one turn")
        walk.press("t")
        walk.see("Which side")
        walk.press("enter")
        walk.see("you speak for A", "a side taken over")
        walk.press("i was away for a moment, sorry.", "enter")
        walk.see("i was away for a moment", "said in place of the model")
        walk.press("esc", " ")
        walk.see("▶ playing", "resumed: the others go on")
        walk.press("F2")
        walk.see("write, enter sends")
        walk.press("hello from the chat", "enter")
        terminal.wait(lambda shown: "hello from the chat" in shown and "esc stops" not in shown)
        walk.see("self-play|saved", "a chat beside it")
        walk.press("F4")
        walk.see("self-play . selfplay-", "back at the self-play")
        walk.press("ctrl+q")
        walk.see("(?i)quit")
        walk.press("enter")
        assert terminal.exit_code() == 0
    with Store(get_paths().database) as store:
        dialogs = [store.load(row.key) for row in store.list_dialogs()]
    said = [turn for dialog in dialogs for turn in dialog.turns]
    typed = [turn.text for turn in said if turn.candidates[turn.chosen].source == "human"]
    assert "i was away for a moment, sorry." in typed
