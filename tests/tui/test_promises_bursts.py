"""Bursts: thousands of engine events at once lose no ending, and the app goes on listening."""

from __future__ import annotations

import threading

from convotui.engine.api import Event, JobCancelled, JobDone, JobProgress, ReplyText
from convotui.tui.bridge import Work
from tests.tui.conftest import HANG, MakeApp, wait_until
from tests.tui.snapshot_scenes import ready

JOBS = 100
EACH = 100
FIRST = 1_000_000


def _events(job: int) -> list[Event]:
    """So many events of a job: texts and progress, then its ending."""
    news: list[Event] = []
    for number in range((EACH - 1) // 2):
        news += [JobProgress(job, "working", number), ReplyText(job, (f"{job} {number}",))]
    ending = JobDone(job, {}) if job % 2 else JobCancelled(job, {})
    return [*news, JobProgress(job, "working", EACH), ending]


async def test_ten_thousand_events_lose_no_ending(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(100, 30)) as pilot:
        await ready(pilot)
        got: dict[int, list[Event]] = {FIRST + n: [] for n in range(JOBS)}
        for job, events in got.items():
            app.desk.work[job] = Work(job, "a job", False, events.append)
        sent = {job: _events(job) for job in got}
        assert sum(map(len, sent.values())) == 10_000

        def burst(numbers: range) -> None:
            for place in range(EACH):
                for number in numbers:
                    app._mailbox.put(sent[FIRST + number][place])

        threads = [threading.Thread(target=burst, args=(range(n, JOBS, 4),)) for n in range(4)]
        for thread in threads:
            thread.start()
        await pilot.press("h", "i")
        await wait_until(pilot, lambda: not app.desk.work)
        for thread in threads:
            thread.join(HANG)
        for job, events in got.items():
            endings = [event for event in events if isinstance(event, JobDone | JobCancelled)]
            assert endings == [sent[job][-1]], "one ending"
            assert events[-1] == endings[0], "and it comes last"
            texts = [event for event in events if isinstance(event, ReplyText)]
            assert texts[-1].texts == (f"{job} {(EACH - 1) // 2 - 1}",), "the newest text came"
        assert app.screen.query_one("#prompt").text == "hi"
