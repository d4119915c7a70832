"""What the app is started with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from convotui.config import Config
from convotui.decoders.sampling import Sampling
from convotui.dialog import GoalSet, Persona
from convotui.engine.api import LoadModel, TrainPolicy
from convotui.gyms.plan import SelfPlayPlan

Mode = Literal["chat", "selfplay", "train", "library"]


@dataclass(frozen=True)
class Start:
    """How the app begins.

    Attributes:
        load: the model to load after the first paint.
        goals: the goal set in use.
        sampling: how replies are sampled.
        mode: the screen shown first.
        config: the person's settings.
        persona: what the partner plays.
        me: the person's own persona.
        partner_opens: the partner speaks first.
        seed: of the first dialog; None draws one.
        dialog: key of a stored dialog to reopen.
        plan: what the self-play form begins with.
        training: what the form of the train screen begins with.
        autostart: begin that self-play, or that training, at once.
        out: file that finished self-play dialogs are written to.
    """

    load: LoadModel
    goals: GoalSet
    sampling: Sampling = Sampling()
    mode: Mode = "chat"
    config: Config = Config()
    persona: Persona | None = None
    me: Persona | None = None
    partner_opens: bool = False
    seed: int | None = None
    dialog: int | None = None
    plan: SelfPlayPlan | None = None
    training: TrainPolicy | None = None
    autostart: bool = False
    out: Path | None = None
