"""Facts are written in place: kept by enter and by going elsewhere, left by esc, never lost."""

from __future__ import annotations

from textual import events

from convotui.engine.session import Fact
from tests.tui.widgets.persona_host import DOGS, Host, write


async def test_a_new_fact_stands_below_the_cursor() -> None:
    app = Host()
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.press("a")
        await write(pilot, "i swim.")
        await pilot.press("enter")
        assert app.texts == [DOGS[0].text, "i swim.", DOGS[1].text, DOGS[2].text]
        (event,) = app.edited
        assert (event.side, event.facts, event.name) == (0, app.me.facts, None)
        await pilot.press("m")
        assert app.me.facts[1] == Fact("i swim.", muted=True)


async def test_the_last_row_adds_a_fact() -> None:
    app = Host(())
    async with app.run_test(size=(80, 40)) as pilot:
        assert "+ add a fact" in app.shown
        await pilot.press("enter")
        await write(pilot, "i sing.")
        await pilot.press("enter", "G", "enter")
        await write(pilot, "i hum.")
        await pilot.press("enter")
        assert app.texts == ["i sing.", "i hum."]


async def test_a_click_on_the_last_row_adds_a_fact() -> None:
    app = Host()
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.click(app.me.query("FactRow")[3])
        await write(pilot, "i swim.")
        await pilot.press("enter")
        assert app.texts[-1] == "i swim."


async def test_enter_edits_the_fact_where_it_stands() -> None:
    app = Host()
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.press("j", "enter", *["backspace"] * len("mountains."))
        await write(pilot, "woods.")
        assert "i live in the woods." in app.shown
        assert app.texts[1] == DOGS[1].text
        assert app.edited == []
        await pilot.press("enter")
        assert app.texts == [DOGS[0].text, "i live in the woods.", DOGS[2].text]
        assert len(app.edited) == 1


async def test_a_muted_fact_stays_muted_when_edited() -> None:
    app = Host((Fact("i sing", muted=True),))
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.press("e", "!", "enter")
        assert app.me.facts == (Fact("i sing!", muted=True),)


async def test_escape_leaves_the_fact_as_it_was() -> None:
    app = Host()
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.press("enter", "x", "escape", "a", "x", "escape")
        assert app.me.facts == DOGS
        assert app.edited == []
        assert app.focused is app.me.query_one("#facts-0")


async def test_letters_are_text_while_a_fact_is_written() -> None:
    app = Host(())
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.press("a")
        await write(pilot, "andmJKpsohcgGjk")
        await pilot.press("enter")
        assert app.texts == ["andmJKpsohcgGjk"]


async def test_new_lines_become_spaces() -> None:
    app = Host(())
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.press("a", "i", "ctrl+j", "a", "m")
        app.focused.post_message(events.Paste(" 40\nand\r\nwell"))
        await pilot.press("enter")
        assert app.texts == ["i am 40 and well"]


async def test_a_blank_text_changes_nothing() -> None:
    app = Host()
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.press("enter", "ctrl+u", "space", "enter", "a", "space", "enter")
        assert app.me.facts == DOGS
        assert app.edited == []


async def test_going_elsewhere_keeps_what_was_written() -> None:
    app = Host()
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.press("enter", "!", "tab")
        assert app.texts[0] == DOGS[0].text + "!"
        assert app.focused is app.partner.query_one("#facts-1")
        await pilot.press("shift+tab", "a", "x")
        await pilot.click("#elsewhere")
        assert app.texts[1] == "x"
        assert [event.facts for event in app.edited][-1] == app.me.facts


async def test_a_terminal_that_loses_the_focus_ends_no_editing() -> None:
    app = Host()
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.press("enter", "!")
        app.post_message(events.AppBlur())
        await pilot.pause()
        assert app.edited == []
        app.post_message(events.AppFocus())
        await pilot.pause()
        await pilot.press("?", "enter")
        assert app.texts[0] == DOGS[0].text + "!?"


async def test_a_pane_put_away_keeps_what_was_written() -> None:
    app = Host()
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.press("enter", "!")
        app.me.display = False
        await pilot.pause()
        assert app.texts[0] == DOGS[0].text + "!"


async def test_facts_shown_meanwhile_leave_the_editor_open() -> None:
    app = Host()
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.press("j", "enter", "!")
        app.me.show(None, (DOGS[0], DOGS[1]))
        await pilot.press("!", "enter")
        assert app.texts == [DOGS[0].text, DOGS[1].text + "!!"]


async def test_what_is_written_on_a_fact_that_goes_becomes_a_new_one() -> None:
    app = Host()
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.press("j", "enter", "!")
        app.me.show(None, (DOGS[0],))
        await pilot.pause()
        await pilot.press("enter")
        assert app.texts == [DOGS[0].text, DOGS[1].text + "!"]


async def test_a_text_that_is_only_looked_at_stays_as_it_was_stored() -> None:
    stored = (Fact("two  spaces\nand \x1b[2J a line"),)
    app = Host(stored)
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.press("enter")
        assert "\x1b" not in app.shown
        await pilot.press("enter")
        assert app.me.facts == stored
        assert app.edited == []


async def test_the_pane_can_be_asked_to_keep_what_was_written() -> None:
    app = Host()
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.press("enter", "!")
        app.me.commit()
        assert app.texts[0] == DOGS[0].text + "!"


async def test_the_end_of_what_is_written_stays_in_view() -> None:
    facts = tuple(Fact(f"fact {number} " + "very " * 20) for number in range(7))
    app = Host(facts)
    async with app.run_test(size=(30, 16)) as pilot:
        await pilot.press(*"jjjjj", "enter")
        await write(pilot, "long indeed and END")
        await pilot.pause()
        assert "END" in app.shown
        await pilot.press("escape", "G", "enter")
        await write(pilot, "new " * 20 + "NEW")
        await pilot.pause()
        assert "NEW" in app.shown
