"""Seeds derived from seeds, so that a reply depends on its place and never on its batch."""

from __future__ import annotations

import hashlib


def derive_seed(*parts: int | str) -> int:
    """Hash the parts to a 53-bit seed, which JSON readers that use doubles keep exactly.

    The same parts give the same seed on every machine and Python version; any
    other parts give an unrelated one.
    """
    # The separator is escaped inside a part, so that no text reads like two parts.
    texts = (str(part).replace("\x1e", "\x1e0").replace("\x1f", "\x1e1") for part in parts)
    text = "\x1f".join(
        f"{type(part).__name__}:{safe}" for part, safe in zip(parts, texts, strict=True)
    )
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 11
