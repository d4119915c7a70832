"""Another set is taken from the libraries, or a set's file is opened as it is."""

from __future__ import annotations

import pytest

from convotui.dialog import Goal, GoalSet, load_goals
from convotui.dialog.library import save_goals
from convotui.errors import UsageError
from convotui.tui.goals import file_text, own_file
from convotui.tui.widgets.goal_pane import GoalPane
from tests.tui.widgets.goal_host import SEA, TEA, THREE, Host


async def test_another_set_is_taken_and_told() -> None:
    async with (app := Host()).run_test() as pilot:
        await pilot.press("s", *"everyday", "enter")
        await pilot.pause()
        (event,) = app.posted
        assert isinstance(event, GoalPane.SetChanged)
        assert event.goals == load_goals("everyday") == app.pane.goals


async def test_taking_the_same_set_says_nothing() -> None:
    save_goals(THREE)
    async with (app := Host()).run_test() as pilot:
        await pilot.press("s", "enter")
        await pilot.pause()
        assert app.posted == []


async def test_a_choice_follows_into_the_other_set_if_the_goal_is_there() -> None:
    changed = Goal("ask-tea", "ask about green tea.")
    save_goals(GoalSet("drinks", (changed,)))
    async with (app := Host()).run_test() as pilot:
        await pilot.press("j", "a", "s", *"drinks", "enter")
        await pilot.pause()
        assert app.pane.choice.goal == changed
        assert app.pane.choice.always


async def test_a_choice_is_given_up_if_the_other_set_does_not_have_it() -> None:
    async with (app := Host()).run_test() as pilot:
        await pilot.press("1", "s", *"support", "enter")
        await pilot.pause()
        assert app.choices == ["once: ask-sea", "free"]


async def test_goals_deleted_from_one_set_do_not_come_back_into_another() -> None:
    async with (app := Host()).run_test() as pilot:
        await pilot.press("d", "s", *"support", "enter")
        await pilot.pause()
        await pilot.press("u")
        await pilot.pause()
        assert app.pane.goals == load_goals("support")


async def test_an_unreadable_file_is_named_and_the_others_are_offered() -> None:
    path = save_goals(THREE)
    path.with_name("broken.toml").write_text("[[goals", encoding="utf-8")
    async with (app := Host()).run_test() as pilot:
        await pilot.press("s")
        await pilot.pause()
        ((severity, told),) = app.told
        assert severity == "warning"
        assert "broken.toml is not valid TOML" in told
        assert "everyday" in app.screen_text


async def test_the_editor_is_asked_for() -> None:
    async with (app := Host()).run_test() as pilot:
        await pilot.press("E")
        (event,) = app.posted
        assert isinstance(event, GoalPane.EditFileWanted)
        assert event.goals == THREE


def test_the_editor_opens_ones_own_file_with_its_comments_else_the_set_in_toml() -> None:
    text = file_text(THREE)
    assert 'id = "ask-sea"' in text
    path = own_file("three")
    path.parent.mkdir(parents=True)
    path.write_text(f"# mine\n{text}", encoding="utf-8")
    assert file_text(THREE) == f"# mine\n{text}"
    assert load_goals("three") == THREE


def test_a_file_that_is_no_text_is_a_sentence() -> None:
    save_goals(GoalSet("mine", (SEA, TEA))).write_bytes(b"\xff")
    with pytest.raises(UsageError, match=r"mine\.toml cannot be read as text"):
        file_text(GoalSet("mine", (SEA, TEA)))
