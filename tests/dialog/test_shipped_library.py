"""The personas and goal sets that come with the package keep what the project promises of them."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from convotui.dialog import (
    list_goal_sets,
    list_personas,
    load_goals,
    load_persona,
    meets_cues,
)
from convotui.paths import shipped_library

EVERYDAY = [
    ("ask-kids", "ask about kids."),
    ("ask-pets", "ask about pets."),
    ("talk-work", "talk about work."),
    ("ask-marital-status", "ask about marital status."),
    ("talk-travel", "talk about travel."),
    ("ask-age-gender", "ask about age and gender."),
    ("ask-hobbies", "ask about hobbies."),
    ("ask-food", "ask about favorite food."),
    ("talk-movies", "talk about movies."),
    ("talk-music", "talk about music."),
    ("talk-politics", "talk about politics."),
]
GOAL_SETS = sorted(path.stem for path in shipped_library("goals").glob("*.toml"))


def test_the_everyday_set_is_personagpts_eleven_goals_in_their_order() -> None:
    assert [(goal.id, goal.text) for goal in load_goals("everyday")] == EVERYDAY


def test_forty_personas_or_more_are_shipped_and_all_load() -> None:
    personas = list_personas()
    assert len(personas) == len(list(shipped_library("personas").glob("*.toml"))) >= 40


def test_a_shipped_file_is_called_what_it_holds() -> None:
    for persona in list_personas():
        assert load_persona(persona.name) == persona
    for goals in list_goal_sets():
        assert load_goals(goals.name) == goals


def test_lists_are_sorted_by_name() -> None:
    names = [persona.name for persona in list_personas()]
    assert names == sorted(names)
    assert [goals.name for goals in list_goal_sets()] == GOAL_SETS


def test_no_fact_is_shared_between_personas() -> None:
    def plain(fact: str) -> str:
        return " ".join(re.findall(r"\w+", fact.lower()))

    counts = Counter(plain(fact) for persona in list_personas() for fact in persona.facts)
    assert [fact for fact, count in counts.items() if count > 1] == []


@pytest.mark.parametrize("name", GOAL_SETS)
def test_every_goal_has_eight_examples_or_more_that_differ(name: str) -> None:
    for goal in load_goals(name):
        assert len(set(goal.examples)) == len(goal.examples) >= 8, goal.id


@pytest.mark.parametrize("name", GOAL_SETS)
def test_every_example_meets_the_cues_of_its_goal(name: str) -> None:
    missed = [
        (goal.id, example)
        for goal in load_goals(name)
        for example in goal.examples
        if not meets_cues(example, goal.cues)
    ]
    assert missed == []


@pytest.mark.parametrize("name", GOAL_SETS)
def test_every_goal_set_says_what_it_is_about(name: str) -> None:
    assert load_goals(name).description
