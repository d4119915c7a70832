"""Opening the app from a command; nothing of it is imported before."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from convotui.paths import get_paths
from convotui.store import Store

if TYPE_CHECKING:
    from convotui.tui.start import Start


def in_terminal() -> bool:
    """Say whether there is a terminal that an app can be drawn on and typed into."""
    # The app is drawn on stderr, and reads from stdin.
    streams = (sys.stdin, sys.stdout, sys.stderr)
    if os.environ.get("TERM", "") in ("", "dumb", "unknown"):
        return False
    return all(stream is not None and stream.isatty() for stream in streams)


def open_app(start: Start, store: Store) -> int:
    """Run the app until the person leaves it.

    Returns:
        The exit code.
    """
    from convotui.tui.app import ConvoApp
    from convotui.tui.guard import stderr_guard

    with stderr_guard(get_paths().log_file):
        app = ConvoApp(start, store)
        try:
            code = app.run()
        finally:
            app.engine.close()
    return (app.return_code or 0) if code is None else code
