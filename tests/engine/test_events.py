"""Every job tells its story in one order, on both engines: started, what it does, one ending."""

from __future__ import annotations

from itertools import pairwise

from convotui.engine.api import (
    ENDINGS,
    CountTokens,
    EpisodeStarted,
    InspectPrompt,
    JobDone,
    JobProgress,
    JobStarted,
    LoadModel,
    MakeReply,
    ModelReady,
    PlayDialogs,
    PlayStarted,
    ReplyReady,
    ReplyText,
    TurnPlayed,
)
from tests.engine.conftest import Stage, play, reply


def _kinds(events: list[object]) -> list[type]:
    return [type(event) for event in events]


def test_loading_announces_the_model_and_is_done(stage: Stage) -> None:
    events = stage.run(LoadModel(stage.model))
    assert _kinds(events) == [JobStarted, JobProgress, ModelReady, JobDone]
    ready, done = events[-2:]
    assert (ready.name, ready.version, ready.form) == (stage.model, "base", "chat")
    assert (ready.device, ready.dtype) == ("cpu", "float32")
    assert ready.context_length > 0
    assert done.summary == {"model": stage.model, "version": "base"}


def test_a_reply_is_started_grows_is_ready_and_is_done(stage: Stage) -> None:
    events = stage.run(reply())
    kinds = _kinds(events)
    assert kinds[0] is JobStarted
    assert kinds[-2:] == [ReplyReady, JobDone]
    assert set(kinds[1:-2]) == {ReplyText}
    assert events[-1].summary["tokens"] >= 1


def test_texts_grow_and_each_is_the_beginning_of_the_next_and_of_the_reply(stage: Stage) -> None:
    events = stage.run(reply(seeds=(5, 6, 7)))
    (ready,) = [event for event in events if isinstance(event, ReplyReady)]
    grown = [event.texts for event in events if isinstance(event, ReplyText)]
    assert all(len(texts) == 3 for texts in grown)
    assert grown[-1] == tuple(candidate.text for candidate in ready.candidates)
    for before, after in pairwise(grown):
        assert all(b.startswith(a) for a, b in zip(before, after, strict=True))


def test_a_reply_has_one_candidate_per_seed_and_says_why_each_stopped(stage: Stage) -> None:
    events = stage.run(reply(seeds=(5, 6, 7)))
    (ready,) = [event for event in events if isinstance(event, ReplyReady)]
    assert [candidate.seed for candidate in ready.candidates] == [5, 6, 7]
    assert {(c.source, c.version) for c in ready.candidates} == {("model", "base")}
    assert all(candidate.text.strip() for candidate in ready.candidates)
    assert set(ready.stops) <= {"eos", "length"}
    assert len(ready.stops) == 3
    assert ready.dropped_turns == 0


def test_a_reply_says_how_many_tokens_it_took_and_how_long(stage: Stage) -> None:
    events = stage.run(reply(seeds=(5, 6)))
    (ready,) = [event for event in events if isinstance(event, ReplyReady)]
    assert ready.tokens == events[-1].summary["tokens"] >= 2
    assert ready.seconds > 0 or stage.kind == "fake"


def test_the_same_request_gets_the_same_reply(stage: Stage) -> None:
    replies = [stage.run(reply())[-2] for _ in range(2)]
    assert replies[0].candidates == replies[1].candidates


def test_self_play_announces_every_turn_in_order_and_sums_up(stage: Stage) -> None:
    events = stage.run(play(episodes=3, turns=4))
    turns = [event for event in events if isinstance(event, TurnPlayed)]
    assert len(turns) == 12
    for episode in range(3):
        mine = [event for event in turns if event.episode == episode]
        assert [len(event.dialog) for event in mine] == [1, 2, 3, 4]
        assert [event.finished for event in mine] == [False, False, False, True]
        assert len({event.key for event in mine}) == 1
        for before, after in pairwise(mine):
            assert after.dialog.turns[:-1] == before.dialog.turns
    progress = [event for event in events if isinstance(event, JobProgress)]
    assert (progress[-1].done, progress[-1].total) == (12, 12)
    done = events[-1]
    assert isinstance(done, JobDone)
    assert (done.summary["episodes"], done.summary["turns"]) == (3, 12)
    assert done.summary["run"] == stage.store.runs()[0]["id"]
    assert done.summary["dropped"] == 0


def test_self_play_tells_its_run_and_every_dialog_before_its_first_turn(stage: Stage) -> None:
    events = stage.run(play(episodes=3, turns=2, batch=2))
    kinds = (PlayStarted, EpisodeStarted, TurnPlayed)
    told = [event for event in events if isinstance(event, kinds)]
    started = told[0]
    assert isinstance(started, PlayStarted)
    assert (started.run, started.episodes) == (stage.store.runs()[0]["id"], 3)
    story = [
        (event.episode, len(event.dialog) if isinstance(event, TurnPlayed) else 0)
        for event in told[1:]
    ]
    assert story == [(0, 0), (1, 0), (0, 1), (1, 1), (0, 2), (1, 2), (2, 0), (2, 1), (2, 2)]
    for event in told[1:]:
        if isinstance(event, EpisodeStarted):
            assert event.dialog.turns == ()
            assert event.dialog.meta["persona_names"] == ["baker", "welder"]


def test_every_job_has_one_ending_and_nothing_after_it(stage: Stage) -> None:
    requests = [reply(), play(), reply(), play(persona_a="nobody"), LoadModel(stage.model)]
    jobs = [stage.engine.submit(request) for request in requests]
    assert len(set(jobs)) == len(jobs)
    for job in jobs:
        stage.heard.ending(job)
    assert stage.engine.close(60)
    for job in jobs:
        endings = [isinstance(event, ENDINGS) for event in stage.heard.of(job)]
        assert endings[-1]
        assert sum(endings) == 1


def test_what_may_run_inside_another_job_is_said_by_the_request() -> None:
    assert MakeReply.short
    assert InspectPrompt.short
    assert CountTokens.short
    assert not PlayDialogs.short
    assert not LoadModel.short
