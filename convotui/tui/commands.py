"""What a person can do, declared once: bindings, palette, help and keys all come from it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from textual.binding import Binding, BindingType


@dataclass(frozen=True)
class Command:
    """One thing to do in one place of the app.

    A screen or widget lists its own in ``KEYS`` and sets ``BINDINGS = bindings(KEYS)``.

    Attributes:
        id: kebab-case and unique in the app; ``[keys]`` in the config remaps it by this.
        keys: default keys, separated by commas; empty where the palette is the only way.
        action: Textual action, run on whatever lists the command.
        title: what the palette and the help call it, such as ``Regenerate the reply``.
        help: a sentence more.
        label: what the footer calls it; empty keeps it out of the footer.
        priority: taken before a text field gets the key.
        palette: whether the palette offers it; moving a cursor is better done by key.
    """

    id: str
    keys: str
    action: str
    title: str
    help: str = ""
    label: str = ""
    priority: bool = False
    palette: bool = True


def bindings(commands: Iterable[Command]) -> list[BindingType]:
    """Make Textual's bindings of those commands that have keys."""
    return [
        Binding(
            command.keys,
            command.action,
            command.label or command.title,
            show=bool(command.label),
            priority=command.priority,
            tooltip=command.help,
            id=command.id,
        )
        for command in commands
        if command.keys
    ]


def commands_of(place: object) -> tuple[Command, ...]:
    """List the commands that a screen or widget declares, those of its base classes included."""
    found: dict[str, Command] = {}
    for kind in reversed(type(place).__mro__):
        found.update({command.id: command for command in vars(kind).get("KEYS", ())})
    return tuple(found.values())
