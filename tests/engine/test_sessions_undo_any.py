"""Whatever is done in whatever order: undone it is as before, redone it is as after."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from convotui.dialog import Candidate, Dialog, Goal, GoalSet
from convotui.engine.session import Fact, Judgement, Session
from convotui.store import Store

GOALS = GoalSet("two", (Goal("talk-work", "talk about work."), Goal("ask-pets", "ask about pets.")))

texts = st.sampled_from(("hi", "so?", "i am.", "x\x1b[2Jy", "\udc80 half"))
places = st.integers(0, 5)
speakers = st.integers(0, 1)
goals = st.sampled_from((None, "talk-work", "ask-pets", "be very kind."))
ratings = st.none() | st.integers(1, 5)
numbers = st.none() | st.floats(-2, 2)
candidates = st.builds(
    Candidate,
    text=texts,
    source=st.sampled_from(("model", "human")),
    seed=st.integers(0, 9),
    version=st.none() | st.just("base"),
)
facts = st.lists(st.builds(Fact, texts, st.booleans()), max_size=4)
judgements = st.builds(
    Judgement, texts, st.none() | st.booleans(), ratings, numbers, st.just("note") | st.just("")
)


def op(name: str, *arguments: st.SearchStrategy[Any], **named: st.SearchStrategy[Any]) -> Any:
    """Draw a call of a method of Session."""
    return st.tuples(st.just(name), st.tuples(*arguments), st.fixed_dictionaries(named))


ops = st.one_of(
    op("say", speakers, texts, goal=goals),
    op("accept", speakers, st.lists(candidates, min_size=1, max_size=3), goal=goals),
    op("offer", places, candidates, goal=goals),
    op("correct", places, texts),
    op("choose", places, st.integers(0, 4)),
    op("rate", places, ratings),
    op("reward", places, numbers),
    op("rate_dialog", ratings),
    op("exclude", places, st.booleans()),
    op("set_facts", speakers, facts, st.none() | st.just("ann")),
    op("judge", judgements),
    op("branch", places, st.none() | texts, speaker=st.none() | speakers),
    op("undo"),
    op("undo"),
    op("redo"),
)
PLACED = ("offer", "correct", "choose", "rate", "reward", "exclude", "branch")


def act(session: Session, name: str, arguments: tuple[Any, ...], named: dict[str, Any]) -> bool:
    """Call a method with a place and number that there is; say whether that made a step."""
    turns = session.dialog.turns
    if name in PLACED:
        if not turns:
            return False
        place = arguments[0] % len(turns)
        arguments = (place, *arguments[1:])
        if name == "choose":
            arguments = (place, arguments[1] % len(turns[place].candidates))
    steps = len(session._now.history._done)
    getattr(session, name)(*arguments, **named)
    return len(session._now.history._done) > steps


def assert_alike(session: Session, state: tuple[int | None, Dialog]) -> None:
    """Compare with an earlier state; candidates offered since then stay, though not chosen."""
    key, before = state
    turns = tuple(
        replace(turn, candidates=turn.candidates[: max(len(was.candidates), turn.chosen + 1)])
        for turn, was in zip(session.dialog.turns, before.turns, strict=True)
    )
    assert session.key == key
    assert replace(session.dialog, turns=turns) == before


@contextmanager
def dialog_of_two() -> Iterator[tuple[Session, Callable[[], None]]]:
    """Open a dialog with two turns, and a second look at its database."""
    with tempfile.TemporaryDirectory() as folder, Store(Path(folder) / "c.db") as store:
        first = Session(store, seed=1, model="tiny", version="base", goals=GOALS)
        first.say(0, "what do you do?")
        first.accept(1, (Candidate("no idea.", "model", 1, "base"),), goal="talk-work")
        assert first.key is not None
        session = Session.open(store, first.key, GOALS)
        with Store(Path(folder) / "c.db") as other:

            def check() -> None:
                assert session.key is not None
                assert other.load(session.key) == session.dialog

            yield session, check


@settings(deadline=None, max_examples=150)
@given(st.lists(ops, max_size=14))
def test_any_steps_are_undone_to_the_start_and_redone_to_the_end(
    calls: list[tuple[str, tuple[Any, ...], dict[str, Any]]],
) -> None:
    with dialog_of_two() as (session, check):
        # The dialog before each step that can be undone or redone, and after the last one.
        states, now = [(session.key, session.dialog)], 0
        for name, arguments, named in calls:
            if name == "undo":
                now -= session.undo() is not None
            elif name == "redo":
                now += session.redo() is not None
            elif act(session, name, arguments, named):
                states = [*states[: now + 1], (session.key, session.dialog)]
                now += 1
            check()
            assert_alike(session, states[now])
        while session.redo():
            check()
        end = (session.key, session.dialog)
        assert_alike(session, states[-1])
        for state in reversed(states[:-1]):
            assert session.undo() is not None
            check()
            assert_alike(session, state)
        assert session.undo() is None
        for state in states[1:]:
            assert session.redo() is not None
            check()
            assert_alike(session, state)
        assert (session.key, session.dialog, session.redo()) == (*end, None)
