"""A reply meets a goal when it holds one of the goal's cues as whole words."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convotui.dialog import meets_cues


@pytest.mark.parametrize(
    ("text", "cue", "met"),
    [
        ("my cat sleeps", "cat", True),
        ("my cats sleep", "cat", False),
        ("a concat of words", "cat", False),
        ("cat", "cat", True),
        ("is that a cat?", "cat", True),
        ("the cat's bowl", "cat", True),
        ("cat_food", "cat", False),
        ("MY CAT", "cat", True),
        ("my cat", "CAT", True),
        ("\u00c9TUDES at noon", "\u00e9tudes", True),
    ],
)
def test_a_cue_matches_whole_words_in_any_case(text: str, cue: str, met: bool) -> None:
    assert meets_cues(text, [cue]) is met


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ("a kitten", True),
        ("two kittens", True),
        ("kittenish!", True),
        ("a mitten", False),
        ("a superkitten", False),
    ],
)
def test_a_trailing_star_matches_any_ending(text: str, met: bool) -> None:
    assert meets_cues(text, ["kitten*"]) is met


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ("do you have a kid?", True),
        ("have a kiddo?", False),
        ("have no kid", False),
        ("a kid have", False),
    ],
)
def test_a_phrase_matches_as_a_whole(text: str, met: bool) -> None:
    assert meets_cues(text, ["have a kid"]) is met


def test_one_cue_of_several_is_enough() -> None:
    assert meets_cues("my dog barks", ["cat", "dog*", "guinea pig"])


def test_a_longer_cue_does_not_hide_a_shorter_one() -> None:
    assert meets_cues("guinea", ["guinea pig", "guinea"])
    assert meets_cues("guinea pigs", ["guinea pig", "guinea"])


@settings(deadline=None)
@given(st.text())
def test_no_text_meets_an_empty_list(text: str) -> None:
    assert not meets_cues(text, [])
    assert not meets_cues(text, iter(()))


@pytest.mark.parametrize(
    ("text", "cue", "met"),
    [
        ("i write c++ at work", "c++", True),
        ("i write ccc at work", "c++", False),
        ("what? (really)", "(really)", True),
        ("a.b", "a.b", True),
        ("axb", "a.b", False),
        ("a|b", "a|b", True),
        ("b", "a|b", False),
        ("[x]", "[x]", True),
        ("x", "[x]", False),
        ("back\\slash", "back\\slash", True),
        ("100% sure", "100%", True),
        ("ca*t", "ca*t", True),
        ("caat", "ca*t", False),
        ("i write c++17", "c++*", True),
        ("i write ccc", "c++*", False),
    ],
)
def test_signs_of_regular_expressions_mean_themselves(text: str, cue: str, met: bool) -> None:
    assert meets_cues(text, [cue]) is met


@settings(deadline=None)
@given(st.lists(st.text(min_size=1, max_size=5), min_size=1, max_size=3), st.text(max_size=10))
def test_no_cue_and_no_text_breaks_matching(cues: list[str], text: str) -> None:
    assert meets_cues(text, cues) in (True, False)
    exact = cues[0].removesuffix("*")
    assert meets_cues(f"so {exact} then", cues)
