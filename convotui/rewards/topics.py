"""Is a text about a goal's topic? Judged by the goal's cues and by its examples."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from convotui.dialog import Goal, GoalSet, meets_cues
from convotui.rewards.exchange import Embed

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

RIDGE = 1.0
TEXT_COSINE = 0.2
"""A text this near to a goal's text is about it: the best cut (88 % balanced) on the shipped
examples; it serves only goals that have neither cues nor examples."""

SMALL_TALK = (
    "hi, how are you today?",
    "hello, nice to meet you.",
    "i am fine, thanks for asking.",
    "that sounds nice.",
    "oh, that is too bad.",
    "i see what you mean.",
    "haha, that is funny.",
    "tell me more about that.",
    "really? i had no idea.",
    "yes, i think so too.",
    "no, not really.",
    "i am not sure what to say.",
    "good for you!",
    "thank you so much.",
    "you are welcome.",
    "what about you?",
    "it is getting late here.",
    "the weather has been lovely lately.",
    "i hope you have a great day.",
    "sorry, could you say that again?",
    "i am just sitting at home.",
    "it was nice talking to you.",
    "how is your day going?",
    "wow, that is amazing.",
)
"""Lines about nothing in particular: with them a set of one goal has negatives too."""


class TopicJudge:
    """Says whether texts are about the topics of a goal set.

    A text is on a goal's topic when it contains a cue of the goal, or when a classifier made
    from the examples says so; a goal without cues is judged by its examples, one without
    examples by its cues, and one with neither by the cosine of the text with the goal's.

    The classifier is one linear function of a text's vector per goal: regularised least squares
    to +1 for the goal's own examples and -1 for the other goals' and small talk, both
    sides weighing the same. It is closed-form, hence the same each time, and so are its
    leave-one-out answers, on which the one threshold of all goals is set: where hits and
    correct refusals are most, on average. So nothing is tuned on the texts it will judge.

    Source: Rifkin and Lippert, "Notes on Regularized Least Squares", 2007 (leave-one-out).
    """

    def __init__(self, goals: GoalSet, embed: Embed) -> None:
        """Take a goal set; its examples are embedded when a text is first judged.

        Args:
            goals: with cues and examples, as far as they have any.
            embed: texts to unit vectors.
        """
        self.goals = goals
        self._embed = embed

    def on_topic(self, text: str, goal: Goal) -> bool:
        """Say whether a text is about a goal's topic; the goal need not be of the set."""
        if meets_cues(text, goal.cues):
            return True
        by_examples = self.by_examples(text, goal)
        if by_examples is not None:
            return by_examples
        return not goal.cues and self._near_text(text, goal)

    def by_examples(self, text: str, goal: Goal) -> bool | None:
        """Ask the classifier alone; None for a goal without examples in the set."""
        place = self._fit.places.get(goal.id)
        if place is None:
            return None
        return bool(self._margins(text)[place] > self._fit.threshold)

    def _margins(self, text: str) -> Numbers:
        weights = self._fit.weights
        margins: Numbers = self._embed([text])[0].astype(weights.dtype) @ weights[:-1] + weights[-1]
        return margins

    def _near_text(self, text: str, goal: Goal) -> bool:
        pair = self._embed([text, goal.text])
        return bool(pair[0] @ pair[1] >= TEXT_COSINE)

    @cached_property
    def _fit(self) -> _Fit:
        return _fit(self.goals, self._embed)


class _Fit(NamedTuple):
    """A fitted classifier.

    Attributes:
        places: column of each goal with examples.
        weights: shape (width + 1, goals); the last row is the bias.
        threshold: above it a text is on the topic.
    """

    places: dict[str, int]
    weights: Numbers
    threshold: float


def _fit(goals: GoalSet, embed: Embed) -> _Fit:
    import numpy as np

    taught = [goal for goal in goals if goal.examples]
    lines = [(text, goal.id) for goal in taught for text in goal.examples]
    vectors = embed([*(text for text, _ in lines), *SMALL_TALK]).astype(np.float64)
    inputs = np.hstack([vectors, np.ones((len(vectors), 1))])
    names = [*(name for _, name in lines), *("" for _ in SMALL_TALK)]
    # The bias is all but free.
    ridge = np.diag([RIDGE] * vectors.shape[1] + [1e-6])
    columns, own, others = [], [], []
    for goal in taught:
        mine = np.array([name == goal.id for name in names])
        balance = np.where(mine, 0.5 / mine.sum(), 0.5 / (~mine).sum()) * len(names)
        targets = np.where(mine, 1.0, -1.0)
        solved = np.linalg.solve(inputs.T @ (balance[:, None] * inputs) + ridge, inputs.T * balance)
        columns.append(solved @ targets)
        fitted, leverage = inputs @ columns[-1], np.einsum("ij,ji->i", inputs, solved)
        left_out = (fitted - leverage * targets) / (1 - leverage)
        own.extend(left_out[mine])
        others.extend(left_out[~mine])
    weights = np.stack(columns, axis=1) if columns else np.zeros((inputs.shape[1], 0))
    places = {goal.id: place for place, goal in enumerate(taught)}
    return _Fit(places, weights, _best_cut(own, others))


def _best_cut(own: list[float], others: list[float]) -> float:
    """Find where the shares of ``own`` above and of ``others`` below add up to most.

    Of several such cuts, the one in the middle; 0 where there is nothing to tell apart.
    """
    import numpy as np

    if not own or not others:
        return 0.0
    values = np.unique([*own, *others])
    cuts = (values[1:] + values[:-1]) / 2
    above = (np.array(own)[None, :] > cuts[:, None]).mean(axis=1)
    below = (np.array(others)[None, :] <= cuts[:, None]).mean(axis=1)
    both = above + below
    best = cuts[both >= both.max() - 1e-12]
    return float(best[len(best) // 2])
