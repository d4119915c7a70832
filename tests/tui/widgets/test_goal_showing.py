"""The pane says which goal is chosen and how often each was used, in whatever room it has."""

from __future__ import annotations

import pytest

from convotui.dialog import Goal, GoalSet, load_goals
from convotui.tui.goals import GoalChoice
from convotui.tui.widgets.goal_pane import GoalPane
from tests.dialog.active import active_in
from tests.tui.widgets.goal_host import SEA, TEA, THREE, Host, many


async def test_each_goal_has_its_hot_key_and_the_chosen_one_a_mark() -> None:
    async with (app := Host(many(11))).run_test(size=(80, 20)) as pilot:
        await pilot.press("3")
        assert app.rows[0].split() == ["1", "goal-1"]
        assert app.rows[2].split() == ["3", "●", "goal-3"]
        assert app.rows[9].split() == ["0", "goal-10"]
        assert app.rows[10].split() == ["goal-11"]
        assert sum("●" in row for row in app.rows) == 1


async def test_how_often_a_goal_was_used_stands_behind_it() -> None:
    async with (app := Host()).run_test(size=(80, 10)) as pilot:
        app.pane.mark_used({"ask-tea": 2, "talk about jam": 1})
        await pilot.pause()
        assert [row.endswith("\u00d72") for row in app.rows] == [False, True, False]
        app.pane.mark_used({})
        await pilot.pause()
        assert "\u00d7" not in "".join(app.rows)


async def test_texts_are_shown_below_where_all_of_them_have_room() -> None:
    async with (app := Host()).run_test(size=(80, 24)) as pilot:
        assert [row.strip() for row in app.rows[1::2]] == [goal.text for goal in THREE]
        await pilot.resize_terminal(80, 10)
        await pilot.pause()
        assert len(app.rows) == 3
        assert "about" not in "".join(app.rows)


async def test_texts_are_shown_beside_in_a_wide_pane() -> None:
    async with (app := Host()).run_test(size=(100, 12)) as pilot:
        app.pane.styles.width = "100%"
        await pilot.pause()
        assert [row.split("  ")[-1].strip() for row in app.rows] == [goal.text for goal in THREE]


async def test_the_pane_names_the_set() -> None:
    async with (app := Host()).run_test() as pilot:
        assert "three · 3 goals" in app.screen_text
        app.pane.show(load_goals("everyday"))
        await pilot.pause()
        assert "everyday · 11 goals" in app.screen_text
        assert "ask-kids" in app.rows[0]
        assert app.posted == []


async def test_what_is_shown_before_mounting_is_there_afterwards() -> None:
    app = Host(None)
    app.pane.show(THREE)
    app.pane.use(GoalChoice(TEA))
    app.pane.mark_used({"ask-sea": 3})
    async with app.run_test(size=(80, 10)):
        assert app.state == "once: ask-tea"
        assert app.rows[0].endswith("\u00d73")


async def test_without_a_set_every_key_still_answers() -> None:
    async with (app := Host(None)).run_test() as pilot:
        assert "no set: s takes one" in app.screen_text
        for key in ["enter", "a", "f", "1", "e", "d", "u", "J", "K", "j", "G", "n", "E"]:
            await pilot.press(key)
        assert app.posted == []
        assert len(app.told) > 0


async def test_the_cursor_stays_on_its_goal_when_counts_change() -> None:
    async with (app := Host()).run_test() as pilot:
        await pilot.press("j")
        app.pane.mark_used({"ask-sea": 1})
        await pilot.press("enter")
        assert app.choices == ["once: ask-tea"]


async def test_a_long_id_leaves_room_for_the_count() -> None:
    long = Goal("a" * 64, "say a.")
    async with (app := Host(GoalSet("long", (long, SEA)))).run_test(size=(80, 8)) as pilot:
        app.pane.mark_used({long.id: 12})
        await pilot.pause()
        assert app.rows[0].endswith("\u2026 \u00d712")


async def test_hostile_texts_are_shown_harmless(hostile_texts: tuple[str, ...]) -> None:
    goals = GoalSet("x", tuple(Goal(f"{n}{t}", t) for n, t in enumerate(hostile_texts)), "")
    async with (app := Host(goals)).run_test(size=(60, 40)) as pilot:
        for number in range(1, len(goals) + 1):
            app.pane.pick(number)
            await pilot.pause()
            assert active_in(app.screen_text, allowed="\n") == []


@pytest.mark.parametrize("size", [(1, 1), (3, 2), (8, 4), (20, 10), (60, 16), (200, 60)])
async def test_any_size_is_survived(size: tuple[int, int]) -> None:
    async with (app := Host(many(30))).run_test(size=size) as pilot:
        await pilot.press("G", "enter", "/", "x", "escape")
        assert app.choices == ["once: goal-30"]


async def test_it_says_what_it_is_for() -> None:
    ids = [command.id for command in GoalPane.KEYS]
    assert len(set(ids)) == len(ids)
    assert all(command.title for command in GoalPane.KEYS)
    assert GoalPane.HELP
