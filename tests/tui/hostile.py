"""Texts that try to act on the screen, and what of them reached it."""

from __future__ import annotations

import unicodedata
from typing import Any

from textual.app import App
from textual.geometry import Region
from textual.widget import Widget

from convotui.dialog import display

MARKUP = (
    "[/x]",
    "[bold]loud[/bold]",
    "[@click=app.quit]press me[/]",
    "[link='file:///etc/passwd']here[/link]",
    "\\[escaped] [$primary]theme[/] [on red] [b",
    ":smile: **not bold** `code` {braces}",
)
WIDE = (
    "family \U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466 flag \U0001f1e9\U0001f1ea",
    "\u65e5\u672c\u8a9e\u306e\u6587\u7ae0\u3002" * 12,
    "\u0634\u0643\u0631\u0627 \u0644\u0643 \u05e9\u05dc\u05d5\u05dd",
    "z\u0351\u036b\u0343a\u0363\u0367l\u0312g\u030do" * 8,
)
LONG = "long" * 1250
BREAKS = "one\ntwo\r\nthree\rfour\tfive\x0b\x0csix\x85seven\u2028eight"
ACTING = (
    "\x1b]52;c;aGk=\x07\x1b[2J\x9b2J\x00\x08\x7f",
    "\u202eevil\u202c\u2066\u200e\u200b\ufeff\u00ad\U000e0041",
)
JOINERS = "\u200c\u200d"
"""Emoji and Persian need them; all else that steers is taken out or spelled out."""


def texts_of(hostile_texts: tuple[str, ...]) -> tuple[str, ...]:
    """All hostile texts there are; none is blank."""
    found = (*hostile_texts, *MARKUP, *WIDE, LONG, BREAKS, *ACTING)
    return tuple(text for text in found if text.strip())


def screen_lines(app: App[Any], region: Region | None = None) -> list[str]:
    """Read the screen, or a part of it, line by line, as it goes to the terminal."""
    strips = app.screen._compositor.render_strips()
    if region is None:
        return [strip.text for strip in strips]
    return [strip.crop(region.x, region.right).text for strip in strips[region.y : region.bottom]]


def acting(app: App[Any]) -> set[str]:
    """Find what stands on the screen that a terminal would act on."""
    return {
        f"U+{ord(char):04X}"
        for line in screen_lines(app)
        for char in line
        if char not in JOINERS and unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp")
    }


def text_of(app: App[Any], widget: Widget) -> str:
    """Read what a widget shows, without cursor, and the blanks and breaks that wrapping makes."""
    region = widget.scrollable_content_region
    return squeezed("".join(screen_lines(app, region)).replace("▌", ""))


def squeezed(text: str) -> str:
    """Take all white space out of a text."""
    return "".join(text.split())


def literal(text: str) -> str:
    """Write a text as the screen has to show it: every character itself or spelled out."""
    return squeezed(display(text))
