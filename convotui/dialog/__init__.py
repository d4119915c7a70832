"""Personas, goals, turns and dialogs: plain frozen data and the TOML libraries."""

from convotui.dialog.library import (
    list_goal_sets,
    list_personas,
    load_goals,
    load_persona,
    readable_goal_sets,
    save_goals,
    save_goals_text,
    save_persona,
)
from convotui.dialog.records import dialog_from_record, dialog_to_record
from convotui.dialog.seeds import derive_seed
from convotui.dialog.text import display, display_line, meets_cues
from convotui.dialog.types import Candidate, Dialog, Goal, GoalSet, Persona, Turn

__all__ = [
    "Candidate",
    "Dialog",
    "Goal",
    "GoalSet",
    "Persona",
    "Turn",
    "derive_seed",
    "dialog_from_record",
    "dialog_to_record",
    "display",
    "display_line",
    "list_goal_sets",
    "list_personas",
    "load_goals",
    "load_persona",
    "meets_cues",
    "readable_goal_sets",
    "save_goals",
    "save_goals_text",
    "save_persona",
]
