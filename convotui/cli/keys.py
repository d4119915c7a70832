"""``convotui keys``: every key of the app as it is in effect, and what gets in whose way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from convotui.cli.output import block, note, table
from convotui.config import load_config
from convotui.paths import get_paths

if TYPE_CHECKING:
    from convotui.tui.commands import Command
    from convotui.tui.keymap import Place

INTRODUCTION = """\
# Keys

Everything the app can do, by place. Letters are commands where a list or a dialog has the
focus; in a text field they are text. What has no key is run from the palette (`ctrl+p`).

`config.toml` changes keys by id; several are separated by commas:

```toml
[keys]
help = "F1, ctrl+k"
```

`convotui keys` lists the keys in effect and says what gets in whose way.
"""


def keys(
    as_markdown: Annotated[
        bool, typer.Option("--markdown", help="Print a page of documentation instead.")
    ] = False,
) -> None:
    """List the app's keys as they are in effect, with the ids that [keys] in the config takes."""
    from convotui.tui.keymap import check_keymap, conflicts, places

    keymap = check_keymap(load_config(get_paths().config_file).keys)
    if as_markdown:
        block(markdown(keymap).rstrip("\n"))
    else:
        rows = [
            (place.title, _key(command, keymap), command.title, command.id)
            for place in places()
            for command in place.commands
        ]
        table([("PLACE", "KEY", "COMMAND", "ID"), *rows])
    for sentence in conflicts(keymap):
        note(sentence)


def markdown(keymap: Mapping[str, str]) -> str:
    """Write the page of documentation about keys.

    Args:
        keymap: the remapped keys, checked; empty for the keys as they come.
    """
    from convotui.tui.keymap import places

    together: dict[str, list[Place]] = {}
    for place in places():
        together.setdefault(place.title, []).append(place)
    return "\n".join(
        [INTRODUCTION, *(_chapter(title, keymap, together[title]) for title in together)]
    )


def _chapter(title: str, keymap: Mapping[str, str], found: list[Place]) -> str:
    from convotui.tui.keymap import key_name, keys_of

    commands = {command.id: command for place in found for command in place.commands}
    paragraphs = [" ".join(text.split()) for text in dict.fromkeys(p.help for p in found) if text]
    lines = ["| key | does | id |", "| --- | --- | --- |"]
    for command in commands.values():
        key = " ".join(f"`{key_name(key)}`" for key in keys_of(command, keymap)) or "palette"
        does = f"{command.title}. {command.help}".rstrip().replace("?.", "?")
        lines.append("| " + " | ".join(_cell(t) for t in (key, does, f"`{command.id}`")) + " |")
    rows = "\n".join(lines)
    return "\n\n".join([f"## {title}", *paragraphs, rows]) + "\n"


def _key(command: Command, keymap: Mapping[str, str]) -> str:
    from convotui.tui.keymap import key_name, keys_of

    return key_name(",".join(keys_of(command, keymap))) or "palette"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
