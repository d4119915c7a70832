"""A list of dialogs: its cursor, its marks, and what a line says where there is little room."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from textual.app import App, ComposeResult

from convotui.store import DialogRow
from convotui.tui.rows import facts_of, when
from convotui.tui.widgets.dialog_list import DialogList

NOW = datetime(2025, 11, 20, 12, 0, tzinfo=timezone(timedelta(hours=2)))


def row(key: int, **changes: object) -> DialogRow:
    """Make a row of a list."""
    base = DialogRow(
        key=key,
        id=f"chat-{key}",
        run=None,
        model="org/smollm2",
        turns=4,
        started="2025-11-20T08:00:00.000+00:00",
        title=None,
        personas=(None, "baker"),
        last=f"last words {key}",
        rating=None,
        changed="2025-11-20T09:30:00.000+00:00",
        branched_from=None,
    )
    return replace(base, **changes)  # type: ignore[arg-type]


class Host(App[None]):
    """A list, and where its cursor went."""

    def __init__(self) -> None:
        super().__init__()
        self.list = DialogList()
        self.moves: list[int | None] = []

    def compose(self) -> ComposeResult:
        yield self.list

    def on_dialog_list_moved(self, event: DialogList.Moved) -> None:
        self.moves.append(event.row.key if event.row else None)

    @property
    def lines(self) -> list[str]:
        """What stands on the screen."""
        return [strip.text for strip in self.screen._compositor.render_strips()]

    @property
    def here(self) -> int | None:
        """Key of the dialog under the cursor."""
        return self.list.highlighted.key if self.list.highlighted else None


async def test_the_cursor_moves_by_dialogs_and_stops_at_the_ends() -> None:
    app = Host()
    async with app.run_test(size=(60, 10)) as pilot:
        app.list.show([row(key) for key in range(1, 31)])
        app.list.focus()
        seen = []
        for key in ("k", "j", "down", "pagedown", "up", "pageup", "G", "j", "home", "end", "g"):
            await pilot.press(key)
            seen.append(app.here)
        assert seen == [1, 2, 3, 7, 6, 2, 30, 30, 1, 30, 1]
        await pilot.press("G")
        assert "#30" in app.lines[-2]
        assert app.lines[-2].startswith("▌")
        assert app.lines[-1].startswith("▌")
        assert app.moves[0] == 1
        assert app.moves[-1] == 30


async def test_the_cursor_stays_on_its_dialog_else_on_its_place() -> None:
    app = Host()
    async with app.run_test(size=(60, 20)) as pilot:
        app.list.focus()
        app.list.show([row(3), row(2), row(1)])
        await pilot.press("j")
        app.list.show([row(4), row(3), row(2), row(1)])
        assert app.here == 2
        app.list.show([row(4), row(3), row(1)])
        assert app.here == 1
        app.list.show([row(4), row(3)])
        assert app.here == 3
        app.list.show([])
        assert app.here is None
        app.list.show([row(1)])
        await pilot.pause()
        assert app.here == 1
        assert app.moves[-2:] == [None, 1]


async def test_showing_the_same_again_moves_nothing_but_a_change_is_told() -> None:
    app = Host()
    async with app.run_test(size=(60, 20)) as pilot:
        app.list.show([row(2), row(1)])
        await pilot.pause()
        told = len(app.moves)
        app.list.show([row(2), row(1)])
        await pilot.pause()
        assert len(app.moves) == told
        app.list.show([row(2, turns=5), row(1)])
        await pilot.pause()
        assert len(app.moves) == told + 1


async def test_marks_are_shown_and_kept_while_other_dialogs_are_shown() -> None:
    app = Host()
    async with app.run_test(size=(60, 20)) as pilot:
        app.list.show([row(2), row(1)])
        app.list.mark([1], True)
        await pilot.pause()
        assert [line[1] for line in app.lines[:4:2]] == [" ", "✓"]
        app.list.show([row(2)])
        app.list.show([row(2), row(1)])
        await pilot.pause()
        assert [line[1] for line in app.lines[:4:2]] == [" ", "✓"]
        app.list.mark([1], False)
        await pilot.pause()
        assert [line[1] for line in app.lines[:4:2]] == [" ", " "]


async def test_two_lines_say_what_there_is_to_know_of_a_dialog() -> None:
    app = Host()
    async with app.run_test(size=(90, 20)) as pilot:
        titled = row(7, title="On [b]bread", rating=4, turns=1, run="selfplay-7", branched_from=3)
        app.list.show([titled, row(12, personas=None, last="", model=None)], open_key=12)
        await pilot.pause()
        first, second, third, fourth = app.lines[:4]
        assert first.split()[:4] == ["▌", "#7", "On", "[b]bread"]
        assert "★4" in first
        assert "1 turn " in first
        assert "branch of #3 · selfplay-7 · baker · smollm2 · last words 7" in second
        assert "#12 no personas" in third
        assert "● open · nothing said yet" in fourth


@pytest.mark.parametrize("width", [1, 2, 5, 8, 12, 20, 30, 45, 60, 200])
@pytest.mark.parametrize("height", [1, 2, 7])
async def test_no_size_is_too_small(width: int, height: int) -> None:
    app = Host()
    async with app.run_test(size=(width, height)) as pilot:
        wide = "界" * 300
        app.list.show([row(key, title=wide, last=wide, rating=5) for key in range(1, 101)])
        app.list.focus()
        await pilot.press("G", "k", "g")
        assert [len(line) <= width for line in app.lines] == [True] * height


@pytest.mark.parametrize(
    ("room", "words"),
    [(40, "★4    4 turns       11:30"), (12, "★4  11:30"), (2, "★4"), (1, ""), (-5, "")],
)
def test_the_right_end_says_as_much_as_there_is_room_for(room: int, words: str) -> None:
    assert facts_of(row(1, rating=4), room, NOW) == words


@pytest.mark.parametrize(
    ("time", "words"),
    [
        (NOW.astimezone(UTC), "12:00"),
        (datetime(2025, 11, 19, 22, 0, tzinfo=UTC), "00:00"),
        (datetime(2025, 11, 19, 21, 59, tzinfo=UTC), "19 Nov"),
        (datetime(2025, 1, 2, 3, 4, tzinfo=UTC), "2 Jan"),
        (datetime(2024, 12, 31, 21, 0, tzinfo=UTC), "2024-12-31"),
    ],
)
def test_a_time_is_as_the_clock_here_has_it(time: datetime, words: str) -> None:
    assert when(time.isoformat(timespec="milliseconds"), NOW) == words
