"""Seeds derived from seeds, so that a reply depends on its place and never on its batch."""

from __future__ import annotations

import hashlib


def derive_seed(*parts: int | str) -> int:
    """Hash the parts to a 53-bit seed, which JSON readers that use doubles keep exactly.

    The same parts give the same seed on every machine and Python version; any
    other parts give an unrelated one.
    """
    text = "\x1f".join(f"{type(part).__name__}:{_escape(str(part))}" for part in parts)
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 11


def _escape(text: str) -> str:
    """Take the separator out of a part, so that no text reads like two parts."""
    return text.replace("\x1e", "\x1e0").replace("\x1f", "\x1e1")
