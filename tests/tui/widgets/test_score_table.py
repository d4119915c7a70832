"""The comparison as a table: all beside each other where there is room, nothing lost where not."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from convotui.evaluation.intervals import Estimate
from convotui.tui.training_numbers import ScoreRow
from convotui.tui.widgets.score_table import table_content

ROWS = (
    ScoreRow("none", Estimate(0.4, 0.3, 0.5, 9), Estimate(-1.6, -1.8, -1.3, 9)),
    ScoreRow("random", Estimate(2.0, 1.8, 2.2, 9)),
    ScoreRow("no-repeat", Estimate(2.1, 1.9, 2.3, 9), Estimate(0.1, -0.2, 0.3, 9)),
    ScoreRow("dqn", Estimate(3.0, 2.8, 3.2, 9), Estimate(1.0, 0.7, 1.4, 9)),
)


def test_with_room_a_policy_has_one_line() -> None:
    lines = table_content(ROWS, 75).plain.splitlines()
    assert len(lines) == 5
    assert lines[4].split() == [
        *("dqn", "3.00", "2.80", "to", "3.20"),
        *("+1.00", "+0.70", "to", "+1.40", "more", "than", "random"),
    ]
    assert lines[3].endswith("no difference shown")
    assert lines[1].endswith("less than random")


@pytest.mark.parametrize("width", [32, 53, 74])
def test_with_less_room_the_gains_follow_below(width: int) -> None:
    lines = table_content(ROWS, width).plain.splitlines()
    assert all(cell_len(line) <= width for line in lines)
    text = " ".join(" ".join(lines).split())
    assert "dqn 3.00 2.80 to 3.20" in text
    assert "dqn +1.00 +0.70 to +1.40 more than random" in text
    assert "no-repeat +0.10 -0.20 to +0.30 no difference shown" in text


def test_what_is_not_measured_has_no_figures() -> None:
    text = table_content((*ROWS[:3], ScoreRow("dqn")), 32).plain
    assert text.splitlines()[4].split() == ["dqn", "-"]
    assert text.splitlines()[-1].split() == ["dqn", "not", "measured", "yet"]


def test_a_hostile_name_is_shown_as_it_is() -> None:
    row = ScoreRow("[b]\x1b[2J", Estimate(1, 0, 2, 3))
    text = table_content((row,), 80).plain
    assert "[b]" in text
    assert "\x1b" not in text
