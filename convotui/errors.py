"""Errors a person can act on: one plain sentence each, with the exit code it deserves."""

from __future__ import annotations


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
    """Raised inside a job at the first tick after it was cancelled."""
