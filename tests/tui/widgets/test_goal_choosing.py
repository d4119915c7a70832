"""A goal is taken by digit, cursor, mouse, name or in one's own words, once or for good."""

from __future__ import annotations

import pytest

from convotui.dialog import Goal
from convotui.tui.goals import GoalChoice
from convotui.tui.overlays.ask import AskLine
from tests.tui.widgets.goal_host import SEA, TEA, Host, many


async def test_a_digit_takes_its_goal_once() -> None:
    async with (app := Host()).run_test() as pilot:
        await pilot.press("2")
        assert app.pane.choice == GoalChoice(TEA)
        assert (app.choices, app.state) == (["once: ask-tea"], "once: ask-tea")


async def test_0_takes_the_tenth_goal() -> None:
    async with (app := Host(many(12))).run_test() as pilot:
        await pilot.press("0")
        assert app.choices == ["once: goal-10"]


@pytest.mark.parametrize("key", ["enter", "space"])
async def test_the_goal_under_the_cursor_is_taken_once(key: str) -> None:
    async with (app := Host()).run_test() as pilot:
        await pilot.press("j", "j", "k", key)
        assert app.choices == ["once: ask-tea"]


async def test_a_click_takes_the_goal_once() -> None:
    async with (app := Host()).run_test(size=(80, 12)) as pilot:
        await pilot.click("#goal-list", offset=(6, 1))
        assert app.choices == ["once: ask-tea"]


async def test_a_takes_the_goal_for_good_and_f_frees() -> None:
    async with (app := Host()).run_test() as pilot:
        await pilot.press("G", "a")
        assert (app.state, app.pane.choice.always) == ("always: talk-bees", True)
        await pilot.press("f")
        assert app.state == "free"
        assert app.choices == ["always: talk-bees", "free"]


async def test_taking_what_is_chosen_already_says_nothing_again() -> None:
    async with (app := Host()).run_test() as pilot:
        await pilot.press("f", "1", "1", "enter", "a", "a")
        assert app.choices == ["once: ask-sea", "always: ask-sea"]


async def test_a_choice_made_outside_is_shown_and_not_posted() -> None:
    async with (app := Host()).run_test() as pilot:
        app.pane.use(GoalChoice(TEA, always=True))
        await pilot.pause()
        assert app.state == "always: ask-tea"
        assert app.posted == []
        app.pane.use(GoalChoice())
        await pilot.pause()
        assert app.state == "free"


async def test_a_goal_is_picked_by_number_while_writing() -> None:
    async with (app := Host()).run_test() as pilot:
        app.query_one("#prompt").focus()
        app.pane.pick(3)
        await pilot.pause()
        app.pane.pick(0)
        await pilot.pause()
        assert app.choices == ["once: talk-bees", "free"]
        assert app.focused is app.query_one("#prompt")


async def test_a_number_without_a_goal_changes_nothing_and_says_so() -> None:
    async with (app := Host()).run_test() as pilot:
        await pilot.press("1", "7")
        assert app.choices == ["once: ask-sea"]
        assert app.told == [("information", "There is no goal 7: this set has 3.")]


async def test_a_goal_is_chosen_by_name() -> None:
    async with (app := Host()).run_test() as pilot:
        await app.run_action("choose", app.pane)
        await pilot.pause()
        await pilot.press(*"bees", "enter")
        await pilot.pause()
        assert app.choices == ["once: talk-bees"]


@pytest.mark.parametrize(("key", "always"), [("w", False), ("W", True)])
async def test_a_goal_in_ones_own_words_is_no_part_of_the_set(key: str, always: bool) -> None:
    async with (app := Host()).run_test() as pilot:
        await pilot.press(key, *"talk  about jam", "enter")
        await pilot.pause()
        assert app.pane.choice == GoalChoice(Goal("talk about jam", "talk about jam"), always)
        assert app.pane.goals is not None
        assert len(app.pane.goals) == 3
        assert app.state.endswith(": talk about jam")


async def test_a_single_word_is_no_goal_unless_it_is_an_id() -> None:
    async with (app := Host()).run_test() as pilot:
        await pilot.press("w", *"jam", "enter")
        assert isinstance(app.screen, AskLine)
        assert "Write a goal of several words" in app.screen_text
        await pilot.press(*["backspace"] * 3, *"ask-sea", "enter")
        await pilot.pause()
        assert app.pane.choice == GoalChoice(SEA)


async def test_writing_a_goal_can_be_left() -> None:
    async with (app := Host()).run_test() as pilot:
        await pilot.press("w", *"talk about", "escape")
        assert app.posted == []


async def test_letters_typed_in_a_text_field_choose_nothing() -> None:
    async with (app := Host()).run_test() as pilot:
        app.query_one("#prompt").focus()
        await pilot.press("a", "1", "f", "space", "enter")
        assert app.posted == []
