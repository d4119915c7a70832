"""The decoding settings: presets, fields, what is wrong with them."""

from pathlib import Path

import pytest
from textual.app import App
from textual.pilot import Pilot
from textual.widgets import Input, Static

import convotui.tui
from convotui.decoders.sampling import Sampling
from convotui.tui.overlays.sampling_form import PRESETS, SamplingForm
from convotui.tui.widgets.choices import ChoiceRow

ODD = Sampling(
    temperature=0.35, top_k=3, top_p=0.5, greedy=False, min_new_tokens=2, max_new_tokens=9
)
Result = tuple[Sampling, int, bool] | None


class Host(App[None]):
    CSS_PATH = Path(convotui.tui.__file__).parent / "styles.tcss"

    def __init__(self, sampling: Sampling = ODD, candidates: int = 1) -> None:
        super().__init__()
        self.form = SamplingForm(sampling, candidates)
        self.results: list[Result] = []

    def on_mount(self) -> None:
        self.animation_level = "none"
        self.push_screen(self.form, self.results.append)

    def preset(self) -> str | None:
        return self.form.query_one("#preset", ChoiceRow).value


def shown(pilot: Pilot[None]) -> str:
    return "\n".join(strip.text for strip in pilot.app.screen._compositor.render_strips())


async def type_into(pilot: Pilot[None], field: str, text: str) -> None:
    pilot.app.screen.query_one(f"#{field}", Input).focus()
    await pilot.press("home", "ctrl+k", *text)


@pytest.mark.parametrize("sampling", [ODD, Sampling(), Sampling(greedy=True, top_p=1.0)])
async def test_saving_untouched_settings_gives_them_back(sampling: Sampling) -> None:
    app = Host(sampling, 3)
    async with app.run_test() as pilot:
        await pilot.press("ctrl+s")
    assert app.results == [(sampling, 3, False)]


async def test_every_setting_is_entered_with_the_keyboard_alone() -> None:
    app = Host(Sampling())
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("enter", "ctrl+a", "ctrl+k", *"0.5", "enter")
        await pilot.press("ctrl+a", "ctrl+k", "0", "enter", "ctrl+a", "ctrl+k", "1", "enter")
        await pilot.press("2", "enter", "ctrl+a", "ctrl+k", "4", "enter")
        await pilot.press("ctrl+a", "ctrl+k", *"64", "enter", "ctrl+a", "ctrl+k", "8", "enter")
        await pilot.press("right", "enter", "enter")
    expected = Sampling(
        temperature=0.5, top_k=0, top_p=1.0, greedy=True, min_new_tokens=4, max_new_tokens=64
    )
    assert app.results == [(expected, 8, True)]


async def test_esc_changes_nothing() -> None:
    app = Host()
    async with app.run_test() as pilot:
        await pilot.press("3", "escape")
    assert app.results == [None]


async def test_presets_leave_the_lengths_alone() -> None:
    app = Host()
    async with app.run_test() as pilot:
        assert app.preset() == "your own"
        await pilot.press("right", "right", "ctrl+s")
    assert app.results == [(Sampling(min_new_tokens=2, max_new_tokens=9), 1, False)]


async def test_your_own_brings_back_what_was_typed_before_a_preset() -> None:
    app = Host(Sampling())
    async with app.run_test() as pilot:
        await type_into(pilot, "temperature", "0.66")
        assert app.preset() == "your own"
        await pilot.press("shift+tab", "4")
        assert app.form.query_one("#temperature", Input).value == "1.3"
        await pilot.press("1", "ctrl+s")
    assert app.results == [(Sampling(temperature=0.66), 1, False)]


@pytest.mark.parametrize("name", PRESETS)
async def test_a_preset_is_recognised_by_its_values(name: str) -> None:
    app = Host()
    async with app.run_test() as pilot:
        await pilot.press(str(list(PRESETS).index(name) + 2), "ctrl+s")
    found = app.results[0]
    assert found is not None
    again = Host(found[0])
    async with again.run_test() as pilot:
        assert again.preset() == name


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("temperature", "0", "'temperature': expected a number above 0"),
        ("temperature", "nan", "'temperature': expected a number above 0"),
        ("temperature", "warm", "'temperature': expected a number, above 0"),
        ("top-k", "-1", "'top_k': expected 0 (all tokens) or more"),
        ("top-k", "1.5", "'top_k': expected a whole number"),
        ("top-p", "1.1", "'top_p': expected a number above 0, at most 1"),
        ("top-p", "", "'top_p': expected a number"),
        ("min-new-tokens", "0", "'min_new_tokens': expected 1 or more"),
        ("max-new-tokens", "1", "'max_new_tokens': expected at least min_new_tokens"),
        ("candidates", "9", "'candidates': expected 1 to 8"),
        ("candidates", "0", "'candidates': expected 1 to 8"),
    ],
)
async def test_a_wrong_field_says_so_beside_it_and_keeps_what_was_typed(
    field: str, typed: str, sentence: str
) -> None:
    app = Host()
    async with app.run_test(size=(120, 40)) as pilot:
        await type_into(pilot, field, typed)
        await pilot.press("ctrl+s")
        await pilot.pause()
        assert app.results == []
        assert sentence in shown(pilot)
        assert app.focused is app.form.query_one(f"#{field}")
        assert app.form.query_one(f"#{field}", Input).value == typed
        problem = app.form.query_one(f"#{field}-problem")
        assert problem.region.y == app.form.query_one(f"#{field}").region.bottom


async def test_a_sentence_goes_when_its_field_changes() -> None:
    app = Host()
    async with app.run_test(size=(120, 40)) as pilot:
        await type_into(pilot, "top-p", "2")
        await pilot.press("ctrl+s", "backspace", "1")
        assert "'top_p': expected" not in shown(pilot)
        await pilot.press("ctrl+s")
    assert [result and result[0].top_p for result in app.results] == [1.0]


async def test_greedy_says_that_the_rest_counts_for_nothing() -> None:
    app = Host()
    async with app.run_test(size=(120, 40)) as pilot:
        about = app.form.query_one("#greedy-about", Static)
        assert "count for nothing" not in str(about.render())
        await pilot.press("5")
        assert "count for nothing" in str(about.render())


async def test_it_works_on_a_small_terminal() -> None:
    app = Host()
    async with app.run_test(size=(60, 16)) as pilot:
        await type_into(pilot, "candidates", "x")
        await pilot.press("ctrl+s")
        await pilot.pause()
        assert "'candidates': expected a whole number" in shown(pilot)
