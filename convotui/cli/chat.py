"""``convotui chat``: talk with a persona."""

from __future__ import annotations

import random
from typing import Annotated

import typer

from convotui.cli import options
from convotui.cli.jobs import running
from convotui.cli.plain import PlainChat
from convotui.config import Config
from convotui.dialog import Persona, list_personas, load_goals, load_persona
from convotui.errors import UsageError
from convotui.paths import get_paths
from convotui.store import Store


@options.grouped
def chat(
    *,
    persona: Annotated[
        str | None,
        typer.Option(help="What the model plays: a name, a .toml file, random, or none."),
    ] = None,
    me: Annotated[str | None, typer.Option(help="Your own persona, kept with the dialog.")] = None,
    partner_opens: Annotated[
        bool, typer.Option("--partner-opens", help="The model speaks first.")
    ] = False,
    plain: Annotated[
        bool, typer.Option("--plain", help="Lines on stdin and stdout; the only way so far.")
    ] = False,
    seed: Annotated[
        int | None, typer.Option(min=0, max=2**63 - 1, help="Seed of the replies.")
    ] = None,
    goals: options.Goals = None,
    model: options.ModelOptions,
    replies: options.SamplingOptions,
    config: options.ConfigFile = None,
) -> None:
    """Talk with a persona; /help lists what you can do besides talking."""
    settings = options.read_config(config)
    chosen_seed = random.SystemRandom().getrandbits(31) if seed is None else seed
    partner = _persona(persona, settings, chosen_seed)
    mine = load_persona(me) if me else None
    goal_set = load_goals(goals or settings.goals)
    sampling = replies.sampling(settings)
    request = model.request(settings, leave_free=1)
    with Store(get_paths().database) as store, running(store) as runner:
        runner.run(request)
        talk = PlainChat(
            runner,
            persona=partner,
            me=mine,
            goals=goal_set,
            sampling=sampling,
            seed=chosen_seed,
            partner_opens=partner_opens,
        )
        code = talk.loop()
    raise typer.Exit(code)


def _persona(name: str | None, config: Config, seed: int) -> Persona | None:
    wanted = name or config.persona or "random"
    if wanted == "none":
        return None
    if wanted != "random":
        return load_persona(wanted)
    known = list_personas()
    if not known:
        raise UsageError("There are no personas to draw from: name one with --persona.")
    return random.Random(seed).choice(known)
