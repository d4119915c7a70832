"""A goal set is an ordered action space, looked up by id."""

from __future__ import annotations

import pytest

from convotui.dialog import Goal, GoalSet, load_goals
from convotui.errors import UsageError

SET = GoalSet("two", (Goal("ask-sea", "ask about the sea."), Goal("ask-tea", "ask about tea.")))


def test_a_goal_set_is_walked_in_order_and_counted() -> None:
    assert [goal.id for goal in SET] == ["ask-sea", "ask-tea"]
    assert len(SET) == 2


def test_a_goal_is_found_by_its_id() -> None:
    assert SET["ask-tea"].text == "ask about tea."
    assert "ask-tea" in SET
    assert "ask about tea." not in SET


def test_an_unknown_goal_is_a_key_error() -> None:
    with pytest.raises(KeyError, match="ask-bees"):
        SET["ask-bees"]


def test_goal_sets_hash() -> None:
    assert len({SET, GoalSet("two", SET.goals)}) == 1


def test_a_goal_is_found_by_its_id_whatever_blanks_are_around_it() -> None:
    goals = load_goals("everyday")
    assert goals.find("ask-pets") == goals.find("  ask-pets ") == goals["ask-pets"]


def test_several_words_are_a_goal_of_their_own() -> None:
    goal = load_goals("everyday").find(" talk   about\tboats. ")
    assert goal == Goal("talk about boats.", "talk about boats.")


@pytest.mark.parametrize("word", ["ask-cars", "boats", "", "  "])
def test_a_single_word_that_is_no_id_is_refused_in_words(word: str) -> None:
    with pytest.raises(UsageError, match="goal set everyday has no goal"):
        load_goals("everyday").find(word)
