"""A branch is a new dialog that begins like the old one, which keeps all its turns."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from convotui.dialog import Candidate, Dialog, Turn
from convotui.engine.session import Fact, Judgement, Session
from convotui.errors import UsageError
from convotui.store import Store

MODEL = (Candidate("no idea.", "model", 11, "base"), Candidate("a baker.", "model", 12, "base"))


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with Store(tmp_path / "c.db") as store:
        made = Session(store, seed=1, model="tiny", version="base")
        made.say(0, "what do you do?")
        made.accept(1, MODEL, chosen=1, goal="talk about work.")
        made.rate(1, 2)
        made.offer(1, Candidate("i bake.", "model", 13, "base"), goal="be brief please.")
        made.say(0, "and you?")
        made.accept(1, MODEL[:1])
        yield made


def old_dialog(session: Session) -> Dialog:
    """Dialog that the session's branch came from."""
    return session._store.load(session.dialog.meta["branched_from"]["key"])


def test_a_branch_goes_on_with_another_turn_and_the_old_dialog_stays(session: Session) -> None:
    before, key = session.dialog, session.key
    session.branch(2, "why?")
    assert session.key != key
    assert session.dialog.turns == (*before.turns[:2], Turn.say(0, "why?"))
    assert session.dialog.id == f"{before.id}-b1"
    assert session.dialog.meta["branched_from"] == {"id": before.id, "key": key, "turns": 2}
    assert old_dialog(session) == before
    session.accept(1, MODEL)
    assert session.key is not None
    assert session._store.load(session.key) == session.dialog
    assert old_dialog(session) == before


def test_the_turns_of_a_branch_have_their_candidates_goals_and_judgements(session: Session) -> None:
    session.branch(2, None)
    assert session.dialog.turns[1].goal == "be brief please."
    turn = session.choose(1, 1)
    assert (turn.goal, turn.rating, turn.reward) == ("talk about work.", 2, -0.5)


@pytest.mark.parametrize(("position", "speaker"), [(0, 0), (1, 1), (2, 0), (-1, 1)])
def test_the_speaker_of_the_turn_there_speaks(
    session: Session, position: int, speaker: int
) -> None:
    session.branch(position, "something else")
    assert session.dialog.turns[-1] == Turn.say(speaker, "something else")


def test_another_speaker_may_speak(session: Session) -> None:
    session.branch(2, "let me go on", speaker=1)
    assert session.dialog.turns[2] == Turn.say(1, "let me go on")
    session.branch(3, "at the end", speaker=1)
    assert session.dialog.turns[3] == Turn.say(1, "at the end")


@pytest.mark.parametrize("position", range(5))
def test_without_a_text_a_branch_only_cuts(session: Session, position: int) -> None:
    before = session.dialog
    session.branch(position, None)
    assert session.dialog.turns == before.turns[:position]
    assert session.dialog.meta["branched_from"]["turns"] == position


def test_every_branch_is_another_dialog(session: Session) -> None:
    name = session.dialog.id
    session.branch(2, "one")
    session.undo()
    session.branch(2, "two")
    session.branch(2, "three")
    names = [row.id for row in session._store.list_dialogs()]
    assert names == [name, f"{name}-b2", f"{name}-b2-b1"]
    assert [row.branched_from is not None for row in session._store.list_dialogs()] == [
        False,
        True,
        True,
    ]


def test_an_undone_branch_leaves_the_list_and_a_redone_one_is_back(session: Session) -> None:
    keys = lambda: [row.key for row in session._store.list_dialogs()]  # noqa: E731
    before, old = session.dialog, session.key
    session.branch(2, "why?")
    after, new = session.dialog, session.key
    assert session.undo() == "branch"
    assert (session.dialog, session.key, keys()) == (before, old, [old])
    assert session.redo() == "branch"
    assert (session.dialog, session.key, keys()) == (after, new, [old, new])


def test_what_was_done_before_a_branch_can_be_undone_after_it(session: Session) -> None:
    first = session.dialog.turns[0]
    session.branch(2, "why?")
    session.rate(1, 5)
    labels = []
    while len(session.dialog) > 1 and (label := session.undo()):
        labels.append(label)
    assert labels == ["rating 5", "branch", "reply", "turn", "candidate", "rating 2", "reply"]
    assert session.dialog.turns == (first,)


def test_replies_made_anew_at_the_cut_have_seeds_of_their_own(session: Session) -> None:
    with Store(session._store.path) as other:
        assert session.key is not None
        before = Session.open(other, session.key).seeds(3, position=1)
    seeds = []
    for _ in range(2):
        session.branch(1, None)
        seeds += session.seeds(3)
        session.undo()
    assert len({*before, *seeds}) == 9


def test_what_was_thought_of_the_whole_dialog_is_not_thought_of_a_branch(session: Session) -> None:
    session.judge(Judgement("agreed", True, 4))
    session.set_meta(title="On work")
    session.branch(2, "why?")
    assert session.judgement == Judgement()
    assert (session.dialog.rating, session.dialog.return_) == (None, None)
    assert session.dialog.meta["title"] == "On work"


def test_a_branch_remembers_the_facts_its_own_turns_were_said_under(session: Session) -> None:
    session.set_facts(0, [Fact("one")], None)  # at turn 4
    session.say(0, "fifth")
    session.say(1, "sixth")
    session.set_facts(0, [Fact("two")], None)  # at turn 6
    none, one = {"personas": [[], []]}, {"personas": [["one"], []]}
    cuts = {
        0: None,
        3: [{"turns": 3, **none}],
        4: [{"turns": 4, **none}],
        5: [{"turns": 4, **none}, {"turns": 5, **one}],
        6: [{"turns": 4, **none}, {"turns": 6, **one}],
    }
    for position, earlier in cuts.items():
        session.branch(position, None)
        assert session.dialog.meta.get("earlier_personas") == earlier
        assert session.dialog.personas == (("two",), ())
        session.undo()


def test_an_excluded_turn_is_excluded_in_a_branch(session: Session) -> None:
    session.exclude(1, True)
    session.branch(2, "why?")
    assert [turn.excluded for turn in session.dialog.turns] == [False, True, False]


def test_a_played_dialog_is_branched_from_into_a_chat(tmp_path: Path) -> None:
    with Store(tmp_path / "d.db") as store:
        run = store.start_run("play", "selfplay", {})
        key = store.add_dialog(Dialog("played", turns=(Turn.say(0, "hi"), Turn.say(1, "ho"))), run)
        session = Session.open(store, key)
        session.branch(1, "hey")
        assert [(row.id, row.run) for row in store.list_dialogs()] == [
            ("played", "play"),
            ("played-b1", None),
        ]


def test_there_is_nothing_to_branch_from_before_something_is_said(tmp_path: Path) -> None:
    with Store(tmp_path / "d.db") as store:
        session = Session(store, seed=1, model="m", version="base")
        with pytest.raises(UsageError, match="say something first"):
            session.branch(0, "hi")
        assert store.list_dialogs() == []


@pytest.mark.parametrize("position", [4, 5, -5])
def test_a_turn_that_is_not_there_cannot_be_replaced(session: Session, position: int) -> None:
    before = session.dialog
    with pytest.raises(IndexError):
        session.branch(position, "hi")
    assert session.dialog == before
    assert len(session._store.list_dialogs()) == 1
