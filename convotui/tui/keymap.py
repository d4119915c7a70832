"""Keys: which command is where, what a person remapped, and what gets in whose way."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from textual.app import App
from textual.dom import DOMNode
from textual.keys import REPLACED_KEYS, Keys, _character_to_key, format_key, key_to_character

import convotui.tui
from convotui.dialog import display_line
from convotui.errors import UsageError
from convotui.tui.commands import Command

MODIFIERS = ("alt", "ctrl", "hyper", "meta", "shift", "super")
_SHOWN = {
    "escape": "esc",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "pageup": "pgup",
    "pagedown": "pgdn",
    "delete": "del",
    "enter": "enter",
    "space": "space",
    "backspace": "backspace",
    "comma": "comma",  # a comma stands between keys
}
_TYPED = {shown: key for key, shown in _SHOWN.items()} | {"return": "enter"}
_NAMED = {key.value for key in Keys if re.fullmatch("[a-z0-9]+", key.value)} - {"return"}
_SAME_BYTE = {"ctrl+i": "tab", "ctrl+m": "enter", "ctrl+left_square_bracket": "esc"}


@dataclass(frozen=True)
class Place:
    """A screen, pane or overlay that lists commands of its own.

    Attributes:
        kind: its class.
        title: what help calls it.
        help: what it is for.
        commands: those of this class, without those of its bases.
    """

    kind: type[DOMNode]
    title: str
    help: str
    commands: tuple[Command, ...]


def place_title(place: DOMNode | type[DOMNode]) -> str:
    """Name a place as help and palette do."""
    kind = place if isinstance(place, type) else type(place)
    return place.BINDING_GROUP_TITLE or kind.__name__


def places() -> list[Place]:
    """List every place of the app that has commands: the app, its screens, panes and overlays."""
    found = [
        Place(kind, place_title(kind), getattr(kind, "HELP", None) or "", vars(kind)["KEYS"])
        for module in _modules()
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, DOMNode)
        if kind.__module__ == module.__name__ and "KEYS" in vars(kind)
    ]
    return sorted(found, key=_rank)


def all_commands() -> list[tuple[str, Command]]:
    """List every command of the app with the title of its place."""
    return [(place.title, command) for place in places() for command in place.commands]


def check_keymap(keys: Mapping[str, str]) -> dict[str, str]:
    """Check the remapped keys, and write them as Textual does.

    Args:
        keys: new keys by the id of a command, several separated by commas; keys may be
            written as help shows them (``esc``, ``F6``, ``←``).

    Raises:
        UsageError: naming an id or a key that does not exist.
    """
    if not keys:  # finding the commands loads every screen
        return {}
    known = {command.id: command for _, command in all_commands()}
    checked = {}
    for name, wanted in keys.items():
        shown = display_line(name)
        if name not in known:
            raise UsageError(
                f"In the config's [keys] there is no command '{shown}': 'convotui keys' lists them."
            )
        if not known[name].keys:
            raise UsageError(
                f"In the config's [keys] '{shown}' has no key to change: the palette runs it."
            )
        texts = ["comma"] if wanted.strip() == "," else wanted.split(",")
        found = [_key(text.strip()) for text in texts]
        for text, key in zip(texts, found, strict=True):
            if key is None:
                raise UsageError(
                    f"In the config's [keys] '{shown}': there is no key '{display_line(text)}'; "
                    "write one such as ctrl+r, F6, esc, space or x."
                )
        checked[name] = ",".join(dict.fromkeys(key for key in found if key))
    return checked


def conflicts(keys: Mapping[str, str]) -> list[str]:
    """Say in a sentence each which keys mean two things, or never reach what they are for.

    Args:
        keys: the remapped keys, checked.
    """
    found = []
    everywhere = places()
    urgent = {
        key: command
        for place in everywhere
        if issubclass(place.kind, App)
        for command in place.commands
        if command.priority
        for key in keys_of(command, keys)
    }
    for place in everywhere:
        held: dict[str, Command] = {}
        for command in _with_inherited(place.kind):
            for key in keys_of(command, keys):
                other = held.setdefault(key, command)
                if other.id != command.id and _both_count(place, other, command, keys):
                    found.append(
                        f"In {place.title} {key_name(key)} means both '{other.title}' and "
                        f"'{command.title}'."
                    )
        for command in place.commands:
            for key in keys_of(command, keys):
                first = urgent.get(key)
                if first is not None and first.id != command.id:
                    found.append(
                        f"In {place.title} {key_name(key)} never means '{command.title}': it "
                        f"means '{first.title}' everywhere."
                    )
                if command.priority and (key_to_character(key) or "\0").isprintable():
                    found.append(
                        f"{key_name(key)} can no longer be typed: it always means "
                        f"'{command.title}'."
                    )
                if key in _SAME_BYTE:
                    found.append(
                        f"Many terminals send {_SAME_BYTE[key]} for {key_name(key)}, so "
                        f"'{command.title}' may never hear it."
                    )
    return list(dict.fromkeys(found))


def keys_of(command: Command, keys: Mapping[str, str]) -> tuple[str, ...]:
    """List a command's keys in effect, as Textual writes them.

    Args:
        command: the command.
        keys: the remapped keys.
    """
    texts = (keys.get(command.id) or command.keys).split(",")
    found = (_key(text.strip()) or text.strip() for text in texts if text.strip())
    return tuple(dict.fromkeys(found))


def keymap_of(app: App[Any]) -> Mapping[str, str]:
    """Read the remapped keys that a running app has been given."""
    return app._keymap


def key_name(keys: str) -> str:
    """Write keys for people: ``ctrl+r``, ``F1``, ``esc``, ``enter``, ``space``, ``←``."""
    return ", ".join(_name(key.strip()) for key in keys.split(",") if key.strip())


def _name(key: str) -> str:
    *modifiers, last = key.split("+")
    function = re.fullmatch(r"f\d+", last)
    last = last.upper() if function else _SHOWN.get(last) or format_key(last)
    return "+".join([*modifiers, last])


def _key(text: str) -> str | None:
    """Write one key as Textual does; None when there is no such key."""
    if not text:
        return None
    # A plus sign may be the key itself, as in ctrl++.
    head, _, rest = text[:-1].rpartition("+")
    last = rest + text[-1]
    modifiers = sorted({word.strip().lower() for word in head.split("+")}) if head else []
    if not set(modifiers) <= set(MODIFIERS):
        return None
    if len(last) > 1 or last in _TYPED:
        last = last.strip().lower()
        last = _TYPED.get(last, last)
    elif last.isascii() and last.isalpha() and modifiers:
        # Shift and a letter make a capital, unless there are other modifiers to tell by.
        last = last.upper() if modifiers == ["shift"] else last.lower()
        modifiers = [] if modifiers == ["shift"] else modifiers
    if last not in _NAMED:
        name = REPLACED_KEYS.get(last, last)
        character = last if len(last) == 1 else key_to_character(name)
        if character is None or not character.isprintable():
            return None
        last = _character_to_key(character)
    return "+".join([*modifiers, last])


def _modules() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(convotui.tui.__path__, "convotui.tui."):
        yield importlib.import_module(found.name)


def _rank(place: Place) -> tuple[int, str]:
    parts = place.kind.__module__.split(".")
    order = ("screens", "widgets", "overlays")
    where = order.index(parts[2]) + 1 if parts[2] in order else 0
    return (where, "" if issubclass(place.kind, App) else place.kind.__module__)


def _with_inherited(kind: type[DOMNode]) -> tuple[Command, ...]:
    found: dict[str, Command] = {}
    for base in reversed(kind.__mro__):
        found.update({command.id: command for command in vars(base).get("KEYS", ())})
    return tuple(found.values())


def _both_count(place: Place, one: Command, other: Command, keys: Mapping[str, str]) -> bool:
    # A class that gives a key of its base another meaning does so on purpose.
    return (one in place.commands and other in place.commands) or bool({one.id, other.id} & {*keys})
