"""Whatever is worth keeping with a dialog is kept in its meta, as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from convotui.engine.session import Session
from convotui.store import Store


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with Store(tmp_path / "c.db") as store:
        yield Session(store, seed=1, model="m", version="base", meta={"note": "kept"})


def test_values_are_merged_and_stored(session: Session) -> None:
    session.say(0, "hi")
    session.set_meta(title="On rain", sampling={"top_k": 5})
    session.set_meta(sampling={"top_p": 0.5})
    meta = session.dialog.meta
    assert (meta["title"], meta["sampling"], meta["note"]) == ("On rain", {"top_p": 0.5}, "kept")
    assert session.key is not None
    assert session._store.load(session.key) == session.dialog
    assert session._store.list_dialogs()[0].title == "On rain"


def test_before_anything_is_said_values_wait_for_the_first_turn(session: Session) -> None:
    session.set_meta(title="On rain")
    assert session._store.list_dialogs() == []
    session.say(0, "hi")
    assert session._store.list_dialogs()[0].title == "On rain"


def test_values_are_what_a_file_would_hold(session: Session) -> None:
    session.set_meta(pair=(1, 2), none=None)
    assert (session.dialog.meta["pair"], session.dialog.meta["none"]) == ([1, 2], None)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object(), {1, 2}])
def test_what_no_file_can_hold_is_refused(session: Session, value: object) -> None:
    session.say(0, "hi")
    before = session.dialog
    with pytest.raises((ValueError, TypeError)):
        session.set_meta(title="x", value=value)
    assert session.dialog == before


def test_setting_meta_is_no_step(session: Session) -> None:
    session.say(0, "hi")
    session.set_meta(title="On rain")
    assert session.undoable == "turn"
    session.undo()
    assert session.dialog.meta["title"] == "On rain"
