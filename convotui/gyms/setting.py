"""What a policy is trained in: who speaks, what is seen, what is rewarded, who plays."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

from convotui.agents import Agent, DecoderAgent
from convotui.decoders.decoder import Decoder, load_decoder
from convotui.decoders.sampling import Sampling
from convotui.dialog import Dialog, GoalSet, Persona, load_goals
from convotui.gyms.casting import Casting, Split, cast
from convotui.gyms.dialog_batch import DialogBatch
from convotui.gyms.env import DialogEnv
from convotui.gyms.observing import Observer, calibrated
from convotui.rewards.composition import WeightedReward, make_reward, needs_encoder
from convotui.rewards.exchange import Embed
from convotui.states.hidden import HiddenMean, StateEstimator, Vectors

Tick = Callable[[], None]


@dataclass(frozen=True)
class Setting:
    """The parts of a gym for policies, before it is known how many dialogs play at once.

    Attributes:
        agents: opener and responder.
        estimator: makes state vectors.
        reward: scores an exchange.
        goals: the policy's actions.
        castings: who plays, for each split.
        model: what the agents speak with, for the run's files; see ``speaker_of``.
    """

    agents: tuple[Agent, Agent]
    estimator: StateEstimator
    reward: WeightedReward
    goals: GoalSet
    castings: Mapping[Split, Casting]
    model: Mapping[str, Any]

    def observer(self, turns: int, tick: Tick | None = None) -> Observer:
        """Make an observer, standardised on the facts of the personas that are learned on."""
        pool = self.castings["train"].pool
        facts = [fact for persona in pool for fact in persona.facts]
        return calibrated(self.estimator, self.goals, turns, facts, tick)


def speaker_of(decoder: Decoder) -> dict[str, Any]:
    """Name what speaks: model, adapter version, prompt format and numbers, as JSON values."""
    return {
        "name": decoder.name,
        "version": decoder.version,
        "prompt_format": decoder.form.name,
        "dtype": decoder.dtype,
    }


def make_setting(
    decoder: Decoder,
    *,
    goals: GoalSet | str = "everyday",
    reward: WeightedReward | str = "goal-met=1",
    state: Literal["partner", "both"] = "partner",
    persona_a: Persona | str = "random",
    persona_b: Persona | str = "random",
    personas: Sequence[Persona] | None = None,
    seed: int = 0,
    sampling: Sampling | None = None,
    encoder: Embed | None = None,
    ask: Callable[[Dialog], float] | None = None,
    tick: Tick | None = None,
) -> Setting:
    """Set up dialogs of a decoder with itself.

    Args:
        decoder: plays both sides, and is what state vectors are made with.
        goals: the policy's actions: a goal set, its name or path.
        reward: rewards with weights, see ``convotui.rewards.parse_reward``.
        state: whose tokens the state vector is made of.
        persona_a: the opener's: a persona, its name or path, or ``random``.
        persona_b: the responder's.
        personas: what to draw from in place of the libraries.
        seed: everything random is derived from it.
        sampling: how replies are sampled.
        encoder: texts to unit vectors; None loads the sentence encoder if a reward needs it.
        ask: gives a person's number for the reward ``manual``.
        tick: called before each text that the encoder reads; raising in it stops a reward.

    Raises:
        UsageError: something named does not exist.
        ModelError: the sentence encoder cannot be fetched or loaded.
    """
    chosen = load_goals(goals) if isinstance(goals, str) else goals
    drawn = sampling or Sampling()
    if encoder is None and isinstance(reward, str) and needs_encoder(reward):
        from convotui.decoders.encoder import load_encoder

        encoder = load_encoder().embed
    agent = DecoderAgent(decoder, drawn, {goal.id: goal.text for goal in chosen})
    meta = {
        "sampling": asdict(drawn),
        "prompt_format": decoder.form.name,
        "dtype": decoder.dtype,
    }
    splits: tuple[Split, ...] = ("train", "validation", "held-out")
    castings = {
        split: cast(
            split,
            chosen,
            seed=seed,
            persona_a=persona_a,
            persona_b=persona_b,
            personas=personas,
            model=decoder.name,
            version=decoder.version,
            meta=meta,
        )
        for split in splits
    }
    return Setting(
        (agent, agent),
        HiddenMean(decoder, state),
        make_reward(
            reward,
            chosen,
            encoder=encoder and _ticking(encoder, tick),
            ask=ask,
            facts=None if personas is None else [f for p in personas for f in p.facts],
        )
        if isinstance(reward, str)
        else reward,
        chosen,
        castings,
        speaker_of(decoder),
    )


def _ticking(embed: Embed, tick: Tick | None) -> Embed:
    """Let others in between two texts: a reward may read a hundred at its first use."""
    if tick is None:
        return embed

    def one_by_one(texts: Sequence[str]) -> Vectors:
        rows = []
        for text in texts:
            tick()
            rows.append(embed([text]))
        return np.concatenate(rows) if rows else embed(texts)

    return one_by_one


def make_env(
    model: Decoder | str = "auto",
    *,
    turns: int = 4,
    split: Split = "train",
    render_mode: str | None = None,
    **setting: Any,
) -> DialogEnv:
    """Make a Gymnasium environment of dialogs, ``convotui/Dialog-v0``.

    Args:
        model: a decoder, or a model reference to load.
        turns: exchanges in a dialog.
        split: which personas play.
        render_mode: ``ansi`` to have ``render`` return the dialog as text.
        setting: goals, reward, state, persona_a, persona_b, personas, seed, sampling, encoder,
            ask: see
            ``make_setting``.

    Raises:
        UsageError: something named does not exist.
        ModelError: a model cannot be fetched or loaded.
    """
    decoder = load_decoder(model) if isinstance(model, str) else model
    made = make_setting(decoder, **setting)
    batch = DialogBatch(made.agents, made.observer(turns), made.reward, turns)
    return DialogEnv(batch, made.castings[split], render_mode=render_mode)
