"""A new dialog begins at any time, with or without the partner's opening; the old one is kept."""

from __future__ import annotations

from convotui.dialog import load_persona
from tests.tui.conftest import MakeApp, wait_until
from tests.tui.screens.chat_host import (
    chat,
    dialog,
    engine,
    hold_after,
    press,
    prompt,
    quiet,
    running,
    said,
    say,
    shown,
    status,
    texts,
    typed,
)


async def test_a_new_dialog_has_the_same_personas_and_the_old_one_is_kept(
    make_app: MakeApp,
) -> None:
    app = make_app()
    async with running(app) as pilot:
        await say(pilot, app)
        old, key = dialog(app), chat(app).talk.session.key
        assert key is not None
        await typed(pilot, "a draft")
        await press(pilot, "ctrl+n")
        assert dialog(app).turns == ()
        assert dialog(app).personas == old.personas
        assert dialog(app).meta["persona_names"] == old.meta["persona_names"]
        assert (dialog(app).model, dialog(app).version) == ("smollm2", "base")
        assert dialog(app).id != old.id
        assert app.store.load(key) == old
        assert prompt(app).text == "a draft"
        assert prompt(app).has_focus
        assert "new dialog" in status(app)
        assert "Say something below" in said(app)
        await press(pilot, "enter")
        await quiet(pilot, app)
        assert chat(app).talk.session.key != key
        assert len(texts(app)) == 2
        app.open_dialog(key)
        await wait_until(pilot, lambda: chat(app).talk.session.key == key)
        assert dialog(app).turns == old.turns
        assert texts(app)[1] in said(app)


async def test_a_new_dialog_during_a_reply_is_free_at_once(make_app: MakeApp) -> None:
    app = make_app()
    async with running(app) as pilot:
        hold_after(app, 2)
        await typed(pilot, "one", "enter")
        await wait_until(pilot, lambda: chat(app).talk.pending and chat(app).talk.pending.texts)
        key = chat(app).talk.session.key
        assert key is not None
        await press(pilot, "ctrl+n")
        assert "▌" not in said(app)
        engine(app).hold.set()
        await say(pilot, app, "two")
        assert texts(app)[0] == "two"
        assert [turn.text for turn in app.store.load(key).turns] == ["one"]


async def test_the_partner_opens_with_its_greeting(make_app: MakeApp) -> None:
    app = make_app(persona=load_persona("baker"), me=None, partner_opens=True)
    async with running(app) as pilot:
        greeting = load_persona("baker").greeting
        assert texts(app) == [greeting]
        assert said(app).splitlines()[0].split()[0] == "baker"
        assert dialog(app).turns[0].speaker == 0
        await say(pilot, app, "well")
        assert [turn.speaker for turn in dialog(app).turns] == [0, 1, 0]
        # The persona shown as the partner is the one it speaks as.
        assert "PARTNER  baker" in shown(app)
        await press(pilot, "ctrl+n")
        assert texts(app) == [greeting]


async def test_a_persona_picked_on_the_way_has_its_own_greeting(make_app: MakeApp) -> None:
    app = make_app()
    async with running(app) as pilot:
        chat(app).query_one("#facts-1").focus()
        await press(pilot, "p")
        await wait_until(pilot, lambda: app.screen is not chat(app))
        await typed(pilot, "baker", "enter")
        await wait_until(pilot, lambda: app.screen is chat(app))
        await wait_until(pilot, lambda: dialog(app).meta["persona_names"] == ["baker", "baker"])
        await chat(app).run_action("partner_opens")
        await pilot.pause()
        assert texts(app) == [load_persona("baker").greeting]


async def test_a_random_persona_is_drawn_for_the_partner(make_app: MakeApp) -> None:
    app = make_app()
    async with running(app) as pilot:
        drawn = set()
        for _ in range(12):
            await chat(app).run_action("new_random")
            drawn.add(dialog(app).meta["persona_names"][1])
        assert len(drawn) > 1
        assert dialog(app).meta["persona_names"][0] == "baker"
        await pilot.pause()
        assert f"PARTNER  {dialog(app).meta['persona_names'][1]}" in shown(app)


async def test_a_dialog_is_given_a_name(make_app: MakeApp) -> None:
    app = make_app()
    async with running(app) as pilot:
        await say(pilot, app)
        for name in ("the [b]first", ""):
            chat(app).action_rename()
            await wait_until(pilot, lambda: app.screen is not chat(app))
            await press(pilot, "ctrl+u")
            await typed(pilot, name, "enter")
            await wait_until(pilot, lambda: app.screen is chat(app))
            await pilot.pause()
            assert (dialog(app).meta.get("title") or "") == name
            assert f"dialog 1 {name}".strip() in status(app)
        assert "dialog 1 ·" in status(app)
