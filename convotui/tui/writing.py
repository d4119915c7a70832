"""What the text field is for at the moment, and the drafts that survive a crash."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Writing:
    """The purpose of what is being written.

    Attributes:
        kind: said as the next turn, a correction, or an own turn said anew.
        position: of the turn that is corrected or edited.
        dialog: id of the dialog that turn is in.
    """

    kind: Literal["say", "correct", "edit"] = "say"
    position: int | None = None
    dialog: str = ""

    @property
    def draft(self) -> str:
        """Name under which an unfinished text is kept."""
        if self.kind == "say":
            return "draft:chat"
        return f"draft:{self.kind}:{self.dialog}:{self.position}"

    @property
    def title(self) -> str:
        """What the text field's border says."""
        if self.position is None:
            return ""
        turn = self.position + 1
        if self.kind == "correct":
            return f"what turn {turn} should have been · enter keeps it · esc leaves"
        return f"turn {turn} said anew, in a branch · enter says it · esc leaves"


SAY = Writing()
