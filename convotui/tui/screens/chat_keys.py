"""What can be done in the chat, whatever has the focus there."""

from __future__ import annotations

from convotui.tui.commands import Command

CHAT_KEYS = (
    Command(
        "again",
        "ctrl+r",
        "again",
        "Another candidate",
        "Of the turn under the cursor, else of the last reply; the old one is kept.",
        "another",
        priority=True,
    ),
    Command(
        "end",
        "ctrl+t",
        "end",
        "End and reward",
        "Outcome, goal reached, rating, number, note for the whole dialog.",
        "end",
        priority=True,
    ),
    Command(
        "new-dialog",
        "ctrl+n",
        "new_dialog",
        "New dialog",
        "The same personas, nothing said yet; the old one is in the library.",
        "new",
        priority=True,
    ),
    Command(
        "new-random",
        "",
        "new_random",
        "New dialog with a random persona",
        "The partner's persona is drawn from the library.",
    ),
    Command(
        "partner-opens",
        "",
        "partner_opens",
        "New dialog that the partner opens",
        "With its greeting if the persona has one.",
    ),
    Command(
        "panes",
        "ctrl+l",
        "panes",
        "Show or hide panes",
        "Personas and goals; drawers where the terminal is narrow.",
        "panes",
        priority=True,
    ),
    Command("leave", "escape", "leave", "Stop or leave", "Stops a reply, leaves the text."),
    Command("dialog-export", "ctrl+s", "export", "Export this dialog", priority=True),
    Command("rename", "", "rename", "Rename this dialog", "Its name in lists and files."),
    Command("redo", "ctrl+y", "redo", "Redo", "Does again what was undone."),
    Command("find", "ctrl+f,slash", "find", "Find in the dialog", "Case is ignored."),
    Command(
        "write-for-me",
        "alt+m",
        "write_for_me",
        "Have the model write my side",
        "As a draft that you can change before you send it.",
        priority=True,
    ),
    Command(
        "editor",
        "ctrl+g",
        "editor",
        "Write in $EDITOR",
        "What stands in the text field, in your own editor.",
        priority=True,
    ),
    Command(
        "persona",
        "",
        "persona",
        "Choose the partner's persona",
        "From the library.",
    ),
    Command(
        "chat-goal",
        "alt+g",
        "choose_goal",
        "Choose a goal while writing",
        "A list to search; enter takes a goal for the next reply.",
        priority=True,
    ),
    *(
        Command(
            f"chat-goal-{n}",
            f"alt+{n}",
            f"goal({n})",
            f"Goal {n} of the set, once" if n else "No goal",
            priority=True,
            palette=n == 0,
        )
        for n in range(10)
    ),
)
