"""A training without a model: canned talk, returns that rise, and a real run's folder."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from typing import get_args

from convotui.dialog import (
    Dialog,
    Goal,
    Turn,
    derive_seed,
    dialog_to_record,
    load_goals,
)
from convotui.engine.api import (
    LoadModel,
    PolicyMeasured,
    RatingWanted,
    RoundTrained,
    TrainingStarted,
    TrainPolicy,
)
from convotui.engine.canned import CannedDecoder, line_for
from convotui.engine.jobs import JobContext
from convotui.errors import Cancelled, ConvoTUIError, UsageError
from convotui.evaluation.scores import (
    PolicyScore,
    by_partner,
    goal_counts,
    paired_gain,
    repeat_rate,
    score_from,
)
from convotui.gyms.casting import Casting, Split, cast
from convotui.learning.history import BASELINES, Stage, TrainingPoint, point_from
from convotui.learning.plan import PolicyPlan
from convotui.policies import make_policy
from convotui.policies.learned import KIND
from convotui.rewards.composition import needs_person, parse_reward
from convotui.runs import GOALS, METRICS, SCORES, Run, create_run, find_run, unused_name

BEST, WORST = 0.8, 0.1
"""Reward of an exchange that the best goal gets, and of one without a goal."""


def train_policy(
    request: TrainPolicy,
    context: JobContext,
    decoder: CannedDecoder,
    loaded: LoadModel,
    tick: Callable[[], None],
) -> dict[str, object]:
    """Train a policy as the real engine does: same events, same folder, nothing learned.

    Args:
        request: what to train.
        context: gets events and progress.
        decoder: names the model; its ``rest`` takes the time of a dialog.
        loaded: how that model was loaded, which the run keeps.
        tick: called before every exchange.

    Raises:
        UsageError: the run cannot be begun, or not be gone on with.
        Cancelled: the job was asked to end.
    """
    run, plan = _opened(request, decoder, loaded)
    with run.holding():
        run.set_state(status="running")
        training = _Training(plan, run, context, decoder, tick)
        try:
            training.restore()
            training.announce()
            summary = training.train()
        except Cancelled as stop:
            stop.summary = training.kept()
            run.set_state(status="cancelled", summary=stop.summary)
            raise
        except ConvoTUIError as problem:
            run.set_state(status="failed", summary={**training.kept(), "message": str(problem)})
            raise
        run.set_state(status="done", summary=summary)
    return summary


def _opened(
    request: TrainPolicy, decoder: CannedDecoder, loaded: LoadModel
) -> tuple[Run, PolicyPlan]:
    """Make the run's folder, or find it."""
    plan, name = request.plan, request.name
    if not request.resume:
        parse_reward(plan.reward)
        goals = load_goals(plan.goals)  # no folder is made for a plan that cannot be played
        plan = replace(plan, batch=plan.width)
        speaker = {"name": decoder.name, "version": decoder.version, "dtype": decoder.dtype}
        speaker["prompt_format"] = decoder.form.name
        model = {**asdict(loaded), "model": decoder.name, **speaker}
        name = name or unused_name(f"{plan.algo}-{time.strftime('%Y%m%d-%H%M%S')}")
        run = create_run(name, KIND, {**plan.record(), "model": model})
        run.write_json(GOALS, {"name": goals.name, "goals": [asdict(goal) for goal in goals]})
        return run, plan
    if name is None:
        raise UsageError("Say which run to resume: give its name.")
    run = find_run(name)
    if run.state.get("kind") != KIND:
        raise UsageError(f"The run {name} trained no policy, so it cannot be resumed as one.")
    return run, plan


