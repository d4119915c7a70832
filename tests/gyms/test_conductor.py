"""A conductor keeps its commands, wakes who waits for one, and refuses what makes no sense."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from convotui.gyms import conductor as conducting
from convotui.gyms.conductor import Conductor

HANG = 60.0

COMMANDS: dict[str, Callable[[Conductor], None]] = {
    "pause": Conductor.pause,
    "resume": Conductor.resume,
    "step": Conductor.step,
    "pace": lambda c: c.pace(2.0),
    "full speed": lambda c: c.pace(None),
    "drop": lambda c: c.drop(3),
    "take over": lambda c: c.take_over(3, 1),
    "hand back": lambda c: c.hand_back(3),
    "say": lambda c: c.say(0, "hi"),
}


@pytest.fixture(autouse=True)
def _never_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no wait end but by being woken."""
    monkeypatch.setattr(conducting, "SAFETY_SECONDS", 10 * HANG)


def _taken() -> Conductor:
    """A conductor with a person in the first episode."""
    conductor = Conductor()
    conductor.take_over(0, 1)
    return conductor


def _waiting(conductor: Conductor) -> tuple[threading.Thread, threading.Event]:
    """Wait in another thread for the next command."""
    seen, about, over = conductor.commands, threading.Event(), threading.Event()

    def wait() -> None:
        about.set()
        conductor.wait(seen)
        over.set()

    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    assert about.wait(HANG)
    return thread, over


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_every_command_wakes_a_wait(command: Callable[[Conductor], None]) -> None:
    conductor = _taken()
    thread, over = _waiting(conductor)
    assert not over.is_set()
    command(conductor)
    assert over.wait(HANG)
    thread.join(HANG)


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_a_command_before_the_wait_is_not_slept_through(
    command: Callable[[Conductor], None],
) -> None:
    conductor = _taken()
    seen = conductor.commands
    command(conductor)
    conductor.wait(seen)
    assert conductor.commands > seen


def test_who_shares_the_condition_can_end_a_wait_without_a_command() -> None:
    changed, busy = threading.Condition(), threading.Event()
    conductor = Conductor(changed, busy.is_set)
    thread, over = _waiting(conductor)
    with changed:
        changed.notify_all()
    assert not over.is_set()
    with changed:
        busy.set()
        changed.notify_all()
    assert over.wait(HANG)
    thread.join(HANG)
    assert conductor.commands == 0


def test_a_wait_for_no_time_ends_by_itself() -> None:
    conductor = Conductor()
    conductor.wait(0, 0.0)
    assert conductor.commands == 0


def test_a_step_pauses_at_the_end_of_the_round() -> None:
    conductor = Conductor()
    conductor.pause()
    conductor.step()
    assert not conductor.paused
    conductor.end_round()
    assert conductor.paused


@pytest.mark.parametrize("after", [Conductor.resume, Conductor.pause])
def test_a_later_command_overrules_a_step(after: Callable[[Conductor], None]) -> None:
    conductor = Conductor()
    conductor.step()
    after(conductor)
    paused = conductor.paused
    conductor.end_round()
    assert conductor.paused is paused


def test_a_round_that_ends_without_a_step_goes_on() -> None:
    conductor = Conductor()
    conductor.end_round()
    assert not conductor.paused


def test_a_pace_is_seconds_for_turns() -> None:
    conductor = Conductor()
    assert conductor.seconds_for(8) == 0
    conductor.pace(2.0)
    assert conductor.seconds_for(8) == pytest.approx(4.0)
    conductor.pace(None)
    assert conductor.seconds_for(8) == 0


def test_lines_are_taken_in_the_order_they_were_typed_and_as_they_were() -> None:
    conductor = _taken()
    for text in ("  one ", "[b]two[/b]"):
        conductor.say(0, text)
    assert [conductor.take_line(0) for _ in range(3)] == ["  one ", "[b]two[/b]", None]


@pytest.mark.parametrize("away", [Conductor.hand_back, Conductor.drop])
def test_lines_of_a_person_who_has_gone_are_forgotten(
    away: Callable[[Conductor, int], None],
) -> None:
    conductor = _taken()
    conductor.say(0, "late")
    away(conductor, 0)
    assert conductor.person(0) is None
    conductor.take_over(0, 1)
    assert conductor.take_line(0) is None


def test_nobody_speaks_where_nobody_has_taken_over() -> None:
    conductor = Conductor()
    conductor.say(0, "hello?")
    conductor.take_over(0, 0)
    assert conductor.take_line(0) is None


def test_taking_over_the_same_side_again_changes_nothing() -> None:
    conductor = _taken()
    conductor.say(0, "kept")
    person, commands = conductor.person(0), conductor.commands
    conductor.take_over(0, 1)
    assert (conductor.person(0), conductor.commands) == (person, commands)
    assert conductor.take_line(0) == "kept"


def test_taking_over_after_handing_back_is_another_persons_coming() -> None:
    conductor = _taken()
    before = conductor.person(0)
    conductor.hand_back(0)
    conductor.take_over(0, 1)
    assert conductor.person(0) != before


@pytest.mark.parametrize("pace", [0, -1, float("nan"), float("inf")])
def test_a_pace_that_is_none_is_refused(pace: float) -> None:
    conductor = Conductor()
    with pytest.raises(ValueError, match="turns_per_second"):
        conductor.pace(pace)
    assert conductor.commands == 0


@pytest.mark.parametrize("speaker", [-1, 2])
def test_a_third_speaker_is_refused(speaker: int) -> None:
    with pytest.raises(ValueError, match="speaker must be 0 or 1"):
        Conductor().take_over(0, speaker)


@pytest.mark.parametrize("text", ["", " \n\t"])
def test_an_empty_line_is_refused(text: str) -> None:
    conductor = Conductor()
    conductor.take_over(0, 0)
    with pytest.raises(ValueError, match="say something"):
        conductor.say(0, text)
