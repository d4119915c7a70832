"""The form of a goal checks each field with a sentence and loses nothing that was typed."""

from __future__ import annotations

from typing import Any

import pytest
from textual.app import App, ComposeResult
from textual.widgets import Input, Static, TextArea

from convotui.dialog import Goal
from convotui.tui.overlays.ask import Confirm
from convotui.tui.overlays.goal_form import GoalForm, Keep
from tests.dialog.active import active_in

SEA = Goal("ask-sea", "ask about the sea.", ("do you sail?", "i swim."), ("sea", "boat*"))


class Host(App[None]):
    """Opens the form and notes what it gives."""

    CSS_PATH = "../../../convotui/tui/styles.tcss"

    def __init__(
        self, goal: Goal | None = None, *, taken: tuple[str, ...] = (), keep: Keep | None = None
    ) -> None:
        super().__init__()
        self.form = GoalForm(goal, taken=taken, keep=keep)
        self.given: list[Goal | None] = []

    def compose(self) -> ComposeResult:
        yield Static("below", markup=False)

    def on_mount(self) -> None:
        self.push_screen(self.form, self.given.append)

    def value(self, name: str) -> str:
        return self.form.query_one(f"#{name}", Input).value

    def problem(self, name: str) -> str:
        line = self.form.query_one(f"#{name}-problem", Static)
        return str(line.content) if line.display else ""


async def test_a_goal_is_written_from_top_to_bottom() -> None:
    async with (app := Host()).run_test(size=(100, 36)) as pilot:
        await pilot.press(*"ask about jam.", "enter", "enter", *"jam, fruit spread ,", "enter")
        await pilot.press(*"do you like jam?", "enter", "enter", *"jam!", "tab", "enter")
        await pilot.pause()
        goal = Goal(
            "ask-about-jam", "ask about jam.", ("do you like jam?", "jam!"), ("jam", "fruit spread")
        )
        assert app.given == [goal]


async def test_the_id_follows_the_text_until_another_is_typed() -> None:
    async with (app := Host(taken=("ask-jam",))).run_test() as pilot:
        await pilot.press(*"Ask jam")
        await pilot.pause()
        assert app.value("id") == "ask-jam-2"
        await pilot.press("enter", *"mine", "shift+tab", "end", *" now")
        await pilot.pause()
        assert app.value("id") == "mine"
        assert app.value("text") == "Ask jam now"


async def test_the_id_of_a_goal_that_exists_does_not_follow() -> None:
    async with (app := Host(SEA)).run_test() as pilot:
        await pilot.press("end", *" please", "ctrl+s")
        await pilot.pause()
        changed = Goal(SEA.id, "ask about the sea. please", SEA.examples, SEA.cues)
        assert app.given == [changed]


async def test_an_empty_text_is_refused_beside_its_field() -> None:
    async with (app := Host()).run_test() as pilot:
        await pilot.press("ctrl+s")
        await pilot.pause()
        assert app.problem("text") == "Say what the model is to do, such as: ask about pets."
        assert app.given == []
        await pilot.press("a")
        await pilot.pause()
        assert app.problem("text") == ""


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("Ask Jam", "lower-case letters"),
        ("../jam", "lower-case letters"),
        ("ask-sea", "The set has a goal ask-sea already"),
    ],
)
async def test_a_bad_id_is_refused_beside_its_field_and_keeps_what_was_typed(
    typed: str, sentence: str
) -> None:
    async with (app := Host(taken=("ask-sea",))).run_test() as pilot:
        await pilot.press(*"ask about jam", "enter", *typed, "ctrl+s")
        await pilot.pause()
        assert sentence in app.problem("id")
        assert app.focused is app.form.query_one("#id")
        assert (app.value("text"), app.value("id")) == ("ask about jam", typed)
        assert app.given == []


async def test_esc_leaves_an_untouched_form_at_once() -> None:
    for goal in (None, SEA):
        async with (app := Host(goal)).run_test() as pilot:
            await pilot.press("escape")
            await pilot.pause()
            assert app.given == [None]


async def test_esc_asks_before_what_was_typed_is_lost() -> None:
    async with (app := Host()).run_test() as pilot:
        await pilot.press(*"ask", "escape")
        await pilot.pause()
        assert isinstance(app.screen, Confirm)
        await pilot.press("n")
        await pilot.pause()
        assert app.screen is app.form
        assert app.value("text") == "ask"
        await pilot.press("escape", "y")
        await pilot.pause()
        assert app.given == [None]


async def test_a_goal_that_cannot_be_kept_leaves_the_form_as_it_is() -> None:
    tried: list[Goal] = []

    async def keep(goal: Goal) -> bool:
        tried.append(goal)
        return len(tried) > 1

    async with (app := Host(keep=keep)).run_test() as pilot:
        await pilot.press(*"ask about jam", "ctrl+s")
        await pilot.pause()
        assert app.screen is app.form
        assert app.value("text") == "ask about jam"
        await pilot.press("ctrl+s")
        await pilot.pause()
        assert app.given == [tried[0]] == [tried[1]]


async def test_fields_that_were_not_touched_keep_hostile_texts_exactly(
    hostile_texts: tuple[str, ...],
) -> None:
    texts = (*(text for text in hostile_texts if len(text) < 100), "two\nlines", "a, b")
    goal = Goal("ask-x", "".join(texts), texts, texts)
    async with (app := Host(goal)).run_test(size=(80, 40)) as pilot:
        for _ in range(4):  # the cursor in each field shows another part of it
            screen = "\n".join(s.text for s in app.screen._compositor.render_strips())
            assert active_in(screen, allowed="\n") == []
            await pilot.press("end", "tab")
        await pilot.press("ctrl+s")
        await pilot.pause()
        assert app.given == [goal]


async def test_an_example_added_leaves_the_others_exactly() -> None:
    goal = Goal("ask-x", "ask x.", ("one\nexample", "\x1b[2J"))
    async with (app := Host(goal)).run_test() as pilot:
        area = app.form.query_one(TextArea)
        area.focus()
        area.move_cursor(area.document.end)
        await pilot.press("enter", *"two", "ctrl+s")
        await pilot.pause()
        assert app.given == [Goal("ask-x", "ask x.", ("one\nexample", "\x1b[2J", "two"))]


@pytest.mark.parametrize("size", [(10, 4), (60, 16), (120, 36)])
async def test_every_field_can_be_reached_at_any_size(size: tuple[int, int]) -> None:
    async with (app := Host(SEA)).run_test(size=size) as pilot:
        reached: list[Any] = []
        for _ in range(5):
            await pilot.pause()
            assert app.focused is not None
            reached.append(app.focused.id)
            if size[0] >= 60:
                assert app.screen.region.overlaps(app.focused.region)
            await pilot.press("tab")
        assert reached == ["text", "id", "cues", "examples", "save"]
