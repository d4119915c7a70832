"""Dialogs as JSON Lines files, in both directions, errors named by file and line."""

from __future__ import annotations

import codecs
import gzip
import json
import os
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from convotui.dialog import Dialog, dialog_from_record, dialog_to_record, display_line
from convotui.dialog.text import to_json
from convotui.errors import ConvoTUIError, UsageError


def dialog_line(dialog: Dialog) -> str:
    r"""Write a dialog as one line of JSON, without its line break.

    Characters a terminal would act on stand as ``\uXXXX``, so that the file is safe to
    show with ``cat``; reading gives back the same text.
    """
    return to_json(dialog_to_record(dialog))


def write_dialogs(path: Path, dialogs: Iterable[Dialog]) -> int:
    """Write a file of dialogs, plain or ``.gz``, complete or not at all, and return how many.

    Raises:
        ConvoTUIError: the file cannot be written.
    """
    shown = display_line(str(path))
    opener = gzip.open if path.suffix == ".gz" else open
    count = 0
    try:
        if path.exists() and not path.is_file():
            # Renaming over a folder fails, over a device or a pipe it would take its place.
            raise ConvoTUIError(f"{shown} cannot be written: it is not a file.")
        work = path.with_name(f".{path.name}.{os.getpid()}.tmp")
        try:
            with opener(work, "wb") as file:
                for dialog in dialogs:
                    file.write(f"{dialog_line(dialog)}\n".encode())
                    count += 1
            with work.open("rb+") as written:
                os.fsync(written.fileno())
            os.replace(work, path)
        finally:
            work.unlink(missing_ok=True)
    except OSError as error:
        raise ConvoTUIError(f"{shown} cannot be written: {error.strerror}.") from error
    return count


def read_dialogs(path: Path) -> Iterator[Dialog]:
    """Read a file of dialogs, plain or ``.gz``, in the own schema or the data-set shape.

    Raises:
        UsageError: naming the file, the line, the key and what is expected.
    """
    shown = display_line(str(path))
    opener = gzip.open if path.suffix == ".gz" else open
    number = 0
    try:
        with opener(path, "rb") as file:
            for raw in file:
                number += 1
                if number == 1:
                    # Some editors begin a file with a byte-order mark, which is no JSON.
                    raw = raw.removeprefix(codecs.BOM_UTF8)
                if raw.strip():
                    yield dialog_from_record(json.loads(raw.decode("utf-8")))
    except FileNotFoundError:
        raise UsageError(f"There is no file {shown}.") from None
    except UnicodeDecodeError:
        raise UsageError(f"{shown}, line {number}: not UTF-8.") from None
    except json.JSONDecodeError as error:
        raise UsageError(f"{shown}, line {number}: not JSON ({error.msg}).") from None
    except RecursionError:
        raise UsageError(f"{shown}, line {number}: nested too deeply.") from None
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise UsageError(f"{shown} is cut off or not gzip.") from None
    except ValueError as error:
        raise UsageError(f"{shown}, line {number}: {display_line(str(error))}.") from None
    except OSError as error:
        raise UsageError(f"{shown} cannot be read: {error.strerror}.") from None
