"""A library file that is not one is refused with its name, the key and what is expected there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from convotui.dialog import display_line, list_personas, load_goals, load_persona
from convotui.errors import UsageError
from tests.dialog.active import active_in

GOAL = '[[goals]]\nid = "ask-sea"\ntext = "ask about the sea."\nexamples = ["do you sail?"]\n'

PERSONAS = {
    "syntax": ("name = x", ["not valid TOML", "line 1"]),
    "deep": ("x = " + "[" * 50_000, ["not valid TOML"]),
    "long number": (f"x = {'1' * 5000}", ["not valid TOML"]),
    "key twice": ('facts = ["a"]\nfacts = ["b"]', ["not valid TOML"]),
    "not UTF-8": (b'facts = ["caf\xe9"]', ["not UTF-8", "byte 13"]),
    "not UTF-8 either": ('facts = ["caf\u00e9"]'.encode("utf-16"), ["not UTF-8", "byte 0"]),
    "too big": (b"#" * 1_000_001, ["larger than 1000000 bytes"]),
    "not UTF-8 after a mark": (b'\xef\xbb\xbffacts = ["caf\xe9"]', ["not UTF-8", "byte 16"]),
    "a mark inside": ('facts = ["a"]\n\ufefftags = []', ["not valid TOML"]),
    "unknown key": ('fact = ["a"]', ["'fact'", "only the keys facts, greeting, name, tags"]),
    "no facts": ('name = "x"', ["'facts'", "a list of texts"]),
    "empty list": ("facts = []", ["'facts'", "a list of texts"]),
    "nine facts": (f"facts = {list('abcdefghi')}", ["'facts'", "at most 8 facts, found 9"]),
    "facts a text": ('facts = "a"', ["'facts'", "a list of texts"]),
    "fact a number": ('facts = ["a", 1]', ["'facts'", "a list of texts"]),
    "empty fact": ('facts = ["a", " "]', ["'facts'", "none of them empty"]),
    "name a number": ('name = 1\nfacts = ["a"]', ["'name'", "a text that is not empty"]),
    "name a path": ('name = "../x"\nfacts = ["a"]', ["'name'", "lower-case letters"]),
    "name in capitals": ('name = "Xena"\nfacts = ["a"]', ["'name'", "lower-case letters"]),
    "name too long": (f'name = "{"x" * 65}"\nfacts = ["a"]', ["'name'", "up to 64"]),
    "greeting a list": ('greeting = []\nfacts = ["a"]', ["'greeting'", "a text"]),
    "greeting empty": ('greeting = ""\nfacts = ["a"]', ["'greeting'", "not empty"]),
    "tags a table": ('facts = ["a"]\n[tags]', ["'tags'", "a list of texts"]),
}

GOALS = {
    "syntax": ("[[goals", ["not valid TOML"]),
    "not UTF-8": (b"\xff", ["not UTF-8", "byte 0"]),
    "too big": (b"#" * 1_000_001, ["larger than 1000000 bytes"]),
    "no goals": ('name = "x"', ["'goals'", "at least one [[goals]] table"]),
    "empty list": ("goals = []", ["'goals'", "at least one [[goals]] table"]),
    "goals a text": ('goals = "ask"', ["'goals'", "at least one [[goals]] table"]),
    "goals of texts": ('goals = ["ask"]', ["'goals'", "at least one [[goals]] table"]),
    "unknown key": ("level = 3\n" + GOAL, ["'level'", "only the keys description, goals, name"]),
    "description": ("description = 3\n" + GOAL, ["'description'", "a text"]),
    "unknown key of a goal": (
        GOAL + "cue = []",
        ["'goals[0].cue'", "only the keys cues, examples, id, text"],
    ),
    "no id": (GOAL + '[[goals]]\ntext = "a b"\nexamples = ["a"]', ["'goals[1].id'", "a text"]),
    "bad id": (GOAL.replace("ask-sea", "ask sea"), ["'goals[0].id'", "lower-case letters"]),
    "same id twice": (GOAL * 2, ["'goals.id'", "'ask-sea' is there twice"]),
    "no text": ('[[goals]]\nid = "a"\nexamples = ["b"]', ["'goals[0].text'", "a text"]),
    "examples a text": (
        '[[goals]]\nid = "a"\ntext = "b"\nexamples = "c"',
        ["'goals[0].examples'", "a list of texts"],
    ),
    "empty example": (
        '[[goals]]\nid = "a"\ntext = "b"\nexamples = [" "]',
        ["'goals[0].examples'", "none of them empty"],
    ),
    "cues a text": (GOAL + 'cues = "sea"', ["'goals[0].cues'", "a list of texts"]),
    "empty cue": (GOAL + 'cues = ["sea", ""]', ["'goals[0].cues'", "none of them empty"]),
    "bad name": ('name = "a b"\n' + GOAL, ["'name'", "lower-case letters"]),
}


def _refusal(load: Callable[[str], object], path: Path, content: str | bytes) -> str:
    path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    with pytest.raises(UsageError) as caught:
        load(str(path))
    message = str(caught.value)
    assert display_line(str(path)) in message
    assert message.endswith(".")
    assert active_in(message) == []
    return message


@pytest.mark.parametrize("kind", PERSONAS)
def test_a_bad_persona_file_is_refused_with_file_key_and_expectation(
    kind: str, tmp_path: Path
) -> None:
    content, words = PERSONAS[kind]
    message = _refusal(load_persona, tmp_path / "bad.toml", content)
    assert [word for word in words if word not in message] == [], message


@pytest.mark.parametrize("kind", GOALS)
def test_a_bad_goal_file_is_refused_with_file_key_and_expectation(
    kind: str, tmp_path: Path
) -> None:
    content, words = GOALS[kind]
    message = _refusal(load_goals, tmp_path / "bad.toml", content)
    assert [word for word in words if word not in message] == [], message


@pytest.mark.parametrize(("load", "content"), [(load_persona, 'facts = ["a"]'), (load_goals, GOAL)])
def test_a_file_without_a_name_whose_own_name_is_none_is_told_so(
    load: Callable[[str], object], content: str, tmp_path: Path
) -> None:
    message = _refusal(load, tmp_path / "My \x1b[2J File.toml", content)
    assert r"the file's own name, 'My \x1b[2J File', is no valid name" in message
    assert "add a 'name' key" in message
    assert "expected" not in message
    (tmp_path / "My File.toml").write_text(f'name = "mine"\n{content}', encoding="utf-8")
    assert load(str(tmp_path / "My File.toml")).name == "mine"


def test_a_bad_key_cannot_drive_the_terminal(tmp_path: Path) -> None:
    message = _refusal(load_persona, tmp_path / "bad.toml", '"\\u001b[2J\\u202e" = 1')
    assert r"\x1b[2J\u202e" in message


def test_a_bad_file_in_the_library_is_named_when_the_library_is_listed(home: Path) -> None:
    bad = home / "config" / "personas" / "bad.toml"
    bad.parent.mkdir(parents=True)
    bad.write_text("facts = 3", encoding="utf-8")
    with pytest.raises(UsageError, match=r"bad\.toml: 'facts'"):
        list_personas()


@pytest.mark.parametrize(
    "name",
    ["none.toml", "/none/none.toml", "no\0ne.toml", "half\ud800.toml", "~no-such-person/x.toml"],
)
def test_a_file_that_is_not_there_is_said_to_be_missing(name: str) -> None:
    with pytest.raises(UsageError, match="There is no file") as caught:
        load_persona(name)
    assert active_in(str(caught.value)) == []


def test_a_folder_is_not_a_library_file(tmp_path: Path) -> None:
    (tmp_path / "folder.toml").mkdir()
    with pytest.raises(UsageError, match=r"folder\.toml cannot be read: Is a directory\."):
        load_persona(tmp_path / "folder.toml")


def test_a_device_without_an_end_is_too_large_and_read_no_further(tmp_path: Path) -> None:
    (tmp_path / "endless.toml").symlink_to("/dev/zero")
    with pytest.raises(UsageError, match="larger than 1000000 bytes"):
        load_persona(tmp_path / "endless.toml")
