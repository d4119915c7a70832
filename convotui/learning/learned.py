"""A trained policy at work: it sees dialogs and names goals, always its best guess."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from convotui.dialog import Dialog, Goal, GoalSet, display_line
from convotui.errors import ConvoTUIError, UsageError
from convotui.gyms.observing import Observer
from convotui.gyms.setting import speaker_of
from convotui.learning.checkpoints import Checkpoint, Kind, load_checkpoint
from convotui.learning.dqn import greedy
from convotui.learning.plan import plan_from
from convotui.policies.learned import find_training
from convotui.runs import CONFIG, GOALS, Run
from convotui.states.hidden import HiddenMean, StateEstimator

if TYPE_CHECKING:
    from convotui.decoders.decoder import Decoder


@dataclass(frozen=True)
class LearnedPolicy:
    """Gives each dialog the goal that its network values most; nothing about it is random.

    Attributes:
        observer: describes the dialogs.
        network: a policy of Stable-Baselines3.
        name: what it is called in dialogs and scores.
        notes: sentences on how what speaks now differs from what it was trained with.
    """

    observer: Observer
    network: Any
    name: str
    notes: tuple[str, ...] = ()

    def choose(self, dialogs: Sequence[Dialog], seeds: Sequence[int]) -> list[Goal | None]:
        """Choose the most valued goal for every dialog."""
        if not dialogs:
            return []
        actions, _ = self.network.predict(self.observer.observe(dialogs), deterministic=True)
        return [self.observer.goals.goals[int(action)] for action in np.atleast_1d(actions)]


def load_policy(
    run: str,
    decoder: Decoder,
    *,
    which: Kind | None = None,
    estimator: StateEstimator | None = None,
) -> LearnedPolicy:
    """Load the policy of a run.

    Args:
        run: its name.
        decoder: what the state vectors are made with.
        which: ``best`` or ``last``; None for the best, or the last where no best was chosen.
        estimator: makes the state vectors in place of the one the run was trained with.

    Raises:
        UsageError: there is no such run, or it has no such policy.
        ConvoTUIError: its files are damaged, or it was trained on states of another width.
    """
    folder = find_training(run)
    kinds: tuple[Kind, ...] = (which,) if which else ("best", "last")
    found = (load_checkpoint(folder.path, kind) for kind in kinds)
    checkpoint = next((known for known in found if known), None)
    if checkpoint is None:
        raise UsageError(
            f"The run {run} has no {which or 'finished round of dialogs'} yet: resume it, or "
            "choose another ('convotui runs list')."
        )
    settings = folder.config
    trained_with: Mapping[str, Any] = settings.pop("model", {})
    plan = plan_from(settings)
    sides: Any = plan.state
    estimator = estimator or HiddenMean(decoder, sides)
    goals = _goals_of(folder)
    observer = observer_from(checkpoint, estimator, goals, plan.turns)
    digest = checkpoint.values["digest"]
    name = f"run:{run}{f'@{which}' if which else ''}#{digest}"
    try:
        network = greedy(checkpoint.tensors, observer.width, len(goals), plan.dqn.layers)
    except ValueError:
        raise ConvoTUIError(
            f"What the run {run} has learned does not fit its {CONFIG} and {GOALS}: bring these "
            "files back as they were, or train anew."
        ) from None
    return LearnedPolicy(observer, network, name, _differences(run, trained_with, decoder))


def observer_from(
    checkpoint: Checkpoint, estimator: StateEstimator, goals: GoalSet, turns: int
) -> Observer:
    """Make the observer a checkpoint was trained with.

    Raises:
        ConvoTUIError: it saw states of another width, so of another model.
    """
    mean = checkpoint.tensors["observer.mean"].numpy()
    scale = checkpoint.tensors["observer.scale"].numpy()
    if len(mean) != estimator.width:
        raise ConvoTUIError(
            f"This policy was trained on states of {len(mean)} numbers, but the model in use "
            f"makes {estimator.width}: load the model it was trained with ('convotui runs show')."
        )
    return Observer(estimator, goals, turns, mean, scale)


def goals_record(goals: GoalSet) -> dict[str, Any]:
    """Return a goal set as JSON values, for a run's folder; ``goals_from`` reads them."""
    return {
        "name": goals.name,
        "goals": [
            {"id": g.id, "text": g.text, "examples": list(g.examples), "cues": list(g.cues)}
            for g in goals
        ],
    }


def goals_from(record: Mapping[str, Any]) -> GoalSet:
    """Read a goal set from a run's folder."""
    return GoalSet(
        record["name"],
        tuple(
            Goal(g["id"], g["text"], tuple(g["examples"]), tuple(g["cues"]))
            for g in record["goals"]
        ),
    )


def _goals_of(run: Run) -> GoalSet:
    try:
        return goals_from(run.read_json(GOALS))
    except (KeyError, TypeError):
        raise ConvoTUIError(
            f"{run.path / GOALS} is damaged: it should hold a name and goals with id and text."
        ) from None


def _differences(run: str, trained_with: Mapping[str, Any], decoder: Decoder) -> tuple[str, ...]:
    """Say in what the speaker differs from the one the policy was trained with."""
    words = {"name": "model", "version": "version", "prompt_format": "prompt format"}
    now = speaker_of(decoder)
    changed = [
        f"{word} {display_line(str(trained_with.get(key)))}, not {display_line(str(now[key]))}"
        for key, word in words.items()
        if trained_with.get(key) != now[key]
    ]
    return (f"The policy {run} was trained with {' and '.join(changed)}.",) if changed else ()
