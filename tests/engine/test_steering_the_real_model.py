"""The embedded model's self-play is paused inside a turn, stepped, joined by a person, ended."""

from __future__ import annotations

import pytest

from convotui.decoders import Sampling
from convotui.engine.api import (
    EpisodeStarted,
    InspectPrompt,
    JobCancelled,
    JobDone,
    Pause,
    PlayPaused,
    PromptShown,
    ReplyReady,
    Resume,
    SayLine,
    Step,
    TakeOver,
    TurnPlayed,
    TurnWanted,
)
from tests.engine.conftest import Stage, play, reply

pytestmark = [pytest.mark.real, pytest.mark.usefixtures("patient")]


def test_a_play_is_paused_asked_inside_stepped_taken_over_and_cancelled(
    embedded: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, heard = embedded.engine, embedded.heard
    jobs: list[int] = []
    heard.once(EpisodeStarted, lambda event: jobs.append(event.job))
    embedded.inside(monkeypatch, lambda: engine.steer(jobs[0], Pause()))
    job = engine.submit(play(episodes=2, turns=200, batch=2, sampling=Sampling(max_new_tokens=12)))
    heard.nth(PlayPaused)
    assert not [event for event in heard.of(job) if isinstance(event, TurnPlayed)]

    asked = embedded.run(reply())
    (ready,) = [event for event in asked if isinstance(event, ReplyReady)]
    assert ready.tokens >= 6
    assert ready.seconds > 0
    assert ready.candidates[0].text.strip()
    assert isinstance(asked[-1], JobDone)
    assert not [event for event in heard.of(job) if isinstance(event, TurnPlayed)]

    engine.steer(job, Step())
    heard.nth(PlayPaused, 2)
    first = [event for event in heard.of(job) if isinstance(event, TurnPlayed)]
    assert [(event.episode, len(event.dialog)) for event in first] == [(0, 1), (1, 1)]

    engine.steer(job, TakeOver(0, 1))
    wanted = heard.nth(TurnWanted)
    assert (wanted.key, wanted.dialog) == (first[0].key, first[0].dialog)
    engine.steer(job, SayLine(0, "What do you bake on a rainy day?"))
    heard.nth(TurnPlayed, 3)
    shown = embedded.run(InspectPrompt(wanted.dialog, 1))
    assert isinstance(shown[-2], PromptShown)
    assert shown[-2].room_for_reply > 1000

    engine.steer(job, Resume())
    heard.nth(TurnPlayed, 8)
    engine.cancel(job)
    ending = heard.ending(job)
    assert isinstance(ending, JobCancelled)
    stored = embedded.store.load(first[0].key)
    assert stored.turns[1].text == "What do you bake on a rainy day?"
    assert stored.turns[1].candidates[0].source == "human"
    assert ending.summary["turns"] == sum(r.turns for r in embedded.store.list_dialogs())