@dataclass
class _Training:
    """A training under way."""

    plan: PolicyPlan
    run: Run
    context: JobContext
    decoder: CannedDecoder
    tick: Callable[[], None]
    points: list[TrainingPoint] = field(default_factory=list)
    scores: list[tuple[Stage, int, PolicyScore]] = field(default_factory=list)

    def __post_init__(self) -> None:
        plan = self.plan
        self.goals = load_goals(plan.goals)
        self.castings: dict[Split, Casting] = {
            split: cast(
                split,
                self.goals,
                seed=plan.seed,
                persona_a=plan.persona_a,
                persona_b=plan.persona_b,
                model=self.decoder.name,
                version=self.decoder.version,
            )
            for split in get_args(Split)
        }
        self.rewards = tuple(name for name, _ in parse_reward(plan.reward))
        self.asks = needs_person(plan.reward)
        self.exchanges = 0

    @property
    def done(self) -> int:
        """Count the dialogs learned from."""
        return self.points[-1].episodes if self.points else 0

    def restore(self) -> None:
        """Read what an earlier job left in the folder."""
        self.points = [point_from(line) for line in self.run.lines(METRICS)]
        self.scores = [
            (line["stage"], line["episodes"], score_from(line["score"]))
            for line in self.run.lines(SCORES)
        ]

    def announce(self) -> None:
        """Say what is trained, and what it had shown before."""
        ids = tuple(goal.id for goal in self.goals)
        started = TrainingStarted(
            self.context.job.number,
            self.run.name,
            str(self.run.path),
            self.plan,
            ids,
            tuple(self.points),
            tuple(self.scores),
        )
        self.context.publish(started)

    def train(self) -> dict[str, object]:
        """Measure the baselines, learn, look in between, compare what was learned."""
        plan = self.plan
        measured = {score.policy for stage, _, score in self.scores if stage == "baseline"}
        for name in BASELINES if plan.eval_episodes else ():
            if name not in measured:
                self._measure("baseline", name)
        total = plan.rounds * plan.width
        while self.done < total:
            self._learn(total)
            if self._looks_after(self.done):
                self._measure("validation", plan.algo)
        return {**self.kept(), **(self._compared() if plan.eval_episodes else {})}

    def kept(self) -> dict[str, object]:
        """Say what is on disk."""
        return {"run": self.run.name, "folder": str(self.run.path), "episodes": self.done}

    def _looks_after(self, episodes: int) -> bool:
        every, width = self.plan.eval_every, self.plan.width
        return bool(every) and episodes // every > (episodes - width) // every

    def _compared(self) -> dict[str, object]:
        """Measure what was learned beside the baselines."""
        learned = self._measure("final", self.plan.algo)
        baselines = {s.policy: s for stage, _, s in self.scores if stage == "baseline"}
        casting = self.castings["held-out"]
        whom = [str(casting.dialog(i).personas[1]) for i in range(self.plan.eval_episodes)]
        return {
            "eval": {
                name: vars(s.estimate) for name, s in (("policy", learned), *baselines.items())
            },
            "gain": {name: vars(paired_gain(learned, s, whom)) for name, s in baselines.items()},
        }

    # --- dialogs --------------------------------------------------------------------------

    def _total(self) -> int:
        """Count the exchanges of the whole training."""
        plan = self.plan
        looks = sum(self._looks_after((i + 1) * plan.width) for i in range(plan.rounds))
        measured = (len(BASELINES) + 1) * plan.eval_episodes + looks * plan.validation_episodes
        return (plan.rounds * plan.width + measured) * plan.turns

    def _learn(self, total: int) -> None:
        """Play a round and learn from it."""
        plan, before = self.plan, self.done
        dialogs = [
            self._dialog(
                "learning", self.castings["train"].dialog(before + place), self._skill(before)
            )
            for place in range(plan.width)
        ]
        returns = tuple(_return(dialog) for dialog in dialogs)
        mean = sum(returns) / len(returns)
        done, dqn = before + plan.width, plan.dqn
        along = min(1.0, done / total / (dqn.exploration_fraction or 1.0))
        noise = random.Random(derive_seed(plan.seed, "loss", done)).uniform(-0.02, 0.02)
        point = TrainingPoint(
            episodes=done,
            steps=done * plan.turns,
            mean_return=mean,
            returns=returns,
            parts=dict.fromkeys(self.rewards, mean),
            loss=None if not before else 0.05 + 0.4 * math.exp(-3 * done / total) + noise,
            exploration=dqn.exploration_initial
            + along * (dqn.exploration_final - dqn.exploration_initial),
            goals=goal_counts(dialogs),
        )
        self.run.append(METRICS, point.record())
        self.points.append(point)
        self.context.publish(RoundTrained(self.context.job.number, point, dialogs[0]))

    def _measure(self, stage: Stage, policy: str) -> PolicyScore:
        """Play dialogs with one policy and keep its score."""
        plan, held_out = self.plan, stage != "validation"
        casting = self.castings["held-out" if held_out else "validation"]
        words = {"baseline": f"measuring {policy}", "final": "comparing"}.get(stage, "checking")
        skill = None if stage == "baseline" else self._skill(self.done)
        dialogs = [
            self._dialog(words, casting.dialog(index), skill, baseline=policy)
            for index in range(plan.eval_episodes if held_out else plan.validation_episodes)
        ]
        returns = tuple(_return(dialog) for dialog in dialogs)
        score = PolicyScore(
            policy,
            returns,
            by_partner(returns, [str(dialog.personas[1]) for dialog in dialogs]),
            dict.fromkeys(self.rewards, sum(returns) / len(returns)),
            goal_counts(dialogs),
            repeat_rate(dialogs),
        )
        self.scores.append((stage, self.done, score))
        line = {"stage": stage, "episodes": self.done, "score": score.record()}
        self.run.append(SCORES, {**line, "dialog": dialog_to_record(dialogs[0])})
        number = self.context.job.number
        self.context.publish(PolicyMeasured(number, stage, self.done, score, dialogs[0]))
        return score

    def _dialog(
        self, stage: str, dialog: Dialog, skill: float | None, *, baseline: str = ""
    ) -> Dialog:
        """Play one dialog; each reward is on the opener's turn that earned it."""
        for exchange in range(self.plan.turns):
            self.context.progress(stage, self.exchanges, self._total())
            self.decoder.rest()
            self.tick()
            draw = random.Random(derive_seed(dialog.seed or 0, "exchange", exchange))
            goal = self._goal(dialog, draw, skill, baseline)
            said = Turn.say(0, line_for(draw.getrandbits(16)), goal=goal.id if goal else None)
            answer = Turn.say(1, line_for(draw.getrandbits(16)))
            dialog = replace(dialog, turns=(*dialog.turns, said, answer))
            asks = self.asks and stage == "learning"
            reward = self._asked(dialog) if asks else self._reward(goal, draw)
            rewarded = replace(said, reward=round(reward, 2))
            dialog = dialog.with_turn(len(dialog) - 2, rewarded)
            self.exchanges += 1
        return dialog

    def _asked(self, dialog: Dialog) -> float:
        """Ask a person for the newest exchange; that time is not counted as work."""
        questions = self.context.job.questions
        if questions is None:
            raise UsageError("Nobody can be asked for a rating here.")
        number = questions.next_number()
        self.context.stop_clock()
        self.context.publish(RatingWanted(self.context.job.number, number, dialog))
        value = questions.wait(self.tick)
        self.context.start_clock()
        return value

    def _goal(
        self, dialog: Dialog, draw: random.Random, skill: float | None, baseline: str
    ) -> Goal | None:
        """Choose as a baseline does, or, the likelier the more was learned, one of the best."""
        if skill is not None and draw.random() < skill:
            return self.goals.goals[draw.randrange(min(3, len(self.goals)))]
        policy = make_policy(baseline if skill is None else "random", self.goals)
        return policy.choose([dialog], [draw.getrandbits(32)])[0]

    def _reward(self, goal: Goal | None, draw: random.Random) -> float:
        if goal is None:
            return max(0.0, draw.gauss(WORST, 0.1))
        worth = BEST if goal in self.goals.goals[:3] else 0.35
        return min(1.0, max(0.0, draw.gauss(worth, 0.15)))

    def _skill(self, done: int) -> float:
        """How often the goal is one of the best, after so many dialogs; 0-1."""
        return 0.9 * (1 - math.exp(-2.5 * done / (self.plan.rounds * self.plan.width)))


def _return(dialog: Dialog) -> float:
    return round(sum(turn.reward or 0.0 for turn in dialog.turns), 4)
