"""``convotui data show``: a stored dialog as a person would read it."""

from __future__ import annotations

import pytest

from convotui.dialog import Candidate, Dialog, Turn
from convotui.paths import get_paths
from convotui.store import Store
from tests.cli.conftest import Cli
from tests.sentences import driving


def _keep(*dialogs: Dialog) -> None:
    with Store(get_paths().database) as store:
        for dialog in dialogs:
            store.add_dialog(dialog)


def test_a_dialog_is_shown_with_its_personas_turns_and_judgements(cli: Cli) -> None:
    offered = (Candidate("no idea.", "model", 3, "base"), Candidate("i am a nurse.", "human"))
    turns = (
        Turn.say(0, "what do\nyou do?"),
        Turn(1, offered, chosen=1, goal="talk-work", rating=2, reward=-0.5),
        Turn(0, offered[:1], rating=5),
    )
    full = Dialog("x", (("i weld.",), ("i bake.", "i sing.")), turns, rating=4, return_=0.5)
    _keep(Dialog("first"), full)
    done = cli("data", "show", 2)
    assert (done.code, done.err) == (0, "")
    assert done.lines == [
        "persona A",
        "  i weld.",
        "persona B",
        "  i bake.",
        "  i sing.",
        "0 A: what do you do?",
        "1 B: i am a nurse.",
        "  goal: talk-work",
        "  rating 2, reward -0.5, 2 candidates",
        "2 A: no idea.",
        "  rating 5",
        "dialog: rating 4, return 0.5",
    ]


def test_a_dialog_without_anything_is_shown_too(cli: Cli) -> None:
    _keep(Dialog("empty"))
    assert cli("data", "show", 1).lines == ["persona A: none", "persona B: none"]


@pytest.mark.parametrize("key", [0, 2, 10**30])
def test_an_unknown_key_is_a_usage_error(cli: Cli, key: int) -> None:
    _keep(Dialog("only"))
    problem = cli("data", "show", key).problem(2)
    assert f"no dialog {key}" in problem
    assert "convotui data list" in problem


@pytest.mark.parametrize("key", ["x", "1.5", ""])
def test_a_key_that_is_no_number_is_a_usage_error(cli: Cli, key: str) -> None:
    cli("data", "show", key).problem(2)


def test_no_text_can_drive_the_terminal_or_look_like_another_line(
    cli: Cli, hostile_texts: tuple[str, ...]
) -> None:
    texts = [*hostile_texts, "a\n  rating 5\n1 B: b"]
    turns = tuple(Turn.say(i % 2, text, goal=text) for i, text in enumerate(texts))
    _keep(Dialog("x", (("i\nweld.",), ()), turns))
    done = cli("data", "show", 1)
    assert done.code == 0
    assert not driving(done.out)
    assert done.out.count("\n") == 3 + 2 * len(texts)
