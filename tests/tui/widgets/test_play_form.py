"""What stands in the start form becomes a plan, with nothing lost on the way."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from textual.app import App, ComposeResult

from convotui.decoders.sampling import Sampling
from convotui.dialog import Goal, GoalSet, Persona, display
from convotui.errors import UsageError
from convotui.gyms.plan import SelfPlayPlan
from convotui.policies import NoGoal
from convotui.tui.play_fields import read_form, sampling_words
from convotui.tui.widgets.play_form import PlayForm

GOALS = GoalSet("mine", (Goal("ask", "ask about it."),))
VALUES = {
    "persona_a": "baker",
    "persona_b": "random",
    "policy": "none",
    "goals": "everyday",
    "episodes": "3",
    "turns": "4",
    "seed": "5",
    "batch": "6",
    "out": "",
}


class Host(App[None]):
    def __init__(self, plan: SelfPlayPlan | None = None) -> None:
        super().__init__()
        self.plan = plan
        self.started: list[PlayForm.Started] = []

    def compose(self) -> ComposeResult:
        yield PlayForm(self.plan, GOALS, None)

    def on_play_form_started(self, event: PlayForm.Started) -> None:
        self.started.append(event)

    @property
    def form(self) -> PlayForm:
        return self.screen.query_one(PlayForm)


def test_texts_become_a_plan() -> None:
    plan, out = read_form(VALUES, Sampling(top_k=3))
    assert plan == SelfPlayPlan(
        3, 4, persona_a="baker", seed=5, batch=6, sampling=Sampling(top_k=3)
    )
    assert out is None


def test_a_file_in_the_home_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert read_form({**VALUES, "out": "~/x.jsonl"}, Sampling())[1] == tmp_path / "x.jsonl"


@pytest.mark.parametrize("out", ["/", "/dev/null", "/no/such/x", "a\0b", "x" * 5000])
def test_a_path_that_cannot_be_a_file_is_a_sentence(out: str) -> None:
    with pytest.raises(UsageError):
        read_form({**VALUES, "out": out}, Sampling())


def test_sampling_is_said_in_words() -> None:
    assert sampling_words(Sampling(top_k=0)) == (
        "Sampling: temperature 1 · top-k all · top-p 0.92 · at most 40 tokens"
    )
    assert "greedy" in sampling_words(Sampling(greedy=True))


async def test_things_given_stay_what_they_are_while_their_field_does() -> None:
    hiker = Persona("hiker", ("i hike.",))
    plan = SelfPlayPlan(2, 2, persona_a=hiker, policy=NoGoal(), goals=GOALS, seed=3)
    app = Host(plan)
    async with app.run_test() as pilot:
        await pilot.press("ctrl+s")
        assert app.started[0].plan == plan
        assert app.form.chosen_goals() is GOALS
        app.form.put("persona_a", "baker")
        app.form.put("goals", "everyday")
        await pilot.press("ctrl+s")
        assert app.started[1].plan.persona_a == "baker"
        assert app.form.chosen_goals() == "everyday"


async def test_enter_goes_from_field_to_field_to_the_button() -> None:
    app = Host()
    async with app.run_test(size=(60, 16)) as pilot:
        app.form.begin()
        await pilot.press(*["enter"] * 9)
        assert app.focused is not None
        assert app.focused.id == "play-start-button"
        await pilot.press("enter")
        await pilot.pause()
        assert app.started[0].plan.goals is GOALS


async def test_any_text_is_kept_and_any_problem_shown(hostile_texts: tuple[str, ...]) -> None:
    app = Host()
    async with app.run_test(size=(60, 16)) as pilot:
        app.form.put("turns", "none")
        for text in hostile_texts:
            app.form.put("episodes", text)
            await pilot.press("ctrl+s")
            app.form.problem(text)
            await pilot.pause()
            shown = display(re.sub(r"[\r\n\t]+", " ", text))
            assert app.form.value("episodes") == shown.strip()
        assert app.started == []
