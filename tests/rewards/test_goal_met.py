"""Promise: an answer on the goal's topic is worth 1, and free talk what a random goal would be."""

from __future__ import annotations

from dataclasses import replace

import pytest

from convotui import Goal, GoalSet, Turn
from convotui.rewards import GoalMet, RewardError, TopicJudge
from tests.rewards.words import Words, dialog

PETS = Goal(
    "pets",
    "ask about pets.",
    examples=("is your parrot loud?", "my parrot bites.", "a parrot or a hamster?"),
    cues=("dog", "dogs"),
)
BREAD = Goal(
    "bread",
    "talk about baking.",
    examples=("i bake rye loaves.", "rye or wheat loaves?", "my loaves burned."),
)
VOTES = Goal("votes", "talk about politics.", cues=("vote*",))
SHIPS = Goal("ships", "talk about sailing ships.")
GOALS = GoalSet("mixed", (PETS, BREAD, VOTES, SHIPS))


def score(answer: str, goal: str | None, goals: GoalSet = GOALS) -> float:
    return GoalMet(goals, Words())([dialog(answer, goals=[goal])])[0]


def test_an_answer_with_a_cue_meets_the_goal() -> None:
    assert score("two dogs, both asleep.", "pets") == 1.0
    assert score("i voted early.", "votes") == 1.0


def test_an_answer_like_the_examples_meets_the_goal_without_a_cue() -> None:
    assert score("my parrot is loud.", "pets") == 1.0
    assert score("rye loaves, mostly.", "bread") == 1.0


def test_an_answer_about_another_goal_or_nothing_does_not() -> None:
    assert score("rye loaves, mostly.", "pets") == 0.0
    assert score("my parrot is loud.", "bread") == 0.0
    assert score("that sounds nice.", "pets") == 0.0


def test_a_goal_without_examples_is_judged_by_its_cues_alone() -> None:
    # Near the goal's text, but without a cue of it.
    assert score("talk about politics.", "votes") == 0.0


def test_a_goal_with_neither_is_judged_by_its_text() -> None:
    assert score("sailing ships are my thing.", "ships") == 1.0
    assert score("rye loaves, mostly.", "ships") == 0.0


def test_a_goal_that_is_not_in_the_set_is_judged_by_the_text_the_dialog_kept() -> None:
    reward = GoalMet(GOALS, Words())
    about = dialog("whales, yes, whales!", goals=["own"])
    told = replace(about, meta={"goals": {"own": "ask about whales."}})
    other = replace(about, meta={"goals": {"own": "ask about algebra."}})
    assert reward([told, other]) == [1.0, 0.0]
    spoken = dialog("whales, yes, whales!", goals=["ask about whales."])
    assert reward([spoken]) == [1.0]


def test_an_exchange_without_a_goal_scores_the_mean_over_all_goals() -> None:
    for answer in ("two dogs, both asleep.", "my parrot is loud.", "my dogs bake rye loaves."):
        singly = [score(answer, goal.id) for goal in GOALS]
        assert score(answer, None) == pytest.approx(sum(singly) / 4)
        assert score(answer, None) > 0
    assert score("that sounds nice.", None) == 0.0


def test_only_the_newest_exchange_counts() -> None:
    reward = GoalMet(GOALS, Words())
    there = dialog("that sounds nice.", "two dogs.", goals=["pets", "pets"])
    gone = dialog("two dogs.", "that sounds nice.", goals=["pets", "pets"])
    other = dialog("two dogs.", "two dogs.", goals=["pets", "bread"])
    assert reward([there, gone, other]) == [1.0, 0.0, 0.0]


def test_what_the_opener_says_does_not_meet_its_own_goal() -> None:
    whole = dialog("that sounds nice.", goals=["pets"])
    asked = whole.with_turn(0, Turn.say(0, "do you have dogs?", goal="pets"))
    assert GoalMet(GOALS, Words())([asked]) == [0.0]


