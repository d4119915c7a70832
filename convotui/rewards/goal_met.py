"""Goal met: did the partner answer on the topic the opener was told to bring up?"""

from __future__ import annotations

from collections.abc import Sequence

from convotui.dialog import Dialog, Goal, GoalSet
from convotui.rewards.exchange import Embed, newest_exchange
from convotui.rewards.topics import TopicJudge


class GoalMet:
    """1 when the partner's answer is about the goal's topic, else 0.

    Yes or no, and not a probability: the classifier learned from lines that bring a topic
    up, so its margin is no calibrated probability for answers, and a 0 or 1 is what a
    person's labels can be held against.

    An exchange without a goal (free talk, the baseline of a policy) is scored by the mean
    over all goals of the set: what a goal drawn at random would have got. A goal that is not
    in the set is judged by its text, as the dialog's ``meta["goals"]`` tells it.

    Attributes:
        judge: what says whether a text is on a goal's topic.
    """

    def __init__(self, goals: GoalSet, embed: Embed) -> None:
        """Take the goal set and the sentence encoder.

        Args:
            goals: the action space.
            embed: texts to unit vectors.
        """
        self.judge = TopicJudge(goals, embed)

    def __call__(self, dialogs: Sequence[Dialog]) -> list[float]:
        """Score the newest exchange of each dialog.

        Raises:
            RewardError: a dialog does not end with the partner's turn.
        """
        return [self._score(dialog) for dialog in dialogs]

    def _score(self, dialog: Dialog) -> float:
        opener, partner = newest_exchange(dialog)
        if opener is not None and opener.goal is not None:
            return float(self.judge.on_topic(partner.text, self._goal(opener.goal, dialog)))
        goals = self.judge.goals
        return sum(self.judge.on_topic(partner.text, goal) for goal in goals) / len(goals)

    def _goal(self, name: str, dialog: Dialog) -> Goal:
        if name in self.judge.goals:
            return self.judge.goals[name]
        told = dialog.meta.get("goals")
        text = told.get(name) if isinstance(told, dict) else None
        return Goal(id=name, text=text if isinstance(text, str) else name)
