"""What a person can do in the pane of goals."""

from __future__ import annotations

from convotui.tui.commands import Command
from convotui.tui.widgets.goal_list import HOT_KEYS

KEYS: tuple[Command, ...] = (
    Command(
        "goal-once",
        "enter,space",
        "once",
        "This goal for the next reply",
        "Takes the goal under the cursor once; digits take the first ten directly.",
        "once",
    ),
    Command(
        "goal-always",
        "a",
        "always",
        "This goal for every reply",
        "Until another one is taken, or none.",
        "always",
    ),
    Command("goal-free", "f", "free", "No goal", "The model speaks freely.", "free"),
    Command("goal-choose", "", "choose", "Choose a goal", "Pick the next reply's goal by name."),
    Command("goal-search", "/", "search", "Search the goals", "In ids and texts.", "search"),
    Command("goal-search-end", "escape", "search_end", "End the search", "Shows all goals."),
    Command(
        "goal-write",
        "w",
        "write(False)",
        "Write a goal for the next reply",
        "A sentence of several words, not kept in the set.",
        "write",
    ),
    Command(
        "goal-write-always",
        "W",
        "write(True)",
        "Write a goal for every reply",
        "A sentence of several words, not kept in the set.",
    ),
    Command("goal-new", "n", "new", "Write a new goal for the set", "", "new"),
    Command("goal-edit", "e", "edit", "Change this goal", "Its text, id, examples and cues."),
    Command("goal-delete", "d,delete", "delete", "Delete this goal", "u brings it back."),
    Command("goal-back", "u", "bring_back", "Bring the deleted goal back", "To its old place."),
    Command("goal-move-up", "K,shift+up", "shift(-1)", "Move this goal up", "In the set."),
    Command("goal-move-down", "J,shift+down", "shift(1)", "Move this goal down", "In the set."),
    Command("goal-set", "s", "another", "Take another goal set", "From the libraries.", "set"),
    Command("goal-file", "E", "edit_file", "Edit the goal set's file", "As TOML, in your editor."),
    *(
        Command(
            f"goal-{number}",
            str(number % 10),
            f"pick({number})",
            f"Goal {number} for the next reply",
            palette=False,
        )
        for number in range(1, HOT_KEYS + 1)
    ),
)
