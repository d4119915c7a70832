"""Trainings of before are listed, shown, and deleted after a question."""

from __future__ import annotations

import pytest

from convotui.runs import Run, find_run, list_runs
from convotui.tui.overlays.ask import Confirm
from convotui.tui.trainings import Phase
from tests.tui.conftest import MakeApp, wait_until
from tests.tui.screens.play_host import screen_text, toasts
from tests.tui.screens.train_host import SIZE, ended, settled, shown, train, train_app
from tests.tui.snapshot_scenes import ready
from tests.tui.test_trainings import kept_run


@pytest.fixture
def kept() -> tuple[Run, ...]:
    """Three runs of before, the newest last."""
    runs = tuple(
        kept_run(name, status)
        for name, status in (("first", "done"), ("second", "running"), ("third", "failed"))
    )
    for day, run in enumerate(runs):
        run.set_state(created=f"2026-01-0{day + 1}T00:00:00Z")
    return runs


async def test_they_are_listed_newest_first_with_word_and_symbol(
    make_app: MakeApp, kept: tuple[Run, ...]
) -> None:
    app = make_app(mode="train")
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        await wait_until(pilot, lambda: len(train(app).trainings) == 3)
        await settled(pilot, app)
        assert list(train(app).trainings) == ["third", "second", "first"]
        lines = [line[:28].strip(" │") for line in screen_text(app).splitlines()[1:13]]
        gain = ("+1.00 over random", "95 %: +1.00 to +1.00")
        assert lines == [
            *("✗ third", "failed", *gain),
            *("■ second", "interrupted", *gain),
            *("✓ first", "done", *gain),
        ]


async def test_the_one_under_the_cursor_is_shown(make_app: MakeApp, kept: tuple[Run, ...]) -> None:
    app = make_app(mode="train")
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        await wait_until(pilot, lambda: train(app).shown)
        await pilot.press("G")
        await wait_until(pilot, lambda: shown(app).name == "first")
        await settled(pilot, app)
        text = screen_text(app)
        assert "train · first" in text
        assert "✓ done" in text
        assert "dqn, final" in text
        await pilot.press("g")
        await wait_until(pilot, lambda: shown(app).name == "third")


async def test_one_is_deleted_after_a_question(make_app: MakeApp, kept: tuple[Run, ...]) -> None:
    app = make_app(mode="train")
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        await wait_until(pilot, lambda: train(app).shown)
        for key, names in (("n", 3), ("y", 2)):
            await pilot.press("d")
            await wait_until(pilot, lambda: isinstance(app.screen, Confirm))
            await wait_until(pilot, lambda: "Delete third" in screen_text(app))
            await pilot.press(key)
            await wait_until(pilot, lambda: not isinstance(app.screen, Confirm))
            await wait_until(pilot, lambda: len(list_runs()) == names)  # noqa: B023
        await wait_until(pilot, lambda: shown(app).name == "second")
        assert list(train(app).trainings) == ["second", "first"]


async def test_what_another_process_works_on_is_left_alone(
    make_app: MakeApp, kept: tuple[Run, ...]
) -> None:
    app = make_app(mode="train")
    with find_run("third").holding():
        find_run("third").set_state(status="running")
        async with app.run_test(size=SIZE) as pilot:
            await ready(pilot)
            await wait_until(pilot, lambda: train(app).shown)
            assert shown(app).phase is Phase.ELSEWHERE
            await pilot.press("r")
            await wait_until(pilot, lambda: "runs in another process" in screen_text(app))
            await pilot.press("d")
            await wait_until(pilot, lambda: isinstance(app.screen, Confirm))
            await pilot.press("y")
            await wait_until(pilot, lambda: "Another process works on" in toasts(app))
            assert len(list_runs()) == 3


async def test_a_damaged_one_says_so_and_can_be_deleted(
    make_app: MakeApp, kept: tuple[Run, ...]
) -> None:
    (kept[2].path / "config.toml").write_text("episodes = [")
    app = make_app(mode="train")
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        await wait_until(pilot, lambda: train(app).shown)
        await settled(pilot, app)
        assert shown(app).phase is Phase.DAMAGED
        assert "cannot be read" in screen_text(app)
        await pilot.press("r", "enter")
        await wait_until(pilot, lambda: "cannot be read" in toasts(app))
        await pilot.press("d")
        await wait_until(pilot, lambda: isinstance(app.screen, Confirm))
        await pilot.press("y")
        await wait_until(pilot, lambda: len(list_runs()) == 2)


async def test_one_that_another_process_has_begun_appears(make_app: MakeApp) -> None:
    app = make_app(mode="train")
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        await settled(pilot, app)
        assert train(app).trainings == {}
        kept_run("new")
        await pilot.press("f2")
        await wait_until(pilot, lambda: app.current_mode == "chat")
        await pilot.press("f5")
        await wait_until(pilot, lambda: train(app).shown)
        assert shown(app).name == "new"


async def test_a_new_one_stands_above_those_of_before(
    make_app: MakeApp, kept: tuple[Run, ...]
) -> None:
    app = train_app(make_app)
    async with app.run_test(size=SIZE) as pilot:
        await ended(pilot, app)
        await wait_until(pilot, lambda: len(train(app).trainings) == 4)
        assert next(iter(train(app).trainings)) == "one"
        assert shown(app).name == "one"
