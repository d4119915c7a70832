"""The mailbox wakes the app once a batch, whichever threads put events in, and loses none."""

from __future__ import annotations

import threading

from convotui.engine.api import Event, JobDone, JobStarted, ReplyText
from convotui.tui.bridge import Mailbox


def test_the_app_is_woken_once_until_it_has_emptied_the_mailbox() -> None:
    woken: list[None] = []
    mailbox = Mailbox(lambda: woken.append(None))
    for job in range(5):
        mailbox.put(JobStarted(job))
    assert len(woken) == 1
    assert mailbox.take() == [JobStarted(job) for job in range(5)]
    # The app looks again by itself after a batch, so what comes meanwhile wakes nobody.
    mailbox.put(JobDone(1))
    assert len(woken) == 1
    assert mailbox.take() == [JobDone(1)]
    assert mailbox.take() == []
    mailbox.put(JobDone(2))
    assert len(woken) == 2


def test_what_is_taken_is_thinned() -> None:
    mailbox = Mailbox(lambda: None)
    mailbox.put(ReplyText(1, ("a",)))
    mailbox.put(ReplyText(1, ("a b",)))
    assert mailbox.take() == [ReplyText(1, ("a b",))]


def test_nothing_is_lost_when_many_threads_put_while_the_app_takes() -> None:
    woken = threading.Semaphore(0)
    mailbox = Mailbox(woken.release)
    each, threads = 200, 6
    taken: list[Event] = []

    def put(thread: int) -> None:
        for number in range(each):
            mailbox.put(JobStarted(thread * each + number))

    def take() -> None:
        while len(taken) < each * threads:
            assert woken.acquire(timeout=30), f"nobody woke the app at {len(taken)}"
            while events := mailbox.take():
                taken.extend(events)

    app = threading.Thread(target=take)
    workers = [threading.Thread(target=put, args=(number,)) for number in range(threads)]
    for thread in (app, *workers):
        thread.start()
    for thread in (app, *workers):
        thread.join(60)
    jobs = [event.job for event in taken]
    assert sorted(jobs) == list(range(each * threads))
    for thread in range(threads):
        of_thread = [job for job in jobs if job // each == thread]
        assert of_thread == sorted(of_thread)


def test_waking_may_put_an_event_in() -> None:
    """The app's thread may be the one that is woken and puts."""

    def wake() -> None:
        if len(seen) < 3:
            seen.append(len(seen))
            mailbox.put(JobDone(len(seen)))

    seen: list[int] = []
    mailbox = Mailbox(wake)
    mailbox.put(JobStarted(0))
    assert mailbox.take() == [JobStarted(0), JobDone(1)]
