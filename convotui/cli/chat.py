"""``convotui chat``: talk with a persona, in the app or on plain lines."""

from __future__ import annotations

import random
from typing import Annotated

import typer

from convotui.cli import options
from convotui.cli.jobs import running
from convotui.cli.plain import PlainChat
from convotui.cli.screen import in_terminal, open_app
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
    dialog: Annotated[
        int | None,
        typer.Option(help="Go on with the stored dialog that has this key, in the app."),
    ] = None,
    plain: Annotated[
        bool,
        typer.Option("--plain", help="No app: lines on stdin and stdout, as without a terminal."),
    ] = False,
    seed: Annotated[
        int | None, typer.Option(min=0, max=2**63 - 1, help="Seed of the replies.")
    ] = None,
    goals: options.Goals = None,
    model: options.ModelOptions,
    replies: options.SamplingOptions,
    config: options.ConfigFile = None,
) -> None:
    """Talk with a persona. Without a terminal, or with --plain, /help lists what you can do."""
    settings = options.read_config(config)
    in_app = in_terminal() and not plain
    if dialog is not None:
        _check_reopening(in_app, bool(persona or me or partner_opens))
    chosen_seed = random.SystemRandom().getrandbits(31) if seed is None else seed
    partner = draw_persona(persona, settings, chosen_seed)
    mine = load_persona(me) if me else None
    goal_set = load_goals(goals or settings.goals)
    sampling = replies.sampling(settings)
    request = model.request(settings, leave_free=1)
    with Store(get_paths().database) as store:
        if dialog is not None and dialog not in {row.key for row in store.list_dialogs()}:
            raise UsageError(f"There is no dialog {dialog}: 'convotui data list' shows them.")
        if in_app:
            from convotui.tui.start import Start

            start = Start(
                load=request,
                goals=goal_set,
                sampling=sampling,
                config=settings,
                persona=partner,
                me=mine,
                partner_opens=partner_opens,
                seed=chosen_seed,
                dialog=dialog,
            )
            raise typer.Exit(open_app(start, store))
        with running(store) as runner:
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


def _check_reopening(in_app: bool, persona_named: bool) -> None:
    if not in_app:
        raise UsageError(
            "A stored dialog can be reopened in the app only: leave --plain out, and run this "
            "in a terminal."
        )
    if persona_named:
        raise UsageError(
            "A stored dialog has its personas already: leave --persona, --me and "
            "--partner-opens out."
        )


def draw_persona(name: str | None, config: Config, seed: int) -> Persona | None:
    """Find what the model plays: what was named, else what the config names, else one at random.

    Raises:
        UsageError: there is no such persona.
    """
    wanted = name or config.persona or "random"
    if wanted == "none":
        return None
    if wanted != "random":
        return load_persona(wanted)
    known = list_personas()
    if not known:
        raise UsageError("There are no personas to draw from: name one with --persona.")
    return random.Random(seed).choice(known)
