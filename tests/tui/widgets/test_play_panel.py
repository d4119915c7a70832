"""The two lines about a run say how far it is, in words."""

from __future__ import annotations

from pathlib import Path

from convotui.dialog import Dialog, Turn
from convotui.engine.api import EpisodeStarted, JobProgress, JobStarted, PlayStarted, TurnPlayed
from convotui.tui.plays import Phase, Play
from convotui.tui.widgets.play_panel import clock, panel_content


def _play(**options: object) -> Play:
    play = Play(2, 2, clock=iter([0.0, 1.0, 2.0]).__next__, **options)  # type: ignore[arg-type]
    empty = Dialog("d")
    play.handle(JobStarted(1))
    play.handle(PlayStarted(1, "run-1", 2))
    play.handle(EpisodeStarted(1, 0, empty))
    dialog = empty
    for turn in range(2):
        dialog = dialog.add(Turn.say(turn, "hi"))
        play.handle(TurnPlayed(1, 0, 1, dialog, turn == 1))
    play.handle(JobProgress(1, "playing", 2, 4, 250.0))
    return play


def test_a_run_under_way_shows_bar_time_left_and_speed() -> None:
    lines = panel_content(_play(out=Path("x.jsonl")), following=True, width=120).plain.split("\n")
    assert (
        lines[0]
        == f"▶ playing ▕{'█' * 12}{'░' * 12}▏ 50 % · 4:10 left · 1 of 2 dialogs · 1 turns/s"
    )
    assert lines[1] == "as fast as it can · following the newest turn · run-1 · to x.jsonl"


def test_a_paused_run_shows_no_speed_and_its_pace() -> None:
    play = _play(pace=0.5)
    play.phase = Phase.PAUSED
    first, second = panel_content(play, following=False, width=60).plain.split("\n")
    assert first.startswith(f"‖ paused ▕{'█' * 5}{'░' * 5}▏ 50 %")
    assert "turns/s" not in first
    assert "left" not in first
    assert second == "at most 0.5 turns/s · run-1"


def test_what_went_wrong_is_safe_to_show(hostile_texts: tuple[str, ...]) -> None:
    for text in hostile_texts:
        play = _play()
        play.phase, play.problem = Phase.FAILED, text
        shown = panel_content(play, following=False, width=80).plain
        assert shown.startswith("✗ failed")
        assert not any(ord(c) < 32 and c != "\n" for c in shown)


def test_long_times_have_hours() -> None:
    assert [clock(s) for s in (0.4, 65, 3725)] == ["0:00", "1:05", "1:02:05"]
