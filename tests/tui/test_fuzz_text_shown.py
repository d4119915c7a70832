"""Hostile texts of people, models and files: shown as they are everywhere, and never acted on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets._toast import Toast

from convotui.dialog import Candidate, Dialog, Goal, GoalSet, Persona, Turn, save_persona
from convotui.engine import canned
from convotui.engine.api import JobProgress, PolicyMeasured, RatingWanted, RoundTrained
from convotui.store import Store
from convotui.tui.app import ConvoApp
from convotui.tui.overlays.ask import AskLine, PickOne
from convotui.tui.overlays.export_form import ExportForm
from convotui.tui.overlays.goal_form import GoalForm
from convotui.tui.overlays.help import HelpScreen
from convotui.tui.overlays.inspector import PromptInspector
from convotui.tui.overlays.persona_library import PersonaLibrary
from convotui.tui.overlays.reward_form import RewardForm
from convotui.tui.overlays.text import TextScreen
from convotui.tui.widgets.dialog_list import DialogList
from convotui.tui.widgets.fact_list import FactList
from convotui.tui.widgets.transcript import Transcript
from tests.tui.conftest import MakeApp, wait_until
from tests.tui.hostile import (
    ACTING,
    MARKUP,
    WIDE,
    acting,
    literal,
    screen_lines,
    squeezed,
    text_of,
    texts_of,
)
from tests.tui.screens import train_host
from tests.tui.screens.play_host import selfplay
from tests.tui.snapshot_scenes import ready

SIZE = (100, 30)
NAME = "[bold]eve[/] \x1b[31m\u202e"


@pytest.fixture
def texts(hostile_texts: tuple[str, ...]) -> tuple[str, ...]:
    return texts_of(hostile_texts)


def hostile_dialog(texts: tuple[str, ...]) -> Dialog:
    """A dialog in which everything that is a text is hostile."""
    ids = [f"{text[:40]}\x1b]" for text in MARKUP]
    turns = []
    for place, text in enumerate(texts):
        made = (Candidate(text, "model", place, "base"), Candidate(text[::-1] or "x", "human"))
        goal = ids[place // 2 % len(ids)] if place % 2 else None
        turns.append(Turn(place % 2, made[: 1 + place % 2], 0, goal))
    return Dialog(
        NAME,
        personas=(texts, texts),
        turns=tuple(turns),
        model="[red]smollm2",
        seed=3,
        meta={
            "persona_names": [NAME, MARKUP[2]],
            "title": f"{NAME} {MARKUP[1]}",
            "goals": {name: f"{name} \x07 text" for name in ids},
            "partner": 1,
        },
    )


async def every_line(pilot: Pilot[Any], shown: Transcript) -> str:
    """Read a transcript from its first turn to its last."""
    pages = []
    for top in range(0, shown.virtual_size.height, max(1, shown.content_region.height)):
        shown.scroll_to(y=top, animate=False, immediate=True)
        await pilot.pause()
        assert acting(pilot.app) == set()
        pages.append(text_of(pilot.app, shown))
    return "".join(pages)


async def clean(pilot: Pilot[Any], *kinds: type[Any]) -> None:
    """Wait for an overlay, and see that nothing on the screen acts."""
    await wait_until(pilot, lambda: not kinds or isinstance(pilot.app.screen, kinds))
    await pilot.pause()
    assert acting(pilot.app) == set()


def open_app(make_app: MakeApp, texts: tuple[str, ...], **options: Any) -> ConvoApp:
    """An app in whose store there is nothing but hostility; the dialog is open."""
    goals = tuple(Goal(f"{text[:40]}\x1b", text, (text,), (text,)) for text in texts)
    options = {"goals": GoalSet(NAME, goals, NAME), "dialog": 1, **options}
    app = make_app(**options)
    fill(app.store, texts)
    return app


def fill(store: Store, texts: tuple[str, ...]) -> None:
    """Store hostile dialogs: a chat, some of a hostile run, and imported ones."""
    said = hostile_dialog(texts)
    store.add_dialog(said)
    run = store.start_run(f"{NAME}\x9b", "selfplay", {"episodes": 2, "turns": 2})
    store.add_dialog(replace(said, turns=said.turns[:2]), run)
    store.end_run(run, "failed", {})
    others = [replace(said, id=text, meta={"title": text}, turns=said.turns[:1]) for text in texts]
    store.import_dialogs("import-\x1b[bold]", others)


async def test_a_chat_shows_them_as_they_are(make_app: MakeApp, texts: tuple[str, ...]) -> None:
    app = open_app(make_app, texts)
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        await pilot.press("escape")
        shown = app.screen.query_one("#transcript", Transcript)
        told = await every_line(pilot, shown)
        # A fold may stand in a long one, and where the name or the marks are.
        for text in (text for text in texts if len(text) < 20):
            assert literal(text) in told, text
        await pilot.press("g")
        for _ in range(len(texts)):
            await pilot.press("j")
        assert acting(app) == set()


async def test_facts_show_them_as_they_are(make_app: MakeApp, texts: tuple[str, ...]) -> None:
    app = open_app(make_app, (*MARKUP, *ACTING, *WIDE, *texts[:12]))
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        facts = app.screen.query_one("#partner FactList", FactList)
        facts.focus()
        told = ""
        for _ in facts.facts:
            told += text_of(app, facts)
            assert acting(app) == set()
            await pilot.press("j")
        for text in MARKUP:
            assert literal(text) in told, text
        await pilot.press("g", "enter")
        await clean(pilot)


async def test_what_a_model_says_is_shown_as_it_is(
    make_app: MakeApp, texts: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(canned, "LINES", texts)
    app = make_app()
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        app.screen.talk.candidates = 8
        for _ in range(3):
            await pilot.press(*"go", "enter")
            await wait_until(pilot, lambda: app.screen.talk.pending is None)
            assert acting(app) == set()
        told = await every_line(pilot, app.screen.query_one("#transcript", Transcript))
        said = [turn for turn in app.screen.talk.dialog.turns if turn.speaker == 1]
        assert len(said) == 3
        assert {c.text for turn in said for c in turn.candidates} <= set(texts)
        for turn in said:
            if len(turn.text) < 20:
                assert literal(turn.text) in told
        await pilot.press("escape", "v")
        await clean(pilot, PickOne)
        for _ in range(8):
            await pilot.press("down")
            await clean(pilot)
        await pilot.press("escape", "y")
        await clean(pilot)


async def test_the_library_shows_them_as_they_are(
    make_app: MakeApp, texts: tuple[str, ...]
) -> None:
    app = open_app(make_app, texts)
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        await pilot.press("f8")
        await wait_until(pilot, lambda: app.screen.query("#dialogs"))
        listed = app.screen.query_one(DialogList)
        await wait_until(pilot, lambda: len(listed.rows) == len(texts) + 2)
        told = ""
        for _ in range(0, len(listed.rows), 8):
            told += text_of(app, listed)
            await pilot.press("pagedown")
            await clean(pilot)
        told += text_of(app, listed)
        for text in MARKUP:
            assert literal(text)[:10] in told, text
        await pilot.press("e")
        await clean(pilot, AskLine)
        await pilot.press("escape", "m", "d", "u", "space")
        await clean(pilot)


async def test_self_play_shows_them_as_they_are(
    make_app: MakeApp, texts: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(canned, "LINES", texts)
    app = open_app(make_app, texts, mode="selfplay")
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        await clean(pilot)
        await pilot.press("ctrl+s")
        await wait_until(pilot, lambda: selfplay(app).shown or selfplay(app).running)
        await wait_until(pilot, lambda: selfplay(app).running is None)
        for _ in range(8):
            await pilot.press("j")
            await clean(pilot)
        await pilot.press("enter")
        shown = app.screen.query_one("#play-transcript", Transcript)
        told = await every_line(pilot, shown)
        for turn in shown._turns:
            if len(turn.text) < 20:
                assert literal(turn.text) in told
        await pilot.press("escape", "o")
        await clean(pilot, PickOne)
        await pilot.press("enter")
        await wait_until(pilot, lambda: selfplay(app).shown)
        await clean(pilot)


async def test_a_training_shows_them_as_they_are(make_app: MakeApp, texts: tuple[str, ...]) -> None:
    app = train_host.train_app(make_app)
    train_host.hold_at(app, 1)
    some = (*MARKUP, *ACTING, *WIDE, NAME)
    counts = dict.fromkeys((text[:60] for text in some), 2)
    async with app.run_test(size=(120, 60)) as pilot:
        training = await train_host.rounds(pilot, app, 1)
        job, put, screen = training.job, app._mailbox.put, app.screen
        dialog = hostile_dialog(texts)
        point = replace(training.points[-1], episodes=8, goals=counts)
        score = replace(training.baseline("random"), goals=counts)
        put(RoundTrained(job, point, dialog))
        put(PolicyMeasured(job, "baseline", 0, replace(score, policy="random"), dialog))
        put(PolicyMeasured(job, "final", 8, replace(score, policy=NAME), dialog))
        put(JobProgress(job, f"measuring {NAME}", 1, 2))
        await wait_until(pilot, lambda: training.final and training.stage != "learning")
        training.model = (NAME, NAME, NAME)
        training.problem = NAME
        screen.draw()
        await train_host.settled(pilot, app)
        await clean(pilot)
        assert literal(f"measuring {NAME}") in squeezed("".join(screen_lines(app)))
        told = text_of(app, screen.query_one("#train-scores"))
        for text in MARKUP:
            assert literal(text)[:8] in told, text
        talk = screen.query_one("#train-transcript", Transcript)
        told = await every_line(pilot, talk)
        for text in (text for text in texts if len(text) < 20):
            assert literal(text) in told, text
        put(RatingWanted(job, 9, dialog))
        await wait_until(pilot, lambda: training.question)
        await clean(pilot)
        await pilot.press("enter")
        await clean(pilot, TextScreen)


async def test_goals_show_them_as_they_are(make_app: MakeApp, texts: tuple[str, ...]) -> None:
    app = open_app(make_app, texts)
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        goals = app.screen.query_one("#goal-list")
        goals.focus()
        told = ""
        for _ in range(0, len(texts), 8):
            told += text_of(app, goals)
            await pilot.press("pagedown")
            assert acting(app) == set()
        told += text_of(app, goals)
        for text in MARKUP[:2]:
            assert literal(text) in told, text
        await pilot.press("enter")
        await clean(pilot)
        await pilot.press("e")
        await clean(pilot, GoalForm)
        await pilot.press("escape")
        await app.run_action("choose", app.screen.query_one("#goals"))
        await clean(pilot, PickOne)


async def test_overlays_show_them_as_they_are(make_app: MakeApp, texts: tuple[str, ...]) -> None:
    app = open_app(make_app, texts)
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        await pilot.press("escape", "p")
        await clean(pilot, PromptInspector)
        await pilot.press("i", "pagedown", "pagedown", "G")
        await clean(pilot)
        await pilot.press("escape", "f1")
        await clean(pilot, HelpScreen)
        await pilot.press("escape", "ctrl+s")
        await clean(pilot, ExportForm)
        await pilot.press("escape", "ctrl+t")
        await clean(pilot, RewardForm)
        await pilot.press("escape")
        await app.run_action("rename", app.screen)
        await clean(pilot, AskLine)
        await pilot.press("escape", "ctrl+p", *"find")
        await clean(pilot)


async def test_personas_of_files_are_shown_as_they_are(
    make_app: MakeApp, texts: tuple[str, ...]
) -> None:
    some = [text for text in texts if len(text) < 200]
    for place in range(0, len(some), 8):
        facts = tuple(some[place : place + 8])
        save_persona(Persona(f"aa-{place}", facts, greeting=facts[0], tags=facts))
    app = make_app()
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        await app.run_action("persona", app.screen)
        await clean(pilot, PersonaLibrary)
        for _ in range(0, len(some), 8):
            await pilot.press("down")
            await clean(pilot)


async def test_what_the_app_tells_is_no_markup(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(100, 50), notifications=True) as pilot:
        await ready(pilot)
        for text in (*MARKUP, NAME):
            app.tell(text)
            app.flash(text)
            await pilot.pause()
            await clean(pilot)
        await wait_until(pilot, lambda: len(app.screen.query(Toast)) == len(MARKUP) + 1)
        await pilot.pause()
        told = [text_of(app, toast) for toast in app.screen.query(Toast)]
        for text in (*MARKUP, NAME):
            assert literal(text) in told
        assert literal(NAME) in squeezed("".join(screen_lines(app)[:1]))
