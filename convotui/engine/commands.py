"""What a front end may command while a self-play or a training runs (torch-free)."""

from __future__ import annotations

from dataclasses import dataclass

from convotui.gyms.conductor import Conductor, check_line, check_pace, check_speaker
from convotui.learning.asking import Questions, check_reward


@dataclass(frozen=True)
class Pause:
    """Stand still from the next token on; ``PlayPaused`` says when that is."""

    def steer(self, play: Conductor) -> None:
        """Command it."""
        play.pause()


@dataclass(frozen=True)
class Resume:
    """Go on after a pause."""

    def steer(self, play: Conductor) -> None:
        """Command it."""
        play.resume()


@dataclass(frozen=True)
class Step:
    """Play one round of turns, or what is left of the one under way, and pause."""

    def steer(self, play: Conductor) -> None:
        """Command it."""
        play.step()


@dataclass(frozen=True)
class Pace:
    """Play at most so many turns a second, of all episodes together; None for full speed.

    Raises:
        ValueError: it is not a number above 0.
    """

    turns_per_second: float | None

    def __post_init__(self) -> None:
        """Check the number."""
        check_pace(self.turns_per_second)

    def steer(self, play: Conductor) -> None:
        """Command it."""
        play.pace(self.turns_per_second)


@dataclass(frozen=True)
class Drop:
    """Let an episode end where it is, or not begin; its turns stay in the store."""

    episode: int

    def steer(self, play: Conductor) -> None:
        """Command it."""
        play.drop(self.episode)


@dataclass(frozen=True)
class TakeOver:
    """Let a person speak for one side of an episode; ``TurnWanted`` asks for each turn.

    Raises:
        ValueError: there is no such speaker.
    """

    episode: int
    speaker: int

    def __post_init__(self) -> None:
        """Check the side."""
        check_speaker(self.speaker)

    def steer(self, play: Conductor) -> None:
        """Command it."""
        play.take_over(self.episode, self.speaker)


@dataclass(frozen=True)
class HandBack:
    """Let the model speak for both sides again; lines that are not turns yet are forgotten."""

    episode: int

    def steer(self, play: Conductor) -> None:
        """Command it."""
        play.hand_back(self.episode)


@dataclass(frozen=True)
class SayLine:
    """A person's next turn in an episode that has been taken over; elsewhere it is ignored.

    Raises:
        ValueError: the text is empty.
    """

    episode: int
    text: str

    def __post_init__(self) -> None:
        """Check the text."""
        check_line(self.text)

    def steer(self, play: Conductor) -> None:
        """Command it."""
        play.say(self.episode, self.text)


@dataclass(frozen=True)
class Reward:
    """A person's answer to ``RatingWanted``; one that is not asked for is ignored.

    Attributes:
        number: of the question.
        value: any finite number; a rating of 1-5 is ``convotui.rewards.manual_reward`` of it.

    Raises:
        ValueError: the value is not finite.
    """

    number: int
    value: float

    def __post_init__(self) -> None:
        """Check the value."""
        check_reward(self.value)

    def answer(self, questions: Questions) -> None:
        """Give it."""
        questions.answer(self.number, self.value)


Command = Pause | Resume | Step | Pace | Drop | TakeOver | HandBack | SayLine | Reward
