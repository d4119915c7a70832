"""Errors a person can act on: one plain sentence each, with the exit code it deserves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class ConvoTUIError(Exception):
    """Something failed and the message says, in one sentence, what to do about it."""

    exit_code = 1


class UsageError(ConvoTUIError):
    """The command line, config or a library file asks for something that does not exist."""

    exit_code = 2


class StoreError(ConvoTUIError):
    """The database could not be read or written."""


class ModelError(ConvoTUIError):
    """A model could not be found, fetched, converted or loaded."""


class Cancelled(Exception):  # noqa: N818 - a request that was honoured, not an error
    """Raised inside a job at the first tick after it was cancelled.

    Attributes:
        summary: JSON values that say what had been done by then.
    """

    def __init__(self, summary: Mapping[str, Any] | None = None) -> None:
        """Begin with what is known; whoever it passes through may say more."""
        super().__init__()
        self.summary: Mapping[str, Any] = summary or {}
