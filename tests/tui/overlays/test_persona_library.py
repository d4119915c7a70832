"""The library of personas: searched, previewed, picked, usable with broken files in it."""

from __future__ import annotations

import re

import pytest
from textual.app import App
from textual.widgets import OptionList

from convotui.dialog import Persona, list_personas, load_persona, save_persona
from convotui.paths import get_paths
from convotui.tui.overlays.persona_library import PersonaLibrary, readable_personas
from tests.sentences import driving
from tests.tui.conftest import wait_until
from tests.tui.widgets.persona_host import STYLES, write


class Host(App[None]):
    """Opens the library at once and keeps what it gives."""

    CSS_PATH = STYLES

    def __init__(self, chosen: str | None = None) -> None:
        super().__init__()
        self.chosen = chosen
        self.picked: list[Persona | None] = []

    def on_mount(self) -> None:
        self.push_screen(PersonaLibrary(self.chosen), self.picked.append)

    @property
    def shown(self) -> str:
        return "\n".join(strip.text for strip in self.screen._compositor.render_strips())

    @property
    def names(self) -> list[str]:
        options = self.screen.query_one(OptionList).options
        return [str(option.prompt).split()[0] for option in options]


def _write(name: str, text: str) -> None:
    folder = get_paths().libraries("personas")[0]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")


async def test_all_personas_are_listed_and_the_present_one_is_highlighted() -> None:
    app = Host("baker")
    async with app.run_test(size=(120, 40)) as pilot:
        assert app.names == [persona.name for persona in list_personas()]
        assert load_persona("baker").facts[0] in app.shown
        await pilot.press("enter")
        assert app.picked == [load_persona("baker")]


@pytest.mark.parametrize(
    ("words", "name"),
    [("night-nurse", "night-nurse"), ("work:baker", "baker"), ("CRUMPET spaniel", "baker")],
)
async def test_names_tags_and_facts_are_searched(words: str, name: str) -> None:
    app = Host()
    async with app.run_test(size=(120, 40)) as pilot:
        await write(pilot, words)
        assert app.names == [name]
        await pilot.press("enter")
        assert app.picked == [load_persona(name)]


async def test_words_that_are_nowhere_are_said_and_pick_nothing() -> None:
    app = Host()
    async with app.run_test(size=(120, 40)) as pilot:
        await write(pilot, "xyzzy")
        assert "No persona has all of these words." in app.shown
        await pilot.press("enter")
        assert app.picked == []
        await pilot.press("escape")
        assert app.picked == [None]


async def test_the_preview_follows_the_cursor() -> None:
    first, second = list_personas()[:2]
    app = Host()
    async with app.run_test(size=(160, 40)) as pilot:
        assert first.facts[0] in app.shown
        await pilot.press("down")
        assert second.facts[0] in app.shown
        assert first.facts[0] not in app.shown
        await pilot.press("tab", "k")
        assert first.facts[0] in app.shown
        await pilot.press("G", "enter")
        assert app.picked == [list_personas()[-1]]


async def test_the_facts_stand_below_the_list_under_90_columns() -> None:
    app = Host()
    async with app.run_test(size=(90, 30)) as pilot:
        names, facts = (app.screen.query_one(f"#persona-{part}") for part in ("names", "preview"))
        assert facts.region.x >= names.region.right
        await pilot.resize_terminal(89, 30)
        await pilot.pause()
        assert facts.region.y >= names.region.bottom
        assert facts.region.x == names.region.x


@pytest.mark.parametrize("size", [(60, 16), (20, 8), (3, 2)])
async def test_small_terminals_can_pick_too(size: tuple[int, int]) -> None:
    app = Host()
    async with app.run_test(size=size) as pilot:
        await pilot.press("down", "enter")
        assert app.picked == [list_personas()[1]]


async def test_the_facts_can_be_scrolled_by_key_where_they_do_not_fit() -> None:
    save_persona(Persona("a-long-one", tuple(f"fact {n} is here." for n in range(8))))
    app = Host("a-long-one")
    async with app.run_test(size=(60, 16)) as pilot:
        assert "fact 7 is here." not in app.shown
        await pilot.press("tab", "tab", "end")
        await pilot.pause()
        assert "fact 7 is here." in app.shown
        await pilot.press("enter")
        assert app.picked == [load_persona("a-long-one")]


async def test_one_broken_file_leaves_the_others_usable() -> None:
    shipped = [persona.name for persona in list_personas()]
    _write("broken.toml", "facts = [")
    _write("misnamed.toml", 'name = "other"\nfacts = ["i am."]\n')
    _write("No Slug.toml", 'name = "slug"\nfacts = ["i am."]\n')
    _write("fine.toml", 'facts = ["i am fine."]\n')
    app = Host()
    async with app.run_test(size=(120, 40)) as pilot:
        # The path may be long enough to be broken over lines.
        await wait_until(pilot, lambda: "personas/broken" in re.sub(r"[\s│]+", "", app.shown))
        assert app.names == sorted([*shipped, "fine"])
        await write(pilot, "i am fine")
        await pilot.press("enter")
        assert app.picked == [load_persona("fine")]


def test_every_file_that_is_wrong_is_named() -> None:
    _write("broken.toml", "facts = [")
    _write("baker.toml", "facts = 3")
    personas, problems = readable_personas()
    assert "baker" not in [persona.name for persona in personas]
    assert len(problems) == 2
    assert "baker.toml" in problems[0]
    assert "broken.toml" in problems[1]


async def test_hostile_texts_are_shown_safely(hostile_texts: tuple[str, ...]) -> None:
    texts = [text for text in hostile_texts if text.strip()]
    for start in range(0, len(texts), 8):
        some = tuple(texts[start : start + 8])
        save_persona(Persona(f"aaa-{start}", some, greeting=some[0], tags=some))
    app = Host()
    async with app.run_test(size=(100, 100)) as pilot:
        for _ in range(0, len(texts), 8):
            assert driving(app.shown) == set()
            await pilot.press("down")
