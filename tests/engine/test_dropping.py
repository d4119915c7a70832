"""A dropped episode leaves the self-play; its turns stay stored and the counts are honest."""

from __future__ import annotations

import pytest

from convotui.engine.api import (
    Drop,
    EpisodeDropped,
    EpisodeStarted,
    Event,
    JobDone,
    JobProgress,
    Pause,
    PlayPaused,
    TurnPlayed,
)
from tests.engine.conftest import Stage, play

pytestmark = pytest.mark.usefixtures("patient")


def test_a_dropped_episode_is_told_of_with_its_key_and_its_turns_stay(stage: Stage) -> None:
    def drop(event: Event) -> None:
        if (event.episode, len(event.dialog)) == (1, 2):
            stage.engine.steer(event.job, Drop(1))

    stage.heard.when(TurnPlayed, drop)
    events = stage.run(play(episodes=3, turns=4, batch=2))
    (dropped,) = [event for event in events if isinstance(event, EpisodeDropped)]
    mine = [e for e in events if isinstance(e, TurnPlayed) and e.episode == 1]
    assert (dropped.episode, dropped.key) == (1, mine[-1].key)
    assert events.index(dropped) > events.index(mine[-1])
    assert len(mine) == 2
    assert stage.store.load(dropped.key) == mine[-1].dialog
    summary = events[-1].summary
    assert (summary["episodes"], summary["turns"], summary["dropped"]) == (2, 10, 1)
    assert stage.store.runs()[0]["summary"] == summary


def test_one_that_has_not_begun_has_no_key_and_is_never_stored(stage: Stage) -> None:
    stage.heard.once(TurnPlayed, lambda event: stage.engine.steer(event.job, Drop(2)))
    events = stage.run(play(episodes=3, turns=2, batch=2))
    (dropped,) = [event for event in events if isinstance(event, EpisodeDropped)]
    assert (dropped.episode, dropped.key) == (2, None)
    assert {e.episode for e in events if isinstance(e, EpisodeStarted)} == {0, 1}
    assert len(stage.store.list_dialogs()) == 2


def test_what_is_dropped_inside_a_turn_gets_that_turn_no_more(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[int] = []
    stage.heard.once(JobProgress, lambda event: started.append(event.job))
    stage.inside(monkeypatch, lambda: stage.engine.steer(started[0], Drop(0)))
    events = stage.run(play(episodes=2, turns=2, batch=2))
    assert [e.episode for e in events if isinstance(e, TurnPlayed)] == [1, 1]
    assert [e.key for e in events if isinstance(e, EpisodeDropped)] == [None]


def test_progress_counts_only_the_turns_that_can_still_come(stage: Stage) -> None:
    stage.heard.once(TurnPlayed, lambda event: stage.engine.steer(event.job, Drop(0)))
    events = stage.run(play(episodes=2, turns=4, batch=1))
    progress = [event for event in events if isinstance(event, JobProgress)]
    assert progress[0].total == 8
    assert (progress[-1].done, progress[-1].total) == (5, 5)


def test_dropping_every_episode_of_a_paused_play_ends_it_well(stage: Stage) -> None:
    stage.heard.once(TurnPlayed, lambda event: stage.engine.steer(event.job, Pause()))
    job = stage.engine.submit(play(episodes=2, turns=4, batch=1))
    stage.heard.nth(PlayPaused)
    for episode in (0, 1):
        stage.engine.steer(job, Drop(episode))
    ending = stage.heard.ending(job)
    assert isinstance(ending, JobDone)
    assert (ending.summary["turns"], ending.summary["dropped"]) == (1, 2)
