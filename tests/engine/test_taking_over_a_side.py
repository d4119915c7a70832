"""A person takes over a side of a self-play dialog, types its turns, and hands it back."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from convotui.dialog import Candidate, Dialog
from convotui.engine.api import (
    Drop,
    EpisodeStarted,
    Event,
    HandBack,
    JobCancelled,
    JobDone,
    JobProgress,
    LineRefused,
    Pause,
    PlayPaused,
    Resume,
    SayLine,
    TakeOver,
    TurnPlayed,
    TurnWanted,
)
from tests.engine.conftest import HANG, Stage, play, reply
from tests.sentences import is_sentence

pytestmark = pytest.mark.usefixtures("patient")

TOO_LONG = 2048
"""Characters or words; more than either engine's model can reply to."""


def _take_over(stage: Stage, speaker: int = 1, episode: int = 0) -> None:
    stage.heard.once(
        JobProgress, lambda event: stage.engine.steer(event.job, TakeOver(episode, speaker))
    )


def _answer(stage: Stage) -> None:
    stage.heard.when(
        TurnWanted,
        lambda event: stage.engine.steer(event.job, SayLine(0, f"line {len(event.dialog)}")),
    )


@pytest.mark.parametrize("speaker", [0, 1])
def test_a_persons_lines_are_turns_like_any_other(stage: Stage, speaker: int) -> None:
    _take_over(stage, speaker)
    _answer(stage)
    events = stage.run(play(episodes=2, turns=5, batch=1))
    assert isinstance(events[-1], JobDone)
    assert (events[-1].summary["turns"], events[-1].summary["episodes"]) == (10, 2)
    (end,) = [e for e in events if isinstance(e, TurnPlayed) and e.finished and e.episode == 0]
    mine = [turn for turn in end.dialog.turns if turn.speaker == speaker]
    assert [turn.candidates for turn in mine] == [
        (Candidate(f"line {i}", "human"),) for i in range(speaker, 5, 2)
    ]
    assert {t.candidates[0].source for t in end.dialog.turns if t.speaker != speaker} == {"model"}
    assert stage.store.load(end.key) == end.dialog


def test_every_turn_is_asked_for_once_with_the_dialog_as_it_is(stage: Stage) -> None:
    _take_over(stage, 0)
    _answer(stage)
    events = stage.run(play(episodes=1, turns=4))
    wanted = [event for event in events if isinstance(event, TurnWanted)]
    assert [(e.episode, e.speaker, len(e.dialog)) for e in wanted] == [(0, 0, 0), (0, 0, 2)]
    key = next(event.key for event in events if isinstance(event, TurnPlayed))
    assert [event.key for event in wanted] == [None, key]


def test_the_other_dialogs_go_on_while_one_waits(stage: Stage) -> None:
    _take_over(stage)
    job = stage.engine.submit(play(episodes=3, turns=4, batch=1))
    stage.heard.nth(TurnPlayed, 9)
    ends = [e for e in stage.heard.of(job) if isinstance(e, TurnPlayed) and e.finished]
    assert [event.episode for event in ends] == [1, 2]
    stage.engine.steer(job, SayLine(0, "sorry, i was away"))
    stage.heard.nth(TurnWanted, 2)
    stage.engine.steer(job, SayLine(0, "bye"))
    assert isinstance(stage.heard.ending(job), JobDone)


def test_the_others_say_what_they_would_have_said(stage: Stage) -> None:
    def ends() -> dict[int, list[str]]:
        events = stage.run(play(episodes=3, turns=4, batch=2))
        finished = [e for e in events if isinstance(e, TurnPlayed) and e.finished]
        return {e.episode: [turn.text for turn in e.dialog.turns] for e in finished}

    undisturbed = ends()
    _take_over(stage)
    _answer(stage)
    with_a_person = ends()
    assert with_a_person[0] != undisturbed[0]
    assert {i: with_a_person[i] for i in (1, 2)} == {i: undisturbed[i] for i in (1, 2)}


