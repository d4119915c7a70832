"""The form at a dialog's end: keys, what it gives, what it says will be stored."""

from pathlib import Path

import pytest
from textual.app import App
from textual.pilot import Pilot
from textual.widgets import Static, TextArea

import convotui.tui
from convotui.engine.session import Judgement
from convotui.tui.overlays.reward_form import RewardForm

LEFT = "left"


class Host(App[None]):
    CSS_PATH = Path(convotui.tui.__file__).parent / "styles.tcss"

    def __init__(self, judgement: Judgement | None = None, summary: str = "") -> None:
        super().__init__()
        self.form = RewardForm(judgement, summary=summary, on_draft=self.take_draft)
        self.draft: Judgement | None = None
        self.result: Judgement | str | None = None

    def on_mount(self) -> None:
        self.animation_level = "none"
        self.push_screen(self.form, self.take)

    def take_draft(self, draft: Judgement) -> None:
        self.draft = draft

    def take(self, result: Judgement | None) -> None:
        self.result = result or LEFT


def shown(pilot: Pilot[None]) -> str:
    return "\n".join(strip.text for strip in pilot.app.screen._compositor.render_strips())


async def test_a_judgement_is_entered_with_the_keyboard_alone() -> None:
    app = Host()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("2", "enter", "1", "enter", "4", "enter", "-", "0", ".", "3", "enter")
        await pilot.press("h", "i", "enter", "y", "o", "u", "tab", "enter")
    assert app.result == Judgement("went nowhere", True, 4, -0.3, "hi\nyou")


async def test_arrows_choose_and_go_from_field_to_field() -> None:
    app = Host()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press(
            "right", "right", "right", "left", "down", "left", "down", "right", "right"
        )
        await pilot.press("up", "left", "down", "down", "1", "down", "ctrl+s")
    assert app.result == Judgement("went nowhere", True, 2, 1.0)


async def test_ctrl_s_stores_from_every_field() -> None:
    for tabs in range(6):
        app = Host(Judgement(rating=5))
        async with app.run_test() as pilot:
            await pilot.press(*["tab"] * tabs, "ctrl+s")
        assert app.result == Judgement(rating=5)


async def test_choices_can_be_taken_back() -> None:
    app = Host(Judgement("broke down", False, 1, None, ""))
    async with app.run_test() as pilot:
        await pilot.press("0", "tab", "3", "tab", "backspace", "ctrl+s")
    assert app.result == Judgement()


async def test_a_click_chooses() -> None:
    app = Host()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.click("#outcome", offset=(18, 0))
        await pilot.click("#rating", offset=(3, 0))
        await pilot.press("ctrl+s")
    assert app.result == Judgement("went nowhere", rating=3)


async def test_esc_leaves_a_draft_that_a_new_form_begins_with() -> None:
    app = Host()
    async with app.run_test() as pilot:
        await pilot.press("3", "tab", "2", "tab", "5", "tab", "2", "tab", "n", "o", "escape")
        assert app.result == LEFT
    assert app.draft == Judgement("broke down", False, 5, 2.0, "no")
    again = Host(app.draft)
    async with again.run_test() as pilot:
        await pilot.press("ctrl+s")
    assert again.result == app.draft


@pytest.mark.parametrize("typed", ["x", "nan", "-inf", "1,5", "1e999"])
async def test_a_bad_number_gets_a_sentence_and_nothing_is_lost(typed: str) -> None:
    app = Host(Judgement(note="kept"))
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("tab", "tab", "tab", *typed, "ctrl+s")
        assert app.result is None
        assert "number" in shown(pilot)
        assert typed in shown(pilot)
        await pilot.press(*["backspace"] * len(typed), "1", "ctrl+s")
    assert app.result == Judgement(reward=1.0, note="kept")


async def test_leaving_with_a_bad_number_asks_for_a_second_esc() -> None:
    app = Host()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("tab", "tab", "4", "tab", "x", "escape")
        assert app.draft is None
        told = app.form.query_one("#reward-shown", Static).render()
        assert "Esc once more leaves without it." in str(told)
        await pilot.press("escape")
    assert app.draft == Judgement(rating=4)
    assert app.result == LEFT


async def test_it_shows_what_is_stored_and_exported() -> None:
    app = Host()
    async with app.run_test(size=(120, 36)) as pilot:
        assert "no return yet" in shown(pilot)
        assert '"rating": null, "return": null' in shown(pilot)
        await pilot.press("tab", "tab", "4")
        assert "★★★★☆  4 of 5" in shown(pilot)
        assert "(4 - 3) / 2 = +0.5" in shown(pilot)
        assert "rating 4 → return +0.5" in shown(pilot)
        assert '"rating": 4, "return": 0.5' in shown(pilot)
        await pilot.press("tab", "0", ".", "3")
        assert "rating 4 · return +0.3 (typed)" in shown(pilot)
        assert '"rating": 4, "return": 0.3' in shown(pilot)


@pytest.mark.parametrize("reward", [0.1 + 0.2, 1e-17, -2.0, 0.0])
async def test_a_reward_comes_back_as_exactly_the_number_it_was(reward: float) -> None:
    app = Host(Judgement(reward=reward))
    async with app.run_test() as pilot:
        await pilot.press("ctrl+s")
    assert app.result == Judgement(reward=reward)


@pytest.mark.parametrize("size", [(60, 16), (120, 36)])
async def test_every_field_comes_into_view(size: tuple[int, int]) -> None:
    app = Host(summary="12 turns · 3 rated")
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        assert "12 turns · 3 rated" in shown(pilot)
        for place in ("outcome", "goal-reached", "rating", "reward", "note", "reward-ok"):
            field = app.form.query_one(f"#{place}")
            assert app.focused is field
            assert app.form.query_one(".box").region.contains_region(field.region)
            await pilot.press("tab")
            await pilot.pause()


async def test_hostile_texts_are_shown_safely_and_kept_as_they_are(
    hostile_texts: tuple[str, ...],
) -> None:
    everything = " ".join(hostile_texts)
    app = Host(Judgement(outcome=everything), summary=everything)
    async with app.run_test(size=(120, 70)) as pilot:
        await pilot.pause()
        assert shown(pilot).count("\\x1b]52;c;") > 1
        assert not set(shown(pilot)) & set("\x1b\x9b\x07\x90\x00\r\u202e")
        await pilot.press("ctrl+s")
    assert app.result == Judgement(outcome=everything)


async def test_a_note_of_blanks_is_none() -> None:
    app = Host(Judgement(note="x"))
    async with app.run_test() as pilot:
        app.form.query_one(TextArea).load_text(" \n ")
        await pilot.press("ctrl+s")
    assert app.result == Judgement()
