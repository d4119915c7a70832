"""Derived seeds: the same everywhere, unrelated for other parts, exact in a double."""

from __future__ import annotations

import subprocess
import sys

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from convotui.dialog import derive_seed

parts = st.lists(st.integers() | st.text("ab\x1e\x1f:01", max_size=4), max_size=4).map(tuple)


def test_a_seed_is_the_same_on_every_machine_and_forever() -> None:
    assert derive_seed(7, "turn", 3, 0) == 4742478024874826


def test_a_seed_does_not_depend_on_the_process() -> None:
    code = "from convotui.dialog import derive_seed; print(derive_seed(7, 'turn', 3, 0))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(run.stdout) == derive_seed(7, "turn", 3, 0)


def test_where_parts_are_cut_matters() -> None:
    cuts = [("a", "b"), ("ab",), ("", "ab"), ("ab", ""), ("b", "a"), ("a\x1fb",), ("a\x1fstr:b",)]
    assert len({derive_seed(*cut) for cut in cuts}) == len(cuts)


def test_a_number_is_not_its_text() -> None:
    assert derive_seed(1) != derive_seed("1")


@settings(deadline=None)
@given(parts)
def test_a_seed_is_a_whole_number_that_a_double_keeps(given_parts: tuple[int | str, ...]) -> None:
    seed = derive_seed(*given_parts)
    assert 0 <= seed < 2**53
    assert int(float(seed)) == seed


@settings(deadline=None)
@given(parts, parts)
def test_other_parts_give_another_seed(
    one: tuple[int | str, ...], other: tuple[int | str, ...]
) -> None:
    assume(one != other)
    assert derive_seed(*one) != derive_seed(*other)


def test_a_half_of_a_surrogate_pair_can_be_a_part() -> None:
    assert derive_seed("\ud800") != derive_seed("\udbff")


def test_neighbouring_seeds_share_no_pattern() -> None:
    seeds = [derive_seed(0, "turn", i) for i in range(2000)]
    assert len(set(seeds)) == len(seeds)
    # Every one of the 53 bits is set about half of the time (six sigma are 134).
    for bit in range(53):
        assert abs(sum(seed >> bit & 1 for seed in seeds) - 1000) < 134
