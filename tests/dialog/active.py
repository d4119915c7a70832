"""Which characters drive a terminal or a reader's eye, told without the module under test."""

from __future__ import annotations

import unicodedata

# Categories: controls, formats, line and paragraph separators, halves of surrogate pairs.
_CATEGORIES = {"Cc", "Cf", "Zl", "Zp", "Cs"}

# Formats that people need to write with, and that are no means to hide or reorder a text:
# the joiners of emoji and Persian; number and verse signs, which are seen; hieroglyph joiners.
_NEEDED = {
    *map(chr, (0x200C, 0x200D)),
    *map(chr, (*range(0x0600, 0x0606), 0x06DD, 0x070F, 0x0890, 0x0891, 0x08E2)),
    *map(chr, (0x110BD, 0x110CD)),
    *map(chr, range(0x13430, 0x13440)),
}

# By name, whatever a version of Unicode says of their category.
_NAMED = {
    *map(chr, range(0x20)),  # C0, with ESC, BEL, BS, CR
    *map(chr, range(0x7F, 0xA0)),  # DEL and C1, with CSI, OSC, DCS and NEL
    *map(chr, (0x061C, 0x200E, 0x200F)),  # bidi marks
    *map(chr, range(0x202A, 0x202F)),  # bidi embeddings and overrides
    *map(chr, range(0x2066, 0x206A)),  # bidi isolates
    *map(chr, (0x00AD, 0x180E, 0x200B, 0x2060, 0xFEFF)),  # of no width
    *map(chr, (0x2028, 0x2029)),  # line and paragraph separators
    *map(chr, range(0xFFF9, 0xFFFC)),  # annotations
    *map(chr, range(0xE0000, 0xE0080)),  # tag characters
    *map(chr, range(0xD800, 0xE000)),  # halves of surrogate pairs
}


def active_in(text: str, *, allowed: str = "") -> list[str]:
    """List the active characters of a text as code points."""
    return [
        f"U+{ord(char):04X}"
        for char in text
        if char not in allowed
        and (char in _NAMED or (unicodedata.category(char) in _CATEGORIES and char not in _NEEDED))
    ]
