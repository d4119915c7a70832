"""A persona holds 1-8 facts, none of them empty."""

from __future__ import annotations

import dataclasses

import pytest

from convotui.dialog import Persona


@pytest.mark.parametrize("count", [1, 8])
def test_one_to_eight_facts_make_a_persona(count: int) -> None:
    facts = tuple(f"i own {i} clocks." for i in range(count))
    assert Persona("clocks", facts).facts == facts


@pytest.mark.parametrize("count", [0, 9])
def test_too_few_or_too_many_facts_are_refused_with_their_count(count: int) -> None:
    with pytest.raises(ValueError, match=rf"1 to 8 facts, not {count}"):
        Persona("clocks", tuple(f"i own {i} clocks." for i in range(count)))


@pytest.mark.parametrize("empty", ["", " ", "\n\t"])
def test_an_empty_fact_is_refused(empty: str) -> None:
    with pytest.raises(ValueError, match="must not be empty"):
        Persona("clocks", ("i own a clock.", empty))


def test_lists_of_facts_and_tags_become_tuples_so_that_personas_hash() -> None:
    listed = Persona("clocks", ["i own a clock."], tags=["home"])  # type: ignore[arg-type]
    tupled = Persona("clocks", ("i own a clock.",), tags=("home",))
    assert listed == tupled
    assert {listed, tupled} == {tupled}


def test_a_persona_cannot_be_changed_in_place() -> None:
    persona = Persona("clocks", ("i own a clock.",))
    with pytest.raises(dataclasses.FrozenInstanceError):
        persona.facts = ()  # type: ignore[misc]
