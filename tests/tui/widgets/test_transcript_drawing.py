"""What is drawn fits, says who speaks, and shows foreign texts without acting on them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from convotui.dialog import Candidate, Dialog, Turn
from tests.tui.widgets.transcript_host import NAMES, Host, talk, turn

WIDE = "你好世界" * 12 + " 👍🏽 e\u0301nd"


def marked(text: str) -> Turn:
    return Turn(1, (Candidate(text, "model"),) * 2, 1, goal="ask-pets", rating=4, reward=0.5)


async def test_names_stand_left_of_the_first_line_only() -> None:
    dialog = Dialog("d", turns=(turn(0, "hi"), turn(1, "one two three four five six seven")))
    async with (app := Host(dialog)).run_test(size=(27, 8)):
        app.transcript.follow()
        assert app.lines[:4] == [
            "  you   hi",
            "  baker one two three four",
            "        five six seven",
            "",
        ]


async def test_marks_stand_at_the_right_or_below() -> None:
    marks = "→ ask-pets  ‹2/2›  ★4"
    dialog = Dialog("d", turns=(marked("short"), marked("x" * 40)))
    async with (app := Host(dialog)).run_test(size=(50, 8)) as pilot:
        app.transcript.follow()
        width = app.transcript.scrollable_content_region.width
        assert app.lines[0] == "  baker short".ljust(width - len(marks)) + marks
        assert app.lines[1] == "  baker " + "x" * 40
        assert app.lines[2] == " " * (width - len(marks)) + marks
        await pilot.press("k")
        assert app.lines[2].startswith("▌ ")  # the cursor goes along all of its lines


@pytest.mark.parametrize("width", [30, 51])
async def test_no_line_is_wider_than_the_screen(width: int, hostile_texts: tuple[str, ...]) -> None:
    texts = [*hostile_texts, WIDE, "a\tb", "", "\n\n", "w" * 300]
    turns = tuple(replace(marked(text), speaker=i % 2) for i, text in enumerate(texts))
    names = ("\x1b[2Jyou", "你好[b]" * 9)
    async with (app := Host()).run_test(size=(width, 20)) as pilot:
        app.transcript.show(Dialog("d", turns=turns), names)
        app.transcript.live(0, WIDE, "→ [/x] \x1b")
        await pilot.press("g")
        seen = 0
        for top in range(0, app.transcript.max_scroll_y + 20, 20):
            app.transcript.scroll_to(y=top, animate=False, force=True)
            await pilot.pause()
            for y in range(app.transcript.size.height):
                strip = app.transcript.render_line(y)
                assert strip.cell_length == app.transcript.scrollable_content_region.width
                raw = [c for c in strip.text if ord(c) < 32 or 127 <= ord(c) < 160]
                assert raw == [], strip.text
                seen += 1
        assert seen >= app.transcript.virtual_size.height


async def test_a_screen_too_narrow_for_anything_is_no_error() -> None:
    async with (app := Host(Dialog("d", turns=(marked(WIDE), turn(0, "hi"))))).run_test(
        size=(6, 5)
    ) as pilot:
        await pilot.press("g", "G")
        assert all(app.transcript.render_line(y).cell_length == 5 for y in range(5))


async def test_wide_characters_are_never_cut_in_half() -> None:
    async with (app := Host(Dialog("d", turns=(turn(0, WIDE),)))).run_test(size=(25, 12)):
        text = "".join(line[len("  baker ") :] for line in app.lines)
        assert text.replace(" ", "").startswith("你好世界" * 12)


async def test_a_reply_under_way_is_shown_below_and_taken_away() -> None:
    async with (app := Host(talk(2))).run_test(size=(50, 8)) as pilot:
        app.transcript.live(1, "growing", "esc stops")
        await pilot.pause()
        assert app.lines[2].startswith("  baker growing▌")
        assert app.lines[2].endswith("esc stops")
        await pilot.press("G")
        assert app.transcript.cursor == 1  # it is no turn yet
        app.transcript.live(None)
        await pilot.pause()
        assert app.lines[2] == ""


async def test_what_a_search_hits_is_drawn_otherwise() -> None:
    dialog = Dialog("d", turns=(turn(0, "Tea and tea"), turn(1, "no")))
    async with (app := Host(dialog)).run_test(size=(50, 8)):
        assert app.transcript.find("tea") == [0]
        hit = app.transcript.get_component_rich_style("transcript--match")
        drawn = app.transcript.render_line(0)
        found = [s.text for s in drawn if s.style and s.style.reverse and hit.reverse]
        assert found == ["Tea", "tea"]
        assert app.transcript.find("") == []
        assert not any(s.style and s.style.reverse for s in app.transcript.render_line(0))


async def test_other_names_are_shown_at_once() -> None:
    async with (app := Host(talk(2))).run_test(size=(50, 8)) as pilot:
        app.transcript.show(talk(2), ("you", "the night nurse of ward 7"))
        await pilot.pause()
        assert "  the night nu turn 1" in app.lines[1]
        assert NAMES[1] not in app.shown
