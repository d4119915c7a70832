"""Self-play: the decoder talks to itself under two personas, many dialogs at once (torch-free)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from convotui.agents import DecoderAgent
from convotui.decoders.sampling import Sampling
from convotui.dialog import Dialog, GoalSet, Persona
from convotui.gyms.conductor import Conductor
from convotui.gyms.plan import SelfPlayPlan, new_dialogs
from convotui.gyms.rounds import play
from convotui.gyms.watching import Played, Watcher
from convotui.policies import Policy

if TYPE_CHECKING:
    from convotui.decoders.decoder import Decoder


def play_plan(
    decoder: Decoder,
    plan: SelfPlayPlan,
    tick: Callable[[], None] | None = None,
    *,
    conductor: Conductor | None = None,
    watcher: Watcher | None = None,
) -> Iterator[list[Played]]:
    """Set a plan up with one decoder on both sides; see ``play``.

    Raises:
        UsageError: the plan names a persona, goal set or policy that does not exist.
    """
    cast = plan.resolve()
    agent = DecoderAgent(decoder, plan.sampling, {goal.id: goal.text for goal in cast.goals})
    dialogs = new_dialogs(
        plan,
        decoder.name,
        decoder.version,
        cast=cast,
        prompt_format=decoder.form.name,
        dtype=decoder.dtype,
    )
    return play(
        dialogs,
        (agent, agent),
        turns=plan.turns,
        policy=cast.policy,
        batch=plan.batch,
        tick=tick,
        conductor=conductor,
        watcher=watcher,
    )


def self_play(
    decoder: Decoder,
    *,
    episodes: int = 1,
    turns: int = 8,
    persona_a: Persona | str = "random",
    persona_b: Persona | str = "random",
    policy: Policy | str = "none",
    goals: GoalSet | str = "everyday",
    seed: int = 0,
    batch: int = 8,
    sampling: Sampling | None = None,
) -> list[Dialog]:
    """Let a decoder talk to itself and return the dialogs.

    Args:
        decoder: plays both sides.
        episodes: how many dialogs.
        turns: utterances in each, both speakers counted.
        persona_a: the opener's: a persona, its name or path, or ``random``.
        persona_b: the responder's.
        policy: a policy, or ``none``, ``random``, ``no-repeat``, ``goal:ID``, ``module:thing``.
        goals: the goal set, its name or path.
        seed: the same seed gives the same dialogs, in any batch size (in float32).
        batch: how many dialogs advance together.
        sampling: how replies are sampled.

    Raises:
        UsageError: a name does not exist or a count is below 1.
    """
    plan = SelfPlayPlan(
        episodes=episodes,
        turns=turns,
        persona_a=persona_a,
        persona_b=persona_b,
        policy=policy,
        goals=goals,
        seed=seed,
        batch=batch,
        sampling=sampling or Sampling(),
    )
    steps = play_plan(decoder, plan)
    return [played.dialog for step in steps for played in step if played.finished]
