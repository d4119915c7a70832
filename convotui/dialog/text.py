"""Text from people, models and files: made safe to show, made one line, matched against cues."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

# Everything a terminal or a reader's eye could be driven with: C0 and C1 controls, DEL,
# bidi marks, embeddings and isolates, zero-width spaces, line separators, annotations,
# invisible shorthand and music controls, tag characters and lone surrogates. Zero-width
# joiners stay: emoji and Persian need them.
_ACTIVE = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"
    "\ud800-\udfff\ufeff\ufff9-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e007f"
)
_UNSAFE = re.compile(f"[{_ACTIVE}]")
_HALF = re.compile("[\ud800-\udfff]")
_SPACE = re.compile(r"\s+")


def _visible(match: re.Match[str]) -> str:
    code = ord(match.group())
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def display(text: str) -> str:
    r"""Make text safe for a terminal: active characters become visible escapes (``\x1b``).

    Newlines and tabs stay. What is stored is never changed; this is for showing only.
    """
    return _UNSAFE.sub(_visible, text)


def display_line(text: str) -> str:
    """Make text safe for a terminal and put it on one line."""
    return display(_SPACE.sub(" ", text.replace("\r", " ")).strip())


def whole(text: str) -> str:
    """Replace halves of surrogate pairs, which are no text: no file and no tokenizer takes them."""
    return _HALF.sub("\ufffd", text)


def to_json(value: Any) -> str:
    r"""Write one line of JSON that is also safe to ``cat``: active characters become ``\uXXXX``."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    return _UNSAFE.sub(_json_escape, text)


def _json_escape(match: re.Match[str]) -> str:
    # json.dumps leaves DEL as it is, and two escapes are needed beyond the BMP.
    units = match.group().encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))


@lru_cache(maxsize=1024)
def _cue_pattern(cues: tuple[str, ...]) -> re.Pattern[str]:
    parts = [
        re.escape(cue[:-1]) + r"\w*" if cue.endswith("*") else re.escape(cue)
        for cue in sorted(cues, key=len, reverse=True)
    ]
    return re.compile(rf"(?<!\w)(?:{'|'.join(parts)})(?!\w)", re.IGNORECASE)


def meets_cues(text: str, cues: Iterable[str]) -> bool:
    """Say whether the text contains a cue as whole words (``cat*`` also matches ``cats``).

    A text never meets an empty list of cues.
    """
    words = tuple(cues)
    return bool(words) and _cue_pattern(words).search(text) is not None
