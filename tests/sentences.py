"""What every message to a person must look like, whatever it says."""

from __future__ import annotations

import unicodedata

_BIDI = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
_MARKS = "\u061c\u200e\u200f"


def is_sentence(text: str) -> bool:
    """Say whether a text is one plain line that ends with a full stop."""
    return (
        text.endswith(".")
        and not text.endswith("..")
        and "\n" not in text
        and "Traceback" not in text
        and "[Errno" not in text
    )


def driving(text: str) -> set[str]:
    """Collect the characters that could drive a terminal or turn its text around."""
    return {
        char
        for char in text
        if (unicodedata.category(char) in ("Cc", "Cs") and char not in "\n\t")
        or unicodedata.bidirectional(char) in _BIDI
        or char in _MARKS
    }
