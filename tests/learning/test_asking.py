"""A person's numbers: one question at a time, kept with the run, never asked for twice."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import pytest

from convotui.decoders import Decoder
from convotui.dialog import Dialog
from convotui.errors import Cancelled
from convotui.gyms.setting import make_env
from convotui.learning.asking import Questions, check_reward
from convotui.learning.policy import train_policy
from convotui.learning.ratings import RATINGS
from convotui.runs import find_run
from tests.gyms.stages import SAMPLING
from tests.learning.courses import FEW, differing, kept
from tests.learning.test_learned_policy import PLAN

MANUAL = replace(PLAN, reward="manual", eval_every=0, eval_episodes=2, episodes=4, dqn=FEW)


class Judge:
    """A person who likes long replies, remembers what was asked, and may walk away."""

    def __init__(self, patience: int = 10**9) -> None:
        self.asked: list[Dialog] = []
        self.patience = patience

    def __call__(self, dialog: Dialog) -> float:
        if len(self.asked) == self.patience:
            raise Cancelled
        self.asked.append(dialog)
        return len(dialog.turns[-1].text) / 7


def nothing() -> None:
    """Let nobody in."""


def test_an_answer_reaches_who_waits_for_it() -> None:
    questions = Questions()
    number = questions.next_number()
    threading.Timer(0.05, questions.answer, (number, 0.5)).start()
    assert questions.wait(nothing) == 0.5


def test_an_answer_to_another_question_is_ignored() -> None:
    questions = Questions()
    stale = questions.next_number()
    questions.answer(stale, 1.0)
    number = questions.next_number()
    questions.answer(stale, 2.0)
    questions.answer(number + 1, 3.0)
    questions.answer(number, 4.0)
    questions.answer(number, 5.0)
    assert questions.wait(nothing) == 4.0


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_a_reward_is_a_finite_number(value: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        check_reward(value)
    questions = Questions()
    with pytest.raises(ValueError, match="finite"):
        questions.answer(questions.next_number(), value)


def test_a_wait_ends_when_a_tick_raises() -> None:
    questions, ticks = Questions(), [0]
    questions.next_number()

    def tick() -> None:
        ticks[0] += 1
        if ticks[0] == 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        questions.wait(tick)


@pytest.fixture(scope="module")
def calm(
    tmp_path_factory: pytest.TempPathFactory, chat_decoder: Decoder
) -> tuple[Judge, dict[str, Any]]:
    """Whoever was asked in a training that nothing stopped, and what is kept of it."""
    patch = pytest.MonkeyPatch()
    patch.setenv("CONVOTUI_HOME", str(tmp_path_factory.mktemp("judged")))
    train_policy(chat_decoder, MANUAL, name="judged", ask=(judge := Judge()))
    everything = {**kept("judged"), RATINGS: find_run("judged").lines(RATINGS)}
    patch.undo()
    return judge, everything


def test_every_exchange_is_asked_about_once_and_kept(calm: tuple[Judge, dict[str, Any]]) -> None:
    judge, everything = calm
    exchanges = [(d.id, *((t.goal, t.text) for t in d.turns)) for d in judge.asked]
    assert len(set(exchanges)) == len(exchanges)
    assert all(d.turns[-1].speaker == 1 for d in judge.asked)
    played = {
        (d["id"], *((t["goal"], _text(t)) for t in d["turns"][:end]))
        for d in everything["dialogs.jsonl"]
        for end in (2, 4)
    }
    assert played <= set(exchanges)
    # Policies that said the same are not judged twice.
    assert len(played) < len(exchanges) <= 4 * 2 + 4 * 2 * 2
    given = [len(d.turns[-1].text) / 7 for d in judge.asked]
    assert [line["reward"] for line in everything[RATINGS]] == given


@pytest.mark.parametrize("patience", [1, 7, 13])
def test_numbers_already_given_are_not_asked_for_again(
    calm: tuple[Judge, dict[str, Any]], chat_decoder: Decoder, patience: int
) -> None:
    once, everything = calm
    first, second = Judge(patience), Judge()
    with pytest.raises(Cancelled):
        train_policy(chat_decoder, MANUAL, name="judged", ask=first)
    assert len(find_run("judged").lines(RATINGS)) == patience
    train_policy(chat_decoder, MANUAL, name="judged", ask=second, resume=True)
    assert first.asked + second.asked == once.asked
    again = {**kept("judged"), RATINGS: find_run("judged").lines(RATINGS)}
    assert differing(everything, again) == []


def test_a_person_may_be_asked_in_an_environment(chat_decoder: Decoder) -> None:
    env = make_env(chat_decoder, reward="manual", sampling=SAMPLING, ask=(judge := Judge()))
    env.reset(seed=1)
    reward = env.step(0)[1]
    (dialog,) = judge.asked
    assert reward == pytest.approx(len(dialog.turns[-1].text) / 7)


def _text(turn: dict[str, Any]) -> str:
    return turn["text"]
