"""Self-play: the decoder talks to itself under two personas, many dialogs at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from convotui.agents import Agent, DecoderAgent, speak
from convotui.decoders.decoder import Decoder
from convotui.decoders.sampling import Sampling
from convotui.dialog import Dialog, GoalSet, Persona, Turn, derive_seed
from convotui.gyms.plan import SelfPlayPlan, new_dialogs
from convotui.policies import NoGoal, Policy


class Played(NamedTuple):
    """A dialog that has just got one more turn.

    Attributes:
        episode: its index in the plan.
        dialog: as it is now.
        finished: whether that was its last turn.
    """

    episode: int
    dialog: Dialog
    finished: bool


def play(
    dialogs: Sequence[Dialog],
    agents: tuple[Agent, Agent],
    *,
    turns: int,
    policy: Policy,
    batch: int = 8,
    tick: Callable[[], None] | None = None,
) -> Iterator[list[Played]]:
    """Play dialogs to their end, ``batch`` of them at a time.

    Args:
        dialogs: empty ones with their personas; each must have a seed.
        agents: opener and responder; the opener is given the policy's goals.
        turns: utterances in each dialog.
        policy: chooses the opener's goals.
        batch: how many dialogs advance together.
        tick: called after every token column; raising in it stops the play.

    Yields:
        After each turn of a batch, its dialogs.
    """
    for first in range(0, len(dialogs), batch):
        playing = list(dialogs[first : first + batch])
        for turn in range(turns):
            speaker = turn % 2
            seeds = [derive_seed(_seed(d), "turn", turn) for d in playing]
            driver = policy if speaker == 0 else NoGoal()
            goals = driver.choose(playing, [derive_seed(s, "goal") for s in seeds])
            said = speak([agents[speaker]] * len(playing), playing, speaker, goals, seeds, tick)
            playing = [
                dialog.add(Turn(speaker, (candidate,), goal=goal.id if goal else None))
                for dialog, candidate, goal in zip(playing, said, goals, strict=True)
            ]
            last = turn == turns - 1
            yield [Played(first + i, dialog, last) for i, dialog in enumerate(playing)]


def play_plan(
    decoder: Decoder, plan: SelfPlayPlan, tick: Callable[[], None] | None = None
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
    both = (agent, agent)
    return play(dialogs, both, turns=plan.turns, policy=cast.policy, batch=plan.batch, tick=tick)


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


def _seed(dialog: Dialog) -> int:
    if dialog.seed is None:
        raise ValueError(f"dialog {dialog.id} has no seed to play from")
    return dialog.seed
