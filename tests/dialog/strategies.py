"""Hypothesis strategies for dialogs: anything that the schema can hold."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from convotui.dialog import Candidate, Dialog, Turn

HOSTILE = tuple(
    json.loads((Path(__file__).parents[1] / "hostile_texts.json").read_text(encoding="utf-8"))
)

texts = st.one_of(st.text(max_size=20), st.sampled_from(HOSTILE))
numbers = st.floats(allow_nan=False, allow_infinity=False)
seeds = st.integers(-(2**63), 2**63 - 1)
ratings = st.none() | st.integers(1, 5)
json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | numbers | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
candidates = st.builds(
    Candidate,
    text=texts,
    source=st.sampled_from(("model", "human")),
    seed=st.none() | seeds,
    version=st.none() | texts,
)


@st.composite
def turns(draw: st.DrawFn) -> Turn:
    """Draw a turn with up to four candidates, any of them chosen."""
    offered = tuple(draw(st.lists(candidates, min_size=1, max_size=4)))
    return Turn(
        speaker=draw(st.integers(0, 1)),
        candidates=offered,
        chosen=draw(st.integers(0, len(offered) - 1)),
        goal=draw(st.none() | texts),
        rating=draw(ratings),
        reward=draw(st.none() | numbers),
        excluded=draw(st.booleans()),
    )


facts = st.lists(texts, max_size=3).map(tuple)
dialogs = st.builds(
    Dialog,
    id=texts,
    personas=st.tuples(facts, facts),
    turns=st.lists(turns(), max_size=4).map(tuple),
    seed=st.none() | seeds,
    model=st.none() | texts,
    version=st.none() | texts,
    rating=ratings,
    return_=st.none() | numbers,
    meta=st.dictionaries(texts, json_values, max_size=3),
)
