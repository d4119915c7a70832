"""``chat --plain`` answers every line of a pipe and keeps what was said."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from convotui.dialog import display_line, load_persona
from tests.cli.conftest import Cli, stored, texts


def test_every_line_is_answered_in_order_and_kept(talk: Cli) -> None:
    done = talk("hi there", "what do you do?", "bye", words=("--persona", "night-nurse"))
    assert done.code == 0, done.err
    (dialog,) = stored()
    assert texts(dialog)[::2] == ["hi there", "what do you do?", "bye"]
    assert [turn.speaker for turn in dialog.turns] == [0, 1] * 3
    assert len(done.lines) == 3
    assert all(line.startswith("night-nurse: ") for line in done.lines)
    assert dialog.personas == ((), load_persona("night-nurse").facts)


def test_the_end_of_the_input_leaves_like_quit(talk: Cli) -> None:
    quitting, ending = talk("hi", "/quit", "never said"), talk("hi")
    assert quitting.code == ending.code == 0
    assert quitting.out == ending.out
    first, second = stored()
    assert texts(first) == texts(second)


def test_a_last_line_without_its_end_is_answered(cli: Cli, chat_folder: Path) -> None:
    words = ("--model", chat_folder, "--max-new-tokens", 4)
    done = cli("chat", "--plain", *words, stdin="one\r\ntwo")
    assert done.code == 0
    assert texts(stored()[0])[::2] == ["one", "two"]


def test_nothing_typed_is_nothing_stored(talk: Cli) -> None:
    done = talk("", "   ", "/quit")
    assert (done.code, done.out) == (0, "")
    assert stored() == []


def test_the_same_seed_gets_the_same_replies_and_another_seed_others(talk: Cli) -> None:
    lines = ("hi there", "/again", "what do you do?")
    first, second = talk(*lines, seed=4), talk(*lines, seed=4)
    other = talk(*lines, seed=5, words=("--persona", "baker"))
    same = talk(*lines, seed=4, words=("--persona", "baker"))
    assert first.out == second.out
    assert other.out != same.out


def test_without_a_seed_one_is_drawn_and_told(cli: Cli, chat_folder: Path) -> None:
    done = cli("chat", "--plain", "--model", chat_folder, "--max-new-tokens", 4, stdin="hi\n")
    (dialog,) = stored()
    assert f"seed {dialog.seed}" in done.err


def test_narration_is_on_stderr_and_only_the_talk_on_stdout(talk: Cli) -> None:
    done = talk("hi there", words=("--persona", "baker"))
    (dialog,) = stored()
    assert done.out == f"baker: {display_line(dialog.turns[1].text)}\n"
    assert "Kept as dialog" in done.err


def test_a_persona_is_drawn_by_the_seed_when_none_is_named(talk: Cli) -> None:
    drawn = {talk("/persona", seed=seed).out for seed in range(6)}
    assert len(drawn) > 1
    assert talk("/persona", seed=3).out == talk("/persona", seed=3).out


def test_no_persona_at_all(talk: Cli) -> None:
    done = talk("hi", "/persona", words=("--persona", "none"))
    assert done.lines[0].startswith("model: ")
    assert done.lines[1] == "* (no persona)"
    assert stored()[0].personas == ((), ())


def test_my_own_persona_is_kept_with_the_dialog(talk: Cli) -> None:
    talk("hi", words=("--persona", "baker", "--me", "welder"))
    (dialog,) = stored()
    assert dialog.personas == (load_persona("welder").facts, load_persona("baker").facts)
    assert dialog.meta["persona_names"] == ["welder", "baker"]


def test_the_partner_opens_with_its_greeting(
    talk: Cli, write_toml: Callable[[str, str], Path]
) -> None:
    path = write_toml("greeter.toml", 'facts = ["i greet."]\ngreeting = "hello, come in."')
    done = talk("thanks", words=("--persona", path, "--partner-opens", "--me", "welder"))
    assert done.lines[0] == "greeter: hello, come in."
    (dialog,) = stored()
    assert texts(dialog)[:2] == ["hello, come in.", "thanks"]
    assert [turn.speaker for turn in dialog.turns] == [0, 1, 0]
    assert dialog.personas == (("i greet.",), load_persona("welder").facts)


def test_a_partner_without_a_greeting_opens_with_a_reply(talk: Cli) -> None:
    done = talk("thanks", words=("--persona", "night-nurse", "--partner-opens"))
    assert len(done.lines) == 2
    (dialog,) = stored()
    assert [turn.speaker for turn in dialog.turns] == [0, 1, 0]
    assert [turn.candidates[0].source for turn in dialog.turns] == ["model", "human", "model"]


def test_opening_again_after_a_reset(talk: Cli, write_toml: Callable[[str, str], Path]) -> None:
    path = write_toml("greeter.toml", 'facts = ["i greet."]\ngreeting = "hello, come in."')
    done = talk("/reset", "thanks", words=("--persona", path, "--partner-opens"))
    assert done.lines[:3] == [
        "greeter: hello, come in.",
        "* new dialog",
        "greeter: hello, come in.",
    ]
    assert [len(dialog) for dialog in stored()] == [1, 3]


def test_a_bad_line_is_named_and_the_rest_answered(cli: Cli, chat_folder: Path) -> None:
    words = ("--model", chat_folder, "--max-new-tokens", 4, "--seed", 1)
    done = cli("chat", "--plain", *words, stdin=b"one\n\xff\xfe bad\ntwo\n")
    assert "not UTF-8" in done.problem(1)
    assert texts(stored()[0])[::2] == ["one", "two"]
    assert len(done.lines) == 2


def test_a_reply_that_was_cut_is_said_to_be(talk: Cli) -> None:
    cut = talk("hi", words=("--min-new-tokens", 8))
    assert "(cut at 8 tokens)" in cut.err


def test_turns_that_no_longer_fit_are_said_to_be_left_out(talk: Cli) -> None:
    done = talk(*["word " * 60] * 6, words=("--persona", "baker"))
    assert done.code == 0
    assert "no longer fit" in done.err
    assert len(done.lines) == 6


def test_a_persona_that_does_not_fit_is_a_sentence_for_every_line(
    talk: Cli, write_toml: Callable[[str, str], Path]
) -> None:
    path = write_toml("long.toml", f'facts = ["{"word " * 600}"]')
    done = talk("one", "two", words=("--persona", path))
    assert done.code == 1
    assert done.out == ""
    assert len(done.problems) == 2
    assert "tokens" in done.problems[0]
    assert texts(stored()[0]) == ["one", "two"], "what a person typed is kept all the same"


@pytest.mark.parametrize("words", [(), ("chat",)])
def test_chat_is_what_the_command_does_without_a_verb(
    cli: Cli, chat_folder: Path, words: tuple[str, ...]
) -> None:
    done = cli(*words, "--plain", "--model", chat_folder, "--max-new-tokens", 4, stdin="hi\n")
    assert done.code == 0
    assert len(stored()) == 1


def test_settings_come_from_the_config_and_flags_win(
    cli: Cli, chat_folder: Path, home: Path
) -> None:
    (home / "config").mkdir(parents=True)
    (home / "config" / "config.toml").write_text(
        f'model = "{chat_folder}"\npersona = "baker"\n[sampling]\nmax_new_tokens = 3\n'
    )
    assert cli("chat", "--plain", stdin="hi\n").lines[0].startswith("baker: ")
    cli("chat", "--plain", "--persona", "welder", "--max-new-tokens", 5, stdin="hi\n")
    first, second = stored()
    assert first.meta["sampling"]["max_new_tokens"] == 3
    assert second.meta["sampling"]["max_new_tokens"] == 5
    assert second.meta["persona_names"] == [None, "welder"]


def test_another_config_file_can_be_named(
    cli: Cli, chat_folder: Path, write_toml: Callable[[str, str], Path]
) -> None:
    path = write_toml("mine.toml", f'model = "{chat_folder}"\npersona = "welder"')
    done = cli("chat", "--plain", "--config", path, "--max-new-tokens", 3, stdin="hi\n")
    assert done.lines[0].startswith("welder: ")
