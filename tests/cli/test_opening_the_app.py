"""In a terminal the verbs open the app; without one, or when told so, they do without it."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pexpect
import pytest

import convotui.tui.app
from convotui.cli import chat, screen, selfplay, train_policy
from convotui.decoders.sampling import Sampling
from convotui.dialog import Dialog, Turn
from convotui.engine.api import TrainPolicy
from convotui.learning.plan import PolicyPlan
from convotui.paths import get_paths
from convotui.runs import create_run
from convotui.store import Store
from convotui.tui.start import Start
from tests.cli.conftest import COMMAND, Cli

Opened = Callable[..., Start]


class App:
    """Stands in for the app: notes what it is started with, and leaves with a code."""

    started: Start
    closed = False
    code: int | None = 0
    return_code: int | None = None

    def __init__(self, start: Start, store: Store) -> None:
        type(self).started = start
        assert store.check() == "ok"
        self.engine: Any = self

    def run(self) -> int | None:
        os.write(2, b"from a native library\n")
        return type(self).code

    def close(self) -> None:
        type(self).closed = True


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> type[App]:
    """Give every verb a terminal, and an app that only notes what it is started with."""
    for verb in (chat, selfplay, train_policy):
        monkeypatch.setattr(verb, "in_terminal", lambda: True)

    class Noted(App):
        pass

    monkeypatch.setattr(convotui.tui.app, "ConvoApp", Noted)
    return Noted


@pytest.fixture
def opened(app: type[App], cli: Cli) -> Opened:
    """Run a command that opens the app, and return what that was started with."""

    def run(*words: object) -> Start:
        done = cli(*words)
        assert (done.code, done.out, done.problems) == (0, "", [])
        assert app.closed
        return app.started

    return run


@pytest.mark.parametrize("words", [[], ["chat"]])
def test_the_chat_opens_in_the_app(opened: Opened, words: list[str]) -> None:
    start = opened(*words, "--seed", 3)
    assert (start.mode, start.seed, start.dialog) == ("chat", 3, None)
    assert start.goals.name == "everyday"
    assert start.persona is not None
    assert start.persona == opened(*words, "--seed", 3).persona
    assert (start.me, start.partner_opens, start.autostart) == (None, False, False)


def test_flags_and_settings_reach_the_app(opened: Opened, tmp_path: Path) -> None:
    config = tmp_path / "own.toml"
    config.write_text(
        'persona = "night-nurse"\ntheme = "nord"\ngoals = "support"\n'
        "[sampling]\ntop_k = 3\n[keys]\nquit = 'f10'\n"
    )
    words = ("--me", "baker", "--partner-opens", "--model", "personagpt", "--temperature", 2)
    start = opened("chat", "--config", config, *words)
    assert start.persona is not None
    assert start.me is not None
    assert (start.persona.name, start.me.name) == ("night-nurse", "baker")
    assert start.partner_opens
    assert (start.load.model, start.goals.name) == ("personagpt", "support")
    assert (start.sampling.temperature, start.sampling.top_k) == (2, 3)
    assert (start.config.theme, start.config.keys) == ("nord", {"quit": "f10"})
    assert opened("chat", "--config", config, "--persona", "none").persona is None


@pytest.mark.parametrize("verb", ["chat", "selfplay", "train-policy"])
def test_the_app_leaves_a_cpu_to_the_screen(
    opened: Opened, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    monkeypatch.setattr("convotui.cli.options._cpus", lambda: 4)
    assert opened(verb).load.threads == 3
    assert opened(verb, "--threads", 4).load.threads == 4


def test_self_play_opens_on_its_form(opened: Opened) -> None:
    start = opened("selfplay", "--goals", "support", "--top-k", 5)
    assert (start.mode, start.autostart, start.out) == ("selfplay", False, None)
    assert start.plan is not None
    plan = start.plan
    assert (plan.episodes, plan.turns, plan.batch, plan.seed) == (8, 8, 8, 0)
    assert (plan.policy, plan.persona_a, plan.persona_b) == ("none", "random", "random")
    assert (start.goals.name, plan.goals) == ("support", "support")
    assert (start.sampling.top_k, plan.sampling.top_k) == (5, 5)


@pytest.mark.parametrize(
    "flag",
    [
        ("--episodes", "8"),
        ("--turns", "8"),
        ("--persona-a", "random"),
        ("--persona-b", "baker"),
        ("--policy", "none"),
        ("--seed", "0"),
        ("--batch", "8"),
        ("--out", "dialogs.jsonl"),
    ],
)
def test_self_play_starts_at_once_when_something_is_said_about_it(
    opened: Opened, flag: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    start = opened("selfplay", *flag)
    assert start.autostart
    if flag[0] == "--out":
        assert start.out == Path("dialogs.jsonl")
    else:
        assert str(vars(start.plan)[flag[0].strip("-").replace("-", "_")]) == flag[1]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--persona-a", "nobody"], "nobody"),
        (["--policy", "clever"], "clever"),
        (["--episodes", "0"], "'episodes'"),
        (["--out", "no/where.jsonl"], "There is no folder no "),
        (["--goals", "nothing"], "nothing"),
    ],
)
def test_a_self_play_that_cannot_be_opens_nothing(
    app: type[App], cli: Cli, words: list[str], said: str
) -> None:
    assert said in cli("selfplay", *words).problem(2)
    assert not hasattr(app, "started")


def test_a_training_opens_on_its_form(opened: Opened) -> None:
    start = opened("train-policy", "--goals", "support", "--top-k", 5)
    assert (start.mode, start.autostart) == ("train", False)
    assert start.training is not None
    assert (start.training.name, start.training.resume) == (None, False)
    plan = start.training.plan
    assert plan == PolicyPlan(goals="support", sampling=Sampling(top_k=5))
    assert (start.goals.name, start.sampling.top_k) == ("support", 5)


@pytest.mark.parametrize(
    "words",
    [
        ("--episodes", "8"),
        ("--reward", "manual"),
        ("--algo", "dqn"),
        ("--gamma", "0.5"),
        ("--name", "mine"),
        ("--eval-every", "0"),
    ],
)
def test_a_training_starts_at_once_when_something_is_said_about_it(
    opened: Opened, words: tuple[str, str]
) -> None:
    start = opened("train-policy", *words)
    assert start.autostart
    assert start.training is not None
    said = {**vars(start.training), **vars(start.training.plan), **vars(start.training.plan.dqn)}
    assert str(said[words[0].strip("-").replace("-", "_")]) == words[1]


def test_a_training_goes_on_in_the_app(opened: Opened) -> None:
    plan = PolicyPlan(turns=3, goals="support")
    create_run("mine", "train-policy", {**plan.record(), "model": {"model": "personagpt"}})
    start = opened("train-policy", "--name", "mine", "--resume", "--episodes", 300)
    assert start.autostart
    assert start.training == TrainPolicy(replace(plan, episodes=300), "mine", resume=True)
    assert (start.load.model, start.goals.name) == ("personagpt", "support")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--reward", "clever"], "clever"),
        (["--persona-a", "nobody"], "nobody"),
        (["--goals", "nothing"], "nothing"),
        (["--name", "../x"], "../x"),
        (["--resume"], "--name"),
    ],
)
def test_a_training_that_cannot_be_opens_nothing(
    app: type[App], cli: Cli, words: list[str], said: str
) -> None:
    assert said in cli("train-policy", *words).problem(2)
    assert not hasattr(app, "started")


def test_a_stored_dialog_is_reopened(opened: Opened) -> None:
    with Store(get_paths().database) as store:
        key = store.add_dialog(Dialog("x", turns=(Turn.say(0, "hi"),)))
    assert opened("chat", "--dialog", key).dialog == key
    assert opened("--dialog", key).dialog == key


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--dialog", "7"], "There is no dialog 7: 'convotui data list' shows them."),
        (["--dialog", "1", "--persona", "baker"], "leave --persona, --me"),
        (["--dialog", "1", "--me", "baker"], "leave --persona, --me"),
        (["--dialog", "1", "--partner-opens"], "leave --persona, --me"),
        (["--dialog", "1", "--plain"], "leave --plain out"),
        (["--dialog", "one"], "--dialog"),
    ],
)
def test_a_dialog_that_cannot_be_reopened_is_a_sentence(
    app: type[App], cli: Cli, words: list[str], said: str
) -> None:
    assert said in cli("chat", *words).problem(2)
    assert not hasattr(app, "started")


def test_reopening_without_a_terminal_is_a_sentence(cli: Cli) -> None:
    assert "run this in a terminal" in cli("chat", "--dialog", 1).problem(2)


@pytest.mark.parametrize(("code", "returned", "expected"), [(3, 0, 3), (None, 1, 1), (None, 0, 0)])
def test_the_exit_code_is_that_of_the_app(
    app: type[App], cli: Cli, code: int | None, returned: int, expected: int
) -> None:
    app.code, app.return_code = code, returned
    assert cli("chat").code == expected
    assert app.closed


def test_what_libraries_write_to_stderr_goes_to_the_log(app: type[App], cli: Cli) -> None:
    assert cli("chat").err == ""
    assert "from a native library" in get_paths().log_file.read_text()


def test_the_engine_is_closed_also_when_the_app_fails(
    app: type[App], cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: App) -> int:
        raise RuntimeError("no screen")

    monkeypatch.setattr(app, "run", fail)
    assert "no screen" in cli("chat").problem(1)
    assert app.closed


@pytest.mark.parametrize(
    ("words", "said"),
    [(["chat", "--plain"], "you: "), (["selfplay", "--headless", "--episodes", "1"], '"status"')],
)
def test_flags_keep_the_app_away(
    app: type[App], cli: Cli, chat_folder: Path, words: list[str], said: str
) -> None:
    size = ("--model", chat_folder, "--max-new-tokens", 2)
    done = cli(*words, *size, stdin="hi\n")
    assert done.code == 0, done.err
    assert said in done.out or "Kept as dialog" in done.err
    assert not hasattr(app, "started")


class _Stream(io.StringIO):
    def __init__(self, terminal: bool) -> None:
        super().__init__()
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal


@pytest.mark.parametrize(
    ("streams", "term", "shown"),
    [
        ("+++", "xterm", True),
        ("-++", "xterm", False),
        ("+-+", "xterm", False),
        ("++-", "xterm", False),
        ("+++", "dumb", False),
        ("+++", "unknown", False),
        ("+++", "", False),
        ("+++", None, False),
    ],
)
def test_an_app_needs_a_terminal_to_type_into_and_to_draw_on(
    monkeypatch: pytest.MonkeyPatch, streams: str, term: str | None, shown: bool
) -> None:
    for name, mark in zip(("stdin", "stdout", "stderr"), streams, strict=True):
        monkeypatch.setattr(sys, name, _Stream(mark == "+"))
    if term is None:
        monkeypatch.delenv("TERM")
    else:
        monkeypatch.setenv("TERM", term)
    assert screen.in_terminal() is shown


def test_a_terminal_that_can_show_no_app_gets_plain_lines(chat_folder: Path) -> None:
    size = ["--max-new-tokens", "2", "--model", str(chat_folder)]
    child = pexpect.spawn(sys.executable, [*COMMAND[1:], *size], timeout=120)
    child.expect_exact(b"you: ")
    child.sendline(b"/quit")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
