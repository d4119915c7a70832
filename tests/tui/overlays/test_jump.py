"""A letter on everything in sight that can have the focus; pressing it goes there."""

from __future__ import annotations

import pytest
from textual.widget import Widget

from convotui.tui.overlays.jump import LETTERS, JumpOverlay
from tests.tui.places import Goals, Host


async def jump(app: Host) -> list[Widget | None]:
    """Open the overlay; what it gives is put into the list."""
    given: list[Widget | None] = []
    await app.push_screen(JumpOverlay(app.screen), given.append)
    return given


def labels(app: Host) -> dict[str, tuple[int, int]]:
    """Where the letters are."""
    return {
        label.id.removeprefix("jump-"): (label.region.x, label.region.y)
        for label in app.screen.query(".jump-letter")
        if label.display
    }


async def test_each_pane_in_sight_has_a_letter_where_it_begins() -> None:
    app = Host()
    async with app.run_test() as pilot:
        chat = app.screen
        await jump(app)
        await pilot.pause()
        fact, shown = chat.query_one("#fact").region, chat.query_one("#shown").region
        assert labels(app) == {"a": (fact.x, fact.y), "s": (shown.x, shown.y)}


@pytest.mark.parametrize(("key", "wanted"), [("a", "fact"), ("s", "shown"), ("escape", None)])
async def test_a_letter_gives_its_widget_and_esc_gives_none(key: str, wanted: str | None) -> None:
    app = Host()
    async with app.run_test() as pilot:
        given = await jump(app)
        await pilot.press(key)
        await pilot.pause()
        assert [widget and widget.id for widget in given] == [wanted]
        assert not isinstance(app.screen, JumpOverlay)


async def test_other_keys_do_nothing() -> None:
    app = Host()
    async with app.run_test() as pilot:
        given = await jump(app)
        await pilot.press("x", "1", "enter", "tab")
        assert given == []
        assert isinstance(app.screen, JumpOverlay)


async def test_a_letter_can_be_clicked() -> None:
    app = Host()
    async with app.run_test() as pilot:
        given = await jump(app)
        await pilot.pause()
        await pilot.click("#jump-s")
        await pilot.pause()
        assert [widget.id for widget in given] == ["shown"]


async def test_letters_follow_when_the_terminal_changes_its_size() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        chat = app.screen
        chat.query_one("#shown").styles.dock = "bottom"
        await jump(app)
        await pilot.pause()
        before = labels(app)["s"]
        await pilot.resize_terminal(60, 16)
        await pilot.pause()
        region = chat.query_one("#shown").region
        assert labels(app)["s"] == (region.x, region.y) != before


async def test_what_is_out_of_sight_has_no_letter() -> None:
    app = Host()
    async with app.run_test(size=(60, 6)) as pilot:
        app.screen.query_one("#shown").styles.margin = (30, 0, 0, 0)
        await pilot.pause()
        await jump(app)
        await pilot.pause()
        assert set(labels(app)) == {"a"}


async def test_two_that_begin_at_one_place_have_letters_side_by_side() -> None:
    app = Host()
    async with app.run_test() as pilot:
        facts = app.screen.query_one("#mine")
        facts.can_focus = True
        facts.query_one("#fact").styles.margin = 0
        await pilot.pause()
        given = await jump(app)
        await pilot.pause()
        assert len(set(labels(app).values())) == 3
        await pilot.press("s")
        await pilot.pause()
        assert [widget.id for widget in given] == ["fact"]


async def test_more_panes_than_letters_is_no_problem() -> None:
    app = Host()
    async with app.run_test(size=(80, 60)) as pilot:
        extra = [Goals("x") for _ in range(len(LETTERS) + 3)]
        for pane in extra:
            pane.styles.height = 1
        await app.screen.mount_all(extra)
        await pilot.pause()
        await jump(app)
        await pilot.pause()
        assert sorted(labels(app)) == sorted(LETTERS)


async def test_a_pane_that_went_meanwhile_is_not_given() -> None:
    app = Host()
    async with app.run_test() as pilot:
        chat = app.screen
        given = await jump(app)
        await chat.query_one("#shown").remove()
        await pilot.press("s")
        await pilot.pause()
        assert given == [None]


async def test_with_nothing_to_jump_to_it_says_so() -> None:
    app = Host()
    async with app.run_test() as pilot:
        await app.screen.query("#mine, Goals").remove()
        await jump(app)
        await pilot.pause()
        assert labels(app) == {}
        shown = ["".join(s.text for s in strip) for strip in app.screen._compositor.render_strips()]
        assert "nothing to jump to" in "\n".join(shown)
