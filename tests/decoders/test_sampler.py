"""Promise: the sampler does what the settings say, by the definition and row by row."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from convotui.decoders.sampler import Sampled, Sampler, draw_uniforms
from convotui.decoders.sampling import Sampling

CPU = torch.device("cpu")
ALMOST_ONE = 1 - 2**-53


def step(rows: list[list[float]], how: list[Sampling], uniforms: list[float]) -> Sampled:
    logits = torch.tensor(rows, dtype=torch.float32)
    return Sampler(how, CPU).step(logits, torch.tensor(uniforms, dtype=torch.float64))


def reference(logits: list[float], how: Sampling) -> tuple[list[int], np.ndarray]:
    """The definition, in plain numpy: kept ids from likely to unlikely, and their shares."""
    values = np.asarray(np.float32(logits), dtype=np.float64)
    order = np.argsort(-values, kind="stable")
    if how.greedy:
        return [int(order[0])], np.ones(1)
    if how.top_k:
        order = order[: how.top_k]
    order = order[np.isfinite(values[order])]
    shares = np.exp((values[order] - values[order[0]]) / how.temperature)
    shares /= shares.sum()
    before = np.cumsum(shares) - shares
    kept = before < how.top_p
    shares = shares[kept] / shares[kept].sum()
    return [int(i) for i in order[kept]], shares


SETTINGS = st.builds(
    Sampling,
    temperature=st.sampled_from([0.1, 0.5, 0.7, 1.0, 1.3, 3.0, 20.0]),
    top_k=st.integers(0, 40),
    top_p=st.sampled_from([1e-9, 0.1, 0.5, 0.75, 0.92, 0.999, 1.0]),
    greedy=st.booleans(),
)
# Distinct and well apart, so that order is no matter of rounding; banned tokens are -inf.
LOGITS = st.lists(st.integers(-60, 60), min_size=2, max_size=30, unique=True).map(
    lambda numbers: [n / 4 for n in numbers]
)


@settings(max_examples=400, deadline=None)
@given(
    logits=LOGITS,
    banned=st.sets(st.integers(0, 29)),
    how=SETTINGS,
    uniform=st.floats(0, ALMOST_ONE),
)
def test_a_step_is_the_inverse_cdf_of_the_truncated_distribution(logits, banned, how, uniform):
    for i in sorted(banned)[: len(logits) - 1]:
        if i < len(logits):
            logits[i] = -math.inf
    sampled = step([logits], [how], [uniform])
    ids, shares = reference(logits, how)
    chosen = int(sampled.ids[0])
    # A top-p cut may fall exactly on a token; then rounding may decide. Nothing else may.
    assert chosen in ids
    place = ids.index(chosen)
    cdf = np.concatenate([[0.0], np.cumsum(shares)])
    assert cdf[place] - 1e-6 <= uniform <= cdf[place + 1] + 1e-6
    assert float(sampled.logprobs[0]) == pytest.approx(math.log(shares[place]), abs=1e-5)


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(
        st.tuples(LOGITS.filter(lambda x: len(x) >= 5), SETTINGS, st.floats(0, ALMOST_ONE)),
        min_size=2,
        max_size=6,
    )
)
def test_rows_with_settings_of_their_own_do_not_touch_each_other(rows) -> None:
    width = min(len(logits) for logits, _, _ in rows)
    cut = [(logits[:width], how, uniform) for logits, how, uniform in rows]
    together = step([r[0] for r in cut], [r[1] for r in cut], [r[2] for r in cut])
    for i, (logits, how, uniform) in enumerate(cut):
        alone = step([logits], [how], [uniform])
        ids, shares = reference(logits, how)
        assert int(together.ids[i]) in ids
        edges = np.abs(np.cumsum(shares) - uniform)
        if edges.min() > 1e-9:  # else the last bit of a sum may decide
            assert int(together.ids[i]) == int(alone.ids[0])
            assert float(together.logprobs[i]) == pytest.approx(float(alone.logprobs[0]))


@pytest.mark.parametrize(
    "how",
    [
        Sampling(temperature=1.0, top_k=0, top_p=1.0),
        Sampling(temperature=0.7, top_k=6, top_p=1.0),
        Sampling(temperature=1.5, top_k=0, top_p=0.8),
        Sampling(temperature=1.0, top_k=10, top_p=0.92),
    ],
)
def test_frequencies_are_the_distribution_s(how) -> None:
    draws, logits = 20_000, [float(x) for x in np.random.default_rng(3).normal(0, 1.5, 24)]
    uniforms = draw_uniforms([7], draws)[0]
    sampled = Sampler([how] * draws, CPU).step(torch.tensor([logits]).repeat(draws, 1), uniforms)
    counts = np.bincount(sampled.ids.numpy(), minlength=24)
    ids, shares = reference(logits, how)
    assert set(np.flatnonzero(counts)) <= set(ids)
    expected = draws * shares
    statistic = float((((counts[ids] - expected) ** 2) / expected).sum())
    freedom = len(ids) - 1
    assert statistic < freedom + 5 * math.sqrt(2 * freedom)


def test_log_probabilities_are_those_of_the_distribution_sampled_from() -> None:
    how, logits = Sampling(top_k=4, top_p=0.9), [0.0, 2.0, -1.0, 1.0, 0.5, -3.0]
    ids, shares = reference(logits, how)
    grid = [(i + 0.5) / 1000 for i in range(1000)]
    sampled = step([logits] * 1000, [how] * 1000, grid)
    seen = dict(zip(sampled.ids.tolist(), sampled.logprobs.tolist(), strict=True))
    assert set(seen) == set(ids)
    assert sum(math.exp(p) for p in seen.values()) == pytest.approx(1, abs=1e-9)
    for i, share in zip(ids, shares, strict=True):
        assert seen[i] == pytest.approx(math.log(share), abs=1e-6)


def test_greedy_takes_the_likeliest_with_certainty() -> None:
    how = Sampling(greedy=True, temperature=9.0, top_k=3, top_p=0.1)
    for uniform in (0.0, 0.5, ALMOST_ONE):
        sampled = step([[0.0, 3.0, 2.9]], [how], [uniform])
        assert sampled.ids.tolist() == [1]
        assert sampled.logprobs.tolist() == [0.0]


def test_top_k_zero_keeps_every_token() -> None:
    logits = [float(-i) / 10 for i in range(50)]
    how = Sampling(top_k=0, top_p=1.0)
    assert step([logits], [how], [ALMOST_ONE]).ids.tolist() == [49]
    assert step([logits], [Sampling(top_k=7, top_p=1.0)], [ALMOST_ONE]).ids.tolist() == [6]


def test_top_k_larger_than_the_vocabulary_keeps_every_token() -> None:
    how = Sampling(top_k=10_000, top_p=1.0)
    assert step([[0.0, -1.0, -2.0]], [how], [ALMOST_ONE]).ids.tolist() == [2]


def test_a_tiny_top_p_keeps_exactly_one_token() -> None:
    how = Sampling(top_k=0, top_p=1e-12)
    for uniform in (0.0, 0.3, ALMOST_ONE):
        sampled = step([[1.0, 1.01, 0.99]], [how], [uniform])
        assert sampled.ids.tolist() == [1]
        assert sampled.logprobs.tolist() == [0.0]


def test_top_p_keeps_the_token_that_reaches_the_share() -> None:
    logits = [math.log(p) for p in (0.5, 0.3, 0.15, 0.05)]
    last = {
        p: step([logits], [Sampling(top_k=0, top_p=p)], [ALMOST_ONE]).ids.item()
        for p in (0.4, 0.6, 0.9, 0.99)
    }
    assert last == {0.4: 0, 0.6: 1, 0.9: 2, 0.99: 3}


def test_top_p_counts_inside_top_k() -> None:
    # Of all tokens the first has 40%, of the first two 57%: 0.5 is reached by it only inside k.
    logits = [math.log(p) for p in (0.4, 0.3, 0.2, 0.1)]
    inside = step([logits], [Sampling(top_k=2, top_p=0.5)], [ALMOST_ONE])
    overall = step([logits], [Sampling(top_k=0, top_p=0.5)], [ALMOST_ONE])
    assert inside.ids.item() == 0
    assert overall.ids.item() == 1


def test_the_ends_of_the_uniforms_choose_the_first_and_last_kept() -> None:
    logits, how = [0.0, 5.0, 1.0, -2.0], Sampling(top_k=3, top_p=1.0)
    assert step([logits], [how], [0.0]).ids.item() == 1
    assert step([logits], [how], [ALMOST_ONE]).ids.item() == 0


def test_banned_tokens_are_never_chosen_even_when_k_reaches_them() -> None:
    logits = [-math.inf, 0.0, -math.inf, -1.0, -math.inf]
    for how in (Sampling(top_k=4, top_p=1.0), Sampling(top_k=0, top_p=1.0), Sampling(greedy=True)):
        grid = [i / 500 for i in range(500)] + [ALMOST_ONE]
        sampled = step([logits] * 501, [how] * 501, grid)
        assert set(sampled.ids.tolist()) <= {1, 3}
        assert torch.isfinite(sampled.logprobs).all()


@pytest.mark.parametrize("temperature", [5e-324, 1e-60, 1e-40, 1e-5, 1e30, 1e300])
def test_extreme_temperatures_end_in_the_likeliest_or_the_even_choice(temperature) -> None:
    logits, how = [10.0, 30.0, -20.0, 29.0], Sampling(temperature=temperature, top_p=1.0)
    grid = [i / 100 for i in range(100)]
    chosen = step([logits] * 100, [how] * 100, grid).ids.tolist()
    if temperature < 1:
        assert set(chosen) == {1}
    else:
        assert [chosen.count(i) for i in range(4)] == [25] * 4


def test_large_logits_do_not_overflow() -> None:
    sampled = step([[3e38, 2.9e38, -3e38]], [Sampling(temperature=0.01, top_p=1.0)], [0.9])
    assert sampled.ids.tolist() == [0]
    assert sampled.logprobs.tolist() == [0.0]


def test_a_reply_s_random_numbers_depend_on_its_seed_alone() -> None:
    alone, many = draw_uniforms([5], 40), draw_uniforms([9, 5, 5, 2], 200)
    assert torch.equal(alone[0], many[1, :40])
    assert torch.equal(many[1], many[2])
    assert not torch.equal(many[0], many[1])
    assert alone.dtype == torch.float64
    assert ((many >= 0) & (many < 1)).all()
    torch.manual_seed(1)
    assert torch.equal(alone, draw_uniforms([5], 40))


def test_drawing_leaves_torch_s_own_generator_alone() -> None:
    torch.manual_seed(4)
    expected = torch.rand(3)
    torch.manual_seed(4)
    draw_uniforms([1, 2], 10)
    assert torch.equal(torch.rand(3), expected)


def test_the_sampler_of_some_rows_keeps_their_settings() -> None:
    how = [Sampling(greedy=True), Sampling(top_k=2, top_p=1.0), Sampling(top_k=0, top_p=1.0)]
    some = Sampler(how, CPU).rows([2, 0])
    logits = torch.tensor([[0.0, -1.0, -2.0]] * 2)
    sampled = some.step(logits, torch.tensor([ALMOST_ONE, ALMOST_ONE], dtype=torch.float64))
    assert sampled.ids.tolist() == [2, 0]


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        ({"temperature": 0.0}, "temperature"),
        ({"temperature": -1.0}, "temperature"),
        ({"temperature": math.nan}, "temperature"),
        ({"temperature": math.inf}, "temperature"),
        ({"top_k": -1}, "top_k"),
        ({"top_p": 0.0}, "top_p"),
        ({"top_p": 1.01}, "top_p"),
        ({"top_p": math.nan}, "top_p"),
        ({"min_new_tokens": 0}, "min_new_tokens"),
        ({"max_new_tokens": 0}, "max_new_tokens"),
        ({"min_new_tokens": 9, "max_new_tokens": 8}, "max_new_tokens"),
    ],
)
def test_settings_out_of_range_are_refused_by_name(wrong, name) -> None:
    with pytest.raises(ValueError, match=f"'{name}'"):
        Sampling(**wrong)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
@pytest.mark.parametrize("how", [Sampling(), Sampling(top_k=0, top_p=1.0), Sampling(greedy=True)])
def test_numbers_that_are_no_numbers_give_no_probability_instead_of_a_crash(bad, how) -> None:
    sampled = step([[1.0, bad, 2.0], [0.0, 5.0, 1.0]], [how, Sampling(greedy=True)], [0.5, 0.5])
    assert math.isnan(sampled.logprobs[0].item())
    assert sampled.ids[1].item() == 1  # the row beside it is served
