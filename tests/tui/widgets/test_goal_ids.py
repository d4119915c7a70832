"""An id is proposed from a goal's text, and is always one that a file can hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convotui.dialog.library import is_slug
from convotui.tui.goals import propose_id


@pytest.mark.parametrize(
    ("text", "proposed"),
    [
        ("ask about pets.", "ask-about-pets"),
        ("Say what's new!", "say-whats-new"),
        ("parler du café", "parler-du-cafe"),
        ("问天气", "goal"),
        ("talk about the weather in the north of the country", "talk-about-the-weather-in-the"),
    ],
)
def test_an_id_is_made_of_the_first_words(text: str, proposed: str) -> None:
    assert propose_id(text, ()) == proposed


def test_an_id_that_is_taken_gets_a_number() -> None:
    assert propose_id("ask about pets", {"ask-about-pets", "ask-about-pets-2"}) == (
        "ask-about-pets-3"
    )


@given(st.text())
def test_every_proposal_is_a_slug(text: str) -> None:
    assert is_slug(propose_id(text, ()))
