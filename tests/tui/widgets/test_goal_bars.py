"""Goals as bars: as long as they are frequent, with a mark where all would be alike."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from convotui.tui.widgets.goal_bars import bars

SHARES = [("ask-pets", 0.5), ("ask-kids", 0.3), ("talk-[b]work\x1b", 0.2), ("never", 0.0)]


@pytest.mark.parametrize("width", [26, 32, 70])
def test_bars_fit_and_are_as_long_as_their_share(width: int) -> None:
    title, *lines = bars("Goals", SHARES, width).plain.splitlines()
    assert title.startswith("Goals")
    assert all(cell_len(line) <= width for line in lines)
    lengths = [line.count("█") + line.count("┃") for line in lines]
    assert lengths == sorted(lengths, reverse=True)
    assert lengths[0] > 2 * lengths[2] - 2
    assert lengths[-1] == 0
    assert lines[0].endswith("50 %")
    assert lines[3].endswith("0 %")


def test_the_mark_stands_at_the_same_place_in_every_line() -> None:
    _, *lines = bars("Goals", SHARES, 40).plain.splitlines()
    places = {max(line.find("┃"), line.find("┊")) for line in lines}
    assert len(places) == 1
    assert "┃" in lines[0]
    assert "┊" in lines[3]


def test_goals_given_alike_reach_the_mark() -> None:
    _, *lines = bars("Goals", [("a", 0.5), ("b", 0.5)], 40).plain.splitlines()
    for line in lines:
        bar = line[21:-5].rstrip()
        assert abs(bar.rfind("█") - max(bar.find("┃"), bar.find("┊"))) <= 1


def test_a_hostile_name_is_shown_as_it_is() -> None:
    text = bars("Goals", SHARES, 60).plain
    assert "talk-[b]work" in text
    assert "\x1b" not in text
