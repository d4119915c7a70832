"""A person's rating becomes a number centred on zero; a person can be asked, or has judged."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from dataclasses import replace

import pytest

from convotui.rewards import ManualReward, RewardError, ask_in_terminal, manual_reward
from tests.rewards.words import dialog


@pytest.mark.parametrize(("rating", "reward"), [(1, -1.0), (2, -0.5), (3, 0.0), (4, 0.5), (5, 1.0)])
def test_a_rating_is_worth_half_its_distance_from_three(rating: int, reward: float) -> None:
    assert manual_reward(rating) == reward


@pytest.mark.parametrize("rating", [0, 6, -1, 100])
def test_a_rating_outside_one_to_five_is_refused_by_name(rating: int) -> None:
    with pytest.raises(ValueError, match=f"1 to 5, not {rating}"):
        manual_reward(rating)


def judged(**values):
    whole = dialog("hi", "there")
    return whole.with_turn(2, replace(whole.turns[2], **values))


def test_the_judgement_kept_with_the_opener_s_newest_turn_counts() -> None:
    dialogs = [judged(rating=4), judged(reward=-3.5), judged(rating=1, reward=0.25)]
    assert ManualReward()(dialogs) == [0.5, -3.5, 0.25]


def test_without_a_judgement_or_a_person_it_is_said_what_to_do() -> None:
    whole = dialog("hi", "there")
    earlier = whole.with_turn(0, replace(whole.turns[0], rating=5))
    for each in (whole, earlier):
        with pytest.raises(RewardError, match="'manual' needs a person: rate the opener's newest"):
            ManualReward()([each])


def test_a_person_who_is_asked_comes_before_what_is_kept() -> None:
    assert ManualReward(lambda dialog: 2)([judged(rating=1)]) == [2.0]


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let a person type these lines, then end the input."""

    def put(*lines: str) -> None:
        left = list(lines)

        def read(prompt: str = "") -> str:
            if not left:
                raise EOFError
            return left.pop(0)

        monkeypatch.setattr(builtins, "input", read)

    return put


@pytest.mark.parametrize(
    ("line", "value"),
    [("4", 0.5), (" 1 ", -1.0), ("1.0", 1.0), ("-0.25", -0.25), ("7", 7.0), ("0", 0.0)],
)
def test_a_whole_number_to_five_is_a_rating_and_any_other_the_reward(
    typed, line: str, value: float
) -> None:
    typed(line)
    assert ask_in_terminal(dialog("hi")) == value


def test_nonsense_is_asked_again(typed, capsys: pytest.CaptureFixture[str]) -> None:
    typed("", "good", "nan", "inf", "1,5", "3")
    assert ask_in_terminal(dialog("hi")) == 0.0
    assert capsys.readouterr().out.count("That is no number") == 5


def test_the_exchange_is_shown_and_cannot_drive_the_terminal(
    typed, capsys: pytest.CaptureFixture[str]
) -> None:
    typed("3")
    ask_in_terminal(dialog("an earlier answer", "\x1b[2Jtwo dogs"))
    shown = capsys.readouterr().out
    assert "opener: hi\npartner: \\x1b[2Jtwo dogs\n" in shown
    assert "\x1b" not in shown
    assert "earlier" not in shown


def test_an_input_that_ends_is_said_in_words(typed) -> None:
    typed("what?")
    with pytest.raises(RewardError, match="input ended before every exchange was judged"):
        ask_in_terminal(dialog("hi"))
