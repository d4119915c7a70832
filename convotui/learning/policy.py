"""Training a dialog policy: the function behind the command, the screen and the Python API."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tomlkit

from convotui.dialog import Dialog, GoalSet, Persona, display_line
from convotui.errors import Cancelled, ConvoTUIError, UsageError
from convotui.evaluation.scores import PolicyScore
from convotui.gyms.setting import Setting, make_setting, speaker_of
from convotui.learning.history import Stage, TrainingPoint
from convotui.learning.learned import goals_record
from convotui.learning.plan import PolicyPlan, plan_from
from convotui.learning.report import report
from convotui.learning.trainer import Trainer, Watcher
from convotui.policies.learned import KIND, check_goals
from convotui.rewards.composition import WeightedReward
from convotui.rewards.exchange import Embed, Reward
from convotui.rewards.manual import ask_in_terminal
from convotui.runs import CONFIG, GOALS, Run, create_run, find_run, unused_name

if TYPE_CHECKING:
    from convotui.decoders.decoder import Decoder

EVENTS, RATINGS, REPORT = "events.jsonl", "ratings.jsonl", "report.md"
PERSONAS = "personas.json"
Ask = Callable[[Dialog], float]


@dataclass(frozen=True)
class TrainedPolicy:
    """What a training left behind.

    Attributes:
        run: its name; ``load_policy`` loads it, ``--policy run:NAME`` plays it.
        folder: where it is kept.
        summary: the numbers, beside the baselines' and with intervals, as JSON values.
    """

    run: str
    folder: Path
    summary: Mapping[str, Any]


def train_policy(
    decoder: Decoder,
    plan: PolicyPlan | None = None,
    *,
    name: str | None = None,
    resume: bool = False,
    goals: GoalSet | str | None = None,
    reward: Reward | str | None = None,
    ask: Ask | None = None,
    encoder: Embed | None = None,
    setting: Setting | None = None,
    watcher: Watcher | None = None,
    tick: Callable[[], None] | None = None,
    opened: Callable[[Run, PolicyPlan], None] | None = None,
    loaded: Mapping[str, Any] | None = None,
    **changes: Any,
) -> TrainedPolicy:
    """Train a policy to choose goals, and compare it with policies that learn nothing.

    What was learned is on disk after each round of dialogs; a training that was stopped or
    killed is resumed by its name and goes on exactly (in float32, on one machine).

    Args:
        decoder: plays both sides of the dialogs.
        plan: what to train; None for the usual, or for what the run that is resumed was to be.
        name: of the run; None makes one up.
        resume: go on with the run of this name.
        goals: the policy's actions: a goal set, its name or path; None for the plan's.
        reward: rewards with weights, or a function of dialogs that scores the newest exchange
            of each; None for the plan's.
        ask: gives a person's number for the reward ``manual``; None asks on the terminal.
        encoder: texts to unit vectors, for rewards that need it; None loads the usual one.
        setting: the gym, in place of one made for the decoder.
        watcher: told how it goes.
        tick: called at every token column; raising in it stops the training.
        opened: told the run and its plan before anything is played.
        loaded: how the decoder was loaded, kept in the run's config so that resuming it loads
            the same: the arguments of ``load_decoder`` by name.
        changes: settings that differ from the plan's, by their names.

    Raises:
        UsageError: something named does not exist, or the run cannot be begun or resumed.
        ConvoTUIError: the training went wrong; what was learned before is kept.
        Cancelled: raised in ``tick``; it carries what had been done.
    """
    named = {
        "goals": goals.name if isinstance(goals, GoalSet) else goals,
        "reward": f"{_name(reward)}=1" if callable(reward) else reward,
    }
    changes |= {k: v for k, v in named.items() if v is not None}
    run = find_run(name) if resume and name else None
    if resume and run is None:
        raise UsageError("Say which run to resume: give its name.")
    if run:
        plan = _resumed(run, plan, changes, decoder)
    else:
        plan = plan_from(changes, plan)
        plan = replace(plan, batch=plan.width)
    journal = _Journal(ask or ask_in_terminal)
    made = setting or make_setting(
        decoder,
        goals=goals or plan.goals,
        reward=WeightedReward([(_name(reward), reward, 1.0)]) if callable(reward) else plan.reward,
        state="both" if plan.state == "both" else "partner",
        persona_a=plan.persona_a,
        persona_b=plan.persona_b,
        seed=plan.seed,
        sampling=plan.sampling,
        encoder=encoder,
        ask=journal.ask,
        tick=tick,
    )
    if run is None:
        config = {**plan.record(), "model": {**(loaded or {}), **made.model}}
        stem = f"{plan.algo}-{time.strftime('%Y%m%d-%H%M%S')}"
        run = create_run(name or unused_name(stem), KIND, config)
    elif run.read_json(GOALS) is not None:
        check_goals(run, made.goals)
    journal.run = run
    if opened:
        opened(run, plan)
    trainer = Trainer(plan, made, run, watcher or _Nobody(), tick or _nothing)
    with run.holding():
        notes = _write_down(run, plan, made)
        trainer.setting = _with_personas(run, made)
        run.set_state(status="running")
        run.append(EVENTS, _event("resumed" if resume else "started", notes=notes))
        try:
            summary = {**trainer.train(), **({"notes": notes} if notes else {})}
        except Cancelled as stop:
            stop.summary = {**_kept(trainer), **stop.summary}
            _end(run, "cancelled", dict(stop.summary))
            raise
        except KeyboardInterrupt:
            _end(run, "cancelled", _kept(trainer))
            raise
        except BaseException as error:
            _end(run, "failed", {**_kept(trainer), "message": display_line(str(error))})
            raise
        run.write_text(REPORT, report(plan, trainer.points, trainer.scores, summary))
        _end(run, "done", summary)
    return TrainedPolicy(run.name, run.path, summary)


def _resumed(
    run: Run, plan: PolicyPlan | None, changes: Mapping[str, Any], decoder: Decoder
) -> PolicyPlan:
    """Take the plan of the run; only the number of dialogs may be another, and no smaller one.

    Raises:
        UsageError: the run trained no policy, or was to train another one.
        ConvoTUIError: it was trained with another model.
    """
    if run.state.get("kind") != KIND:
        raise UsageError(f"The run {run.name} trained no policy, so it cannot be resumed as one.")
    config = run.config
    model = config.pop("model", {})
    kept = plan_from(config)
    plan = plan_from(changes, plan or kept)
    grown = replace(kept, episodes=max(kept.episodes, plan.episodes))
    # Of a batch that is larger than all dialogs are, their number was kept.
    batch = replace(plan, episodes=kept.episodes).width
    wanted, known = asdict(replace(plan, batch=batch, episodes=grown.episodes)), asdict(grown)
    differing = [key for key in known if wanted[key] != known[key]]
    if differing:
        raise UsageError(
            f"The run {run.name} was begun with another {', '.join(differing)}: resume it as it "
            "was, or begin another run."
        )
    now = speaker_of(decoder)
    if any(model[key] != now[key] for key in now if key in model):
        was, loaded = (
            f"{display_line(str(who.get('name')))}, version {display_line(str(who.get('version')))}"
            f", {display_line(str(who.get('dtype')))}, "
            f"prompt format {display_line(str(who.get('prompt_format')))}"
            for who in (model, now)
        )
        raise ConvoTUIError(
            f"The run {run.name} was trained with {was}; what is loaded is {loaded}: load that "
            "model to go on."
        )
    return grown


def _write_down(run: Run, plan: PolicyPlan, setting: Setting) -> list[str]:
    """Keep what the run's folder does not say yet: its goals, who plays, more dialogs than before.

    Returns:
        Sentences on what is not as it was when the run began.
    """
    config = run.config
    if config.get("episodes") != plan.episodes:
        run.write_text(CONFIG, tomlkit.dumps({**config, "episodes": plan.episodes}))
    if run.read_json(GOALS) is None:
        run.write_json(GOALS, goals_record(setting.goals))
    personas = {
        split: {persona.name: list(persona.facts) for persona in casting.pool}
        for split, casting in setting.castings.items()
    }
    before = run.read_json(PERSONAS)
    if before is None:
        run.write_json(PERSONAS, personas)
    if before in (None, personas):
        return []
    return [
        "The personas in the libraries have changed since the run began: it goes on with those "
        "it began with."
    ]


def _with_personas(run: Run, setting: Setting) -> Setting:
    """Cast from the personas that the run began with, whatever the libraries have now."""
    kept = run.read_json(PERSONAS)
    castings = {
        split: replace(
            casting, pool=tuple(Persona(name, tuple(facts)) for name, facts in kept[split].items())
        )
        for split, casting in setting.castings.items()
    }
    return replace(setting, castings=castings)


class _Journal:
    """Keeps a person's numbers, so that a round played again does not ask again."""

    def __init__(self, ask: Ask) -> None:
        self.run: Run | None = None
        self._ask = ask
        self._known: dict[str, float] | None = None

    def ask(self, dialog: Dialog) -> float:
        """Return the number that was given for this exchange, or ask for it and keep it."""
        if self.run is None:
            raise RuntimeError("asked before the run was opened")
        if self._known is None:
            self._known = {x["exchange"]: x["reward"] for x in self.run.lines(RATINGS)}
        said = [dialog.id, [(turn.goal, turn.text) for turn in dialog.turns]]
        key = hashlib.blake2b(json.dumps(said).encode(), digest_size=12).hexdigest()
        if key not in self._known:
            value = self._ask(dialog)
            record = {"exchange": key, "dialog": dialog.id, "turns": len(dialog), "reward": value}
            self.run.append(RATINGS, record)
            self._known[key] = value
        return self._known[key]


