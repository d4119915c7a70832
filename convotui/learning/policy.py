"""Training a dialog policy: the function behind the command, the screen and the Python API."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tomlkit

from convotui.dialog import GoalSet, display_line, load_goals
from convotui.errors import Cancelled, ConvoTUIError, UsageError
from convotui.gyms.setting import Setting, make_setting, speaker_of
from convotui.learning.kept import differences, from_libraries, keep, recall
from convotui.learning.plan import PolicyPlan, plan_from, sparing
from convotui.learning.ratings import Ask, Journal
from convotui.learning.report import report
from convotui.learning.trainer import Trainer
from convotui.learning.watching import Nobody, Watcher
from convotui.policies.learned import KIND, check_goals
from convotui.rewards.composition import WeightedReward, needs_person
from convotui.rewards.exchange import Embed, Reward
from convotui.rewards.manual import ask_in_terminal
from convotui.runs import CONFIG, Run, create_run, find_run, unused_name

if TYPE_CHECKING:
    from convotui.decoders.decoder import Decoder

EVENTS, REPORT = "events.jsonl", "report.md"


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
        kept = recall(run)
        wanted = setting.goals if setting else goals
        if kept and wanted is not None:
            check_goals(run, load_goals(wanted) if isinstance(wanted, str) else wanted)
    else:
        plan = _begun(plan, changes)
        kept = None
    # Who brings a setting answers for it.
    notes = differences(kept, plan) if kept and setting is None else []
    kept = kept or from_libraries(plan, goals if isinstance(goals, GoalSet) else None)
    journal = Journal(ask or ask_in_terminal)
    made = setting or make_setting(
        decoder,
        goals=kept.goals,
        reward=WeightedReward([(_name(reward), reward, 1.0)]) if callable(reward) else plan.reward,
        state="both" if plan.state == "both" else "partner",
        persona_a=kept.opener or "random",
        persona_b=kept.responder or "random",
        personas=kept.personas,
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
    journal.run = run
    if opened:
        opened(run, plan)
    trainer = Trainer(plan, made, run, watcher or Nobody(), tick or _nothing)
    with run.holding():
        if run.config.get("episodes") != plan.episodes:
            run.write_text(CONFIG, tomlkit.dumps({**run.config, "episodes": plan.episodes}))
        if recall(run) is None:
            keep(run, replace(kept, goals=made.goals))
        run.set_state(status="running")
        run.append(EVENTS, _event("resumed" if resume else "started", notes=notes))
        try:
            summary = trainer.train()
            if notes:
                summary["notes"] = [*notes, *summary.get("notes", ())]
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


def _begun(plan: PolicyPlan | None, changes: Mapping[str, Any]) -> PolicyPlan:
    """Settle the plan of a new run."""
    base = plan
    if base is None and needs_person(changes.get("reward", PolicyPlan.reward)):
        base = sparing(PolicyPlan())
    settled = plan_from(changes, base)
    return replace(settled, batch=settled.width)


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
