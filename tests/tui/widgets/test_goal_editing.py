"""A set is edited in place: every edit is saved at once in the person's own library."""

from __future__ import annotations

from pathlib import Path

import pytest

from convotui.dialog import Goal, GoalSet, load_goals
from convotui.dialog.library import save_goals
from convotui.errors import UsageError
from convotui.tui.goals import GoalChoice, own_file
from convotui.tui.overlays.ask import Confirm
from convotui.tui.overlays.goal_form import GoalForm
from convotui.tui.widgets.goal_pane import GoalPane
from tests.tui.widgets.goal_host import BEES, SEA, TEA, THREE, Host

JAM = Goal("ask-about-jam", "ask about jam")


def _ids(name: str = "three") -> list[str]:
    return [goal.id for goal in load_goals(name)]


def _last(app: Host) -> GoalSet:
    event = app.posted[-1]
    assert isinstance(event, GoalPane.SetChanged)
    return event.goals


async def test_a_new_goal_is_saved_shown_and_told() -> None:
    async with (app := Host()).run_test() as pilot:
        await pilot.press("n", *"ask about jam", "ctrl+s")
        await pilot.pause()
        assert load_goals("three") == GoalSet("three", (*THREE.goals, JAM), THREE.description)
        assert _last(app) == load_goals("three") == app.pane.goals
        await pilot.press("enter")
        assert app.choices == ["once: ask-about-jam"]


async def test_a_copy_of_a_shipped_set_is_made_and_told() -> None:
    async with (app := Host(load_goals("support"))).run_test() as pilot:
        shipped = load_goals("support")
        await pilot.press("J")
        await pilot.pause()
        assert load_goals("support").goals[:2] == (shipped.goals[1], shipped.goals[0])
        assert load_goals("support").goals[2:] == shipped.goals[2:]
        ((_, told),) = app.told
        assert told == f"Saved as your own copy of the set: {own_file('support')}"


async def test_a_goal_is_changed_and_its_choice_follows() -> None:
    async with (app := Host()).run_test() as pilot:
        await pilot.press("j", "a", "e", "end", *" and cakes", "ctrl+s")
        await pilot.pause()
        changed = Goal("ask-tea", "ask about tea. and cakes")
        assert load_goals("three").goals == (SEA, changed, BEES)
        assert app.pane.choice == GoalChoice(changed, always=True)
        assert [type(event).__name__ for event in app.posted] == ["Chosen", "SetChanged", "Chosen"]


async def test_a_changed_id_takes_the_choice_along() -> None:
    async with (app := Host()).run_test() as pilot:
        await pilot.press("2", "e", "enter", *["backspace"] * 10, *"drink", "ctrl+s")
        await pilot.pause()
        assert _ids() == ["ask-sea", "drink", "talk-bees"]
        assert app.choices[-1] == "once: drink"


async def test_a_deleted_goal_comes_back_to_its_place() -> None:
    async with (app := Host()).run_test() as pilot:
        await pilot.press("j", "d", "d")
        await pilot.pause()
        assert _ids() == ["ask-sea"]
        await pilot.press("u", "u")
        await pilot.pause()
        assert load_goals("three") == THREE == _last(app)
        await pilot.press("u")
        await pilot.pause()
        assert app.told[-1][1] == "No goal of this set was deleted."


async def test_deleting_the_chosen_goal_frees() -> None:
    async with (app := Host()).run_test() as pilot:
        await pilot.press("1", "d")
        await pilot.pause()
        assert app.choices == ["once: ask-sea", "free"]


async def test_a_goal_written_for_the_occasion_stays_chosen_when_the_set_is_edited() -> None:
    async with (app := Host()).run_test() as pilot:
        written = GoalChoice(Goal("talk about jam", "talk about jam"), always=True)
        app.pane.use(written)
        await pilot.press("d", "J")
        await pilot.pause()
        assert app.pane.choice == written


