"""The library in the app: reopening in the chat, and what is open there is kept."""

from __future__ import annotations

from convotui.dialog import Dialog, Turn
from convotui.tui.screens.library import LibraryScreen
from convotui.tui.widgets.dialog_list import DialogList
from tests.tui.conftest import MakeApp, wait_until


def stored(number: int) -> Dialog:
    """Make a dialog of two turns."""
    turns = (Turn.say(0, f"text {number}"), Turn.say(1, "well"))
    return Dialog(f"d{number}", turns=turns, meta={"persona_names": ["hiker", "baker"]})


async def test_a_dialog_is_reopened_and_what_is_open_is_not_deleted(make_app: MakeApp) -> None:
    app = make_app("library")
    for number in (1, 2):
        app.store.add_dialog(stored(number))
    async with app.run_test(size=(120, 36)) as pilot:
        await wait_until(pilot, lambda: isinstance(app.screen, LibraryScreen))
        rows = app.screen.query_one(DialogList)
        await wait_until(pilot, lambda: len(rows.rows) == 2)
        await pilot.press("j", "enter")
        await wait_until(pilot, lambda: app.current_mode == "chat" and app.open_key == 1)
        await pilot.press("f8")
        await wait_until(pilot, lambda: isinstance(app.screen, LibraryScreen))
        await pilot.press("d")
        await pilot.pause()
        assert [row.key for row in app.store.list_dialogs()] == [1, 2]
        await pilot.press("k", "d")
        await wait_until(pilot, lambda: [row.key for row in app.store.list_dialogs()] == [1])


async def test_a_title_given_here_is_that_of_the_open_dialog(make_app: MakeApp) -> None:
    app = make_app("chat", dialog=1)
    app.store.add_dialog(stored(1))
    async with app.run_test(size=(120, 36)) as pilot:
        await wait_until(pilot, lambda: app.open_key == 1)
        await pilot.press("f8")
        await wait_until(pilot, lambda: isinstance(app.screen, LibraryScreen))
        rows = app.screen.query_one(DialogList)
        await wait_until(pilot, lambda: rows.rows)
        await pilot.press("e", "x", "y", "enter")
        await wait_until(pilot, lambda: rows.rows[0].title == "xy")
        chat = app._chat()
        assert chat is not None
        assert chat.talk.session.dialog.meta["title"] == "xy"
