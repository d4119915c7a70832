"""A paused play stands still inside a turn, steps round by round, and loses nothing by it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from convotui.gyms import conductor as conducting
from tests.gyms.troupe import Show

UNDISTURBED = Show().run()


@pytest.fixture(autouse=True)
def _never_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no wait end but by being woken."""
    monkeypatch.setattr(conducting, "SAFETY_SECONDS", 600.0)


def test_a_pause_is_felt_at_the_next_column() -> None:
    show, columns = Show(), []

    def column() -> None:
        columns.append(1)
        if len(columns) == 2:
            show.conductor.pause()

    def look() -> None:
        assert len(columns) == 2
        show.conductor.resume()

    show.parrot.column = column
    show.notes.once("paused", look)
    assert show.run() == UNDISTURBED
    assert show.notes.told.count(("paused",)) == show.notes.told.count(("resumed",)) == 1


def test_a_play_paused_before_it_begins_starts_nothing() -> None:
    show = Show()
    show.conductor.pause()
    show.notes.once("paused", show.conductor.resume)
    assert show.run() == UNDISTURBED
    assert [entry[0] for entry in show.notes.told[:3]] == ["paused", "resumed", "started"]


def test_a_paused_play_ticks_whenever_it_is_woken() -> None:
    ticks: list[int] = []
    show = Show(tick=lambda: ticks.append(1))
    show.conductor.pause()
    seen: list[int] = []

    def wake() -> None:
        seen.append(len(ticks))
        show.conductor.drop(3)

    def look(*_: object) -> None:
        seen.append(len(ticks))
        show.conductor.resume()

    show.notes.once("paused", wake)
    show.notes.once("dropped", look)
    show.run()
    assert seen == [1, 2]


def test_what_the_tick_raises_ends_a_pause() -> None:
    show = Show()

    def tick() -> None:
        if show.notes.of("paused"):
            raise InterruptedError

    show.tick = tick
    show.conductor.pause()
    show.notes.once("paused", show.conductor.pause)
    with pytest.raises(InterruptedError):
        show.run()
    assert show.notes.of("resumed") == []


def test_each_step_plays_one_round() -> None:
    show, played = Show(), []
    seen: list[int] = []
    show.conductor.pause()

    def step() -> None:
        seen.append(len(played))
        show.notes.once("paused", step)
        show.conductor.step()

    show.notes.once("paused", step)
    for row in show.steps():
        played.append(row)
    assert len(played) == len(UNDISTURBED)
    assert seen == list(range(len(UNDISTURBED)))


def test_a_step_from_inside_a_turn_ends_that_turns_round() -> None:
    show, played = Show(), []
    pause: list[Callable[[], None]] = [show.conductor.pause]
    show.parrot.column = lambda: pause.pop()() if pause else None
    seen: list[int] = []

    def step() -> None:
        seen.append(len(played))
        show.conductor.step()

    def go_on() -> None:
        seen.append(len(played))
        show.conductor.resume()

    show.notes.once("paused", step)
    show.notes.once("paused", go_on)
    for row in show.steps():
        played.append(row)
    assert seen == [0, 1]


def test_a_step_of_a_running_play_ends_its_round() -> None:
    show, played = Show(), []
    step: list[Callable[[], None]] = [show.conductor.step]
    show.parrot.column = lambda: step.pop()() if step else None
    seen: list[int] = []

    def go_on() -> None:
        seen.append(len(played))
        show.conductor.resume()

    show.notes.once("paused", go_on)
    for row in show.steps():
        played.append(row)
    assert seen == [1]


def test_the_step_that_ends_the_play_does_not_pause_it() -> None:
    show = Show(episodes=1, turns=1)
    show.conductor.step()
    assert show.run() == [[(0, 1)]]
    assert show.notes.of("paused") == []


def test_a_paced_play_waits_between_rounds_until_it_is_let_go() -> None:
    show, played = Show(), []
    waits: list[int] = []
    wait = show.conductor.wait

    def waiting(commands: int, seconds: float) -> None:
        waits.append(len(played))
        assert 0 < seconds <= 2 / 1e-3
        show.conductor.pace(None)
        wait(commands, seconds)

    show.conductor.wait = waiting
    show.conductor.pace(1e-3)
    for row in show.steps():
        played.append(row)
    assert waits == [1]
    assert len(played) == len(UNDISTURBED)


def test_a_paced_play_can_be_paused_while_it_waits() -> None:
    show = Show()
    pauses: list[Callable[[], None]] = [show.conductor.pause]
    wait = show.conductor.wait

    def waiting(commands: int, seconds: float = 600.0) -> None:
        if pauses:
            pauses.pop()()
        wait(commands, seconds)

    show.conductor.wait = waiting
    show.conductor.pace(1e-3)

    def let_go() -> None:
        show.conductor.pace(None)
        show.conductor.resume()

    show.notes.once("paused", let_go)
    assert show.run() == UNDISTURBED
