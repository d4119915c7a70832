"""The line on top says the most that fits, and never acts on what it says."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual.app import App, ComposeResult
from textual.content import Content

from convotui.tui.widgets.status_line import HELP, Status, StatusLine

FULL = Status("dialog 7", "smollm2@base", "cpu", "replying", "saved")


class Host(App[None]):
    def compose(self) -> ComposeResult:
        yield StatusLine()

    def tell(self, status: Status) -> str:
        """Show a status and return the line as it stands there."""
        line = self.screen.query_one(StatusLine)
        line.show(status)
        shown = line.content.plain if isinstance(line.content, Content) else str(line.content)
        assert shown.endswith(HELP)
        return shown.removesuffix(HELP)


async def test_a_wide_line_says_everything() -> None:
    async with (app := Host()).run_test(size=(80, 3)):
        line = app.tell(FULL)
        assert line.startswith("dialog 7 · smollm2@base · cpu │ ▶ replying ")
        assert line.endswith(" saved")
        assert len(line) == 78 - len(HELP)


async def test_device_and_model_go_first_where_there_is_no_room() -> None:
    async with (app := Host()).run_test(size=(58, 3)) as pilot:
        assert app.tell(FULL).startswith("dialog 7 · smollm2@base │ ▶ replying ")
        await pilot.resize_terminal(46, 3)
        await pilot.pause()
        line = app.tell(replace(FULL, device="cuda"))
        assert line.startswith("dialog 7 │ ▶ replying ")
        assert line.endswith("saved")


async def test_a_short_answer_stands_in_for_the_state() -> None:
    async with (app := Host()).run_test(size=(80, 3)):
        assert app.tell(replace(FULL, flash="rated 4")).endswith("rated 4")
        assert "saved" not in app.tell(replace(FULL, flash="rated 5"))
        assert app.tell(FULL).endswith("saved")


async def test_a_long_answer_leaves_a_little_of_the_place() -> None:
    async with (app := Host()).run_test(size=(50, 3)):
        line = app.tell(replace(FULL, flash="A reward is a number, such as 0.5, or " * 3))
        assert line.startswith("dialog 7 │ ▶ replying A reward is a number")


async def test_what_is_not_known_leaves_no_gap() -> None:
    async with (app := Host()).run_test(size=(80, 3)):
        assert app.tell(Status("library", state="saved")).split() == ["library", "saved"]


@pytest.mark.parametrize(
    "place", ["对话" * 8, "e\u0301" * 9, "\x1b[2J[red]x", "a\nb", "long " * 30]
)
async def test_the_state_stays_at_the_right_end_whatever_the_name(place: str) -> None:
    async with (app := Host()).run_test(size=(60, 3)) as pilot:
        line = app.tell(Status(place, "smollm2@base", "cpu", "", "saved"))
        assert Content(line).cell_length == 58 - len(HELP)
        await pilot.pause()
        (strip, *_) = app.screen._compositor.render_strips()
        shown = "".join(segment.text for segment in strip)
        assert shown.rstrip().endswith(f"saved{HELP}")
        assert not any(ord(c) < 32 or 127 <= ord(c) < 160 for c in shown)
