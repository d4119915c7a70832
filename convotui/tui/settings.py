"""Settings made in the app, written into the user's ``config.toml`` beside what stands there."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import tomlkit
from tomlkit.exceptions import TOMLKitError

from convotui.decoders.sampling import Sampling
from convotui.dialog import display_line
from convotui.dialog.text import whole
from convotui.errors import ConvoTUIError, UsageError

Setting = str | int | float | bool


def save_sampling(path: Path, sampling: Sampling) -> None:
    """Make decoding settings the user's defaults: the table ``[sampling]`` of a config file.

    Comments and everything else in the file stay.

    Raises:
        UsageError: the file is not TOML, or ``sampling`` is not a table in it.
        ConvoTUIError: the file cannot be read or written.
    """
    _save(path, "sampling", asdict(sampling))


def save_setting(path: Path, key: str, value: Setting) -> None:
    """Write a top-level setting, such as ``theme``, into a config file; the rest of it stays.

    Raises:
        UsageError: the file is not TOML.
        ConvoTUIError: the file cannot be read or written.
    """
    _save(path, "", {key: value})


def _save(path: Path, table: str, values: Mapping[str, Setting]) -> None:
    # A config that is a link, as in a folder of dotfiles, stays one.
    path = Path(os.path.realpath(path))
    shown = display_line(str(path))
    document = _read(path)
    if table and table not in document:
        document[table] = tomlkit.table()
    place = document[table] if table else document
    if not isinstance(place, dict):
        raise UsageError(f"{shown}: '{table}': expected a table; set it right, then save again.")
    for key, value in values.items():
        # What says the same already keeps its spelling; in Python, True == 1.
        same = key in place and place[key] == value
        if not same or bool in (type(place[key]), type(value)):
            place[key] = value
    work = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            work.write_bytes(whole(tomlkit.dumps(document)).encode("utf-8"))
            if path.exists():
                shutil.copymode(path, work)
            os.replace(work, path)
        finally:
            work.unlink(missing_ok=True)
    except OSError as error:
        raise ConvoTUIError(f"{shown} cannot be written: {error.strerror}.") from error


def _read(path: Path) -> tomlkit.TOMLDocument:
    shown = display_line(str(path))
    try:
        text = path.read_bytes().decode("utf-8").removeprefix("\ufeff")
        return tomlkit.parse(text)
    except FileNotFoundError:
        return tomlkit.document()
    except UnicodeDecodeError:
        raise UsageError(f"{shown} is not UTF-8: save it as UTF-8, then save again.") from None
    except OSError as error:
        raise ConvoTUIError(f"{shown} cannot be read: {error.strerror}.") from error
    except (TOMLKitError, ValueError, RecursionError) as error:
        raise UsageError(f"{shown} is not valid TOML: {display_line(str(error))}.") from None
