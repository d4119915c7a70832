"""The command palette: everything that can be done now, whatever has the focus."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from textual.app import App, SystemCommand
from textual.dom import DOMNode
from textual.markup import escape
from textual.screen import Screen
from textual.widget import Widget

from convotui.dialog import display_line
from convotui.tui.commands import Command, commands_of
from convotui.tui.keymap import key_name, keymap_of, keys_of, place_title

# The palette reads some titles as markup and others not, so they get no square brackets.
_ROUND = str.maketrans("[]", "()")


def palette_commands(screen: Screen[Any]) -> Iterable[SystemCommand]:
    """List the commands of the app, of a screen and of the panes on it, hidden ones too.

    What cannot be done now is left out. Where several panes go by one title, the focused
    one counts, else the first that is shown.

    Args:
        screen: the screen that the palette was opened over.
    """
    app = screen.app
    keymap = keymap_of(app)
    seen: set[tuple[str, str]] = set()
    for node in _nodes(screen):
        pane = isinstance(node, Widget) and not isinstance(node, Screen)
        prefix = f"{display_line(place_title(node))}: " if pane else ""
        for command in commands_of(node):
            if not command.palette or (prefix, command.id) in seen:
                continue
            if screen.is_modal and command.action.startswith("mode("):  # as by key
                continue
            if not app._check_action_state(command.action, node):
                continue
            seen.add((prefix, command.id))
            title = (prefix + command.title).translate(_ROUND)
            key = key_name(",".join(keys_of(command, keymap)))
            words = [command.help, f"({key})" if key else ""]
            help_text = escape(" ".join(word for word in words if word))
            yield SystemCommand(title, help_text, _runner(app, command, node))


def _nodes(screen: Screen[Any]) -> list[DOMNode]:
    """Order the app, the screen and its widgets: focused ones first, then shown ones."""
    focused = list(screen.focused.ancestors_with_self) if screen.focused else []
    widgets = [node for node in screen.walk_children(Widget) if node not in focused]
    widgets.sort(key=lambda widget: not _shown(widget))
    inner = [node for node in focused if node not in (screen, screen.app)]
    return [screen.app, screen, *inner, *widgets]


def _shown(widget: Widget) -> bool:
    return all(node.display for node in widget.ancestors_with_self if isinstance(node, Widget))


def _runner(app: App[Any], command: Command, node: DOMNode) -> Callable[[], Awaitable[None]]:
    async def run() -> None:
        # The pane may have gone while the palette was open.
        if node.is_running:
            await app.run_action(command.action, default_namespace=node)

    return run
