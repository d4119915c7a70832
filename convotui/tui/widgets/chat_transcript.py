"""The chat's dialog: a transcript whose turns can be judged, corrected and replaced by key."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType

from convotui.tui.commands import Command, bindings
from convotui.tui.widgets.transcript import Transcript


class ChatTranscript(Transcript):
    """A transcript with the chat's commands; the screen carries them out."""

    HELP = (
        "The turns said so far. j and k move; what you press acts on the turn under the cursor, "
        "or on the model's last reply while there is none. Digits rate it, c corrects it, the "
        "arrows left and right go through its candidates and make new ones. Nothing is ever "
        "overwritten: u takes back, ctrl+y does again."
    )
    KEYS: ClassVar[tuple[Command, ...]] = (
        Command("write", "i,enter", "screen.write", "Write", "Go to the text field.", "write"),
        *(
            Command(
                f"rate-{n}",
                str(n),
                f"screen.rate({n})",
                f"Rate {n}",
                f"Reward {(n - 3) / 2:+g} for this turn.",
                "…5 rate" if n == 1 else "",
            )
            for n in range(1, 6)
        ),
        Command("rate-clear", "0", "screen.rate(0)", "Clear the rating", "The turn is unrated."),
        Command("rate-good", "plus,+", "screen.rate(5)", "Good", "The same as rating 5."),
        Command("rate-bad", "minus,-", "screen.rate(1)", "Bad", "The same as rating 1."),
        Command(
            "reward", "=", "screen.reward", "Type a reward", "Any number, in place of a rating's."
        ),
        Command(
            "correct",
            "c",
            "screen.correct",
            "Correct the reply",
            "Write what it should have been; both are kept as a pair.",
            "correct",
        ),
        Command(
            "candidate-next",
            "right,l",
            "screen.swipe(1)",
            "Next candidate",
            "After the last one the model makes another.",
            "candidates",
        ),
        Command("candidate-previous", "left,h", "screen.swipe(-1)", "Previous candidate"),
        Command(
            "candidate-list",
            "v",
            "screen.candidates",
            "View all candidates",
            "Read them side by side and choose one.",
        ),
        Command(
            "regenerate",
            "r",
            "screen.again",
            "Regenerate",
            "Another candidate, under the goal that is set, else the turn's own.",
        ),
        Command(
            "edit",
            "e",
            "screen.edit",
            "Edit your turn",
            "Goes on in a branch; the dialog as it was stays.",
        ),
        Command(
            "branch",
            "b",
            "screen.branch",
            "Branch here",
            "Goes on after this turn in a new dialog; this one stays.",
        ),
        Command(
            "exclude",
            "x",
            "screen.exclude",
            "Exclude from training",
            "Or include again; the turn stays in the dialog.",
        ),
        Command("undo", "u", "screen.undo", "Undo", "Takes the last change back.", "undo"),
        Command("yank", "y", "screen.yank", "Copy the turn"),
        Command("yank-all", "Y", "screen.yank_all", "Copy the dialog"),
        Command("find-next", "n", "screen.find_step(1)", "Next match"),
        Command("find-previous", "N", "screen.find_step(-1)", "Previous match"),
        Command(
            "inspect",
            "p",
            "screen.inspect",
            "Inspect the prompt",
            "What the model reads before this turn, or the next: parts, ids, what was cut.",
        ),
        Command(
            "sampling",
            "o",
            "screen.sampling",
            "Decoding settings",
            "Temperature, top-k, top-p, length, candidates a reply.",
        ),
        Command("chat-help", "question_mark", "app.help", "Help", palette=False),
    )
    BINDINGS: ClassVar[list[BindingType]] = bindings(KEYS)
