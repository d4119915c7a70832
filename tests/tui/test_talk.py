"""A talk asks for replies in the right place, and what comes late does no harm."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from convotui.dialog import Candidate, load_persona
from convotui.engine.api import JobFailed, ReplyReady, ReplyText
from convotui.errors import UsageError
from convotui.paths import get_paths
from convotui.store import Store
from convotui.tui.goals import GoalChoice
from convotui.tui.talk import BUSY, SILENCE
from tests.tui.talk_host import MODEL, ScriptedHost


@pytest.fixture
def host(home: object) -> Iterator[ScriptedHost]:
    store = Store(get_paths().database)
    yield ScriptedHost(store)
    store.close()


def test_a_reply_is_stored_before_it_is_the_dialogs(host: ScriptedHost) -> None:
    host.talk.send("hello")
    host.answer("hi yourself")
    key = host.talk.session.key
    assert key is not None
    assert host.talk.store.load(key) == host.talk.dialog
    assert host.texts == ["hello", "hi yourself"]
    assert (host.talk.dialog.model, host.talk.dialog.version) == ("smollm2", "base")


def test_a_second_request_waits_for_the_first(host: ScriptedHost) -> None:
    host.talk.send("hello")
    for action in (
        lambda: host.talk.send("more"),
        host.talk.reply,
        host.talk.again,
        host.talk.write_for_me,
        host.talk.undo,
        host.talk.redo,
        lambda: host.talk.cut(0),
        lambda: host.talk.edit(0, "other"),
    ):
        with pytest.raises(UsageError, match="esc stops it") as raised:
            action()
        assert str(raised.value) == BUSY
    assert host.texts == ["hello"]
    assert len(host.requests) == 1


def test_stopping_asks_once_and_stores_nothing(host: ScriptedHost) -> None:
    assert not host.talk.stop()
    host.talk.send("hello")
    host.event(ReplyText(1, ("half a",)))
    assert host.talk.stop()
    assert host.talk.stop()
    assert host.cancelled == [1]
    host.end_cancelled(1)
    assert host.talk.pending is None
    assert host.texts == ["hello"]
    assert host.said[-1] == "stopped; ctrl+r asks again"
    host.talk.again()
    host.answer("hi")
    assert host.texts == ["hello", "hi"]


def test_a_reply_that_was_ready_before_it_could_be_stopped_is_kept(host: ScriptedHost) -> None:
    host.talk.send("hello")
    host.talk.stop()
    host.answer("too late to stop")
    assert host.texts == ["hello", "too late to stop"]


def test_a_failure_is_told_and_the_talk_goes_on(host: ScriptedHost) -> None:
    host.talk.send("hello")
    host.event(JobFailed(1, "The prompt is too long."))
    assert host.said[-1] == "The prompt is too long."
    host.talk.again()
    host.answer("hi")
    assert host.texts == ["hello", "hi"]


@pytest.mark.parametrize("ending", ["answer", "cancelled", "nothing"])
def test_a_new_dialog_is_free_of_the_reply_that_was_made_for_the_old_one(
    host: ScriptedHost, ending: str
) -> None:
    host.talk.send("hello")
    old = host.talk.session.key
    host.talk.begin(None, None)
    assert host.cancelled == [1]
    if ending == "answer":
        host.answer("for the old one", job=1)
    elif ending == "cancelled":
        host.end_cancelled(1)
    assert host.texts == []
    host.talk.send("anew")
    host.answer("good")
    assert host.texts == ["anew", "good"]
    assert old is not None
    assert [turn.text for turn in host.talk.store.load(old).turns] == ["hello"]


def test_reopening_in_the_middle_of_a_reply_leaves_the_reply_behind(host: ScriptedHost) -> None:
    host.talk.send("first")
    host.answer("one")
    first = host.talk.session.key
    assert first is not None
    host.talk.begin(None, None)
    host.talk.send("second")
    host.talk.reopen(first)
    host.end_cancelled(2)
    host.talk.send("on we go")
    host.answer("two")
    assert host.texts == ["first", "one", "on we go", "two"]


def test_a_reopened_dialog_can_be_gone_on_with_by_the_partner_that_opened_it(
    host: ScriptedHost,
) -> None:
    host.talk.begin(None, load_persona("baker"), partner=0)
    host.talk.send("fine, thanks")
    host.answer("good")
    key = host.talk.session.key
    host.talk.begin(None, None)
    assert (host.talk.partner, host.talk.names) == (1, ("you", "model"))
    assert key is not None
    host.talk.reopen(key)
    assert (host.talk.partner, host.talk.names) == (0, ("baker", "you"))
    host.talk.send("and the bread?")
    assert host.request.speaker == 0


def test_a_partner_without_a_greeting_opens_with_a_reply_once_there_is_a_model(
    home: object,
) -> None:
    store = Store(get_paths().database)
    host = ScriptedHost(store, begin=False)
    host.talk.begin(None, load_persona("night-nurse"), partner=0)
    assert host.requests == {}
    host.talk.model_ready(MODEL)
    assert (host.request.speaker, host.request.dialog.turns) == (0, ())
    host.answer("good evening")
    host.talk.model_ready(replace(MODEL, job=2))  # another model comes: nobody opens again
    assert host.texts == ["good evening"]
    assert len(host.requests) == 1
    store.close()


def test_a_goal_for_once_is_used_up_by_a_reply_and_not_by_a_stopped_one(
    host: ScriptedHost,
) -> None:
    pets = host.talk.session.goals["ask-pets"]
    host.talk.choice = GoalChoice(pets)
    host.talk.send("hello")
    host.talk.stop()
    host.end_cancelled(1)
    assert host.talk.choice == GoalChoice(pets)
    host.talk.again()
    assert host.request.goal == pets
    host.answer("any pets?")
    assert host.talk.choice == GoalChoice()
    assert host.talk.dialog.turns[1].goal == "ask-pets"
    host.talk.send("none")
    assert host.request.goal is None


def test_a_goal_for_always_stays(host: ScriptedHost) -> None:
    always = GoalChoice(host.talk.session.goals["ask-pets"], always=True)
    host.talk.choice = always
    for _ in range(2):
        host.talk.send("hello")
        assert host.request.goal == always.goal
        host.answer("any pets?")
    assert host.talk.choice == always
    assert host.talk.goal_counts == {"ask-pets": 2}


def test_a_goal_chosen_during_a_reply_is_for_the_next_one(host: ScriptedHost) -> None:
    goals = host.talk.session.goals
    host.talk.choice = GoalChoice(goals["ask-pets"])
    host.talk.send("hello")
    host.talk.choice = GoalChoice(goals["ask-food"])
    host.answer("any pets?")
    host.talk.send("none")
    assert host.request.goal == goals["ask-food"]


def test_another_candidate_has_the_goal_of_its_turn_unless_one_is_chosen(
    host: ScriptedHost,
) -> None:
    goals = host.talk.session.goals
    host.talk.choice = GoalChoice(goals["ask-pets"])
    host.talk.send("hello")
    host.answer("any pets?")
    host.talk.again()
    assert host.request.goal == goals["ask-pets"]
    host.answer("a dog?")
    host.talk.choice = GoalChoice(goals["ask-food"])
    host.talk.again()
    assert host.request.goal == goals["ask-food"]
    host.answer("hungry?")
    turn = host.talk.dialog.turns[1]
    assert [c.text for c in turn.candidates] == ["any pets?", "a dog?", "hungry?"]
    assert (turn.goal, turn.chosen) == ("ask-food", 2)
    assert len({c.seed for c in turn.candidates}) == 3


def test_another_candidate_of_an_earlier_turn_sees_only_what_was_said_before(
    host: ScriptedHost,
) -> None:
    for text, reply in (("one", "two"), ("three", "four")):
        host.talk.send(text)
        host.answer(reply)
    host.talk.again(1)
    assert [turn.text for turn in host.request.dialog.turns] == ["one"]
    host.answer("deux")
    assert host.texts == ["one", "deux", "three", "four"]


def test_before_anything_was_said_there_is_nothing_to_act_on(host: ScriptedHost) -> None:
    for action in (
        host.talk.again,
        lambda: host.talk.swipe(None, 1),
        lambda: host.talk.target(None),
    ):
        with pytest.raises(UsageError) as raised:
            action()
        assert str(raised.value) == SILENCE
    with pytest.raises(UsageError, match="You have not said anything yet"):
        host.talk.turn_of_person(None)


def test_turns_are_corrected_or_edited_by_whose_they_are(host: ScriptedHost) -> None:
    host.talk.send("hello")
    host.answer("hi")
    with pytest.raises(UsageError, match="your own turn: e edits it"):
        host.talk.turn_of_model(0)
    with pytest.raises(UsageError, match="the model's turn: c corrects it"):
        host.talk.turn_of_person(1)
    with pytest.raises(UsageError, match="your own turn"):
        host.talk.swipe(0, 1)
    assert host.talk.turn_of_person(None)[0] == 0
    assert host.talk.turn_of_model(None)[0] == 1


def test_a_draft_said_as_it_is_was_said_by_the_model(host: ScriptedHost) -> None:
    host.talk.write_for_me()
    assert (host.request.speaker, host.request.goal) == (0, None)
    host.answer("what a day")
    assert host.drafts == ["what a day"]
    assert host.texts == []
    host.talk.send("what a day")
    assert host.talk.dialog.turns[0].candidates == (
        Candidate("what a day", "model", host.requests[1][0].seeds[0], "base"),
    )


def test_a_draft_that_was_changed_is_kept_below_what_was_said(host: ScriptedHost) -> None:
    host.talk.write_for_me()
    host.answer("what a day")
    host.talk.send("what a night")
    turn = host.talk.dialog.turns[0]
    assert [(c.text, c.source) for c in turn.candidates] == [
        ("what a day", "model"),
        ("what a night", "human"),
    ]
    assert turn.correction == ("what a night", "what a day")
    host.answer("true")
    host.talk.send("and now")
    assert len(host.talk.dialog.turns[2].candidates) == 1


def test_a_draft_of_another_dialog_is_no_candidate_of_this_one(host: ScriptedHost) -> None:
    host.talk.write_for_me()
    host.answer("what a day")
    host.talk.begin(None, None)
    host.talk.send("something else")
    (only,) = host.talk.dialog.turns[0].candidates
    assert (only.text, only.source) == ("something else", "human")


def test_a_draft_taken_along_to_another_dialog_is_still_the_models(host: ScriptedHost) -> None:
    host.talk.write_for_me()
    host.answer("what a day")
    host.talk.begin(None, None)
    host.talk.send("what a day")
    (only,) = host.talk.dialog.turns[0].candidates
    assert only.source == "model"


def test_a_reply_that_was_cut_says_so(host: ScriptedHost) -> None:
    made = (Candidate("and then", "model", 1, "base"),)
    host.talk.send("hello")
    host.event(ReplyReady(1, made, ("length",)))
    assert host.said[-1] == "cut at 40 tokens"
    host.talk.send("go on")
    host.event(ReplyReady(2, made, ("context",), dropped_turns=3))
    assert host.said[-1] == "3 oldest turns no longer fit and were left out"


def test_a_goal_given_once_lets_one_that_is_always_given_come_back(host: ScriptedHost) -> None:
    talk = host.talk
    pets, work = talk.session.goals["ask-pets"], talk.session.goals["talk-work"]
    talk.choice = GoalChoice(work, always=True)
    talk.choice = GoalChoice(pets)
    talk.send("hi")
    host.answer("a cat")
    assert talk.dialog.turns[1].goal == "ask-pets"
    assert talk.choice == GoalChoice(work, always=True)
    talk.choice = GoalChoice()
    assert talk.choice == GoalChoice()


def test_a_turn_that_was_undone_cannot_be_corrected(host: ScriptedHost) -> None:
    host.talk.send("hi")
    host.answer("hello")
    host.talk.undo()
    with pytest.raises(UsageError, match="no longer there"):
        host.talk.correct(1, "good morning")
    assert host.texts == ["hi"]
