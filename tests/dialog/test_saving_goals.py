"""A saved goal set is the one that is loaded again, whatever its goals hold."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convotui.dialog import Goal, GoalSet, list_goal_sets, load_goals
from convotui.dialog.library import readable_goal_sets, save_goals, save_goals_text
from convotui.errors import ConvoTUIError, UsageError
from convotui.paths import get_paths
from tests.dialog.active import active_in
from tests.dialog.strategies import HOSTILE

SEA = Goal("ask-sea", "ask about the sea.", ("do you sail?",), ("sea", "boat*"))
TEA = Goal("ask-tea", "ask about tea.")
QUOTES = """it's "my" \\ '''house''' and \"\"\"yours\"\"\""""

filled = (st.text(max_size=30) | st.sampled_from(HOSTILE)).filter(lambda text: text.strip())
texts = st.lists(filled, max_size=3).map(tuple)
ids = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,10}", fullmatch=True)
goals = st.builds(Goal, id=ids, text=filled, examples=texts, cues=texts)


@settings(deadline=None)
@given(
    st.builds(
        GoalSet,
        name=st.just("any"),
        goals=st.lists(goals, min_size=1, max_size=4, unique_by=lambda goal: goal.id).map(tuple),
        description=st.just("") | filled,
    )
)
def test_any_goal_set_is_loaded_as_it_was_saved(goal_set: GoalSet) -> None:
    save_goals(goal_set, overwrite=True)
    assert load_goals("any") == goal_set


@pytest.mark.parametrize("text", [*HOSTILE, QUOTES, "i'm", 'say "hi"', "a\r\nb", "\x85\x7f"])
def test_a_hostile_text_is_loaded_as_it_was_saved(text: str) -> None:
    if not text.strip():
        return  # what is blank is left out, as another test says
    goal_set = GoalSet("any", (Goal("one", text, (text,), (text,)), TEA), text)
    path = save_goals(goal_set)
    assert load_goals("any") == goal_set
    assert load_goals(path) == goal_set


def test_half_a_surrogate_pair_is_replaced_since_no_file_can_hold_it() -> None:
    save_goals(GoalSet("half", (Goal("tea", "ask about \ud800 tea."),)))
    assert load_goals("half")["tea"].text == "ask about \ufffd tea."


def test_what_is_blank_is_left_out() -> None:
    goal = Goal("ask-tea", "ask about tea.", examples=("", "tea?"), cues=(" ",))
    path = save_goals(GoalSet("blank", (goal,), description=" "))
    assert load_goals("blank") == GoalSet("blank", (Goal(goal.id, goal.text, ("tea?",)),))
    assert "cues" not in path.read_text(encoding="utf-8")


def test_a_goal_without_examples_is_read() -> None:
    folder = get_paths().config / "goals"
    folder.mkdir(parents=True)
    (folder / "bare.toml").write_text(
        '[[goals]]\nid = "a"\ntext = "b"\n[[goals]]\nid = "c"\ntext = "d"\nexamples = []\n',
        encoding="utf-8",
    )
    assert load_goals("bare").goals == (Goal("a", "b"), Goal("c", "d"))


def test_a_copy_of_a_shipped_set_is_saved_in_the_users_library_and_hides_it(home: Path) -> None:
    shipped = load_goals("everyday")
    mine = GoalSet("everyday", (TEA,), shipped.description)
    path = save_goals(mine)
    assert path == home / "config" / "goals" / "everyday.toml"
    assert load_goals("everyday") == mine
    assert [entry for entry in list_goal_sets() if entry.name == "everyday"] == [mine]


@pytest.mark.parametrize("name", ["", "..", "../x", "a/b", "A", "a b", "x" * 65, "\x1b]0;x\x07"])
def test_a_name_that_is_no_slug_is_refused_and_nothing_is_written(name: str, home: Path) -> None:
    with pytest.raises(UsageError, match="A goal set cannot be called") as caught:
        save_goals(GoalSet(name, (TEA,)), overwrite=True)
    assert active_in(str(caught.value)) == []
    assert not home.exists()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ((), "has at least one goal"),
        ((SEA, Goal("no slug\x1b", "a b")), r"A goal cannot be called 'no slug\\x1b'"),
        ((SEA, Goal("empty", " ")), "The goal 'empty' has no text"),
        ((SEA, TEA, SEA), "Two goals are called 'ask-sea'"),
    ],
)
def test_goals_that_no_reader_would_take_are_refused_and_nothing_is_written(
    wrong: tuple[Goal, ...], words: str, home: Path
) -> None:
    with pytest.raises(UsageError, match=words) as caught:
        save_goals(GoalSet("wrong", wrong))
    assert active_in(str(caught.value)) == []
    assert not home.exists()


def test_a_set_too_large_to_be_read_again_is_refused_and_nothing_is_written(home: Path) -> None:
    with pytest.raises(UsageError, match=r"big\.toml would be larger than 1000000 bytes"):
        save_goals(GoalSet("big", (Goal("ask-tea", "tea " * 250_001),)))
    assert not home.exists()


def test_a_set_of_that_name_is_kept_unless_overwriting_is_asked_for() -> None:
    first, second = GoalSet("mine", (SEA,)), GoalSet("mine", (TEA,))
    save_goals(first)
    with pytest.raises(UsageError, match=r"mine\.toml exists already"):
        save_goals(second)
    assert load_goals("mine") == first
    save_goals(second, overwrite=True)
    assert load_goals("mine") == second


def test_a_save_that_fails_keeps_the_old_set(monkeypatch: pytest.MonkeyPatch) -> None:
    first = GoalSet("mine", (SEA,))
    path = save_goals(first)

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", fail)
    with pytest.raises(ConvoTUIError, match=r"mine\.toml cannot be written: No space left"):
        save_goals(GoalSet("mine", (TEA,)), overwrite=True)
    assert load_goals("mine") == first
    assert list(path.parent.iterdir()) == [path]


def test_a_text_is_saved_as_it_was_typed_with_its_comments(home: Path) -> None:
    text = '# mine\n[[goals]]\nid = "ask-tea" # the best\ntext = "ask about tea."\n'
    assert save_goals_text("mine", text) == GoalSet("mine", (TEA,))
    assert (home / "config" / "goals" / "mine.toml").read_text(encoding="utf-8") == text
    assert load_goals("mine") == GoalSet("mine", (TEA,))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[goals", "not valid TOML"),
        ('[[goals]]\nid = "a"', r"'goals\[0\]\.text'"),
        ('name = "other"\n[[goals]]\nid = "a"\ntext = "b"', "'mine', what the set is called"),
    ],
)
def test_a_text_that_is_not_that_set_is_refused_and_the_old_one_kept(text: str, words: str) -> None:
    save_goals(GoalSet("mine", (SEA,)))
    with pytest.raises(UsageError, match=words):
        save_goals_text("mine", text)
    assert load_goals("mine") == GoalSet("mine", (SEA,))


def test_a_file_that_cannot_be_read_does_not_hide_the_other_sets() -> None:
    path = save_goals(GoalSet("mine", (SEA,)))
    path.with_name("broken.toml").write_text("[[goals", encoding="utf-8")
    sets, problems = readable_goal_sets()
    assert [entry.name for entry in sets] == ["everyday", "getting-to-know", "mine", "support"]
    (problem,) = problems
    assert "broken.toml is not valid TOML" in problem
