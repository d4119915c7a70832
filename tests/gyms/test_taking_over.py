"""A person who takes over a side types its turns while the other dialogs go on."""

from __future__ import annotations

import pytest

from convotui.agents import DecoderAgent
from convotui.decoders.prompts import PromptTooLongError
from convotui.dialog import load_goals
from convotui.gyms import Conductor, play
from convotui.gyms import conductor as conducting
from convotui.policies import FixedGoal, NoGoal
from tests.gyms.troupe import Parrot, Show, dialogs

WHOLE = Show().ends()


@pytest.fixture(autouse=True)
def _never_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no wait end but by being woken."""
    monkeypatch.setattr(conducting, "SAFETY_SECONDS", 600.0)


def _answering(show: Show, text: str = "line") -> None:
    """Answer every turn that is wanted."""

    def answer(episode: int, position: int, speaker: int) -> None:
        show.notes.once("wanted", answer)
        show.conductor.say(episode, f"{text} {position}")

    show.notes.once("wanted", answer)


@pytest.mark.parametrize("speaker", [0, 1])
def test_the_persons_turns_are_theirs_and_the_others_the_models(speaker: int) -> None:
    show = Show(episodes=1, turns=5)
    show.conductor.take_over(0, speaker)
    _answering(show)
    dialog = next(iter(show.ends().values()))
    if len(dialog) < 5:  # the last turn was the person's, and is told rather than yielded
        dialog = dialog.add(show.notes.of("said")[-1][1])
    sources = [turn.candidates[0].source for turn in dialog.turns]
    assert [turn.speaker for turn in dialog.turns] == [0, 1, 0, 1, 0]
    assert sources == [("human" if i % 2 == speaker else "model") for i in range(5)]
    assert [t.text for t in dialog.turns[speaker::2]] == [f"line {i}" for i in range(speaker, 5, 2)]
    assert show.notes.of("said")[-1][2] is (speaker == 0)


def test_each_turn_is_asked_for_once() -> None:
    show = Show(episodes=1, turns=6)
    show.conductor.take_over(0, 1)
    _answering(show)
    show.ends()
    assert show.notes.of("wanted") == [(0, position, 1) for position in (1, 3, 5)]


def test_others_go_on_and_take_the_place_of_the_one_that_waits() -> None:
    show = Show()
    show.conductor.take_over(0, 1)
    rounds = []
    for step in show.steps():
        rounds.append([(p.episode, len(p.dialog)) for p in step])
        if rounds[-1] == [(3, 4)]:
            show.conductor.drop(0)
    assert rounds == [
        [(0, 1), (1, 1)],
        [(1, 2), (2, 1)],
        [(1, 3), (2, 2)],
        [(1, 4), (2, 3)],
        [(2, 4), (3, 1)],
        [(3, 2)],
        [(3, 3)],
        [(3, 4)],
    ]


def test_one_that_has_got_its_line_goes_on_before_those_behind_it() -> None:
    show = Show()
    show.conductor.take_over(0, 1)
    rounds = []
    for step in show.steps():
        rounds.append([(p.episode, len(p.dialog)) for p in step])
        if len(rounds) == 2:
            show.conductor.say(0, "here i am")
        if len(rounds) == 4:
            show.conductor.hand_back(0)
    assert rounds[2:6] == [
        [(0, 3), (1, 3)],
        [(1, 4), (2, 2)],
        [(0, 4), (2, 3)],
        [(2, 4), (3, 1)],
    ]


def test_the_others_say_what_they_would_have_said() -> None:
    show = Show()
    show.conductor.take_over(0, 1)
    _answering(show)
    ends = show.ends()
    assert {i: ends[i] for i in (1, 2, 3)} == {i: WHOLE[i] for i in (1, 2, 3)}


def test_openers_and_responders_are_asked_in_one_batch() -> None:
    show = Show(episodes=2, turns=3, batch=2)
    show.conductor.take_over(0, 0)
    show.conductor.say(0, "hi")
    show.notes.once("said", lambda *_: show.conductor.hand_back(0))
    assert show.run() == [[(0, 2), (1, 1)], [(0, 3), (1, 2)], [(1, 3)]]
    assert show.parrot.batches == [2, 2, 1]


def test_only_waiting_dialogs_left_wait_for_a_line() -> None:
    show = Show(episodes=2, turns=2)
    for episode in (0, 1):
        show.conductor.take_over(episode, 1)
    waits: list[int] = []
    wait = show.conductor.wait

    def waiting(commands: int) -> None:
        waits.append(1)
        show.conductor.say(len(waits) - 1, f"{len(waits)}")
        wait(commands)

    show.conductor.wait = waiting
    assert show.run() == [[(0, 1), (1, 1)]]
    assert [turn.text for _, turn, _ in show.notes.of("said")] == ["1", "2"]
    assert len(waits) == 2


def test_a_dialog_that_waits_can_be_handed_back_and_goes_on_as_it_would_have() -> None:
    show = Show()
    show.conductor.take_over(0, 1)
    show.notes.once("wanted", lambda episode, *_: show.conductor.hand_back(episode))
    assert show.ends() == WHOLE
    assert show.notes.of("said") == []


def test_a_dialog_that_waits_can_be_dropped() -> None:
    show = Show(episodes=1)
    show.conductor.take_over(0, 0)
    show.notes.once("wanted", lambda episode, *_: show.conductor.drop(episode))
    assert show.run() == []
    assert show.notes.of("dropped") == [(0, 0)]


def test_a_wait_for_a_person_ends_with_what_the_tick_raises() -> None:
    show = Show(episodes=1)
    show.conductor.take_over(0, 0)

    def tick() -> None:
        if show.notes.of("wanted"):
            raise InterruptedError

    show.tick = tick
    show.notes.once("wanted", lambda *_: show.conductor.pace(None))
    with pytest.raises(InterruptedError):
        show.run()


def test_a_reply_under_way_on_a_side_that_is_taken_over_is_not_said() -> None:
    show = Show(episodes=1, turns=2)
    columns: list[int] = []

    def column() -> None:
        columns.append(1)
        if len(columns) == 4:  # the first column of the responder's turn
            show.conductor.take_over(0, 1)

    show.parrot.column = column
    _answering(show)
    assert show.run() == [[(0, 1)]]
    assert [turn.text for _, turn, _ in show.notes.of("said")] == ["line 1"]
    assert len(columns) == 4


def test_a_reply_under_way_on_the_other_side_is_said() -> None:
    show = Show(episodes=1, turns=2)
    taken: list[int] = []

    def column() -> None:
        if len(show.parrot.batches) == 2 and not taken:
            taken.append(1)
            show.conductor.take_over(0, 0)

    show.parrot.column = column
    assert show.run() == [[(0, 1)], [(0, 2)]]
    assert show.notes.of("wanted") == []


def test_a_line_is_told_in_the_middle_of_the_others_turn() -> None:
    show = Show(episodes=2, turns=2)
    show.conductor.take_over(0, 0)
    heard: list[int] = []

    def column() -> None:
        if not heard:
            show.conductor.say(0, "at once")
            heard.append(len(show.parrot.batches))

    show.parrot.column = column
    show.notes.once("said", lambda *_: heard.append(len(show.parrot.batches)))
    show.run()
    assert heard[:2] == [1, 1]


def test_a_line_is_told_while_the_play_is_paused() -> None:
    show = Show(episodes=1, turns=2)
    show.conductor.take_over(0, 0)
    show.notes.once("wanted", lambda *_: show.conductor.pause())
    show.notes.once("paused", lambda: show.conductor.say(0, "still here"))
    show.notes.once("said", lambda *_: show.conductor.resume())
    assert show.run() == [[(0, 2)]]
    assert [entry[0] for entry in show.notes.told] == [
        "started",
        "wanted",
        "paused",
        "said",
        "resumed",
    ]


def test_a_line_typed_ahead_is_kept_for_the_turn_it_can_be_said_in() -> None:
    show = Show(episodes=1, turns=4)
    show.conductor.take_over(0, 1)
    for text in ("one", "two"):
        show.conductor.say(0, text)
    dialog = show.ends()[0]
    assert dialog.turns[1].text == "one"
    assert show.notes.of("said")[-1][1].text == "two"
    assert show.notes.of("wanted") == []


def test_a_turn_is_asked_for_again_after_handing_back_and_taking_over() -> None:
    show = Show(episodes=1, turns=1)
    show.conductor.take_over(0, 0)

    def there_and_back(*_: object) -> None:
        show.conductor.hand_back(0)
        show.conductor.take_over(0, 0)
        _answering(show)

    show.notes.once("wanted", there_and_back)
    assert show.run() == []
    assert show.notes.of("wanted") == [(0, 0, 0), (0, 0, 0)]
    assert len(show.notes.of("said")) == 1


def test_a_line_that_is_too_long_to_reply_to_is_refused_and_the_turn_still_wanted() -> None:
    show = Show(episodes=1, turns=2)
    show.conductor.take_over(0, 0)
    for text in ("long " * 20, "also " * 20, "short"):
        show.conductor.say(0, text)
    assert show.run() == [[(0, 2)]]
    assert show.notes.of("refused") == [(0, "long " * 20), (0, "also " * 20)]
    assert [turn.text for _, turn, _ in show.notes.of("said")] == ["short"]


def test_the_last_line_needs_no_reply_and_may_be_of_any_length() -> None:
    show = Show(episodes=1, turns=2)
    show.conductor.take_over(0, 1)
    show.conductor.say(0, "long " * 20)
    assert show.run() == [[(0, 1)]]
    assert show.notes.of("refused") == []


def test_changing_sides_lets_the_model_say_what_was_wanted() -> None:
    show = Show(episodes=1, turns=2)
    show.conductor.take_over(0, 0)
    show.notes.once("wanted", lambda *_: show.conductor.take_over(0, 1))
    show.notes.once("wanted", lambda *_: show.conductor.say(0, "mine"))
    assert show.run() == [[(0, 1)]]
    assert show.notes.of("wanted") == [(0, 0, 0), (0, 1, 1)]


def test_the_policy_gives_no_goal_to_a_person() -> None:
    goals = load_goals("everyday")
    show = Show(episodes=1, turns=4, policy=FixedGoal(goals["ask-pets"]))
    show.conductor.take_over(0, 0)
    show.notes.once("wanted", lambda *_: show.conductor.say(0, "hi"))
    show.notes.once("said", lambda *_: show.conductor.hand_back(0))
    assert [turn.goal for turn in show.ends()[0].turns] == [None, None, "ask-pets", None]


def test_without_a_watcher_a_line_that_is_too_long_raises() -> None:
    conductor, agent = Conductor(), DecoderAgent(Parrot())
    conductor.take_over(0, 0)
    conductor.say(0, "long " * 20)
    with pytest.raises(PromptTooLongError):
        list(play(dialogs(1), (agent, agent), turns=4, policy=NoGoal(), conductor=conductor))


def test_without_a_watcher_what_a_person_says_is_yielded_with_the_rest() -> None:
    conductor, agent = Conductor(), DecoderAgent(Parrot())
    conductor.take_over(0, 1)
    for text in ("one", "two"):
        conductor.say(0, text)
    steps = play(dialogs(1), (agent, agent), turns=4, policy=NoGoal(), conductor=conductor)
    rows = [[(len(p.dialog), p.dialog.turns[-1].candidates[0].source) for p in s] for s in steps]
    assert rows == [[(1, "model")], [(2, "human")], [(3, "model")], [(4, "human")]]
