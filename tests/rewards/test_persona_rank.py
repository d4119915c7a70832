"""Promise: an exchange earns what it revealed, by numbers that depend on the dialog alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from convotui.dialog import list_personas
from convotui.errors import UsageError
from convotui.rewards import PersonaRank, RewardError, chance
from tests.rewards.words import FACTS, Axes, Words, dialog

OTHERS = tuple(f"fact number {i} is about thing{i} and matter{i}." for i in range(40))
SAID = ("hello there.", "i have a green parrot.", "what about you?", "i bake bread at night.")


def rank(**options) -> PersonaRank:
    return PersonaRank(Words(), OTHERS, **options)


def exchanges(whole):
    return [replace(whole, turns=whole.turns[:end]) for end in range(2, len(whole) + 1, 2)]


def test_the_rewards_of_a_dialog_add_up_to_its_score_above_silence() -> None:
    reward, whole = rank(margin=0.3), dialog(*SAID)
    silent = replace(whole, turns=())
    assert reward.score(silent) == pytest.approx(-0.3)
    total = sum(reward(exchanges(whole)))
    assert total == pytest.approx(reward.score(whole) - reward.score(silent))
    assert abs(total) > 0.01


def test_the_score_is_the_mean_hinge_over_all_pairs_in_cosine() -> None:
    reward, whole = rank(margin=0.3, k=5), dialog(*SAID)
    state = Words()(SAID).mean(axis=0)
    state = state / np.linalg.norm(state)
    near, far = Words()(FACTS) @ state, Words()(reward.negatives(whole)) @ state
    hinges = [max(0.0, 0.3 - p + n) for p in near for n in far]
    assert len(hinges) == 15
    assert reward.score(whole) == pytest.approx(-sum(hinges) / 15, abs=1e-6)


def test_only_what_the_partner_said_counts() -> None:
    reward, whole = rank(), dialog(*SAID)
    turns = [
        replace(turn, candidates=(replace(turn.candidates[0], text="i bake bread."),))
        if turn.speaker == 0
        else turn
        for turn in whole.turns
    ]
    assert reward([replace(whole, turns=tuple(turns))]) == reward([whole])


def test_telling_a_new_fact_pays_and_telling_it_again_does_not() -> None:
    reward = PersonaRank(Axes(), OTHERS, margin=0.5)
    told = ("hello there.", FACTS[0])
    new, again, nothing = (
        reward([dialog(*told, answer)])[0] for answer in (FACTS[1], FACTS[0], "what about you?")
    )
    # Each of three lines is 1/sqrt(3) = 0.58 near: the second of three facts passes the margin.
    assert new == pytest.approx(0.5 / 3, abs=1e-6)
    # 2/sqrt(5) = 0.89 in place of 0.71: beyond the margin both times.
    assert again == pytest.approx(0, abs=1e-6)
    assert nothing == pytest.approx(0, abs=1e-6)
    # Without the margin's end a repeat pays.
    assert PersonaRank(Axes(), OTHERS, margin=1.0)([dialog(*told, FACTS[0])])[0] > 0.05


def test_beyond_the_margin_nothing_more_is_paid() -> None:
    whole = dialog(*FACTS)
    assert rank(margin=0.05).score(whole) == pytest.approx(0, abs=0.005)
    assert rank(margin=1.0).score(whole) < -0.2


def test_the_negatives_of_an_episode_stay_the_same() -> None:
    reward, whole = rank(), dialog(*SAID)
    drawn = reward.negatives(whole)
    assert len(set(drawn)) == 20
    assert all(reward.negatives(part) == drawn for part in exchanges(whole))
    assert rank().negatives(replace(whole, id="another name")) == drawn
    assert PersonaRank(Words(), OTHERS[::-1]).negatives(whole) == drawn
    assert reward.negatives(replace(whole, seed=8)) != drawn


def test_a_dialog_without_a_seed_draws_by_its_id() -> None:
    reward = rank()
    one, two = (reward.negatives(dialog("hi", seed=None, id=name)) for name in ("one", "two"))
    assert one == reward.negatives(dialog("hi", "there", seed=None, id="one"))
    assert one != two


def test_no_negative_is_one_of_the_partner_s_own_facts() -> None:
    reward = PersonaRank(Words(), [*FACTS, *OTHERS[:25]])
    for seed in range(50):
        assert not set(reward.negatives(dialog("hi", seed=seed))) & set(FACTS)


def test_facts_are_embedded_once() -> None:
    words = Words()
    reward = PersonaRank(words, OTHERS)
    for _ in range(3):
        reward(exchanges(dialog(*SAID)))
    facts = [text for text in words.seen if text in {*FACTS, *OTHERS}]
    # What is said may be a fact word for word; those are the turns' own.
    facts = [text for text in facts if text not in SAID]
    assert sorted(facts) == sorted(set(facts))
    assert len(facts) == 20 + len(set(FACTS) - set(SAID))


def test_a_dialog_scores_alone_what_it_scores_in_company_and_again() -> None:
    reward = rank()
    dialogs = [dialog(*SAID[: n + 1], seed=n) for n in range(4)]
    together = reward(dialogs)
    assert [rank()([each])[0] for each in dialogs] == together
    assert reward(dialogs[::-1])[::-1] == together
    assert len(set(together)) == 4


def test_the_metrics_count_the_true_facts_among_the_first() -> None:
    scores = rank().rank_metrics(dialog(*FACTS))
    assert scores == {"prec@1": 1.0, "prec@5": 0.6, "rec@5": 1.0, "rec@10": 1.0}


def test_a_silent_dialog_ranks_nothing_first() -> None:
    assert set(rank().rank_metrics(replace(dialog(), turns=())).values()) == {0.0}


def test_chance_is_what_random_ranking_scores() -> None:
    rng = np.random.default_rng(0)
    for facts, k in ((3, 20), (5, 20), (2, 2)):
        hits = []
        for _ in range(4000):
            true = rng.permutation([1] * facts + [0] * k)
            hits.append(
                [true[0], true[:5].sum() / 5, true[:5].sum() / facts, true[:10].sum() / facts]
            )
        assert list(chance(facts, k).values()) == pytest.approx(np.mean(hits, axis=0), abs=0.03)


def test_chance_on_four_or_five_facts_is_near_what_was_published() -> None:
    levels = [chance(4), chance(5)]
    assert levels[0]["prec@1"] == pytest.approx(4 / 24)
    assert levels[1]["rec@10"] == pytest.approx(10 / 25)


def test_the_libraries_have_facts_enough_and_are_drawn_from_by_default() -> None:
    facts = {fact for persona in list_personas() for fact in persona.facts}
    assert set(PersonaRank(Words()).negatives(dialog("hi"))) <= facts


def test_too_few_facts_of_others_are_refused() -> None:
    with pytest.raises(UsageError, match="only 10 different ones: add personas"):
        PersonaRank(Words(), OTHERS[:10])


def test_a_partner_without_facts_cannot_be_scored() -> None:
    with pytest.raises(RewardError, match="give the partner a persona"):
        rank()([dialog("hi", facts=())])


def test_a_dialog_that_ends_with_the_opener_is_no_exchange() -> None:
    whole = dialog("hi", "there")
    with pytest.raises(RewardError, match="does not end with the partner's turn"):
        rank()([replace(whole, turns=whole.turns[:3])])


@pytest.mark.real
def test_with_the_real_encoder_a_new_fact_pays_and_a_repeated_one_does_not(real_home) -> None:
    from convotui.decoders.encoder import load_encoder

    reward = PersonaRank(load_encoder().embed)
    new, again = [], []
    for number, persona in enumerate(list_personas()):
        first, second, third = persona.facts[:3]
        told = ("hello, how are you today?", first, second)
        for gains, answer in ((new, third), (again, first)):
            gains += reward([dialog(*told, answer, facts=persona.facts, seed=number)])
    # Measured on the 44 shipped: new +0.056, again -0.005, new above again for each of them.
    assert np.mean(new) > 0.03
    assert np.mean(again) < 0.005
    assert np.mean(np.array(new) > np.array(again)) > 0.95
