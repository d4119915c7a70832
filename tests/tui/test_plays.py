"""A run's model keeps up with the engine's events and with what a person did meanwhile."""

from __future__ import annotations

from dataclasses import replace

import pytest

from convotui.dialog import Candidate, Dialog, Turn
from convotui.engine.api import (
    EpisodeDropped,
    EpisodeStarted,
    JobCancelled,
    JobDone,
    JobFailed,
    JobStarted,
    PlayPaused,
    PlayResumed,
    PlayStarted,
    TurnPlayed,
    TurnWanted,
)
from convotui.tui.episodes import State, as_text, persona_names
from convotui.tui.plays import PACES, Phase, Play, next_pace

EMPTY = Dialog("d", meta={"persona_names": ["hiker", "baker"]})


def said(*texts: str) -> Dialog:
    dialog = EMPTY
    for place, text in enumerate(texts):
        dialog = dialog.add(Turn(place % 2, (Candidate(text, "model", 1, "base"),)))
    return dialog


def running(**options: object) -> Play:
    play = Play(2, 4, **options)  # type: ignore[arg-type]
    play.handle(JobStarted(1))
    play.handle(PlayStarted(1, "run-1", 2))
    play.handle(EpisodeStarted(1, 0, EMPTY))
    return play


def test_an_episode_is_listed_before_its_first_turn_and_grows_with_each() -> None:
    play = running()
    assert play.episodes[0].names == ("hiker", "baker")
    assert play.handle(TurnPlayed(1, 0, 7, said("hi"), False)) == {0}
    assert (play.episodes[0].key, play.episodes[0].count, play.done) == (7, 1, 1)
    assert play.newest == 0
    assert play.run == "run-1"


def test_a_rating_given_while_it_is_played_stays_when_the_next_turn_comes() -> None:
    play = running()
    play.handle(TurnPlayed(1, 0, 7, said("hi"), False))
    episode = play.episodes[0]
    assert episode.rate(0, 4) == 0.5
    episode.rate(None, 2)
    play.handle(TurnPlayed(1, 0, 7, said("hi", "you"), False))
    assert episode.dialog is not None
    assert [turn.rating for turn in episode.dialog.turns] == [4, None]
    assert (episode.dialog.rating, episode.stars) == (2, "★2")
    episode.rate(None, None)
    assert episode.stars == "ø★4.0"


def test_a_taken_side_is_waited_for_until_its_line_is_a_turn() -> None:
    play = running()
    play.handle(TurnPlayed(1, 0, 7, said("hi"), False))
    episode = play.episodes[0]
    episode.taken = 1
    play.handle(TurnWanted(1, 0, 7, said("hi"), 1))
    assert (episode.state, episode.wanted) == (State.WAITING, True)
    episode.say("hello")
    assert (episode.state, episode.unsaid) == (State.PLAYING, "hello")
    play.handle(TurnPlayed(1, 0, 7, said("hi", "hello"), False))
    assert (episode.wanted, episode.unsaid, episode.taken) == (False, "", 1)


def test_a_side_handed_back_meanwhile_is_not_waited_for() -> None:
    play = running()
    play.episodes[0].taken = 1
    play.episodes[0].hand_back()
    play.handle(TurnWanted(1, 0, 7, said("hi"), 1))
    assert play.episodes[0].state is State.PLAYING


def test_words_that_came_too_late_are_a_draft_again() -> None:
    play = running()
    episode = play.episodes[0]
    episode.taken = 0
    episode.say("i was not heard")
    play.handle(JobCancelled(1, {}))
    assert (episode.draft, episode.state, episode.taken) == ("i was not heard", State.CUT, None)


def test_a_pause_counts_once_the_engine_says_so() -> None:
    play = running()
    play.phase = Phase.PAUSING
    play.handle(PlayPaused(1))
    assert play.phase is Phase.PAUSED
    play.handle(PlayResumed(1))
    assert play.phase is Phase.PLAYING


def test_a_dropped_episode_is_to_be_deleted_and_counts_as_over() -> None:
    play = running()
    play.handle(TurnPlayed(1, 0, 7, said("hi"), False))
    play.handle(EpisodeDropped(1, 0, 7))
    assert [episode.key for episode in play.gone] == [7]
    assert (play.dropped, play.finished, play.share) == (1, 0, 0.5)
    play.bring_back(play.episodes[0])
    assert play.episodes[0].state is State.CUT


def test_an_episode_that_ends_before_the_drop_is_obeyed_is_dropped_all_the_same() -> None:
    play = running()
    play.episodes[0].leaving = True
    play.handle(TurnPlayed(1, 0, 7, said("a", "b", "c", "d"), True))
    assert play.episodes[0].state is State.DROPPED
    assert len(play.gone) == 1
    play.bring_back(play.episodes[0])
    assert play.episodes[0].state is State.DONE


def test_the_end_says_what_came_of_it() -> None:
    play = running()
    play.handle(TurnPlayed(1, 0, 7, said("a", "b", "c", "d"), True))
    play.handle(EpisodeStarted(1, 1, replace(EMPTY, id="e")))
    play.handle(JobCancelled(1, {"seconds": 2.0}))
    assert play.phase is Phase.STOPPED
    assert play.phase.ended
    assert play.episodes[1].state is State.CUT
    assert play.summary() == "1 dialog, 1 turn in 2 s"
    assert play.speed == 0.5


def test_a_failure_is_kept_as_a_sentence() -> None:
    play = running()
    play.handle(JobFailed(1, "The disk is full."))
    assert (play.phase, play.problem) == (Phase.FAILED, "The disk is full.")


def test_the_speed_is_that_of_the_last_seconds() -> None:
    times = iter([0.0, 0.5, 1.0, 20.0, 21.0])
    play = running(clock=lambda: next(times))
    texts: list[str] = []
    for _ in range(3):
        texts.append("x")
        play.handle(TurnPlayed(1, 0, 7, said(*texts), False))
    assert play.speed == 2.0
    for _ in range(2):
        texts.append("x")
        play.handle(TurnPlayed(1, 0, 7, said(*texts), False))
    assert play.speed == 1.0
    play.handle(JobDone(1, {}))
    assert play.speed is None


def test_paces_end_at_both_ends() -> None:
    assert next_pace(None, -1) is None
    assert next_pace(PACES[-1], 1) == PACES[-1]
    assert next_pace(2, 1) == 1
    assert next_pace(2, -1) == 4


@pytest.mark.parametrize("names", [None, "ab", [1], ["x", "y", "z"], {"a": 1}, 7])
def test_strange_persona_names_become_the_letters_of_the_sides(names: object) -> None:
    assert persona_names({"persona_names": names}) == ("A", "B")


def test_a_dialog_as_text_names_the_sides() -> None:
    assert as_text(said("hi", "you")) == "A: hi\nB: you"
