"""Personas are edited while a dialog is under way: replies from then on are made under them."""

from __future__ import annotations

from convotui.dialog import load_persona
from convotui.engine.api import MakeReply
from convotui.tui.widgets.fact_list import FactList
from tests.tui.conftest import MakeApp, wait_until
from tests.tui.screens.chat_host import (
    burst,
    chat,
    dialog,
    press,
    prompt,
    quiet,
    running,
    say,
    shown,
    typed,
)
from tests.tui.screens.test_chat_inspecting import recorded

NURSE = load_persona("night-nurse").facts


async def test_the_next_reply_follows_edited_facts_and_earlier_turns_keep_theirs(
    make_app: MakeApp,
) -> None:
    app = make_app()
    async with running(app) as pilot:
        await say(pilot, app)
        asked = recorded(app)
        chat(app).query_one("#facts-1").focus()
        await press(pilot, "d")
        await press(pilot, "a")
        await typed(pilot, "i keep bees.", "enter")
        await wait_until(pilot, lambda: "i keep bees." in dialog(app).personas[1])
        edited = dialog(app).personas[1]
        assert set(edited) == {*NURSE[1:], "i keep bees."}
        assert dialog(app).meta["earlier_personas"][0]["turns"] == 2
        assert dialog(app).meta["earlier_personas"][0]["personas"][1] == list(NURSE)
        prompt(app).focus()
        await say(pilot, app)
        request = next(r for r in asked if isinstance(r, MakeReply))
        assert request.dialog.personas[1] == edited
        chat(app).transcript.focus()
        await press(pilot, "u", "u", "u", "u")  # reply, turn, the new fact, the deleted one
        assert dialog(app).personas[1] == NURSE
        await pilot.pause()
        assert chat(app).query_one("#facts-1", FactList).active == NURSE


async def test_facts_are_counted_in_tokens_also_after_edits_in_a_row(make_app: MakeApp) -> None:
    app = make_app()
    async with running(app) as pilot:
        await quiet(pilot, app)
        words = sum(len(fact.split()) for fact in NURSE)
        assert f"4 facts · {words} tokens" in shown(app)
        chat(app).query_one("#facts-1").focus()
        burst(app, "d", "d", "d")
        await wait_until(pilot, lambda: len(dialog(app).personas[1]) == 1)
        await quiet(pilot, app)
        assert f"1 fact · {len(NURSE[3].split())} tokens" in shown(app)


async def test_a_fact_being_written_goes_along_into_a_new_dialog(make_app: MakeApp) -> None:
    app = make_app()
    async with running(app) as pilot:
        chat(app).query_one("#facts-1").focus()
        for number, action in enumerate(("new_dialog", "partner_opens")):
            await press(pilot, "a")
            await typed(pilot, f"i keep bees {number}.")
            await chat(app).run_action(action)
            await quiet(pilot, app)
            assert f"i keep bees {number}." in dialog(app).personas[chat(app).talk.partner]
            chat(app).query_one("#partner FactList").focus()


async def test_a_fact_being_written_stays_with_its_dialog_when_another_is_opened(
    make_app: MakeApp,
) -> None:
    app = make_app()
    async with running(app) as pilot:
        await say(pilot, app, "one")
        first, key = dialog(app), chat(app).talk.session.key
        assert key is not None
        await press(pilot, "ctrl+n")
        await say(pilot, app, "two")
        second = chat(app).talk.session.key
        assert second is not None
        chat(app).query_one("#facts-1").focus()
        await press(pilot, "a")
        await typed(pilot, "i keep bees.")
        app.open_dialog(key)
        await wait_until(pilot, lambda: chat(app).talk.session.key == key)
        await quiet(pilot, app)
        assert dialog(app).personas == first.personas
        assert "i keep bees." in app.store.load(second).personas[1]


async def test_hiding_a_persona_is_remembered(make_app: MakeApp) -> None:
    app = make_app()
    async with running(app) as pilot:
        chat(app).query_one("#facts-1").focus()
        await press(pilot, "h")
        await pilot.pause()
        assert NURSE[0][:12] not in shown(app)
    app = make_app()
    async with running(app) as pilot:
        await pilot.pause()
        assert "hidden, 4 facts" in shown(app)
        assert dialog(app).personas[1] == NURSE
