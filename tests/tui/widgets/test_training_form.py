"""The form of a training: what is wrong is a sentence at its field, which gets the focus."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.app import App, ComposeResult
from textual.widgets import Input

from convotui.decoders.sampling import Sampling
from convotui.learning.plan import PolicyPlan
from convotui.runs import create_run
from convotui.tui.training_fields import FIELDS, FieldError, first_values, read_form
from convotui.tui.widgets.training_form import TrainingForm
from tests.tui.conftest import wait_until
from tests.tui.hostile import acting

PLAN = PolicyPlan(goals="everyday")


class Host(App[None]):
    """The form alone."""

    def __init__(self, plan: PolicyPlan = PLAN, name: str | None = None) -> None:
        super().__init__()
        self._given = (plan, name)
        self.started: list[TrainingForm.Started] = []

    def compose(self) -> ComposeResult:
        yield TrainingForm(*self._given, id="form")

    @property
    def form(self) -> TrainingForm:
        return self.screen.query_one(TrainingForm)

    def on_training_form_started(self, event: TrainingForm.Started) -> None:
        self.started.append(event)

    def told(self) -> list[tuple[str, str]]:
        found = self.form.query(".problem.-told")
        return [(str(place.id), str(place.content)) for place in found]


def values(**changed: str) -> dict[str, str]:
    return {**first_values(PLAN, None), **changed}


def test_the_form_begins_with_the_plan_and_reads_as_it() -> None:
    assert read_form(values(), PLAN) == (PLAN, None)


def test_every_field_is_in_the_plan() -> None:
    plan, name = read_form(
        values(
            reward="goal-met=1,manual=0.5",
            goals="support",
            episodes="16",
            turns="2",
            name="first",
            seed="7",
            batch="4",
            eval_episodes="0",
            persona_a="baker",
            persona_b="beekeeper",
            state="both",
        ),
        PLAN,
    )
    assert name == "first"
    assert plan == PolicyPlan(
        *("dqn", "goal-met=1,manual=0.5", "support", 16, 2, "baker", "beekeeper", "both", 4, 7),
        eval_episodes=0,
    )


@pytest.mark.parametrize(
    ("field", "text", "words"),
    [
        ("reward", "", "This is empty."),
        ("reward", "praise=1", "'praise'"),
        ("reward", "goal-met=much", "goal-met"),
        ("goals", "", "This is empty."),
        ("goals", "no-such-set", "no-such-set"),
        ("episodes", "", "Expected a whole number, but it is empty."),
        ("episodes", "many", "not 'many'"),
        ("episodes", "0", "expected 1 or more"),
        ("episodes", "99999999", "Expected at most"),
        ("turns", "1.5", "not '1.5'"),
        ("turns", "-1", "expected 1 or more"),
        ("seed", "-1", "expected 0 or more"),
        ("batch", "0", "expected 1 or more"),
        ("eval_episodes", "some", "not 'some'"),
        ("persona_a", "nobody-at-all", "nobody-at-all"),
        ("persona_b", "", "This is empty."),
        ("state", "mine", "partner or both"),
        ("name", "No Name", "cannot be the name"),
        ("name", "../up", "cannot be the name"),
        ("name", "taken", "taken-2 is free"),
    ],
)
def test_what_is_wrong_with_a_field_is_a_sentence(field: str, text: str, words: str) -> None:
    create_run("taken", "train-policy", PLAN.record())
    with pytest.raises(FieldError) as caught:
        read_form(values(**{field: text}), PLAN)
    assert caught.value.field == field
    assert words in str(caught.value)
    assert str(caught.value).rstrip().endswith(".") or "list" in str(caught.value)


@pytest.mark.parametrize("field", [field.name for field in FIELDS])
async def test_the_sentence_stands_at_its_field_which_gets_the_focus(field: str) -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.form.put(field, "No [such] thing\x1b")
        app.form.begin()
        await pilot.press("ctrl+s")
        await wait_until(pilot, lambda: app.told())
        ((place, sentence),) = app.told()
        assert place == f"training-problem-{field.replace('_', '-')}"
        assert sentence
        focused = app.screen.focused
        assert focused is not None
        assert focused.id == f"training-field-{field.replace('_', '-')}"
        assert acting(app) == set()
        assert app.started == []
        await pilot.press("x")
        assert app.told() == []


async def test_enter_goes_through_the_fields_and_starts() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.form.begin()
        await pilot.press(*["enter"] * (len(FIELDS) + 1))
        await wait_until(pilot, lambda: app.started)
        assert (app.started[0].plan, app.started[0].name) == (PLAN, None)


async def test_nothing_typed_is_lost_when_something_is_wrong() -> None:
    app = Host(name="mine")
    async with app.run_test(size=(80, 24)) as pilot:
        app.form.put("episodes", "12")
        app.form.put("seed", "x")
        app.form.begin()
        await pilot.press("ctrl+s")
        assert [app.form.value(name) for name in ("episodes", "seed", "name")] == [
            *("12", "x", "mine"),
        ]


async def test_settings_without_a_field_stay_as_given() -> None:
    plan = PolicyPlan(eval_every=5, validation_episodes=3, goals="support")
    app = Host(plan)
    async with app.run_test(size=(80, 24)) as pilot:
        app.form.sample(Sampling(temperature=0.5))
        app.form.begin()
        await pilot.press("ctrl+s")
        await wait_until(pilot, lambda: app.started)
        started = app.started[0].plan
        assert (started.eval_every, started.validation_episodes) == (5, 3)
        assert started.sampling.temperature == 0.5


async def test_a_goal_file_with_an_odd_name_is_read_as_it_was_given(tmp_path: Path) -> None:
    path = tmp_path / "odd\u202ename.toml"
    path.write_text('name = "odd"\n[[goals]]\nid = "a"\ntext = "b"\n', encoding="utf-8")
    app = Host(PolicyPlan(goals=str(path)))
    async with app.run_test(size=(80, 24)) as pilot:
        assert acting(app) == set()
        app.form.begin()
        await pilot.press("ctrl+s")
        await wait_until(pilot, lambda: app.started or app.told())
        assert app.told() == []
        assert app.started[0].plan.goals == str(path)


async def test_the_about_line_goes_with_the_focus() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.form.begin()
        for field in FIELDS:
            await pilot.pause()
            assert field.about[:20] in str(app.form.query_one("#training-about").content)
            assert isinstance(app.screen.focused, Input)
            await pilot.press("tab")
