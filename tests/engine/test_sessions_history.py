"""Steps are undone newest first, and redone until something new is done."""

from __future__ import annotations

import pytest

from convotui.engine.history import History, Step


def steps(done: list[str], history: History, *labels: str) -> None:
    """Do and record some things."""
    for label in labels:
        done.append(label)
        history.record(Step(label, done.pop, lambda label=label: done.append(label)))  # type: ignore[misc]


def test_steps_are_undone_newest_first_and_redone_oldest_first() -> None:
    done: list[str] = []
    history = History()
    steps(done, history, "a", "b", "c")
    assert [history.undo(), history.undo()] == ["c", "b"]
    assert done == ["a"]
    assert [history.redo(), history.redo(), history.redo()] == ["b", "c", None]
    assert done == ["a", "b", "c"]


def test_with_nothing_done_there_is_nothing_to_undo_or_redo() -> None:
    history = History()
    assert (history.undo(), history.redo()) == (None, None)
    assert (history.undoable, history.redoable) == (None, None)


def test_the_labels_say_what_comes_next() -> None:
    history = History()
    steps([], history, "a", "b")
    assert (history.undoable, history.redoable) == ("b", None)
    history.record(Step("c", lambda: None, lambda: None))
    history.undo()
    assert (history.undoable, history.redoable) == ("b", "c")


def test_something_new_takes_the_place_of_what_was_undone() -> None:
    done: list[str] = []
    history = History()
    steps(done, history, "a", "b")
    history.undo()
    steps(done, history, "c")
    assert history.redo() is None
    assert [history.undo(), history.undo(), history.undo()] == ["c", "a", None]
    assert done == []


def test_a_step_that_fails_stays_where_it_was() -> None:
    works = False

    def act() -> None:
        if not works:
            raise OSError("full")

    history = History()
    history.record(Step("a", act, act))
    with pytest.raises(OSError, match="full"):
        history.undo()
    assert (history.undoable, history.redoable) == ("a", None)
    works = True
    assert history.undo() == "a"
    works = False
    with pytest.raises(OSError, match="full"):
        history.redo()
    assert (history.undoable, history.redoable) == (None, "a")
    works = True
    assert history.redo() == "a"
