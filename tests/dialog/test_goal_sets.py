"""A goal set is an ordered action space, looked up by id."""

from __future__ import annotations

import pytest

from convotui.dialog import Goal, GoalSet

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
