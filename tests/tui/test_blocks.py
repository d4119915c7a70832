"""Turns are broken into lines that fit, whatever they hold, with their marks beside or below."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.content import Content

from convotui.dialog import Candidate, Turn
from convotui.tui.blocks import MAX_NAME, layout, marks_of, matches, name_width


def width_of(line: Content) -> int:
    return line.cell_length


TEXTS = st.text(alphabet="ab \n\t好語😀é\x1b\u202e", max_size=60)


@given(TEXTS, st.text(alphabet="→★ abc好", max_size=20), st.integers(1, 30))
def test_no_line_is_wider_than_asked_for(text: str, marks: str, width: int) -> None:
    block = layout(text, marks, max(2, width))  # a wide character needs two cells
    assert all(width_of(line) <= max(2, width) for line in block.lines)
    assert Content(block.marks).cell_length <= max(2, width)
    assert block.lines
    assert block.height == len(block.lines) + block.marks_below


def test_hostile_texts_become_lines_without_active_characters(
    hostile_texts: tuple[str, ...],
) -> None:
    for text in hostile_texts:
        for line in layout(text, "", 20).lines:
            assert line.cell_length <= 20
            assert not any(ord(c) < 32 or 127 <= ord(c) < 160 for c in line.plain), repr(line.plain)


def test_a_tab_becomes_blanks() -> None:
    """A terminal would move its cursor for a tab, and the rest of the line with it."""
    lines = layout("a\tb", "", 20).lines
    assert [line.plain.split() for line in lines] == [["a", "b"]]
    assert "\t" not in lines[0].plain


def test_line_breaks_stay_and_an_empty_text_has_a_line() -> None:
    assert [line.plain.rstrip() for line in layout("one\n\ntwo", "", 20).lines] == [
        "one",
        "",
        "two",
    ]
    assert layout("", "", 20).height == 1


def test_marks_stand_beside_the_last_line_while_there_is_room() -> None:
    assert not layout("hello", "★4", 9).marks_below
    assert layout("hello", "★4", 9).height == 1
    below = layout("hello", "★4", 8)
    assert (below.marks_below, below.height, below.marks) == (True, 2, "★4")


def test_marks_wider_than_the_line_are_cut_with_an_ellipsis() -> None:
    assert layout("hi", "→ ask-marital-status", 8).marks == "→ ask-m…"


@pytest.mark.parametrize(
    ("names", "width"),
    [(("you", "baker"), 6), (("you", "n" * 40), MAX_NAME + 1), (("你好", "a"), 5)],
)
def test_the_column_of_names_is_as_wide_as_the_longer_one(
    names: tuple[str, str], width: int
) -> None:
    assert name_width(names) == width


HUMAN, MODEL = Candidate("h", "human"), Candidate("m", "model")


@pytest.mark.parametrize(
    ("turn", "marks"),
    [
        (Turn(1, (MODEL,)), ""),
        (Turn(1, (MODEL,), goal="ask-pets"), "→ ask-pets"),
        (Turn(1, (MODEL, MODEL), 1), "‹2/2›"),
        (Turn(1, (MODEL, HUMAN), 1), "‹2/2›  ✎ corrected"),
        (Turn(1, (MODEL,), rating=4, reward=0.5), "★4"),
        (Turn(1, (MODEL,), rating=4, reward=2.0), "★4  reward +2"),
        (Turn(1, (MODEL,), reward=-0.25), "reward -0.25"),
        (Turn(1, (MODEL, MODEL), 1, rating=2), "‹2/2›  ★2 (of another candidate)"),
        (Turn(1, (MODEL,), excluded=True), "✕ not for training"),
        (Turn(1, (MODEL,), goal="\x1b[2Jx"), "→ \\x1b[2Jx"),
    ],
)
def test_marks_say_what_there_is_to_know(turn: Turn, marks: str) -> None:
    assert marks_of(turn) == marks


def test_a_search_hits_whatever_the_case_and_never_reads_patterns() -> None:
    assert matches("Tea, tea and STEAM", "tea") == [(0, 3), (5, 8), (14, 17)]
    assert matches("a.c abc", "a.c") == [(0, 3)]
    assert matches("tea", "") == []
    assert matches("tea", "(") == []
