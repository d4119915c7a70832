"""A dropped episode leaves at once and the others are played as if it had never been there."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from convotui.gyms import conductor as conducting
from tests.gyms.troupe import COLUMNS, Show

WHOLE = Show(episodes=4, turns=4, batch=2).ends()


@pytest.fixture(autouse=True)
def _never_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no wait end but by being woken."""
    monkeypatch.setattr(conducting, "SAFETY_SECONDS", 600.0)


def _at_column(show: Show, number: int, command: Callable[[], None]) -> None:
    """Command something in the middle of a turn."""
    seen: list[int] = []

    def column() -> None:
        seen.append(1)
        if len(seen) == number:
            command()

    show.parrot.column = column


def test_a_dialog_that_is_being_played_gets_no_further_turn() -> None:
    show = Show()
    _at_column(show, COLUMNS + 2, lambda: show.conductor.drop(0))
    ends = show.ends()
    assert show.notes.of("dropped") == [(0, 1)]
    assert len(ends[0]) == 1
    assert {episode: ends[episode] for episode in (1, 2, 3)} == {
        episode: WHOLE[episode] for episode in (1, 2, 3)
    }


def test_its_place_goes_to_the_next_episode() -> None:
    show = Show()
    _at_column(show, COLUMNS + 2, lambda: show.conductor.drop(0))
    rounds = show.run()
    assert rounds[:3] == [[(0, 1), (1, 1)], [(1, 2)], [(1, 3), (2, 1)]]


def test_one_that_has_not_begun_never_does() -> None:
    show = Show()
    show.conductor.drop(2)
    assert set(show.ends()) == {0, 1, 3}
    assert show.notes.of("dropped") == [(2, 0)]
    assert 2 not in [episode for episode, _ in show.notes.of("started")]


def test_a_turn_nobody_wants_any_more_is_broken_off() -> None:
    show = Show(episodes=2, batch=1)
    _at_column(show, 1, lambda: show.conductor.drop(0))
    columns: list[int] = []
    show.tick = lambda: columns.append(len(show.parrot.batches))
    assert set(show.ends()) == {1}
    assert columns.count(1) == 1 + 1, "one column of the first turn, and the boundary after it"


def test_all_dropped_is_the_end_even_of_a_paused_play() -> None:
    show = Show()
    show.conductor.pause()
    show.notes.once("paused", lambda: [show.conductor.drop(i) for i in range(4)] and None)
    assert show.run() == []
    assert sorted(show.notes.of("dropped")) == [(i, 0) for i in range(4)]


def test_an_episode_is_dropped_while_the_play_is_paused() -> None:
    show = Show()
    _at_column(show, 1, show.conductor.pause)
    show.notes.once("paused", lambda: show.conductor.drop(1))
    show.notes.once("dropped", lambda *_: show.conductor.resume())
    assert set(show.ends()) == {0, 2, 3}
    assert [entry[0] for entry in show.notes.told[2:5]] == ["paused", "dropped", "resumed"]


@pytest.mark.parametrize("episode", [-1, 4, 999])
def test_dropping_an_episode_there_is_not_does_nothing(episode: int) -> None:
    show = Show()
    show.conductor.drop(episode)
    assert show.ends() == WHOLE
    assert show.notes.of("dropped") == []


def test_dropping_one_that_is_over_does_nothing() -> None:
    show = Show()
    dialogs = {}
    for step in show.steps():
        for played in step:
            dialogs[played.episode] = played.dialog
            if played.finished:
                show.conductor.drop(played.episode)
    assert dialogs == WHOLE
    assert show.notes.of("dropped") == []
