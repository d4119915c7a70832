"""What is shown holds nothing that a terminal would act on."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convotui.dialog import display, display_line
from tests.dialog.active import active_in

any_text = st.text(st.characters())


def test_hostile_texts_lose_every_active_character(hostile_texts: tuple[str, ...]) -> None:
    assert sum(bool(active_in(text, allowed="\n\t")) for text in hostile_texts) > 20
    for text in hostile_texts:
        assert active_in(display(text), allowed="\n\t") == [], ascii(text)


def test_no_character_of_unicode_passes_as_active() -> None:
    everything = "".join(map(chr, range(sys.maxunicode + 1)))
    assert active_in(display(everything), allowed="\n\t") == []


@settings(deadline=None)
@given(any_text)
def test_a_text_without_active_characters_is_shown_as_it_is(text: str) -> None:
    harmless = "".join(char for char in text if not active_in(char, allowed="\n\t"))
    assert display(harmless) == harmless


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred", r"\x1b[31mred"),
        ("\x9b2J", r"\x9b2J"),
        ("a\rb", r"a\x0db"),
        ("\u202eevil", r"\u202eevil"),
        ("\ud800", r"\ud800"),
        ("\U000e0041", r"\ue0041"),
    ],
)
def test_an_active_character_is_shown_as_an_escape(text: str, shown: str) -> None:
    assert display(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "two\nlines\tand a tab",
        "\U0001f468\u200d\U0001f469\u200d\U0001f467",
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        "[red]markup[/red] stays text",
        "",
    ],
)
def test_joiners_newlines_tabs_and_markup_stay(text: str) -> None:
    assert display(text) == text


def test_a_hostile_text_on_one_line_is_one_line(hostile_texts: tuple[str, ...]) -> None:
    for text in (*hostile_texts, "a\r\nb", "a\u2028b\u0085c\x0bd\x0ce\x1cf", "\n\n"):
        line = display_line(text)
        assert len(line.splitlines()) <= 1
        assert active_in(line) == []


@settings(deadline=None)
@given(any_text)
def test_any_text_on_one_line_is_one_line(text: str) -> None:
    line = display_line(text)
    assert len(line.splitlines()) <= 1
    assert line == line.strip()
    assert active_in(line) == []


def test_runs_of_white_space_become_one_blank() -> None:
    assert display_line("  a \r\n\t b\n") == "a b"
