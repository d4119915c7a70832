"""Long dialogs are shown at once, and only what has changed is laid out again."""

from __future__ import annotations

import pytest

from convotui.tui.blocks import Block, layout
from tests.tui.widgets.transcript_host import NAMES, Host, talk, turn

SIZE = (60, 12)


@pytest.fixture
def laid_out(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Texts that were laid out, in order."""
    texts: list[str] = []

    def counted(text: str, marks: str, width: int) -> Block:
        texts.append(text)
        return layout(text, marks, width)

    monkeypatch.setattr("convotui.tui.widgets.transcript.layout", counted)
    return texts


async def test_only_what_changed_and_what_follows_it_is_laid_out_again(
    laid_out: list[str],
) -> None:
    dialog = talk(100)
    async with (app := Host(dialog)).run_test(size=SIZE) as pilot:
        laid_out.clear()
        app.transcript.show(dialog, NAMES)
        assert laid_out == []
        dialog = dialog.add(turn(0, "new"))
        app.transcript.show(dialog, NAMES)
        assert laid_out == ["new"]
        laid_out.clear()
        app.transcript.show(dialog.with_turn(98, turn(0, "other")), NAMES)
        assert laid_out == ["other", dialog.turns[99].text, "new"]
        laid_out.clear()
        app.transcript.live(1, "gro")
        app.transcript.live(1, "growing")
        assert laid_out == ["gro▌", "growing▌"]
        laid_out.clear()
        await pilot.press("g", "j", "j", "G", "pageup")
        app.transcript.find("other")
        await pilot.pause()
        assert laid_out == []


async def test_equal_turns_read_anew_from_the_store_are_not_laid_out_again(
    laid_out: list[str],
) -> None:
    async with (app := Host(talk(50))).run_test(size=SIZE):
        laid_out.clear()
        app.transcript.show(talk(50), NAMES)
        assert laid_out == []


async def test_2000_turns_are_shown_moved_through_and_resized(laid_out: list[str]) -> None:
    async with (app := Host(talk(2000))).run_test(size=SIZE) as pilot:
        assert len(laid_out) == 2000
        assert "turn 1999" in app.lines[-1]
        await pilot.press("g")
        assert "turn 0 " in app.lines[0]
        laid_out.clear()
        await pilot.resize_terminal(40, 12)
        await pilot.pause()
        assert len(laid_out) == 2000
        await pilot.press("G")
        assert "turn 1999" in app.shown


async def test_a_change_of_height_lays_nothing_out(laid_out: list[str]) -> None:
    async with Host(talk(50)).run_test(size=SIZE) as pilot:
        laid_out.clear()
        await pilot.resize_terminal(60, 8)
        await pilot.pause()
        assert laid_out == []
