"""Names find library files and nothing else; the user's own files hide shipped ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from convotui.dialog import list_goal_sets, list_personas, load_goals, load_persona
from convotui.dialog.library import is_slug
from convotui.errors import UsageError
from tests.dialog.active import active_in

OWN = 'facts = ["i am the user\'s own."]\n'


@pytest.fixture
def own(home: Path) -> Path:
    """Make the user's own library of personas, empty."""
    folder = home / "config" / "personas"
    folder.mkdir(parents=True)
    return folder


def test_the_users_persona_hides_the_shipped_one_of_its_name(own: Path) -> None:
    shipped = list_personas()
    name = shipped[0].name
    (own / f"{name}.toml").write_text(OWN, encoding="utf-8")
    assert load_persona(name).facts == ("i am the user's own.",)
    listed = list_personas()
    assert [p.name for p in listed] == [p.name for p in shipped]
    assert listed[0].facts == ("i am the user's own.",)


def test_the_users_goal_set_hides_the_shipped_one_of_its_name(home: Path) -> None:
    folder = home / "config" / "goals"
    folder.mkdir(parents=True)
    goal = '[[goals]]\nid = "ask-sea"\ntext = "ask about the sea."\nexamples = ["do you sail?"]\n'
    (folder / "everyday.toml").write_text(goal, encoding="utf-8")
    assert [g.id for g in load_goals("everyday")] == ["ask-sea"]
    assert [g.id for g in list_goal_sets()[0]] == ["ask-sea"]


def test_the_users_persona_is_listed_among_the_shipped_ones(own: Path) -> None:
    before = len(list_personas())
    (own / "own-one.toml").write_text(OWN, encoding="utf-8")
    assert len(list_personas()) == before + 1
    assert load_persona("own-one").name == "own-one"


def test_a_file_is_loaded_by_its_path_from_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine.toml").write_text(OWN, encoding="utf-8")
    assert load_persona(tmp_path / "mine.toml").name == "mine"
    assert load_persona(str(tmp_path / "mine.toml")).name == "mine"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert load_persona("mine.toml").name == "mine"
    assert load_persona("~/mine.toml").name == "mine"


@pytest.mark.parametrize(
    "name",
    ["../outside", "folder/inside", "./plain", "plain/", "/etc/passwd", "..", ".", "", "folder"],
)
def test_a_name_with_parts_of_a_path_finds_no_file(own: Path, name: str) -> None:
    # Every one of these would be there for a reader that joined the name to the folder.
    (own.parent / "outside.toml").write_text(OWN, encoding="utf-8")
    (own / "folder").mkdir()
    (own / "folder" / "inside.toml").write_text(OWN, encoding="utf-8")
    (own / "plain.toml").write_text(OWN, encoding="utf-8")
    for load, noun in ((load_persona, "persona"), (load_goals, "goal set")):
        with pytest.raises(UsageError, match=f"There is no {noun} called"):
            load(name)


def test_a_full_path_without_its_ending_finds_no_file(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(OWN, encoding="utf-8")
    with pytest.raises(UsageError, match="There is no persona called"):
        load_persona(str(tmp_path / "mine"))


def test_a_hostile_name_finds_nothing_and_is_shown_inert(hostile_texts: tuple[str, ...]) -> None:
    for name in hostile_texts:
        for load in (load_persona, load_goals):
            with pytest.raises(UsageError) as caught:
                load(name)
            assert active_in(str(caught.value)) == [], ascii(name)


@pytest.mark.parametrize("name", ["a", "0", "night-nurse", "a_b", "x" * 64])
def test_a_slug_is_lower_case_letters_digits_and_dashes(name: str) -> None:
    assert is_slug(name)


@pytest.mark.parametrize(
    "name",
    ["", "A", "a b", "a.b", "a/b", "..", "-a", "_a", "a\n", "\u00e9", "x" * 65, "a\0", "\u0661"],
)
def test_what_could_be_another_path_or_name_is_no_slug(name: str) -> None:
    assert not is_slug(name)


@pytest.mark.parametrize("text", [OWN, "name = 'mine'\n" + OWN])
def test_a_byte_order_mark_at_the_start_is_no_part_of_a_persona(text: str, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8-sig")
    assert load_persona(tmp_path / "mine.toml").name == "mine"


def test_a_byte_order_mark_at_the_start_is_no_part_of_a_goal_set(tmp_path: Path) -> None:
    goal = '[[goals]]\nid = "ask-sea"\ntext = "ask about the sea."\nexamples = ["do you sail?"]\n'
    (tmp_path / "sea.toml").write_text(goal, encoding="utf-8-sig")
    assert [g.id for g in load_goals(tmp_path / "sea.toml")] == ["ask-sea"]


def test_a_library_file_whose_name_is_none_is_to_be_renamed(own: Path) -> None:
    (own / "My Own.toml").write_text('name = "mine"\n' + OWN, encoding="utf-8")
    with pytest.raises(UsageError, match=r"My Own\.toml .*rename it to mine\.toml"):
        list_personas()


def test_a_library_file_must_be_called_what_its_name_says(home: Path) -> None:
    folder = home / "config" / "personas"
    folder.mkdir(parents=True)
    (folder / "one.toml").write_text('name = "two"\nfacts = ["i am one."]\n', encoding="utf-8")
    with pytest.raises(UsageError, match=r"one\.toml: 'name': expected 'one'"):
        list_personas()
