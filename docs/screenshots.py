"""Draw the README's picture: a real session of ``convotui chat --plain``, as SVG.

Run: python docs/screenshots.py
"""

from __future__ import annotations

import subprocess
import sys
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.text import Text

LINES = (
    "hi there",
    "/goal ask-pets",
    "what do you do?",
    "/rate 4",
    "/correct i am a nurse, i work at night. do you have any pets?",
    "yes, a cat called olga.",
)
COMMAND = "convotui chat --plain --persona night-nurse --seed 1"


def main() -> None:
    """Run the session and write ``docs/chat.svg``."""
    words = [sys.executable, "-c", "from convotui.cli import main; main()", *COMMAND.split()[1:]]
    typed = "".join(f"{line}\n" for line in LINES)
    done = subprocess.run(words, input=typed, capture_output=True, text=True, check=True)
    answers = iter(done.stdout.splitlines())

    console = Console(record=True, width=100, file=StringIO())
    console.print(Text(f"$ {COMMAND}", style="bold"))
    for line in LINES:
        console.print(Text(f"you: {line}", style="cyan"))
        answer = next(answers)
        console.print(Text(answer, style="dim" if answer.startswith("*") else "green"))
    target = Path(__file__).parent / "chat.svg"
    target.write_text(console.export_svg(title="convotui"), encoding="utf-8")
    print(target)


if __name__ == "__main__":
    main()