async def test_the_last_goal_is_not_deleted() -> None:
    async with (app := Host(GoalSet("one", (TEA,)))).run_test() as pilot:
        await pilot.press("d")
        await pilot.pause()
        assert app.pane.goals == GoalSet("one", (TEA,))
        assert app.told[-1][1].startswith("A set keeps at least one goal")


@pytest.mark.parametrize(("down", "up"), [("J", "K"), ("shift+down", "shift+up")])
async def test_goals_are_moved_with_the_cursor_and_stop_at_the_ends(down: str, up: str) -> None:
    async with (app := Host()).run_test() as pilot:
        await pilot.press(down, down, down)
        await pilot.pause()
        assert _ids() == ["ask-tea", "talk-bees", "ask-sea"]
        await pilot.press(up)
        await pilot.pause()
        assert _ids() == ["ask-tea", "ask-sea", "talk-bees"]
        await pilot.press("enter")
        assert app.choices == ["once: ask-sea"]


async def test_a_save_that_fails_keeps_the_form_and_everything_typed(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.mkdir()
    (home / "config").write_text("in the way", encoding="utf-8")
    async with (app := Host()).run_test() as pilot:
        await pilot.press("n", *"ask about jam", "ctrl+s")
        await pilot.pause()
        assert isinstance(app.screen, GoalForm)
        assert app.screen.query_one("#text").value == "ask about jam"
        ((severity, told),) = app.told
        assert severity == "error"
        assert "three.toml cannot be written" in told
        assert app.pane.goals == THREE
        (home / "config").unlink()
        await pilot.press("ctrl+s")
        await pilot.pause()
        assert not isinstance(app.screen, GoalForm)
        assert _ids()[-1] == "ask-about-jam"


async def test_a_file_changed_elsewhere_is_not_written_over_unasked() -> None:
    elsewhere = GoalSet("three", (JAM,))
    async with (app := Host()).run_test() as pilot:
        save_goals(elsewhere)
        await pilot.press("d")
        await pilot.pause()
        assert isinstance(app.screen, Confirm)
        await pilot.press("n")
        await pilot.pause()
        assert load_goals("three") == elsewhere
        assert app.pane.goals == THREE
        assert app.posted == []
        await pilot.press("d")
        await pilot.pause()
        await pilot.press("y")
        await pilot.pause()
        assert load_goals("three").goals == (TEA, BEES)


async def test_a_file_that_is_broken_by_now_is_not_written_over_unasked() -> None:
    async with (app := Host()).run_test() as pilot:
        path = save_goals(THREE)
        path.write_text("[[goals", encoding="utf-8")
        await pilot.press("J")
        await pilot.pause()
        assert isinstance(app.screen, Confirm)
        await pilot.press("escape")
        with pytest.raises(UsageError):
            load_goals("three")


async def test_from_the_form_too_the_file_is_not_written_over_unasked() -> None:
    async with (app := Host()).run_test() as pilot:
        save_goals(GoalSet("three", (JAM,)))
        await pilot.press("n", *"ask about figs", "ctrl+s")
        await pilot.pause()
        assert isinstance(app.screen, Confirm)
        await pilot.press("n")
        await pilot.pause()
        assert isinstance(app.screen, GoalForm)
        await pilot.press("ctrl+s")
        await pilot.pause()
        await pilot.press("y")
        await pilot.pause()
        assert _ids() == ["ask-sea", "ask-tea", "talk-bees", "ask-about-figs"]


async def test_a_goal_comes_back_only_where_its_id_is_free() -> None:
    async with (app := Host()).run_test() as pilot:
        await pilot.press("d", "n", *"ask sea", "ctrl+s")
        await pilot.pause()
        await pilot.press("u")
        await pilot.pause()
        assert app.told[-1][1].startswith("The set has another goal ask-sea by now")
        assert _ids() == ["ask-tea", "talk-bees", "ask-sea"]
