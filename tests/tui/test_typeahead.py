"""Keys sent faster than the app can show what they open still reach the right place."""

from __future__ import annotations

from textual import events
from textual.keys import _character_to_key

from convotui.tui.app import ConvoApp
from convotui.tui.screens.chat import ChatScreen
from convotui.tui.widgets.prompt import Prompt
from tests.tui.conftest import MakeApp, wait_until


def burst(app: ConvoApp, *keys: str) -> None:
    """Put keys into the app's queue without waiting between them; a text is typed by letter."""
    for key in keys:
        if len(key) > 1 and " " in key:
            for letter in key:
                app.post_message(events.Key(_character_to_key(letter), letter))
        else:
            app.post_message(events.Key(key, key if len(key) == 1 else None))


async def test_letters_after_a_key_that_opens_a_field_are_text_and_not_commands(
    make_app: MakeApp,
) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_until(pilot, lambda: app.model)
        burst(app, "ctrl+l", "a", "i mind the cds and decks.", "enter")
        screen = app.screen
        assert isinstance(screen, ChatScreen)
        side = screen.talk.partner
        await wait_until(pilot, lambda: len(screen.talk.session.facts(side)) == 5)
        assert screen.talk.session.facts(side)[1].text == "i mind the cds and decks."


async def test_enter_does_not_overtake_the_letters_before_it(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test() as pilot:
        await wait_until(pilot, lambda: app.model)
        burst(app, "how do you do today?", "enter", "escape")
        screen = app.screen
        assert isinstance(screen, ChatScreen)
        await wait_until(pilot, lambda: screen.talk.dialog.turns)
        assert screen.talk.dialog.turns[0].text == "how do you do today?"


async def test_a_form_that_a_key_opens_gets_the_keys_typed_ahead(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test() as pilot:
        await wait_until(pilot, lambda: app.model)
        await pilot.press(*"hi", "enter")
        screen = app.screen
        assert isinstance(screen, ChatScreen)
        await wait_until(pilot, lambda: len(screen.talk.dialog) == 2)
        burst(app, "ctrl+t", "1", "tab", "1", "tab", "4", "ctrl+s")
        await wait_until(pilot, lambda: screen.talk.dialog.rating == 4)
        assert screen.talk.session.judgement.outcome == "went well"
        assert screen.query_one(Prompt).text == ""


async def test_keys_go_on_after_what_they_were_for_has_gone(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test() as pilot:
        await wait_until(pilot, lambda: app.model)
        burst(app, "f8", "f2", "f1", "escape", "ctrl+o", "escape", "still here now", "enter")
        await wait_until(pilot, lambda: isinstance(app.screen, ChatScreen))
        screen = app.screen
        assert isinstance(screen, ChatScreen)
        await wait_until(pilot, lambda: screen.talk.dialog.turns)
        assert screen.talk.dialog.turns[0].text == "still here now"
