"""The course of a training: baselines, rounds of dialogs with a checkpoint each, comparison."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor, from_numpy

from convotui.dialog import dialog_to_record
from convotui.evaluation.policies import partners, play_policy, score_policy
from convotui.evaluation.scores import PolicyScore, goal_counts, paired_gain, score_from
from convotui.gyms.dialog_batch import DialogBatch
from convotui.gyms.observing import Observer
from convotui.gyms.setting import Setting
from convotui.gyms.vec_env import DialogVecEnv
from convotui.learning.checkpoints import (
    Checkpoint,
    Kind,
    forget_later,
    keep_newest,
    load_checkpoint,
    save_checkpoint,
)
from convotui.learning.dqn import (
    DialogDQN,
    build_dqn,
    capture,
    greedy,
    own_randomness,
    restore,
)
from convotui.learning.history import BASELINES, Stage, TrainingPoint, point_from
from convotui.learning.learned import LearnedPolicy, observer_from
from convotui.learning.plan import PolicyPlan
from convotui.learning.rounds import Round, Rounds
from convotui.learning.watching import Watcher
from convotui.policies import Policy, make_policy
from convotui.runs import METRICS, SCORES, Run

DIALOGS = "dialogs.jsonl"
KINDS: tuple[Kind, ...] = ("best", "last")


@dataclass
class Trainer:
    """A training under way.

    Attributes:
        plan: what is to be trained.
        setting: who speaks, what is seen, what is rewarded, who plays.
        run: where everything is kept; it is held by this process.
        watcher: told how it goes.
        tick: called at every token column; raising in it stops the training, which has then
            lost the round it was in.
        saved: dialogs learned from by the last checkpoint.
    """

    plan: PolicyPlan
    setting: Setting
    run: Run
    watcher: Watcher
    tick: Callable[[], None]
    points: list[TrainingPoint] = field(default_factory=list)
    scores: list[tuple[Stage, int, PolicyScore]] = field(default_factory=list)
    saved: int = 0
    _done: int = 0
    _stage: tuple[str, int] = ("", 0)

    def train(self) -> dict[str, Any]:
        """Train to the end of the plan, from wherever the run's checkpoint is.

        Returns:
            The summary, as JSON values: the same whether or not it was interrupted.
        """
        last = load_checkpoint(self.run.path, "last")
        self.saved = last.episodes if last else 0
        self._recall(self.saved)
        self.watcher.began(self.points, self.scores)
        observer = self._observer(last)
        self._baselines()
        learner = self._learn(observer, last)
        return self._compare(observer, learner)

    # --- what there was ------------------------------------------------------------------

    def _recall(self, episodes: int) -> None:
        """Cut the logs to what the checkpoint knows of, and read them."""
        forget_later(self.run.path, "best", episodes)
        points = [p for p in self.run.lines(METRICS) if p["episodes"] <= episodes]
        self.run.replace_lines(METRICS, points)
        self.run.replace_lines(DIALOGS, self.run.lines(DIALOGS)[:episodes])
        kept = [
            line
            for line in self.run.lines(SCORES)
            if line["episodes"] <= episodes and (line["stage"] != "final" or self._is_before(line))
        ]
        self.run.replace_lines(SCORES, kept)
        self.points = [point_from(line) for line in points]
        self.scores = [(x["stage"], x["episodes"], score_from(x["score"])) for x in kept]
        per_stage = {
            "baseline": self.plan.eval_episodes,
            "validation": self.plan.validation_episodes,
            "final": 0,
        }
        dialogs = [per_stage[stage] for stage, *_ in self.scores]
        self._done = (sum(dialogs) + episodes) * self.plan.turns

    def _is_before(self, final: Mapping[str, Any]) -> bool:
        """Say whether a comparison is one of before the run was given more dialogs."""
        return bool(final["episodes"] < self.plan.rounds * self.plan.width)

    def _observer(self, last: Checkpoint | None) -> Observer:
        if last:
            goals, turns = self.setting.goals, self.plan.turns
            return observer_from(last, self.setting.estimator, goals, turns)
        self._begin("reading the personas")
        return self.setting.observer(self.plan.turns, self.tick)

    # --- measuring -----------------------------------------------------------------------

    def _baselines(self) -> None:
        """Measure the policies that learn nothing, where that has not been done."""
        known = {score.policy for stage, _, score in self.scores if stage == "baseline"}
        for name in BASELINES:
            if self.plan.eval_episodes and name not in known:
                policy = make_policy(name, self.setting.goals)
                self._measure("baseline", 0, name, policy)

    def _measure(self, stage: Stage, episodes: int, name: str, policy: Policy) -> PolicyScore:
        final = stage != "validation"
        self._begin({"baseline": f"measuring {name}", "final": "comparing"}.get(stage, "checking"))
        dialogs = play_policy(
            policy,
            self.setting.agents,
            self.setting.castings["held-out" if final else "validation"],
            episodes=self.plan.eval_episodes if final else self.plan.validation_episodes,
            turns=self.plan.turns,
            batch=self.plan.batch,
            tick=self.tick,
            heard=self._heard,
        )
        score, scored = score_policy(name, dialogs, self.setting.reward)
        self.scores.append((stage, episodes, score))
        sample = scored[episodes % len(scored)]
        self.run.append(
            SCORES,
            {
                "stage": stage,
                "episodes": episodes,
                "score": score.record(),
                "dialog": dialog_to_record(sample),
            },
        )
        self.watcher.measured(stage, episodes, score, sample)
        return score

    def _validated(self, episodes: int) -> bool:
        """Say whether the policy is looked at after so many dialogs."""
        every = self.plan.eval_every
        width = self.plan.width
        due = every and episodes // every > (episodes - width) // every
        return bool(due or (every and episodes == self.plan.rounds * width))

    # --- learning ------------------------------------------------------------------------

    def _learn(self, observer: Observer, last: Checkpoint | None) -> DialogDQN:
        plan = self.plan
        episodes = self.saved
        batch = DialogBatch(
            self.setting.agents, observer, self.setting.reward, plan.turns, self.tick
        )
        env = DialogVecEnv(
            batch, self.setting.castings["train"], plan.width, rounds=episodes // plan.width
        )
        exchanges = plan.rounds * plan.width * plan.turns
        with own_randomness():
            learner = build_dqn(plan.dqn, env, seed=plan.seed, exchanges=exchanges)
            # The updates after an exchange of many dialogs take longer than anyone should wait.
            learner.policy.optimizer.register_step_pre_hook(lambda *_: self.tick())
            if last:
                restore(learner, last.tensors, last.values["learner"])
            remaining = exchanges - episodes * plan.turns
            if remaining > 0:
                self._begin("learning")
                # Of the exchanges that are left: the learner adds those that are behind it.
                rounds = Rounds(env, self._heard, self._end_round)
                learner.learn(remaining, rounds, reset_num_timesteps=last is None)
        return learner

    def _end_round(self, learner: DialogDQN, env: DialogVecEnv, over: Round) -> None:
        """Log a round that has been learned from, look at the policy if it is time, save."""
        dialogs = env.finished
        episodes = env.rounds * env.num_envs
        returns = tuple(sum(turn.reward or 0.0 for turn in d.turns[::2]) for d in dialogs)
        point = TrainingPoint(
            episodes=episodes,
            steps=learner.num_timesteps,
            mean_return=sum(returns) / len(returns),
            returns=returns,
            parts={name: total / len(dialogs) for name, total in over.parts.items()},
            loss=sum(over.losses) / len(over.losses) if over.losses else None,
            exploration=float(learner.exploration_rate),
            goals=goal_counts(dialogs),
            skipped=learner.skipped,
        )
        self.points.append(point)
        self.run.append(DIALOGS, *(dialog_to_record(dialog) for dialog in dialogs))
        self.run.append(METRICS, point.record())
        tensors, values = capture(learner)
        observer = env.batch.observer
        seen = {
            "observer.mean": from_numpy(observer.mean),
            "observer.scale": from_numpy(observer.scale),
        }
        if self._validated(episodes):
            self._choose_best(observer, {**_policy(tensors), **seen}, episodes)
            self._begin("learning")
        whole = {"learner": values, "digest": _digest(tensors)}
        save_checkpoint(self.run.path, "last", Checkpoint(episodes, {**tensors, **seen}, whole))
        self.saved = episodes
        # Not before: a round that is lost must take its best with it, and leave the one before.
        for kind in KINDS:
            keep_newest(self.run.path, kind)
        self.watcher.trained(point, dialogs[0])

    def _choose_best(
        self, observer: Observer, tensors: Mapping[str, Tensor], episodes: int
    ) -> None:
        """Look at the policy on the validation personas; keep it if it is the best so far."""
        before = [s.estimate.mean for stage, _, s in self.scores if stage == "validation"]
        score = self._measure(
            "validation", episodes, self.plan.algo, self._greedy(observer, tensors)
        )
        if not before or score.estimate.mean > max(before):
            about = {"digest": _digest(tensors), "mean": score.estimate.mean}
            save_checkpoint(self.run.path, "best", Checkpoint(episodes, tensors, about))

    def _greedy(self, observer: Observer, tensors: Mapping[str, Tensor]) -> LearnedPolicy:
        network = greedy(tensors, observer.width, len(self.setting.goals), self.plan.dqn.layers)
        return LearnedPolicy(observer, network, self.plan.algo)

    # --- the end -------------------------------------------------------------------------

    def _compare(self, observer: Observer, learner: DialogDQN) -> dict[str, Any]:
        """Measure what was learned on the held-out personas, beside the baselines."""
        best = load_checkpoint(self.run.path, "best") or load_checkpoint(self.run.path, "last")
        if best is None:
            raise ValueError("a training without a round of dialogs")
        plan = self.plan
        summary: dict[str, Any] = {
            "run": self.run.name,
            "folder": str(self.run.path),
            "algo": plan.algo,
            "model": f"{self.setting.model.get('name')}@{self.setting.model.get('version')}",
            "reward": plan.reward,
            "goals": self.setting.goals.name,
            "episodes": plan.rounds * plan.width,
            "turns": plan.turns,
            "seed": plan.seed,
            "policy": {"episodes": best.episodes, "digest": best.values["digest"]},
            "updates": learner._n_updates,
            "skipped_updates": learner.skipped,
        }
        if learner._n_updates == 0:
            summary["notes"] = [
                f"Nothing was learned: the first update comes after {plan.dqn.learning_starts} "
                f"exchanges, and there were {learner.num_timesteps}. Give it more dialogs."
            ]
        if not plan.eval_episodes:
            return summary
        policy = self._greedy(observer, best.tensors)
        learned = self._measure("final", plan.rounds * plan.width, plan.algo, policy)
        baselines = {s.policy: s for stage, _, s in self.scores if stage == "baseline"}
        casting = self.setting.castings["held-out"]
        whom = partners([casting.dialog(i) for i in range(plan.eval_episodes)])
        summary["eval"] = {"episodes": plan.eval_episodes} | {
            name: vars(score.estimate) for name, score in (("policy", learned), *baselines.items())
        }
        summary["gain"] = {
            name: vars(paired_gain(learned, score, whom)) for name, score in baselines.items()
        }
        # Who looks until a result pleases should be seen to have looked.
        summary["looks"] = sum(stage == "final" for stage, *_ in self.scores)
        summary["repeat_rate"] = learned.repeat_rate
        summary["goal_counts"] = dict(learned.goals)
        return summary

    # --- progress ------------------------------------------------------------------------

    def _begin(self, stage: str) -> None:
        self._stage = (stage, self._done)
        self._heard(0)

    def _heard(self, exchanges: int) -> None:
        self._done += exchanges
        stage, before = self._stage
        self.watcher.progress(stage, self._done, self._total(), before)

    def _total(self) -> int:
        plan = self.plan
        learned = plan.rounds * plan.width
        # A run that was given more dialogs has been looked at where it was to end before.
        behind = {episodes for stage, episodes, _ in self.scores if stage == "validation"}
        rounds = ((i + 1) * plan.width for i in range(plan.rounds))
        looks = sum(self._validated(end) or end in behind for end in rounds)
        measured = (len(BASELINES) + 1) * plan.eval_episodes + looks * plan.validation_episodes
        return (learned + measured) * plan.turns


def _policy(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name: tensor for name, tensor in tensors.items() if name.startswith("policy.")}


def _digest(tensors: Mapping[str, Tensor]) -> str:
    """Name the weights of a policy by their bytes."""
    digest = hashlib.blake2b(digest_size=4)
    for name in sorted(_policy(tensors)):
        digest.update(name.encode() + tensors[name].numpy().tobytes())
    return digest.hexdigest()
