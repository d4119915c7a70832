"""Typed commands do what they say, and one that is wrong says how it is written."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from convotui.errors import ConvoTUIError
from convotui.paths import get_paths
from convotui.store import Store
from convotui.tui import slash
from convotui.tui.slash import Answer
from tests.tui.talk_host import ScriptedHost


@pytest.fixture
def host(home: object) -> Iterator[ScriptedHost]:
    store = Store(get_paths().database)
    host = ScriptedHost(store)
    host.talk.send("hello")
    host.answer("hi")
    yield host
    store.close()


def problem(line: str, host: ScriptedHost) -> str:
    """What is said to be wrong with a command; most want an argument."""
    try:
        slash.run(line, host.talk)
    except ConvoTUIError as found:
        return str(found)
    return ""


def test_every_command_of_the_help_is_a_command(host: ScriptedHost) -> None:
    names = {line.split()[0] for line in slash.HELP.splitlines() if line.startswith("/")}
    names = {name for name in names if not name.startswith("//")}
    for name in names:
        assert "There is no command" not in problem(name, host), name
    assert "There is no command" in problem("/none-of-them", host)
    assert set(slash.ACTIONS) <= {*names, "/help"}


@pytest.mark.parametrize(("line", "action"), list(slash.ACTIONS.items()))
def test_some_commands_are_actions_of_the_screen(
    host: ScriptedHost, line: str, action: str
) -> None:
    assert slash.run(line, host.talk) == Answer(action=action)


@pytest.mark.parametrize(
    ("line", "chosen", "always", "words"),
    [
        ("/goal ask-pets", "ask-pets", False, "goal: ask about pets."),
        ("/goal ask-pets always", "ask-pets", True, "goal: ask about pets."),
        ("/goal  talk   about boats. always", "talk about boats.", True, "goal: talk about boats."),
        ("/goal none", None, False, "no goal"),
        ("/goal", None, False, "no goal"),
    ],
)
def test_a_goal_is_chosen_by_id_or_text(
    host: ScriptedHost, line: str, chosen: str | None, always: bool, words: str
) -> None:
    assert slash.run(line, host.talk) == Answer(words)
    choice = host.talk.choice
    assert (choice.goal.id if choice.goal else None, choice.always) == (chosen, always)


def test_the_last_reply_is_rated_rewarded_and_corrected(host: ScriptedHost) -> None:
    assert slash.run("/rate 4", host.talk) == Answer("rated 4, reward +0.5")
    assert host.talk.dialog.turns[1].rating == 4
    assert slash.run("/reward -2.5", host.talk) == Answer("reward -2.5")
    assert host.talk.dialog.turns[1].reward == -2.5
    assert slash.run("/rate dialog 2", host.talk) == Answer("dialog rated 2")
    assert (host.talk.dialog.rating, host.talk.dialog.return_) == (2, -0.5)
    assert slash.run("/correct good evening", host.talk) == Answer("corrected")
    assert host.talk.dialog.turns[1].correction == ("good evening", "hi")


def test_settings_are_changed_by_name_and_kept_with_the_dialog(host: ScriptedHost) -> None:
    assert slash.run("/set temperature=0.8", host.talk) == Answer("temperature is 0.8")
    slash.run("/set top_k = 5", host.talk)
    slash.run("/set greedy=yes", host.talk)
    slash.run("/set candidates=3", host.talk)
    sampling = host.talk.sampling
    assert (sampling.temperature, sampling.top_k, sampling.greedy) == (0.8, 5, True)
    assert host.talk.candidates == 3
    assert host.talk.dialog.meta["sampling"]["top_k"] == 5
    host.talk.send("go on")
    assert (len(host.request.seeds), host.request.sampling) == (3, sampling)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("/nonsense", "There is no command /nonsense: /help lists them, // says a slash."),
        ("/", "There is no command /: /help lists them, // says a slash."),
        ("/rate", "A rating is a whole number from 1 to 5"),
        ("/rate 6", "A rating is a whole number from 1 to 5"),
        ("/rate 4 5", "A rating is a whole number from 1 to 5"),
        ("/rate 4.5", "A rating is a whole number from 1 to 5"),
        ("/reward", "A reward is a number"),
        ("/reward nan", "A reward is a number"),
        ("/reward inf", "A reward is a number"),
        ("/reward much", "A reward is a number"),
        ("/correct", "Write what the reply should have been: '/correct TEXT'."),
        ("/goal pets", "has no goal 'pets'"),
        ("/set", "Write a setting and its value, such as '/set temperature=0.8'."),
        ("/set temperature", "Write a setting and its value"),
        ("/set heat=1", "'heat' is no setting; there are temperature"),
        ("/set temperature=0", "'temperature'"),
        ("/set temperature=warm", "'temperature': expected a number, not 'warm'."),
        ("/set top_k=1.5", "'top_k': expected a whole number, not '1.5'."),
        ("/set greedy=maybe", "'greedy': expected yes or no, not 'maybe'."),
        ("/set candidates=9", "'candidates': expected a number from 1 to 8."),
        ("/set candidates=", "'candidates': expected a number from 1 to 8."),
    ],
)
def test_a_wrong_command_is_a_sentence_and_changes_nothing(
    host: ScriptedHost, line: str, sentence: str
) -> None:
    before = (host.talk.dialog, host.talk.sampling, host.talk.candidates, host.talk.choice)
    with pytest.raises(ConvoTUIError) as raised:
        slash.run(line, host.talk)
    told = str(raised.value)
    assert sentence in told
    assert told.endswith(".")
    assert not told.endswith("..")
    assert (host.talk.dialog, host.talk.sampling, host.talk.candidates, host.talk.choice) == before


def test_before_there_is_a_reply_commands_say_what_is_missing(host: ScriptedHost) -> None:
    host.talk.begin(None, None)
    for line in ("/rate 4", "/reward 1", "/correct hello"):
        with pytest.raises(ConvoTUIError, match="There is no reply yet: say something first"):
            slash.run(line, host.talk)
