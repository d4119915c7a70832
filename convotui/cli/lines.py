"""Lines of a plain chat: read from stdin, and a reply's line that grows while it is made."""

from __future__ import annotations

import codecs
import sys
from collections.abc import Iterator

from convotui.cli.output import line, note
from convotui.dialog import display_line
from convotui.engine.api import Event, ReplyReady, ReplyText


class ReplyLine:
    """Shows a reply: as it grows in a terminal, whole elsewhere.

    Attributes:
        ready: the finished reply, once it is there.
    """

    def __init__(self, name: str) -> None:
        """Take the name of who speaks."""
        self.name = name
        self.ready: ReplyReady | None = None
        self._shown: str | None = None

    def on_event(self, event: Event) -> None:
        """Take note of what the job says."""
        if isinstance(event, ReplyReady):
            self.ready = event
        elif isinstance(event, ReplyText) and sys.stdout.isatty():
            self._grow(display_line(event.texts[0]))

    def finish(self, text: str) -> None:
        """Show the whole reply, now that it is stored."""
        if self._shown is not None:
            print(flush=True)
        if self._shown != display_line(text):
            line(f"{self.name}: {text}")

    def abandon(self) -> None:
        """End a line that was begun; its reply was not stored."""
        if self._shown is not None:
            print(flush=True)

    def _grow(self, text: str) -> None:
        if self._shown is None:
            print(display_line(self.name), end=": ", flush=True)
            self._shown = ""
        if text.startswith(self._shown):
            print(text[len(self._shown) :], end="", flush=True)
            self._shown = text


def typed_lines() -> Iterator[str | None]:
    """Yield the lines of stdin without their ends; None for one that is not UTF-8."""
    if sys.stdin.isatty():
        import readline  # noqa: F401 - gives input() line editing and history

        interrupted = False
        while True:
            try:
                yield input("you: ")
                interrupted = False
            except EOFError:
                print(flush=True)
                return
            except UnicodeDecodeError:
                yield None
            except KeyboardInterrupt:
                if interrupted:
                    raise
                interrupted = True
                print(flush=True)
                note("/quit or Ctrl-D leaves; so does Ctrl-C once more.")
    for number, raw in enumerate(sys.stdin.buffer):
        text = raw.rstrip(b"\r\n")
        try:
            yield (text.removeprefix(codecs.BOM_UTF8) if number == 0 else text).decode("utf-8")
        except UnicodeDecodeError:
            yield None
