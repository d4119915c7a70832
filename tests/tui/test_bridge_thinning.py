"""Events are thinned: endings, order and the newest text and progress of every job stay."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from convotui.engine.api import (
    ENDINGS,
    Event,
    JobCancelled,
    JobDone,
    JobFailed,
    JobProgress,
    JobStarted,
    ReplyReady,
    ReplyText,
)
from convotui.tui.bridge import thinned

JOBS = st.integers(1, 3)
EVENTS = st.lists(
    st.one_of(
        st.builds(ReplyText, JOBS, st.tuples(st.text(max_size=3))),
        st.builds(JobProgress, JOBS, st.text(max_size=3), st.integers(0, 9)),
        st.builds(JobStarted, JOBS),
        st.builds(JobDone, JOBS),
        st.builds(JobCancelled, JOBS),
        st.builds(JobFailed, JOBS, st.text(max_size=3)),
    ),
    max_size=30,
)


def test_only_the_newest_text_of_a_job_stays() -> None:
    newest, other = ReplyText(1, ("hello there",)), ReplyText(2, ("yes",))
    assert thinned([ReplyText(1, ("hello",)), other, newest]) == [other, newest]


def test_text_and_progress_of_a_job_do_not_push_each_other_out() -> None:
    events = [ReplyText(1, ("a",)), JobProgress(1, "reading", 1)]
    assert thinned(events) == events


def test_a_whole_job_at_once_keeps_its_beginning_and_its_end_in_order() -> None:
    ready = ReplyReady(1, (), ())
    events = [JobStarted(1), ReplyText(1, ("a",)), ReplyText(1, ("a b",)), ready, JobDone(1)]
    assert thinned(events) == [events[0], events[2], ready, JobDone(1)]


@given(EVENTS)
def test_what_is_left_out_is_older_text_or_progress_of_the_same_job(events: list[Event]) -> None:
    kept = thinned(events)
    left = iter(events)
    assert all(any(event is found for found in left) for event in kept)  # in their order
    lasting = [event for event in events if not isinstance(event, ReplyText | JobProgress)]
    assert [event for event in kept if not isinstance(event, ReplyText | JobProgress)] == lasting
    for kind in (ReplyText, JobProgress):
        for job in (1, 2, 3):
            of_job = [event for event in events if isinstance(event, kind) and event.job == job]
            assert [e for e in kept if isinstance(e, kind) and e.job == job] == of_job[-1:]


@given(EVENTS)
def test_every_ending_is_kept(events: list[Event]) -> None:
    endings = [event for event in events if isinstance(event, ENDINGS)]
    assert [event for event in thinned(events) if isinstance(event, ENDINGS)] == endings
