"""``convotui personas`` and ``convotui goals``: the TOML libraries."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from convotui.cli.output import block, line, note, table
from convotui.dialog import (
    display_line,
    list_goal_sets,
    list_personas,
    load_goals,
    load_persona,
    save_persona,
)

personas = typer.Typer(help="List, show and import personas.", no_args_is_help=True)
goals = typer.Typer(help="List and show goal sets.", no_args_is_help=True)


@personas.command("list")
def list_all_personas(
    tag: Annotated[str | None, typer.Option(help="Only those with this tag.")] = None,
) -> None:
    """List the personas of the libraries."""
    found = [p for p in list_personas() if tag is None or tag in p.tags]
    table(
        [("NAME", "FACTS", "FIRST FACT")] + [(p.name, str(len(p.facts)), p.facts[0]) for p in found]
    )
    note(f"{len(found)} personas.")


@personas.command("show")
def show_persona(name: Annotated[str, typer.Argument(help="A name, or a .toml file.")]) -> None:
    """Show a persona's facts."""
    persona = load_persona(name)
    line(persona.name)
    for fact in persona.facts:
        block(f"  {display_line(fact)}")
    if persona.greeting:
        line(f"greeting: {persona.greeting}")
    if persona.tags:
        line(f"tags: {', '.join(persona.tags)}")


@personas.command("import")
def import_persona(
    file: Annotated[Path, typer.Argument(help="A persona as TOML.")],
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace one of that name.")
    ] = False,
) -> None:
    """Check a persona file and copy it into your own library."""
    path = save_persona(load_persona(file), overwrite=overwrite)
    block(str(path))


@goals.command("list")
def list_all_goals() -> None:
    """List the goal sets of the libraries."""
    table(
        [("NAME", "GOALS", "ABOUT")]
        + [(s.name, str(len(s)), s.description) for s in list_goal_sets()]
    )


@goals.command("show")
def show_goals(name: Annotated[str, typer.Argument(help="A name, or a .toml file.")]) -> None:
    """Show the goals of a set, in order."""
    rows = [("ID", "TEXT", "EXAMPLE")]
    rows += [(g.id, g.text, g.examples[0] if g.examples else "") for g in load_goals(name)]
    table(rows)
