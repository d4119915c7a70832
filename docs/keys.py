"""Write ``docs/keys.md`` from the commands that the app declares.

Run: python docs/keys.py
"""

from __future__ import annotations

from pathlib import Path

from convotui.cli.keys import markdown


def main() -> None:
    """Write the page of the keys as they come, whatever this machine's config says."""
    target = Path(__file__).parent / "keys.md"
    target.write_text(markdown({}), encoding="utf-8")
    print(target)


if __name__ == "__main__":
    main()
