"""Without commands, a play is the plain loop: batch after batch, turn after turn."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from convotui.agents import DecoderAgent, speak
from convotui.decoders import Decoder, Sampling
from convotui.dialog import Dialog, Turn, derive_seed, load_goals
from convotui.gyms import Conductor, SelfPlayPlan, play
from convotui.gyms.plan import new_dialogs
from convotui.gyms.watching import Played
from convotui.policies import NoGoal, NoRepeat, Policy
from tests.gyms.troupe import COLUMNS, Notes, Parrot, Quick, Show, dialogs

Steps = list[list[Played]]
SIZES = [(1, 1, 1), (1, 5, 8), (5, 3, 2), (7, 4, 3), (4, 4, 4), (9, 2, 16), (3, 6, 1)]
GOALS = load_goals("everyday")


def _plain(
    given: list[Dialog], agent: DecoderAgent, turns: int, policy: Policy, batch: int
) -> Iterator[list[Played]]:
    """The loop that a play must not differ from."""
    for first in range(0, len(given), batch):
        playing = given[first : first + batch]
        for turn in range(turns):
            speaker = turn % 2
            seeds = [derive_seed(d.seed, "turn", turn) for d in playing]
            driver = policy if speaker == 0 else NoGoal()
            goals = driver.choose(playing, [derive_seed(s, "goal") for s in seeds])
            said = speak([agent] * len(playing), playing, speaker, goals, seeds)
            playing = [
                dialog.add(Turn(speaker, (candidate,), goal=goal.id if goal else None))
                for dialog, candidate, goal in zip(playing, said, goals, strict=True)
            ]
            yield [Played(first + i, d, turn == turns - 1) for i, d in enumerate(playing)]


@pytest.mark.parametrize("conductor", [lambda: None, Conductor], ids=["alone", "conducted"])
@pytest.mark.parametrize(("episodes", "turns", "batch"), SIZES)
def test_a_play_yields_what_the_plain_loop_yields(
    decoder: Decoder,
    episodes: int,
    turns: int,
    batch: int,
    conductor: Callable[[], Conductor | None],
) -> None:
    agent = DecoderAgent(
        decoder, Sampling(max_new_tokens=3), {goal.id: goal.text for goal in GOALS}
    )
    given = new_dialogs(SelfPlayPlan(episodes=episodes, turns=turns), "m", "base")
    policy = NoRepeat(GOALS)
    expected: Steps = list(_plain(given, agent, turns, policy, batch))
    played = play(
        given, (agent, agent), turns=turns, policy=policy, batch=batch, conductor=conductor()
    )
    assert list(played) == expected


def test_dialogs_start_in_order_and_only_when_there_is_room() -> None:
    show = Show(episodes=5, turns=2, batch=2)
    begun: list[int] = []
    for step in show.steps():
        if len(step[0].dialog) == 1:
            begun.append(len(show.notes.of("started")))
    assert begun == [2, 4, 5]
    assert [(episode, len(dialog)) for episode, dialog in show.notes.of("started")] == [
        (episode, 0) for episode in range(5)
    ]
    assert {entry[0] for entry in show.notes.told} == {"started"}


def test_a_play_ticks_before_every_round_and_after_every_column() -> None:
    ticks: list[int] = []
    show = Show(episodes=4, turns=3, batch=2, tick=lambda: ticks.append(1))
    rounds = len(show.run())
    assert rounds == 6
    assert len(ticks) == rounds * (1 + COLUMNS)


def test_agents_that_ask_no_decoder_can_be_stopped_between_rounds() -> None:
    ticks: list[int] = []

    def tick() -> None:
        ticks.append(1)
        if len(ticks) == 3:
            raise InterruptedError

    steps = play(
        dialogs(1), (Quick(), Quick()), turns=50, policy=NoGoal(), tick=tick, watcher=Notes()
    )
    with pytest.raises(InterruptedError):
        list(steps)
    assert len(ticks) == 3


def test_nothing_to_play_is_played_at_once() -> None:
    assert Show(episodes=0).run() == []


def test_a_dialog_without_a_seed_is_refused() -> None:
    agent = DecoderAgent(Parrot())
    with pytest.raises(ValueError, match="d has no seed"):
        list(play([Dialog("d")], (agent, agent), turns=1, policy=NoGoal()))