class _Nobody:
    """Watches where nobody does."""

    def began(
        self, points: Sequence[TrainingPoint], scores: Sequence[tuple[Stage, int, PolicyScore]]
    ) -> None:
        """Leave it untold."""

    def progress(self, stage: str, done: int, total: int, before: int) -> None:
        """Leave it untold."""

    def trained(self, point: TrainingPoint, dialog: Dialog) -> None:
        """Leave it untold."""

    def measured(self, stage: Stage, episodes: int, score: PolicyScore, dialog: Dialog) -> None:
        """Leave it untold."""


def _name(reward: Reward) -> str:
    """Name a function as an operator would give it."""
    kind = reward if hasattr(reward, "__qualname__") else type(reward)
    return f"{kind.__module__}:{kind.__qualname__}"


def _kept(trainer: Trainer) -> dict[str, Any]:
    """Say what is on disk of a training that has not come to its end."""
    return {
        "run": trainer.run.name,
        "folder": str(trainer.run.path),
        "episodes": trainer.saved,
        "episodes_planned": trainer.plan.rounds * trainer.plan.width,
    }


def _end(run: Run, status: str, summary: dict[str, Any]) -> None:
    why = {"message": summary["message"]} if "message" in summary else {}
    run.append(EVENTS, _event(status, **why))
    run.set_state(status=status, summary=summary)


def _event(what: str, **more: Any) -> dict[str, Any]:
    return {"time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "event": what, **more}


def _nothing() -> None:
    """Stand in for a tick where nobody else wants in."""
