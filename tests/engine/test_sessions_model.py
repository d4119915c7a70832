"""A dialog says which model speaks in it, and which spoke before."""

from __future__ import annotations

from pathlib import Path

from convotui.dialog import Candidate
from convotui.engine.session import Session
from convotui.store import Store


def test_a_dialog_begun_before_a_model_was_there_gets_its_name(tmp_path: Path) -> None:
    with Store(tmp_path / "a.db") as store:
        session = Session(store, seed=1, model="", version="")
        session.say(0, "hi")
        session.set_model("smollm2", "base", dtype="float32")
        assert session.key is not None
        assert store.load(session.key) == session.dialog
        assert (session.dialog.model, session.dialog.version) == ("smollm2", "base")
        assert session.dialog.meta["dtype"] == "float32"
        assert "earlier_models" not in session.dialog.meta


def test_the_model_of_earlier_replies_stays_on_record(tmp_path: Path) -> None:
    with Store(tmp_path / "a.db") as store:
        session = Session(store, seed=1, model="one", version="base")
        session.say(0, "hi")
        session.accept(1, (Candidate("hello", "model", 1, "base"),))
        session.set_model("two", "v0001")
        session.set_model("two", "v0001")
        assert session.dialog.model == "two"
        earlier = [{"turns": 2, "model": "one", "version": "base"}]
        assert session.dialog.meta["earlier_models"] == earlier
        assert session.key is not None
        assert store.load(session.key) == session.dialog


def test_the_model_stays_when_what_was_said_is_undone(tmp_path: Path) -> None:
    with Store(tmp_path / "a.db") as store:
        session = Session(store, seed=1, model="", version="")
        session.say(0, "hi")
        session.set_model("smollm2", "base")
        assert session.undo() == "turn"
        assert session.dialog.model == "smollm2"
        assert session.redo() == "turn"
        assert session.dialog.model == "smollm2"


def test_a_dialog_without_names_in_its_meta_has_personas_without_names(tmp_path: Path) -> None:
    with Store(tmp_path / "a.db") as store:
        session = Session(store, seed=1, model="m", version="v")
        session.set_meta(persona_names="not a list")
        assert session.persona_name(0) is None
