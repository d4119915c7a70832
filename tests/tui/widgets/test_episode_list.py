"""The list of episodes: states in words, a cursor, and any text and width."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult

from convotui.tui.episodes import Episode, State
from convotui.tui.widgets.episode_list import EpisodeList


class Host(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.selected: list[tuple[int, bool]] = []

    def compose(self) -> ComposeResult:
        yield EpisodeList()

    def on_episode_list_selected(self, event: EpisodeList.Selected) -> None:
        self.selected.append((event.episode, event.by_hand))

    @property
    def list(self) -> EpisodeList:
        return self.screen.query_one(EpisodeList)

    @property
    def text(self) -> str:
        strips = self.screen._compositor.render_strips()
        return "\n".join("".join(segment.text for segment in line) for line in strips)


def episodes(count: int, **options: object) -> list[Episode]:
    return [Episode(i, ("hiker", "baker"), count=3, **options) for i in range(count)]  # type: ignore[arg-type]


@pytest.mark.parametrize("size", [(80, 24), (36, 24)])
async def test_every_state_has_its_symbol_and_its_word(size: tuple[int, int]) -> None:
    app = Host()
    async with app.run_test(size=size) as pilot:
        rows = episodes(5)
        for row, state in zip(rows, State, strict=True):
            row.state = state
        rows[0].taken = 1
        rows[2].rated = 4
        app.list.show(rows)
        await pilot.pause()
        for words in (
            "▶ playing t3 you:B",
            "‖ waiting for you",
            "✓ done t3",
            "✗ dropped t3",
            "■ stopped t3",
            "★4",
        ):
            assert words in app.text
        assert app.text.count("hiker × baker") == 5


async def test_the_cursor_moves_and_tells(hostile_texts: tuple[str, ...]) -> None:
    app = Host()
    async with app.run_test(size=(36, 12)) as pilot:
        app.list.show(episodes(100))
        app.list.focus()
        await pilot.press("j", "down", "k", "G", "g", "pagedown", "end", "home")
        await pilot.pause()
        assert app.selected[0] == (0, False)
        assert [by_hand for _, by_hand in app.selected[1:]] == [True] * 8
        assert [index for index, _ in app.selected] == [0, 1, 2, 1, 99, 0, 5, 99, 0]
        app.list.select(50)
        await pilot.pause()
        assert app.selected[-1] == (50, False)
        assert "#51" in app.text


async def test_a_click_selects(hostile_texts: tuple[str, ...]) -> None:
    app = Host()
    async with app.run_test(size=(36, 12)) as pilot:
        app.list.show(episodes(9))
        await pilot.pause()
        await pilot.click(EpisodeList, offset=(5, 5))
        assert app.list.selected == 2


async def test_a_row_that_changed_is_drawn_again_and_the_cursor_stays() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        rows = episodes(3)
        app.list.show(rows)
        app.list.select(1)
        await pilot.pause()
        rows[2].state, rows[2].count = State.DONE, 8
        app.list.show(rows, {2})
        await pilot.pause()
        assert "done t8" in app.text
        app.list.show([*rows, *episodes(5)[3:]])
        await pilot.pause()
        assert "#5" in app.text
        assert app.list.selected == 1


async def test_other_episodes_begin_at_the_first() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.list.show(episodes(30))
        app.list.select(25)
        app.list.show(episodes(2))
        await pilot.pause()
        assert app.list.selected == 0
        app.list.show([])
        await pilot.pause()
        assert app.list.selected is None
        app.list.focus()
        await pilot.press("j", "G", "pagedown")


@pytest.mark.parametrize("width", [120, 59, 30, 9, 2, 1])
async def test_any_name_fits_any_width(hostile_texts: tuple[str, ...], width: int) -> None:
    app = Host()
    async with app.run_test(size=(width, 24)) as pilot:
        rows = [Episode(i, (text, text)) for i, text in enumerate(hostile_texts)]
        app.list.show(rows)
        for place in range(0, len(rows), 5):
            app.list.select(place)
            await pilot.pause()
            assert not any(ord(c) < 32 and c != "\n" for c in app.text)
