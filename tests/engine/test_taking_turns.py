"""Long jobs wait for each other; a reply does not wait for a long job."""

from __future__ import annotations

import pytest

from convotui.engine.api import (
    ENDINGS,
    Event,
    JobCancelled,
    JobDone,
    JobProgress,
    JobStarted,
    LoadModel,
    ReplyReady,
    ReplyText,
    TurnPlayed,
)
from tests.engine.conftest import Stage, play, reply


def test_long_jobs_run_one_at_a_time_in_the_order_they_came(stage: Stage) -> None:
    jobs = [stage.engine.submit(play(seed=seed)) for seed in range(4)]
    for job in jobs:
        stage.heard.ending(job)
    story = [
        (event.job, "start" if isinstance(event, JobStarted) else "end")
        for event in stage.heard.events
        if event.job in jobs and isinstance(event, JobStarted | JobDone)
    ]
    assert story == [(job, what) for job in jobs for what in ("start", "end")]


def test_a_reply_asked_for_during_self_play_is_given_before_the_play_ends(stage: Stage) -> None:
    asked: list[int] = []

    stage.heard.once(TurnPlayed, lambda _: asked.append(stage.engine.submit(reply())))
    play_events = stage.run(play())
    events = stage.heard.events
    answered = events.index(next(e for e in events if e.job == asked[0] and isinstance(e, ENDINGS)))
    assert isinstance(events[answered], JobDone)
    assert isinstance(play_events[-1], JobDone)
    assert answered < events.index(play_events[-1])
    later = [e for e in events[answered:] if isinstance(e, TurnPlayed)]
    assert later, "the play must have gone on after the reply"


def test_a_reply_inside_self_play_is_the_reply_it_would_be_alone(stage: Stage) -> None:
    asked: list[int] = []
    stage.heard.once(TurnPlayed, lambda _: asked.append(stage.engine.submit(reply())))
    stage.run(play())
    inside = [e for e in stage.heard.of(asked[0]) if isinstance(e, ReplyReady)]
    alone = [e for e in stage.run(reply()) if isinstance(e, ReplyReady)]
    assert inside[0].candidates == alone[0].candidates


def test_a_reply_in_the_middle_leaves_the_play_as_it_would_be(stage: Stage) -> None:
    def texts() -> list[list[str]]:
        events = stage.run(play(batch=2))
        finished = [e.dialog for e in events if isinstance(e, TurnPlayed) and e.finished]
        return [[turn.text for turn in dialog.turns] for dialog in finished]

    undisturbed = texts()
    stage.heard.when(TurnPlayed, lambda _: stage.engine.submit(reply()) and None)
    assert texts() == undisturbed


def test_replies_are_given_in_the_order_they_were_asked_for(stage: Stage) -> None:
    asked: list[int] = []

    def ask(event: Event) -> None:
        asked.extend(stage.engine.submit(reply(seeds=(i,))) for i in range(3))

    stage.heard.once(TurnPlayed, ask)
    stage.run(play())
    done = [e.job for e in stage.heard.events if e.job in asked and isinstance(e, JobDone)]
    assert done == asked


def test_a_long_job_never_runs_inside_another(stage: Stage) -> None:
    inner: list[int] = []
    stage.heard.once(TurnPlayed, lambda _: inner.append(stage.engine.submit(play(seed=2))))
    outer = stage.run(play())[-1]
    stage.heard.ending(inner[0])
    events = stage.heard.events
    start = next(e for e in events if e.job == inner[0] and isinstance(e, JobStarted))
    assert events.index(outer) < events.index(start)


def test_nothing_runs_while_a_model_is_being_loaded(stage: Stage) -> None:
    asked: list[int] = []
    stage.heard.once(JobProgress, lambda _: asked.append(stage.engine.submit(reply())))
    loaded = stage.run(LoadModel(stage.model))[-1]
    assert isinstance(stage.heard.ending(asked[0]), JobDone)
    events = stage.heard.events
    assert events.index(loaded) < events.index(JobStarted(asked[0]))


def test_a_reply_never_runs_inside_another(stage: Stage) -> None:
    asked: list[int] = []

    def ask(event: Event) -> None:
        asked.extend(stage.engine.submit(reply(seeds=(seed,))) for seed in (6, 7))

    stage.heard.once(ReplyText, ask)
    first = stage.run(reply())[0].job
    for job in asked:
        stage.heard.ending(job)
    story = [event.job for event in stage.heard.events if event.job in (first, *asked)]
    assert story == sorted(story)


def test_events_of_running_jobs_come_from_the_engines_one_thread(stage: Stage) -> None:
    stage.heard.once(TurnPlayed, lambda _: stage.engine.submit(reply()) and None)
    stage.run(play())
    assert set(stage.heard.threads) == {"engine"}


@pytest.mark.parametrize("count", [20])
def test_jobs_from_many_threads_all_end(stage: Stage, count: int) -> None:
    import threading

    jobs: list[int] = []
    requests = [reply(seeds=(i,)) if i % 2 else play(episodes=1, turns=1) for i in range(count)]
    threads = [
        threading.Thread(target=lambda r=request: jobs.append(stage.engine.submit(r)))
        for request in requests
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(jobs)) == count
    endings = [stage.heard.ending(job) for job in jobs]
    assert not [ending for ending in endings if isinstance(ending, JobCancelled)]
    assert all(isinstance(ending, JobDone) for ending in endings)
