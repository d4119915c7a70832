"""The command line: parse, call, print."""

from convotui.cli.main import main

__all__ = ["main"]
