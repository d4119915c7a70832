"""What was being written is there again, in the next app on the same database too."""

from __future__ import annotations

from tests.tui.conftest import MakeApp, wait_until
from tests.tui.screens.chat_host import (
    chat,
    moving,
    press,
    prompt,
    running,
    say,
    texts,
    typed,
)


async def test_drafts_survive_an_app_that_is_killed(make_app: MakeApp) -> None:
    first = make_app()
    async with running(first) as pilot:
        await say(pilot, first)
        key, wrong = chat(first).talk.session.key, texts(first)[1]
        await typed(pilot, "half a\nthought [b]\x1b")
        await wait_until(pilot, lambda: first.store.kept("draft:chat"))
        written = prompt(first).text
        await moving(pilot)
        await press(pilot, "c", "end")
        await typed(pilot, " or so")
        name = chat(first).writing.draft
        await wait_until(pilot, lambda: first.store.kept(name) == f"{wrong} or so")
        # Nobody quits: the second app finds what a crash would leave.
        second = make_app(dialog=key)
        async with running(second) as other:
            assert prompt(second).text == written
            await moving(other)
            await other.press("c")
            assert prompt(second).text == f"{wrong} or so"


async def test_what_was_said_is_no_draft(make_app: MakeApp) -> None:
    app = make_app()
    async with running(app) as pilot:
        await typed(pilot, "hi")
        await wait_until(pilot, lambda: app.store.kept("draft:chat") == "hi")
        await say(pilot, app, " there")
        assert app.store.kept("draft:chat") is None