def test_a_line_is_on_disk_before_it_is_announced_even_inside_anothers_turn(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs: list[int] = []
    story: list[str] = []
    stored: list[str] = []

    def say() -> None:
        story.append("typed")
        stage.engine.steer(jobs[0], SayLine(0, "at once"))

    def look(event: Event) -> None:
        turn = event.dialog.turns[-1]
        story.append(turn.candidates[0].source)
        with closing(sqlite3.connect(stage.database)) as other:
            rows = other.execute("SELECT text FROM candidates").fetchall()
        stored.extend(text for (text,) in rows if text == turn.text)

    _take_over(stage, 0)
    stage.heard.once(EpisodeStarted, lambda event: jobs.append(event.job))
    stage.inside(monkeypatch, say)
    stage.heard.once(TurnPlayed, look)
    assert isinstance(stage.run(play(episodes=2, turns=2, batch=2))[-1], JobDone)
    assert story == ["typed", "human"]
    assert stored == ["at once"]


def test_a_side_handed_back_is_the_models_again(stage: Stage) -> None:
    def ends() -> list[Dialog]:
        events = stage.run(play(episodes=1, turns=4))
        return [e.dialog for e in events if isinstance(e, TurnPlayed) and e.finished]

    undisturbed = ends()
    _take_over(stage)
    stage.heard.once(TurnWanted, lambda event: stage.engine.steer(event.job, HandBack(0)))
    assert ends() == undisturbed
    assert [event for event in stage.heard.events if isinstance(event, TurnWanted)]


def test_a_waiting_play_gives_replies_and_can_be_cancelled(stage: Stage) -> None:
    _take_over(stage, 0)
    job = stage.engine.submit(play(episodes=1, turns=4))
    stage.heard.nth(TurnWanted)
    assert isinstance(stage.run(reply())[-1], JobDone)
    stage.engine.cancel(job)
    assert isinstance(stage.heard.ending(job), JobCancelled)
    assert stage.store.list_dialogs() == []


def test_a_waiting_play_can_be_closed(stage: Stage) -> None:
    _take_over(stage, 0)
    job = stage.engine.submit(play(episodes=1, turns=4))
    stage.heard.nth(TurnWanted)
    assert stage.engine.close(HANG)
    assert isinstance(stage.heard.ending(job), JobCancelled)


def test_a_waiting_play_can_be_paused_and_takes_a_line_meanwhile(stage: Stage) -> None:
    _take_over(stage, 0)
    job = stage.engine.submit(play(episodes=1, turns=2))
    stage.heard.nth(TurnWanted)
    stage.engine.steer(job, Pause())
    stage.heard.nth(PlayPaused)
    stage.engine.steer(job, SayLine(0, "in between"))
    assert stage.heard.nth(TurnPlayed).dialog.turns[0].text == "in between"
    stage.engine.steer(job, Resume())
    assert isinstance(stage.heard.ending(job), JobDone)


def test_a_dialog_that_waits_can_be_dropped(stage: Stage) -> None:
    _take_over(stage)
    stage.heard.once(TurnWanted, lambda event: stage.engine.steer(event.job, Drop(0)))
    ending = stage.run(play(episodes=1, turns=4))[-1]
    assert isinstance(ending, JobDone)
    assert (ending.summary["turns"], ending.summary["dropped"]) == (1, 1)


def test_what_people_type_is_stored_as_it_was_typed(
    stage: Stage, hostile_texts: tuple[str, ...]
) -> None:
    texts = [text for text in hostile_texts if text.strip() and len(text) < TOO_LONG]
    typed = iter(texts)
    _take_over(stage, 0)
    stage.heard.when(
        TurnWanted, lambda event: stage.engine.steer(event.job, SayLine(0, next(typed)))
    )
    events = stage.run(play(episodes=1, turns=2 * len(texts)))
    assert isinstance(events[-1], JobDone), events[-1]
    key = next(event.key for event in events if isinstance(event, TurnPlayed))
    assert [turn.text for turn in stage.store.load(key).turns[::2]] == texts


def test_a_line_that_does_not_fit_is_given_back_and_the_play_goes_on(stage: Stage) -> None:
    _take_over(stage)
    long = "word " * TOO_LONG
    stage.heard.once(TurnWanted, lambda event: stage.engine.steer(event.job, SayLine(0, long)))
    stage.heard.once(LineRefused, lambda event: stage.engine.steer(event.job, SayLine(0, "ok")))
    events = stage.run(play(episodes=2, turns=3))
    assert isinstance(events[-1], JobDone), events[-1]
    (refused,) = [event for event in events if isinstance(event, LineRefused)]
    assert (refused.episode, refused.text) == (0, long)
    assert is_sentence(refused.message)
    ends = [e.dialog for e in events if isinstance(e, TurnPlayed) and e.finished]
    assert sorted(len(dialog) for dialog in ends) == [3, 3]
    assert "ok" in {dialog.turns[1].text for dialog in ends}