def test_a_dialog_scores_alone_what_it_scores_in_company() -> None:
    answers = ["two dogs.", "rye loaves, mostly.", "ships!", "that sounds nice."]
    dialogs = [dialog(a, goals=[g.id]) for a, g in zip(answers, GOALS, strict=True)]
    together = GoalMet(GOALS, Words())(dialogs)
    assert [GoalMet(GOALS, Words())([each])[0] for each in dialogs] == together
    assert together == [1.0, 1.0, 0.0, 0.0]


def test_the_examples_are_embedded_once_and_only_when_needed() -> None:
    words = Words()
    reward = GoalMet(GOALS, words)
    assert words.seen == []
    for _ in range(3):
        reward([dialog("my parrot is loud.", goals=["pets"])])
    assert words.seen.count(PETS.examples[0]) == 1
    assert words.seen.count("that sounds nice.") == 1


def test_a_set_of_one_goal_has_small_talk_to_tell_it_from() -> None:
    alone = GoalSet("alone", (PETS,))
    assert score("my parrot is loud.", "pets", alone) == 1.0
    assert score("oh, that is too bad.", "pets", alone) == 0.0


def test_a_set_without_any_example_can_be_judged() -> None:
    bare = GoalSet("bare", (VOTES, SHIPS))
    assert score("i voted early.", "votes", bare) == 1.0
    assert score("i voted early.", "ships", bare) == 0.0
    assert TopicJudge(bare, Words()).by_examples("i voted early.", VOTES) is None


def test_a_goal_with_a_single_example_can_be_judged() -> None:
    single = GoalSet("single", (Goal("one", "x", examples=("my parrot is loud.",)), BREAD))
    assert score("my parrot is loud.", "one", single) == 1.0
    assert score("rye loaves, mostly.", "one", single) == 0.0


def test_the_threshold_comes_from_answers_with_each_example_left_out() -> None:
    from convotui.rewards import topics

    words = Words()
    fit = topics._fit(GoalSet("two", (PETS, BREAD)), words)
    # The closed form against fits that really leave one out (each side's weight kept).
    import numpy as np

    texts = [*PETS.examples, *BREAD.examples, *topics.SMALL_TALK]
    inputs = np.hstack([words(texts).astype(float), np.ones((len(texts), 1))])
    own, others = [], []
    for goal in (PETS, BREAD):
        mine = np.array([text in goal.examples for text in texts])
        balance = np.where(mine, 0.5 / mine.sum(), 0.5 / (~mine).sum()) * len(texts)
        ridge = np.diag([topics.RIDGE] * (inputs.shape[1] - 1) + [1e-6])
        for i, target in enumerate(mine):
            kept = np.arange(len(texts)) != i
            x, w, t = inputs[kept], balance[kept], np.where(mine, 1.0, -1.0)[kept]
            solved = np.linalg.solve(x.T @ (w[:, None] * x) + ridge, x.T @ (w * t))
            (own if target else others).append(inputs[i] @ solved)
    assert fit.threshold == pytest.approx(topics._best_cut(own, others), abs=1e-6)


def test_the_best_cut_lies_where_most_are_right_and_in_the_middle_of_the_equally_good() -> None:
    from convotui.rewards.topics import _best_cut

    assert _best_cut([2.0, 3.0], [0.0, 1.0]) == pytest.approx(1.5)
    assert _best_cut([1.0, 3.0, 3.5], [0.0, 2.0]) == pytest.approx(2.5)
    assert _best_cut([0.0, 2.0, 4.0], [-1.0, 1.0, 3.0]) == pytest.approx(1.5)
    assert _best_cut([], [1.0]) == 0.0


def test_a_dialog_that_ends_with_the_opener_is_no_exchange() -> None:
    whole = dialog("hi", "there", goals=["pets", "pets"])
    with pytest.raises(RewardError, match="does not end with the partner's turn"):
        GoalMet(GOALS, Words())([replace(whole, turns=whole.turns[:3])])


def test_a_partner_who_speaks_first_is_scored_like_free_talk() -> None:
    first = replace(dialog(), turns=(Turn.say(1, "two dogs."),))
    assert GoalMet(GOALS, Words())([first]) == [0.25]
