"""Records: dialogs, candidates, ratings, corrections and runs in SQLite, and dialogs as files."""

from convotui.store.jsonl import read_dialogs, write_dialogs
from convotui.store.reading import DialogRow
from convotui.store.records import Store

__all__ = ["DialogRow", "Store", "read_dialogs", "write_dialogs"]
