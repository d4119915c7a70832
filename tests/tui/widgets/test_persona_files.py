"""Personas come from the library and from files, and facts are saved as personas."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from convotui.dialog import load_persona, save_persona
from convotui.engine.session import Fact
from convotui.paths import get_paths
from convotui.tui.overlays.ask import AskLine, Confirm
from tests.sentences import is_sentence
from tests.tui.widgets.persona_host import DOGS, HIKER, Host, write


async def test_a_picked_persona_takes_the_place_of_the_facts() -> None:
    app = Host()
    async with app.run_test(size=(100, 40)) as pilot:
        await pilot.press("p")
        await write(pilot, "sourdough")
        await pilot.press("enter")
        await pilot.pause()
        baker = load_persona("baker")
        assert app.me.name == "baker"
        assert app.texts == list(baker.facts)
        assert [(e.side, e.facts, e.name) for e in app.edited] == [(0, app.me.facts, "baker")]


async def test_leaving_the_library_changes_nothing() -> None:
    app = Host()
    async with app.run_test(size=(100, 40)) as pilot:
        await pilot.press("p", "escape")
        assert app.me.facts == DOGS
        assert app.edited == []


async def test_clearing_takes_facts_and_name_away_once() -> None:
    app = Host(DOGS, "hiker")
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.press("c", "c")
        assert [(event.facts, event.name) for event in app.edited] == [((), None)]
        assert "ME  no persona" in app.shown


async def test_facts_are_saved_under_a_name() -> None:
    app = Host((*DOGS, Fact("i am muted.", muted=True)))
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.press("s")
        await write(pilot, "hiker")
        await pilot.press("enter")
        await pilot.pause()
        assert load_persona("hiker").facts == HIKER.facts
        assert [event.name for event in app.edited] == ["hiker"]
        assert app.me.name == "hiker"
        ((severity, text),) = app.told
        assert severity == "information"
        assert is_sentence(text)
        assert "hiker.toml" in text
        assert text.endswith("Muted facts are not in it.")


async def test_a_name_that_is_no_file_name_is_refused_where_it_is_typed() -> None:
    app = Host()
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.press("s")
        await write(pilot, "../My hiker")
        await pilot.press("enter")
        assert isinstance(app.screen, AskLine)
        assert "Use lower-case letters" in app.shown
        assert "../My hiker" in app.shown
        assert not get_paths().libraries("personas")[0].exists()


async def test_a_persona_is_written_over_only_after_a_yes() -> None:
    save_persona(HIKER)
    app = Host(DOGS[:1], "hiker")
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.press("s", "enter")
        await pilot.pause()
        assert isinstance(app.screen, Confirm)
        await pilot.press("n")
        await pilot.pause()
        assert load_persona("hiker") == HIKER
        assert "(edited)" in app.shown
        await pilot.press("s", "enter")
        await pilot.pause()
        await pilot.press("y")
        await pilot.pause()
        assert load_persona("hiker") == replace(HIKER, facts=HIKER.facts[:1])
        assert "(edited)" not in app.shown
        assert app.edited == []


async def test_greeting_and_tags_go_along_with_facts_saved_under_another_name() -> None:
    save_persona(HIKER)
    app = Host(DOGS, "hiker")
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.press("s", "end", "minus", "2", "enter")
        await pilot.pause()
        assert load_persona("hiker-2") == replace(HIKER, name="hiker-2")


async def test_no_facts_are_no_persona_to_save() -> None:
    app = Host((Fact("i am muted.", muted=True),))
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.press("s")
        await pilot.pause()
        assert len(app.screen_stack) == 1
        ((severity, text),) = app.told
        assert severity == "warning"
        assert is_sentence(text)


async def test_a_library_that_cannot_be_written_is_said_and_loses_nothing() -> None:
    folder = get_paths().libraries("personas")[0]
    folder.parent.mkdir(parents=True)
    folder.write_text("a file where the library should be")
    app = Host()
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.press("s", "x", "enter")
        await pilot.pause()
        ((severity, text),) = app.told
        assert severity == "error"
        assert is_sentence(text)
        assert app.me.facts == DOGS
        assert app.me.name is None


async def test_a_persona_is_opened_from_any_file(write_toml: Callable[[str, str], Path]) -> None:
    path = write_toml("guest.toml", 'name = "guest"\ngreeting = "hey"\nfacts = ["i visit."]\n')
    app = Host()
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.press("o")
        await write(pilot, str(path))
        await pilot.press("enter")
        await pilot.pause()
        assert (app.me.name, app.texts) == ("guest", ["i visit."])
        assert len(app.edited) == 1
        await pilot.press("s", "enter")
        await pilot.pause()
        assert load_persona("guest").greeting == "hey"


async def test_a_file_that_is_no_persona_is_said_and_its_path_stays(
    write_toml: Callable[[str, str], Path],
) -> None:
    path = write_toml("bad.toml", "facts = 3\n")
    app = Host()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("o")
        await write(pilot, str(path))
        await pilot.press("enter")
        await pilot.pause()
        ((severity, text),) = app.told
        assert severity == "error"
        assert is_sentence(text)
        assert "bad.toml" in text
        assert isinstance(app.screen, AskLine)
        assert app.screen.query_one("Input").value == str(path)
        await pilot.press("escape")
        await pilot.pause()
        assert app.me.facts == DOGS
        assert app.edited == []


async def test_what_is_being_written_is_kept_before_the_library_opens() -> None:
    app = Host()
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.press("enter", "!")
        await app.run_action("pick", default_namespace=app.me)
        await pilot.pause()
        assert app.texts[0] == DOGS[0].text + "!"
        await pilot.press("escape")


async def test_what_is_being_written_is_told_before_the_persona_is_cleared() -> None:
    app = Host()
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.press("enter", "!")
        await app.run_action("clear", default_namespace=app.me)
        await pilot.pause()
        first, second = app.edited
        assert first.facts[0].text == DOGS[0].text + "!"
        assert second.facts == ()
