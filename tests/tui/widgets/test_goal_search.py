"""Goals are searched by words of their id or text; the letters stay letters meanwhile."""

from __future__ import annotations

from typing import ClassVar

from tests.dialog.active import active_in
from tests.tui.widgets.goal_host import Host


async def test_the_search_is_hidden_until_it_is_asked_for() -> None:
    async with (app := Host()).run_test() as pilot:
        field = app.query_one("#goal-search")
        assert not field.display
        await pilot.press("/")
        assert field.display
        assert app.focused is field


async def test_only_goals_with_all_words_are_listed_with_their_own_numbers() -> None:
    async with (app := Host()).run_test(size=(80, 10)) as pilot:
        await pilot.press("/", *"about TALK")
        await pilot.pause()
        assert [row.split() for row in app.rows] == [["3", "talk-bees"]]


async def test_letters_typed_into_the_search_are_no_commands() -> None:
    async with (app := Host()).run_test() as pilot:
        await pilot.press("/", "a", "f", "1", "n", "d")
        assert app.query_one("#goal-search").value == "af1nd"
        assert app.posted == []


async def test_enter_goes_to_what_was_found() -> None:
    async with (app := Host()).run_test() as pilot:
        await pilot.press("/", *"bees", "enter", "enter")
        assert app.choices == ["once: talk-bees"]


async def test_esc_shows_all_goals_again_and_keeps_the_cursor() -> None:
    async with (app := Host()).run_test(size=(80, 10)) as pilot:
        await pilot.press("/", *"bees", "escape")
        await pilot.pause()
        assert len(app.rows) == 3
        assert not app.query_one("#goal-search").display
        await pilot.press("enter")
        assert app.choices == ["once: talk-bees"]


async def test_esc_is_left_to_others_when_nothing_is_searched() -> None:
    seen: list[str] = []

    class Outer(Host):
        BINDINGS: ClassVar[list[tuple[str, str, str]]] = [("escape", "outer", "Outer")]

        def action_outer(self) -> None:
            seen.append("outer")

    async with Outer().run_test() as pilot:
        await pilot.press("/", "x", "escape")
        assert seen == []
        await pilot.press("escape")
        assert seen == ["outer"]


async def test_nothing_found_is_said_and_nothing_can_be_taken() -> None:
    async with (app := Host()).run_test(size=(80, 10)) as pilot:
        await pilot.press("/", *"jam", "enter", "enter", "a", "e", "d")
        await pilot.pause()
        assert [row.strip() for row in app.rows] == ["no goal matches"]
        assert app.posted == []


async def test_a_pasted_escape_sequence_is_shown_harmless(hostile_texts: tuple[str, ...]) -> None:
    async with (app := Host()).run_test() as pilot:
        await pilot.press("/")
        for text in hostile_texts:
            app.query_one("#goal-search").value = text
            await pilot.pause()
            assert active_in(app.screen_text, allowed="\n") == []
