"""What can be done everywhere in the app."""

from __future__ import annotations

from convotui.tui.commands import Command

APP_KEYS = (
    Command("help", "f1", "help", "Help", "What can be done here, and how.", priority=True),
    Command("mode-chat", "f2", "mode('chat')", "Chat", "Talk with a persona.", "chat"),
    Command(
        "mode-selfplay",
        "f4",
        "mode('selfplay')",
        "Self-play",
        "Watch the model talk to itself.",
        "self-play",
    ),
    Command(
        "mode-train",
        "f5",
        "mode('train')",
        "Train",
        "Let a policy learn which goals pay, and compare it.",
        "train",
    ),
    Command(
        "mode-library",
        "f8",
        "mode('library')",
        "Library",
        "Find, reopen, rename, delete and export stored dialogs.",
        "library",
    ),
    Command(
        "palette",
        "ctrl+p",
        "command_palette",
        "Command palette",
        "Search everything that can be done; f9 opens it too.",
        "palette",
        priority=True,
        palette=False,
    ),
    Command(
        "jump",
        "ctrl+o",
        "jump",
        "Jump to a pane",
        "Shows a letter on every pane; press it to go there.",
        priority=True,
    ),
    Command("theme", "", "change_theme", "Theme", "Choose the colours; the choice is remembered."),
    Command(
        "model",
        "",
        "load_model",
        "Load another model",
        "auto, smollm2, personagpt, hub:org/name@revision, or a folder.",
    ),
    Command(
        "model-pull",
        "",
        "pull_personagpt",
        "Pull personaGPT",
        "Fetch and convert the 1.4 GB of personaGPT; auto then means it.",
    ),
    Command(
        "model-stop",
        "",
        "stop_loading",
        "Stop fetching or loading",
        "The model that was live stays so.",
    ),
    Command("screenshot", "", "save_screenshot", "Screenshot", "Save this screen as an SVG file."),
    Command(
        "quit",
        "ctrl+q",
        "quit",
        "Quit",
        "Everything is saved; a running self-play or training asks first.",
        priority=True,
    ),
)
