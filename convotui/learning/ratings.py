"""A person's numbers for exchanges, kept as they are given."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable

from convotui.dialog import Dialog
from convotui.runs import Run

RATINGS = "ratings.jsonl"
Ask = Callable[[Dialog], float]


class Journal:
    """Keeps a person's numbers, so that a round played again does not ask again."""

    def __init__(self, ask: Ask) -> None:
        """Take who is asked; ``run`` is to be set before that."""
        self.run: Run | None = None
        self._ask = ask
        self._known: dict[str, float] | None = None

    def ask(self, dialog: Dialog) -> float:
        """Return the number that was given for this exchange, or ask for it and keep it."""
        if self.run is None:
            raise RuntimeError("asked before the run was opened")
        if self._known is None:
            self._known = {x["exchange"]: x["reward"] for x in self.run.lines(RATINGS)}
        said = [dialog.id, [(turn.goal, turn.text) for turn in dialog.turns]]
        key = hashlib.blake2b(json.dumps(said).encode(), digest_size=12).hexdigest()
        if key not in self._known:
            value = self._ask(dialog)
            record = {"exchange": key, "dialog": dialog.id, "turns": len(dialog), "reward": value}
            self.run.append(RATINGS, record)
            self._known[key] = value
        return self._known[key]
