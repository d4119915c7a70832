"""Answering a training that asks a person for ratings."""

from __future__ import annotations

from textual import on
from textual.widgets import Input

from convotui.engine.api import Reward
from convotui.engine.training_rules import judgement
from convotui.rewards.manual import manual_reward
from convotui.tui.screens.train_start import StartActions
from convotui.tui.trainings import Training
from convotui.tui.widgets.training_panes import RatingField
from convotui.tui.widgets.training_view import TrainingView

NOTHING_ASKED = "Nothing is asked: ratings are for the reward 'manual'."
LOOK_SECONDS = 0.3
"""Nobody has read an exchange so soon: a digit then was meant for the one before."""


class RatingActions(StartActions):
    """The part of the train screen that answers questions.

    Attributes:
        shown: the training on the screen.
        asked_at: when the newest question came, by the app's clock.
    """

    def __init__(self) -> None:
        """Begin without a training."""
        super().__init__()
        self.shown: Training | None = None
        self.asked_at = 0.0

    def redraw(self) -> None:
        """Bring the screen up to date soon."""
        raise NotImplementedError

    def action_train_rate(self, rating: int) -> None:
        """Answer the question with a rating."""
        if self._asked is None:
            self.convo.flash(NOTHING_ASKED)
        elif self.convo.clock() - self.asked_at < LOOK_SECONDS:
            self.convo.flash("This exchange has only just come: read it, then rate it.")
        else:
            self._answer(manual_reward(rating), f"rated {rating}")

    def action_train_number(self) -> None:
        """Go to the line where any number can be typed."""
        if self._asked is None:
            self.convo.flash(NOTHING_ASKED)
            return
        self.query_one(TrainingView).go("talk")
        self.query_one(RatingField).focus()

    @property
    def _asked(self) -> Training | None:
        """The training that asks, if it is the one on the screen."""
        training = self.running
        asks = training is not None and training is self.shown and training.question is not None
        return training if asks else None

    @on(Input.Changed, "#train-answer")
    def _drafted(self, event: Input.Changed) -> None:
        event.stop()
        if self._asked is not None:
            self._asked.answer = event.value

    @on(Input.Submitted, "#train-answer")
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        value = judgement(event.value)
        if value is None:
            self.convo.flash("Type a rating from 1 to 5, or any number as the reward.", bad=True)
        else:
            self._answer(value, f"reward {value:+g}")

    def _answer(self, value: float, words: str) -> None:
        training = self._asked
        if training is None or training.question is None or training.job is None:
            return
        self.convo.engine.steer(training.job, Reward(training.question.number, value))
        training.answered()
        self.convo.call_for("")
        self.convo.flash(words)
        self.redraw()
